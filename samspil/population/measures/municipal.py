"""Measures of municipal care."""

from __future__ import annotations

import ibis.expr.types as ir

from samspil.population.measures.registry import every, has, measure, one_of
from samspil.population.time import AsOf


@measure("home_nursing")
def home_nursing_active(rows: ir.Table, at: AsOf) -> ir.BooleanScalar:
    """Whether home nursing is given at D."""
    return has(at.active(rows["from"], rows.to))


@measure("home_care", vocabulary={"frequencies": "home_care.frequency"})
def home_care_active(rows: ir.Table, at: AsOf, *, frequencies: tuple[str, ...] | None = None) -> ir.BooleanScalar:
    """Whether home care of one of the frequencies is given at D."""
    return has(every(at.active(rows["from"], rows.to), one_of(rows.frequency, frequencies)))


@measure("substance_case")
def substance_case_open(rows: ir.Table, at: AsOf) -> ir.BooleanScalar:
    """Whether a municipal substance-abuse case is open at D."""
    return has(at.active(rows.opened, rows.closed))
