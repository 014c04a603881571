"""Measures of municipal care."""

from __future__ import annotations

import ibis.expr.types as ir

from samspil.population.measures.registry import every, has, is_, measure, one_of, within_
from samspil.population.time import AsOf, Period


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


@measure("rehabilitation", vocabulary={"outcomes": "rehabilitation.outcome", "levels": "rehabilitation.level"})
def rehabilitation_referrals(
    rows: ir.Table,
    at: AsOf,
    *,
    within: Period | None = None,
    offers: tuple[str, ...] | None = None,
    levels: tuple[str, ...] | None = None,
    started: bool | None = None,
    outcomes: tuple[str, ...] | None = None,
) -> ir.IntegerScalar:
    """Number of referrals to municipal offers (in the period), started by D or not, and with an outcome known at D.

    An outcome without a last day, such as of an offer that was declined, is known from when it was delivered.
    """
    has_started = at.seen(rows.started).fill_null(False)
    known = rows.ended.isnull() | at.seen(rows.ended)
    ended_so = None if outcomes is None else (rows.outcome.isin(outcomes) & known).fill_null(False)
    return rows.count(
        where=every(
            at.seen(rows.referred),
            within_(rows.referred, within),
            one_of(rows.offer, offers),
            one_of(rows.level, levels),
            is_(has_started, started),
            ended_so,
        )
    )
