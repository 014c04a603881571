"""Measures of work, sick leave and benefits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from samspil.population.measures.registry import days_in, every, has, measure, one_of
from samspil.population.time import AsOf, Months, Period, day_number


@measure("benefit", vocabulary={"kinds": "benefit.kind"})
def benefit_active(rows: ir.Table, at: AsOf, *, kinds: tuple[str, ...]) -> ir.BooleanScalar:
    """Whether a benefit of one of the kinds is active at D."""
    return has(at.active(rows["from"], rows.to) & rows.kind.isin(kinds))


def _unbroken_since(
    rows: ir.Table,
    tables: Mapping[str, ir.Table],
    at: AsOf,
    column: str,
    *,
    kinds: tuple[str, ...],
    **_: Any,
) -> ir.Table:
    """Marks the spells that begin an unbroken run: no earlier spell of the kinds reaches the day before."""
    of_kind = rows.kind.isin(kinds)
    earlier = ibis.window(group_by=[rows.person_id, of_kind], order_by=[rows["from"], rows.to], preceding=(None, 1))
    reached = at.clipped(rows.to).max().over(earlier)
    begins = reached.isnull() | (rows["from"] > reached + ibis.interval(days=1))
    return rows.mutate(**{column: of_kind & begins})


@measure("benefit", prepare=_unbroken_since, vocabulary={"kinds": "benefit.kind"})
def benefit_unbroken(
    rows: ir.Table,
    at: AsOf,
    *,
    kinds: tuple[str, ...],
    begun_before: Months,
    prepared: ir.BooleanColumn,
) -> ir.BooleanScalar:
    """Whether unbroken benefits of the kinds are active at D and began before D − n months.

    Unbroken: the next spell begins at the latest the day after the ones before it end.
    """
    # Unbroken runs do not overlap, so the last to begin is also the one that reaches furthest.
    begun = rows["from"].max(where=prepared)
    reached = at.clipped(rows.to).max(where=rows.kind.isin(kinds))
    return (reached == ibis.literal(at.day)) & (begun < ibis.literal(begun_before.before(at.day)))


@measure("sick_leave", vocabulary={"causes": "sick_leave.cause"})
def sick_leaves(
    rows: ir.Table,
    at: AsOf,
    *,
    within: Period,
    causes: tuple[str, ...] | None = None,
    longer_than_days: int | None = None,
) -> ir.IntegerScalar:
    """Number of sick leaves that start in the period, of given causes, longer at D than a number of days."""
    longer = None if longer_than_days is None else at.spell_days(rows["from"], rows.to) > longer_than_days
    return rows.count(where=every(within.contains(rows["from"]), one_of(rows.cause, causes), longer))


@measure("sick_leave")
def last_sick_leave_days(rows: ir.Table, at: AsOf, *, within: Period) -> ir.IntegerScalar:
    """Days at D of the latest sick leave that starts in the period: the last to begin, then the longest."""
    # Start and length in one number, so that the greatest is the latest and then the longest.
    days = at.spell_days(rows["from"], rows.to)
    latest = (day_number(rows["from"]) * _MORE_DAYS_THAN_A_SPELL + days).max(where=within.contains(rows["from"]))
    return latest % _MORE_DAYS_THAN_A_SPELL


_MORE_DAYS_THAN_A_SPELL = 100_000


@measure("job")
def job_active(rows: ir.Table, at: AsOf) -> ir.BooleanScalar:
    """Whether a job is active at D."""
    return has(at.active(rows["from"], rows.to))


@measure("education")
def education_active(rows: ir.Table, at: AsOf) -> ir.BooleanScalar:
    """Whether an education is active at D."""
    return has(at.active(rows["from"], rows.to))


@measure("unemployment_fund")
def unemployment_fund_member(rows: ir.Table, at: AsOf, *, funds: tuple[str, ...]) -> ir.IntegerScalar:
    """Number of the given unemployment-insurance funds of which the person is a member in the year of D."""
    return rows.fund.nunique(where=(rows.year == at.day.year) & rows.fund.isin(funds))


def _not_covered_before(
    rows: ir.Table,
    tables: Mapping[str, ir.Table],
    at: AsOf,
    column: str,
    *,
    within: Period,
    kinds: tuple[str, ...] | None = None,
    **_: Any,
) -> ir.Table:
    """The days of each spell in the period that no spell before it (of the kinds) covers, so that none counts twice."""
    counts = ibis.literal(True) if kinds is None else rows.kind.isin(kinds)
    earlier = ibis.window(group_by=[rows.person_id, counts], order_by=[rows["from"], rows.to], preceding=(None, 1))
    covered = at.clipped(rows.to).max().over(earlier)
    begins = ibis.greatest(rows["from"], (covered + ibis.interval(days=1)).fill_null(rows["from"]))
    return rows.mutate(**{column: counts.ifelse(days_in(within, begins, rows.to), 0)})


@measure("benefit", prepare=_not_covered_before, vocabulary={"kinds": "benefit.kind"}, days_within=True)
def benefit_days(
    rows: ir.Table,
    at: AsOf,
    *,
    within: Period,
    kinds: tuple[str, ...] | None = None,
    prepared: ir.IntegerColumn,
) -> ir.IntegerScalar:
    """Number of days in the period with a benefit of the kinds (any, when none is named); no day counts twice.

    Weeks on sickness benefit are these days of `sygedagpenge`, divided by seven; days of self-support are the others
    (report 000 L1697-1705).
    """
    return prepared.sum()
