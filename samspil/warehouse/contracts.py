"""The contracts of deliveries: which tables a source sends, and what a row may contain.

One YAML file per source in `contracts/`; adding a source or a table is one file there and its tests. The
format for the owners of data is described in `docs/deliveries.md`.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from samspil.definitions import Definition, SamspilError, read_yaml, validate

CONTRACTS = Path(__file__).parent / "contracts"

ColumnType = Literal["cpr", "text", "code", "date", "datetime", "int", "number", "money", "bool"]
TableKind = Literal["state", "event", "spell", "register"]


class Column(Definition):
    """One column of a delivered table.

    `identity` columns stay in the identity vault. `code` is text compared without case, dot or Danish `D`
    prefix. `not_before` names the column of the same row that must not lie after this one.
    """

    type: ColumnType
    nullable: bool = False
    identity: bool = False
    values: tuple[str, ...] | None = None
    pattern: str | None = None
    min: dt.date | float | None = None
    max: dt.date | float | None = None
    not_before: str | None = None


class Table(Definition):
    """One delivered table.

    Kinds: `state` is one row per person as it is now; `event` happens on a day; `spell` runs from a day to an
    inclusive day or is open; `register` is not about persons. `period` is the column that places a row in the
    delivery's period (◆); without it the table is replaced whole. `unique` columns identify a row: a second
    row with the same values is set aside.
    """

    kind: TableKind
    columns: dict[str, Column]
    period: str | None = None
    unique: tuple[str, ...] | None = None
    from_column: str = Field("from", alias="from")
    to_column: str = Field("to", alias="to")

    @model_validator(mode="after")
    def _columns_exist(self) -> Table:
        named = [self.period, *(self.unique or ()), *(c.not_before for c in self.columns.values())]
        if self.kind == "spell":
            named += [self.from_column, self.to_column]
        for name in named:
            if name is not None and name not in self.columns:
                raise ValueError(f"`{name}` is not a column of the table")
        if (self.kind != "register") != ("cpr" in self.columns):
            raise ValueError("a table about persons has a column `cpr`; a register has none")
        return self

    @property
    def about_persons(self) -> bool:
        return self.kind != "register"

    @property
    def lake_columns(self) -> tuple[str, ...]:
        """The columns kept in the lake: `person_id` in place of `cpr`, and nothing that names anybody."""
        kept = tuple(n for n, c in self.columns.items() if n != "cpr" and not c.identity)
        return ("person_id", *kept) if self.about_persons else kept


class Contract(Definition):
    """What one source sends. `max_rejected` is the share of rejected rows above which a delivery is refused."""

    source: str
    contract: str
    title: dict[str, str]
    sector: str
    max_rejected: float = Field(ge=0, le=1)
    tables: dict[str, Table]


@cache
def contracts() -> dict[str, Contract]:
    """Every contract by source. Raises DefinitionError naming file and line if one cannot be used."""
    found = (validate(read_yaml(path), Contract) for path in sorted(CONTRACTS.glob("*.yaml")))
    return {contract.source: contract for contract in found}


@cache
def table_sources() -> dict[str, str]:
    """The source that owns each table, by table name (a table name occurs in one source only)."""
    return {table: contract.source for contract in contracts().values() for table in contract.tables}


def contract_for(source: str, version: str) -> Contract:
    """The contract of a source. Raises SamspilError for an unknown source or version."""
    found = contracts().get(source)
    if found is None:
        raise SamspilError(f"unknown source `{source}`; known sources are {', '.join(contracts())}")
    if found.contract != version:
        raise SamspilError(f"unknown contract version `{version}` of source `{source}`; known: {found.contract}")
    return found


def table(name: str) -> Table:
    """The contract of one table by its name. Raises KeyError for an unknown table."""
    return contracts()[table_sources()[name]].tables[name]
