"""Measures of general practice."""

from __future__ import annotations

import ibis.expr.types as ir

from samspil.population.codes import Code
from samspil.population.measures.registry import every, measure, one_of
from samspil.population.time import AsOf, Period


@measure("gp_contact", vocabulary={"kinds": "gp_contact.kind"})
def gp_contacts(rows: ir.Table, at: AsOf, *, within: Period, kinds: tuple[str, ...] | None = None) -> ir.IntegerScalar:
    """Number of contacts with general practice."""
    return rows.count(where=every(within.contains(rows.date), one_of(rows.kind, kinds)))


@measure("gp_diagnosis")
def gp_diagnoses(rows: ir.Table, at: AsOf, *, within: Period, codes: tuple[Code, ...]) -> ir.IntegerScalar:
    """Number of GP diagnoses (ICPC-2) with one of the codes."""
    return rows.count(where=within.contains(rows.date) & rows.icpc2.isin([code.text for code in codes]))
