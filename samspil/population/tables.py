"""What the population plane knows of the warehouse: the names, kinds and vocabularies of its tables."""

from __future__ import annotations

from collections.abc import Mapping

import ibis.expr.types as ir

from samspil.warehouse import contracts

#: The tables that are loaded and switched on, by name. A table that is absent is missing, not empty.
Tables = Mapping[str, ir.Table]

#: Without the people and their practices there is nobody to list.
REQUIRED_TABLES = ("person", "affiliation")


def source_of(table: str) -> str:
    """The source that delivers a table."""
    return contracts.table_sources()[table]


def sources_of(tables: tuple[str, ...]) -> tuple[str, ...]:
    """The sources that deliver the tables, each once, in order."""
    return tuple(dict.fromkeys(source_of(table) for table in tables))


def seen_from(table: str) -> str | None:
    """The column that says from when a row can be seen: an event's day, a spell's first day."""
    contract = contracts.table(table)
    if contract.kind == "spell":
        return contract.from_column
    return contract.period


def zero_without_rows(table: str) -> bool:
    """Whether a person without rows in the table is a true zero (events, spells) and not missing (states)."""
    return contracts.table(table).kind in {"event", "spell"}


def one_row_per_person(table: str) -> bool:
    """Whether a table holds states: one row per person, as it is now."""
    return contracts.table(table).kind == "state"


def columns_of(table: str) -> tuple[str, ...] | None:
    """The columns of a table as it lies in the warehouse; None where no contract has such a table."""
    return contracts.table(table).lake_columns if table in contracts.table_sources() else None


def allowed_values(column: str) -> tuple[str, ...]:
    """The values that the contract allows in `table.column`."""
    table, name = column.split(".")
    return contracts.table(table).columns[name].values or ()


def source_title(source: str, language: str) -> str:
    """What people call a source, in Danish (`da`) or English (`en`)."""
    return contracts.contracts()[source].title[language]
