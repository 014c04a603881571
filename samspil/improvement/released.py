"""The tables of a publication as they were released: rows with null for what is hidden, and who hides it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from samspil.improvement.models import ReleasedTable

#: The column that names what is left out of a row, separated by `;`.
SUPPRESSED = "suppressed"
REGION, MUNICIPALITY = "region", "municipality"


@dataclass(frozen=True)
class Count:
    """A count of persons as it may be shown. `few`: the release hides it; without either it was not measured."""

    value: int | None
    few: bool = False

    @property
    def shown(self) -> bool:
        return self.value is not None


NOBODY = Count(0)


@dataclass(frozen=True)
class Row:
    """One row of a released table."""

    values: Mapping[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.values.get(column)

    def text(self, column: str) -> str:
        """A value as text; empty for none."""
        value = self.values.get(column)
        return "" if value is None else str(value)

    def hides(self, column: str) -> bool:
        """Whether the release hides this value of the row."""
        return column in (self.values.get(SUPPRESSED) or "").split(";")

    def count(self, column: str = "persons") -> Count:
        """A count of persons."""
        value = self.values.get(column)
        return Count(None, few=self.hides(column)) if value is None else Count(round(value))

    def number(self, column: str) -> float | None:
        """A number, or None where it is hidden or not known."""
        value = self.values.get(column)
        return None if value is None else float(value)

    def money(self, column: str = "cost") -> Decimal | None:
        """An amount in DKK; None where it is hidden, or has no price."""
        value = self.values.get(column)
        return None if value is None else Decimal(str(value))


class Released:
    """A released table whose rows are asked for by what they are about. A combination that nobody is in has no row."""

    def __init__(self, name: str, columns: list[str], rows: list[list[Any]]) -> None:
        self.name, self.columns = name, columns
        self.rows = [Row(dict(zip(columns, row, strict=True))) for row in rows]

    def where(self, **values: Any) -> Iterator[Row]:
        """The rows with these values."""
        return (row for row in self.rows if all(row[column] == value for column, value in values.items()))

    def one(self, **values: Any) -> Row | None:
        """The row with these values; None where there is none."""
        return next(self.where(**values), None)

    def of(self, level: str, unit: str) -> Released:
        """The rows of one unit."""
        found = Released(self.name, self.columns, [])
        found.rows = list(self.where(level=level, unit=unit))
        return found

    def units(self, level: str) -> list[str]:
        """The units of a level that have rows, in order."""
        return sorted({row.text("unit") for row in self.rows if row["level"] == level})

    def count(self, column: str = "persons", **values: Any) -> Count:
        """The count of the row with these values; nobody where there is no row."""
        row = self.one(**values)
        return NOBODY if row is None else row.count(column)


def released(table: ReleasedTable) -> Released:
    """A stored table."""
    return Released(table.name, table.columns, table.rows)


NOTHING = Released("", [], [])
