"""A report as parts: sections of paragraphs, tables and figures, that HTML and Markdown are both made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Paragraph:
    """A paragraph. `lead` is the answer a reader came for, `warning` what they must not overlook."""

    text: str
    kind: Literal["plain", "lead", "note", "warning"] = "plain"


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column's heading, and whether it holds numbers (set to the right)."""

    title: str
    numeric: bool = False


@dataclass(frozen=True)
class Table:
    """A table with a caption; the first column names the rows. `strong` rows are set off from the rest."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    strong: tuple[int, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A chart as SVG, and the table of the numbers it shows. `name` is unique within a report."""

    name: str
    title: str
    description: str
    svg: str
    table: Table


@dataclass(frozen=True)
class Fact:
    """A name and what belongs to it."""

    name: str
    value: str


@dataclass(frozen=True)
class Facts:
    """Some facts beside each other."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Row:
    """Figures that may stand beside each other on a wide page."""

    figures: tuple[Figure, ...]


Block = Paragraph | Bullets | Table | Facts | Row


@dataclass(frozen=True)
class Section:
    """A heading with what stands below it. `name` is its anchor, unique within a report."""

    name: str
    title: str
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True)
class Document:
    """A whole report: title, a line below it, and sections."""

    title: str
    subtitle: str
    sections: tuple[Section, ...]


def columns(*titles: str) -> tuple[Column, ...]:
    """Columns where the first names the rows and the rest are numbers."""
    return tuple(Column(title, numeric=position > 0) for position, title in enumerate(titles))


def table(caption: str, titles: Sequence[str], rows: Sequence[Sequence[str]], note: str = "") -> Table:
    """A table of numbers with a naming first column."""
    return Table(caption, columns(*titles), tuple(tuple(row) for row in rows), note)
