"""Measures of dispensed medicines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from samspil.population.codes import Code
from samspil.population.measures.registry import every, measure
from samspil.population.time import AsOf, Period


@measure("dispensing")
def dispensings(rows: ir.Table, at: AsOf, *, within: Period, atc: tuple[Code, ...] | None = None) -> ir.IntegerScalar:
    """Number of dispensings whose ATC code begins with one of the given."""
    begins = None if atc is None else ibis.or_(*(rows.atc.startswith(code.text) for code in atc))
    return rows.count(where=every(within.contains(rows.date), begins))


@measure("dispensing")
def distinct_drugs(rows: ir.Table, at: AsOf, *, within: Period) -> ir.IntegerScalar:
    """Number of distinct ATC codes dispensed."""
    return rows.atc.nunique(where=within.contains(rows.date))


def _risk_level(rows: ir.Table, tables: Mapping[str, ir.Table], at: AsOf, column: str, **_: Any) -> ir.Table:
    flagged = tables["risk_drug"].select(flagged_atc="atc", **{column: "level"})
    return rows.left_join(flagged, rows.atc == flagged.flagged_atc).drop("flagged_atc")


@measure("dispensing", also=("risk_drug",), prepare=_risk_level, vocabulary={"levels": "risk_drug.level"})
def distinct_risk_drugs(
    rows: ir.Table, at: AsOf, *, within: Period, levels: tuple[str, ...], prepared: ir.StringColumn
) -> ir.IntegerScalar:
    """Number of distinct ATC codes dispensed that the list of risk drugs flags with one of the levels."""
    return rows.atc.nunique(where=within.contains(rows.date) & prepared.isin(levels))


@measure("dispensing")
def dispensing_prices(rows: ir.Table, at: AsOf, *, within: Period) -> ir.DecimalScalar:
    """Price of dispensed medicines, DKK."""
    return rows.price.sum(where=within.contains(rows.date))
