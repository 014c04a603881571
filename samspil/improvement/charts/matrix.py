"""The matrix: a table of numbers whose cells are shaded by how large they are, in five steps that are named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from samspil.improvement.charts.base import why_words

STEPS = 5


@dataclass(frozen=True)
class Cell:
    """A number as text, and its weight from 0 to 1 by which it is shaded. A hidden one is `Cell(None)`, in words."""

    text: str | None
    weight: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Shaded:
    """A cell as drawn: its text and its class."""

    text: str
    style: str
    note: str
    hidden: bool


@dataclass(frozen=True)
class Line:
    """A row as drawn."""

    label: str
    cells: tuple[Shaded, ...]


@dataclass(frozen=True)
class Matrix:
    """Everything the template draws. The numbers stand in the cells, so there is no other table behind it."""

    key: str
    title: str
    description: str
    corner: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]


def matrix(
    key: str,
    title: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[Cell]]],
    *,
    corner: str = "",
    description: str = "",
) -> Matrix | None:
    """The matrix; None without rows. `corner` says what rows and columns are, as "from \\ to"."""
    if not rows:
        return None
    return Matrix(
        key=key,
        title=title,
        description=description,
        corner=corner,
        columns=tuple(columns),
        lines=tuple(Line(label, tuple(_shaded(cell) for cell in cells)) for label, cells in rows),
    )


def _shaded(cell: Cell) -> Shaded:
    if cell.text is None:
        return Shaded(why_words("few"), "heat-none", cell.note, hidden=True)
    if cell.weight is None:
        return Shaded(cell.text, "heat-none", cell.note, hidden=False)
    step = min(int(max(cell.weight, 0.0) * STEPS), STEPS - 1)
    return Shaded(cell.text, f"heat-{step}", cell.note, hidden=False)
