"""Checks that every release passes, whatever its zone."""

from __future__ import annotations

import ibis.expr.types as ir

from samspil.definitions import SamspilError
from samspil.population import anonymity
from samspil.programmes.disclosure import Disclosure
from samspil.warehouse.lake import Lake

#: What a passed check of direct identifiers says.
NOBODY_NAMED = {
    "check": "direct identifiers",
    "outcome": "passed",
    "found": "no column names anybody, and no value is a CPR number or written text",
}


def one_row(lake: Lake, rows: ir.Table) -> dict[str, int]:
    """The only row of a table of counts, read from the engine itself."""
    return lake.engine.one(rows)


def check_identifiers(lake: Lake, table: str, rows: ir.Table, rules: Disclosure) -> None:
    """Raises SamspilError for a column that names somebody by its name or by what stands in it."""
    for each in anonymity.named_columns(rows.columns, rules):
        raise SamspilError(f"table `{table}`: the column `{each.column}` is a {each.kind}; leave it out of the table")
    counts = anonymity.suspicious_values(rows, rules)
    if counts is None:
        return
    counted = one_row(lake, counts)
    for each in anonymity.suspects_in(counted):
        many = counted[f"{each.kind}.{each.column}"]
        what = "looks like a CPR number" if each.kind == "cpr" else "is longer than a code and may name somebody"
        rows_say = "1 row" if many == 1 else f"{many:,} rows"
        raise SamspilError(f"table `{table}`, column `{each.column}`: a value {what} in {rows_say}; take it out")
