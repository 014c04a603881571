"""How small results show themselves: as a table on a terminal, and as one in a notebook."""

from __future__ import annotations

import datetime as dt
import html
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table


class Shown(ABC):
    """A result that shows itself as a table of its `rows()`."""

    @abstractmethod
    def rows(self) -> list[dict[str, Any]]:
        """The result as rows of named values."""

    def __str__(self) -> str:
        return as_text(self.rows())

    def _repr_html_(self) -> str:
        return as_html_table(self.rows())


def cell(value: Any) -> str:
    """A value as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def rich_table(rows: Sequence[dict[str, Any]], title: str | None = None) -> Table:
    """Rows as a table for a terminal; numbers stand to the right."""
    table = Table(title=title, title_justify="left", header_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    for name in columns:
        numeric = name != "person_id" and all(isinstance(row.get(name), int | float | None) for row in rows)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(str(row[name]) if name == "person_id" else cell(row.get(name)) for name in columns))
    return table


def as_text(rows: Sequence[dict[str, Any]]) -> str:
    """Rows as a plain table."""
    console = Console(width=140, record=False, color_system=None)
    with console.capture() as captured:
        console.print(rich_table(rows))
    return captured.get()


def as_html_table(rows: Sequence[dict[str, Any]]) -> str:
    """Rows as an HTML table."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell(row.get(name)))}</td>" for name in columns) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
