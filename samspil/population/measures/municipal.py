"""Measures of municipal care."""

from __future__ import annotations

import ibis.expr.types as ir

from samspil.population.measures.registry import days_in, every, has, is_, measure, one_of, within_
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


@measure("home_care", days_within=True)
def home_care_hours(rows: ir.Table, at: AsOf, *, within: Period, personal: bool | None = None) -> ir.FloatingScalar:
    """Hours of home care in the period, of the hours a week that were decided: personal, practical, or both.

    Report 000 L1792-1802 counts hours of personal care for a year.
    """
    if personal is None:
        weekly = rows.personal_hours_per_week + rows.practical_hours_per_week
    else:
        weekly = rows.personal_hours_per_week if personal else rows.practical_hours_per_week
    return _added_up(rows, within, weekly)


@measure("home_nursing", days_within=True)
def home_nursing_visits(rows: ir.Table, at: AsOf, *, within: Period) -> ir.FloatingScalar:
    """Visits of a home nurse in the period, of the visits a week that were decided."""
    return _added_up(rows, within, rows.visits_per_week)


def _added_up(rows: ir.Table, within: Period, weekly: ir.NumericValue) -> ir.FloatingScalar:
    """So much a week over the days in the period; in thousandths, so that no order of rows changes the last digit."""
    thousandths = (weekly * 1000).round().cast("int64")
    return (days_in(within, rows["from"], rows.to) * thousandths).sum() / 7000
