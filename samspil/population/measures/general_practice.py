"""Measures of general practice: contacts, diagnoses, measurements, targets and checks.

Of measurements and targets, values in other units than the given do not count: an HbA1c in % is no HbA1c in mmol/mol
(report 003, A-11). "The last" is that of the latest day up to D; of several on one day the highest, whatever the order
of the rows (report 003, REQ-DATA-4).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from samspil.population.codes import Code
from samspil.population.measures.registry import every, measure, one_of, within_
from samspil.population.time import AsOf, Period, day_number


@measure("gp_contact", vocabulary={"kinds": "gp_contact.kind"})
def gp_contacts(rows: ir.Table, at: AsOf, *, within: Period, kinds: tuple[str, ...] | None = None) -> ir.IntegerScalar:
    """Number of contacts with general practice."""
    return rows.count(where=every(within.contains(rows.date), one_of(rows.kind, kinds)))


@measure("gp_diagnosis")
def gp_diagnoses(
    rows: ir.Table, at: AsOf, *, codes: tuple[Code, ...], within: Period | None = None
) -> ir.IntegerScalar:
    """Number of GP diagnoses (ICPC-2) with one of the codes."""
    return rows.count(where=every(within_(rows.date, within), rows.icpc2.isin([code.text for code in codes])))


@measure("gp_contact", vocabulary={"kinds": "gp_contact.kind"}, last_known=True)
def last_gp_contact(rows: ir.Table, at: AsOf, *, kinds: tuple[str, ...] | None = None) -> ir.DateScalar:
    """Day of the last contact with general practice, of given kinds; missing when there is none."""
    return rows.date.max(where=every(at.seen(rows.date), one_of(rows.kind, kinds)))


@measure("gp_check", vocabulary={"checks": "gp_check.check"}, last_known=True)
def last_check(rows: ir.Table, at: AsOf, *, checks: tuple[str, ...]) -> ir.DateScalar:
    """Day of the last of the checks; missing when there is none."""
    return rows.date.max(where=at.seen(rows.date) & rows.check.isin(checks))


@measure("gp_check", vocabulary={"checks": "gp_check.check"}, last_known=True)
def last_check_text(rows: ir.Table, at: AsOf, *, checks: tuple[str, ...]) -> ir.StringScalar:
    """What the last of the checks that says something says; of several on one day the last in the alphabet."""
    return _last_text(rows, at, checks)


@measure("gp_check", vocabulary={"checks": "gp_check.check"}, last_known=True)
def last_check_among(rows: ir.Table, at: AsOf, *, checks: tuple[str, ...], values: tuple[str, ...]) -> ir.IntegerScalar:
    """1 when `last_check_text` is one of the values, 0 when it is another; missing when no check says anything."""
    return _last_text(rows, at, checks).isin(values).cast("int64")


def _last_text(rows: ir.Table, at: AsOf, checks: tuple[str, ...]) -> ir.StringScalar:
    # Day and text in one text, so that the greatest is the latest and then the last in the alphabet.
    day = day_number(rows.date).cast("string").lpad(_DIGITS_OF_A_DAY, "0")
    where = at.seen(rows.date) & rows.check.isin(checks) & rows.value.notnull()
    return (day + rows.value).max(where=where).substr(_DIGITS_OF_A_DAY)


_DIGITS_OF_A_DAY = 7


@measure("gp_measurement", last_known=True)
def last_value(
    rows: ir.Table, at: AsOf, *, codes: tuple[str, ...], units: tuple[str, ...], within: Period | None = None
) -> ir.FloatingScalar:
    """The last measured value with one of the codes (NPU), in one of the units; of two on one day the higher."""
    return _last_value(rows, every(_counts(rows, at, codes, units), within_(rows.date, within)))


@measure("gp_measurement", last_known=True)
def last_value_day(
    rows: ir.Table, at: AsOf, *, codes: tuple[str, ...], units: tuple[str, ...], within: Period | None = None
) -> ir.DateScalar:
    """Day of the last measured value with one of the codes (NPU), in one of the units."""
    return rows.date.max(where=every(_counts(rows, at, codes, units), within_(rows.date, within)))


@measure("gp_measurement", last_known=True)
def highest_value(
    rows: ir.Table, at: AsOf, *, codes: tuple[str, ...], units: tuple[str, ...], within: Period | None = None
) -> ir.FloatingScalar:
    """The highest measured value with one of the codes (NPU), in one of the units."""
    return rows.value.max(where=every(_counts(rows, at, codes, units), within_(rows.date, within)))


@measure("gp_target", last_known=True)
def last_target(rows: ir.Table, at: AsOf, *, codes: tuple[str, ...], units: tuple[str, ...]) -> ir.FloatingScalar:
    """The patient's own target in force: the last one agreed for one of the codes (NPU), in one of the units."""
    return _last_value(rows, _counts(rows, at, codes, units))


