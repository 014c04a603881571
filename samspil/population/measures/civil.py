"""Measures of civil registration: one row per person, as it is now, so a measure is the value of that row.

What begins after D says nothing about D, and is missing there.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from samspil.population.measures.registry import measure
from samspil.population.time import AsOf, Period


@measure("household", levels=("partner", "alone"))
def living(rows: ir.Table, at: AsOf) -> ir.StringValue:
    """`partner` or `alone`; missing when not known at D."""
    return _household_known(rows, at).ifelse(rows.living, ibis.null("string"))


@measure("household", levels=("partner", "alone", "newly_alone"))
def living_lately(rows: ir.Table, at: AsOf, *, within: Period) -> ir.StringValue:
    """`partner`, `alone`, or `newly_alone` when alone since a day in the period; missing when not known at D."""
    alone = ibis.cases(
        (rows.living_since.isnull(), ibis.null("string")),
        (within.contains(rows.living_since), "newly_alone"),
        else_="alone",
    )
    status = ibis.cases((rows.living == "alone", alone), else_=rows.living)
    return _household_known(rows, at).ifelse(status, ibis.null("string"))


@measure("household")
def preschool_children(rows: ir.Table, at: AsOf) -> ir.IntegerValue:
    """Number of pre-school children at home; missing when not known at D."""
    return _household_known(rows, at).ifelse(rows.preschool_children, ibis.null("int64"))


def _household_known(rows: ir.Table, at: AsOf) -> ir.BooleanValue:
    return rows.living_since.isnull() | at.seen(rows.living_since)


@measure("person", levels=("danish", "foreign"))
def origin(rows: ir.Table, at: AsOf) -> ir.StringValue:
    """`danish` or `foreign`; missing when the register does not say."""
    return rows.origin


@measure("person")
def died(rows: ir.Table, at: AsOf, *, within: Period) -> ir.BooleanValue:
    """Whether the person died in the period; missing for the dead whose day of death is not known."""
    return (rows.status == "dead") & within.contains(rows.status_date)
