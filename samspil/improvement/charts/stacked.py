"""Bars of several parts, such as sectors of a cost or what patients were: each is as long as the whole width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from samspil.improvement.charts.bars import BAR, LEFT, RIGHT, ROW, TEXT, WIDTH
from samspil.improvement.charts.base import Area, Drawn, Table, drawn, why_words
from samspil.improvement.charts.words import decimals, percent

#: The parts' colours, each with the colour of the letter in it: letters tell parts apart beside their colours.
COLOURS = (
    ("#003a70", "#ffffff"),
    ("#8fbbe8", "#1a1a1a"),
    ("#8a5a00", "#ffffff"),
    ("#f2d08a", "#1a1a1a"),
    ("#4a4a4a", "#ffffff"),
    ("#d5d5d5", "#1a1a1a"),
    ("#5b2a75", "#ffffff"),
    ("#d9bce8", "#1a1a1a"),
)


@dataclass(frozen=True)
class Row:
    """One bar: its parts in the order of their names. A hidden part is None."""

    label: str
    parts: tuple[float | None, ...]


@dataclass(frozen=True)
class Part:
    """One part of a bar as drawn; its letter stands in it where there is room."""

    x: str
    width: str
    fill: str
    ink: str
    letter: str
    letter_x: str
    words: str


@dataclass(frozen=True)
class DrawnRow:
    """A bar as drawn. `why` says why it is not."""

    label: str
    why: str
    label_y: str
    y: str
    letter_y: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Legend:
    """A part's letter and name, and the number of its colour."""

    letter: str
    name: str
    number: str


@dataclass(frozen=True)
class Stacked:
    """Everything the template draws."""

    key: str
    title: str
    description: str
    area: Drawn
    bar_height: str
    rows: tuple[DrawnRow, ...]
    legend: tuple[Legend, ...]
    table: Table


def stacked(key: str, title: str, names: Sequence[str], rows: Sequence[Row], *, places: int = 0) -> Stacked | None:
    """Bars of at most eight parts, with `names`; None without any row.

    Each part is drawn as its share of the bar's sum. A row with a hidden part is not drawn, because the lengths of the
    others would say what is hidden; the table has what is shown of it. The table's numbers have so many `places`.
    """
    if not rows:
        return None
    table_rows = tuple((row.label, *(_value(part, places) for part in row.parts)) for row in rows)
    described = [
        f"{row.label}: " + ", ".join(f"{name} {text}" for name, text in zip(names, texts, strict=True))
        for row, (_label, *texts) in zip(rows, table_rows, strict=True)
    ]
    height = ROW * len(rows)
    return Stacked(
        key=key,
        title=title,
        description="; ".join(described),
        area=drawn(Area(width=WIDTH, height=height + 4, left=LEFT, right=RIGHT, top=0, bottom=height)),
        bar_height=str(BAR),
        rows=tuple(_row(number, row, names) for number, row in enumerate(rows)),
        legend=tuple(Legend(letter(number), name, str(number % 8)) for number, name in enumerate(names)),
        table=Table(("", *names), table_rows),
    )


def letter(number: int) -> str:
    """The letter of a part, which tells it apart beside its colour."""
    return chr(ord("A") + number)


def _value(part: float | None, places: int) -> str:
    return why_words("few") if part is None else decimals(part, places)


def _row(number: int, row: Row, names: Sequence[str]) -> DrawnRow:
    top = number * ROW + TEXT
    hidden = any(part is None for part in row.parts)
    return DrawnRow(
        label=row.label,
        why=why_words("few") if hidden else "",
        label_y=str(top),
        y=str(top + 6),
        letter_y=str(top + 6 + BAR // 2),
        parts=() if hidden else tuple(_parts([part or 0.0 for part in row.parts], names)),
    )


def _parts(parts: Sequence[float], names: Sequence[str]) -> list[Part]:
    total = sum(parts)
    x, found = float(LEFT), []
    for place, (part, name) in enumerate(zip(parts, names, strict=True)):
        if not part:
            continue
        width = (RIGHT - LEFT) * part / total
        fill, ink = COLOURS[place % len(COLOURS)]
        found.append(
            Part(
                x=f"{x:.1f}",
                width=f"{max(width - 1, 0.5):.1f}",
                fill=fill,
                ink=ink,
                letter=letter(place) if width >= BAR else "",
                letter_x=f"{x + width / 2:.1f}",
                words=f"{name}: {percent(part / total)}",
            )
        )
        x += width
    return found