def _above_target(
    rows: ir.Table,
    tables: Mapping[str, ir.Table],
    at: AsOf,
    column: str,
    *,
    codes: tuple[str, ...],
    units: tuple[str, ...],
    last: int,
    **_: Any,
) -> ir.Table:
    """Adds to every row how many of the person's last values lie above the target; null when that is not known."""
    targets = (
        tables["gp_target"]
        .group_by("person_id")
        .aggregate(target=lambda t: last_target(t, at, codes=codes, units=units))
    )
    days = rows.filter(_counts(rows, at, codes, units)).group_by("person_id", "date").aggregate(value=rows.value.max())
    # "The last so many" cannot be told by adding up alone.
    latest_first = ibis.window(group_by=days.person_id, order_by=days.date.desc())
    ranked = days.mutate(place=ibis.row_number().over(latest_first))
    lasts = ranked.filter(ranked.place < last).inner_join(targets.filter(targets.target.notnull()), "person_id")
    known = lasts.group_by("person_id").aggregate(
        values=lasts.count(), above=(lasts.value > lasts.target).cast("int64").sum()
    )
    whole = known.filter(known["values"] == last).select(whose=known.person_id, **{column: known.above})
    return rows.left_join(whole, rows.person_id == whole.whose).drop("whose")


@measure("gp_measurement", also=("gp_target",), prepare=_above_target, last_known=True)
def values_above_target(
    rows: ir.Table,
    at: AsOf,
    *,
    codes: tuple[str, ...],
    units: tuple[str, ...],
    last: int,
    prepared: ir.IntegerColumn,
) -> ir.IntegerScalar:
    """How many of the `last` so many values (one a day, the higher) lie above the patient's own target in force.

    Missing without a target, and with fewer values than that.
    """
    return prepared.max(where=_counts(rows, at, codes, units))


def _counts(rows: ir.Table, at: AsOf, codes: tuple[str, ...], units: tuple[str, ...]) -> ir.BooleanValue:
    """The rows of measurements or targets that are seen at D, and are of the codes and units."""
    return at.seen(rows.date) & rows.code.isin(codes) & rows.unit.isin(units) & (rows.value < _NO_VALUE_REACHES)


def _last_value(rows: ir.Table, where: ir.BooleanValue | None) -> ir.FloatingScalar:
    """The value of the latest day, then the greatest: exact for values of up to three decimals."""
    thousandths = (rows.value * _PARTS).round().cast("int64")
    latest = (day_number(rows.date) * (_NO_VALUE_REACHES * _PARTS) + thousandths).max(where=where)
    return (latest % (_NO_VALUE_REACHES * _PARTS)).cast("float64") / _PARTS


_PARTS = 1000
#: Day and value in one whole number leave room for values below this.
_NO_VALUE_REACHES = 1_000_000_000


@measure("gp_measurement")
def gp_measurements(
    rows: ir.Table, at: AsOf, *, within: Period, codes: tuple[str, ...], at_least: int | None = None
) -> ir.IntegerScalar:
    """Number of measurements with one of the codes (NPU), and of a value of at least so much where it is given."""
    reached = None if at_least is None else rows.value >= at_least
    return rows.count(where=every(within.contains(rows.date), rows.code.isin(codes), reached))
