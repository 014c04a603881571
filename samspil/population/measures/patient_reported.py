"""Measures of what patients report of themselves (PRO)."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from samspil.population.measures.registry import every, measure, one_of, within_
from samspil.population.time import AsOf, Period


@measure("pro_form", vocabulary={"sectors": "pro_form.sector"})
def pro_forms_used(
    rows: ir.Table,
    at: AsOf,
    *,
    within: Period | None = None,
    sectors: tuple[str, ...] | None = None,
    instruments: tuple[str, ...] | None = None,
) -> ir.IntegerScalar:
    """Number of PRO forms that were answered (in the period) and used in a conversation by D.

    A form that was answered but not used is not counted (003 L2602-2606).
    """
    used = at.seen(rows.used_on).fill_null(False)
    return rows.count(where=every(used, within_(rows.date, within), _of(rows, sectors, instruments)))


@measure("pro_form", vocabulary={"sectors": "pro_form.sector", "occasions": "pro_form.occasion"}, last_known=True)
def pro_occasions(
    rows: ir.Table,
    at: AsOf,
    *,
    occasions: tuple[str, ...],
    sectors: tuple[str, ...] | None = None,
    instruments: tuple[str, ...] | None = None,
) -> ir.IntegerScalar:
    """Number of the given occasions for which there is a PRO form; missing when there is no form at all."""
    given = every(at.seen(rows.date), _of(rows, sectors, instruments))
    number = rows.occasion.nunique(where=every(given, rows.occasion.isin(occasions)))
    return ibis.cases((rows.count(where=given) > 0, number))


def _of(rows: ir.Table, sectors: tuple[str, ...] | None, instruments: tuple[str, ...] | None) -> ir.BooleanValue | None:
    return every(one_of(rows.sector, sectors), one_of(rows.instrument, instruments))
