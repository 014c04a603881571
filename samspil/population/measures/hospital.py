"""Measures of hospital contacts, diagnoses and courses."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from samspil.population.codes import CodeRange
from samspil.population.measures.registry import days_in, every, is_, measure, one_of, within_
from samspil.population.time import AsOf, Period


@measure("hospital_contact", vocabulary={"kinds": "hospital_contact.kind"})
def hospital_contacts(
    rows: ir.Table,
    at: AsOf,
    *,
    within: Period,
    kinds: tuple[str, ...] | None = None,
    acute: bool | None = None,
) -> ir.IntegerScalar:
    """Number of hospital contacts that start in the period, of given kinds, acute or not."""
    return rows.count(where=every(within.contains(rows.start), one_of(rows.kind, kinds), is_(rows.acute, acute)))


@measure("hospital_contact", vocabulary={"kinds": "hospital_contact.kind"})
def action_diagnoses(
    rows: ir.Table,
    at: AsOf,
    *,
    ranges: tuple[CodeRange, ...],
    within: Period | None = None,
    kinds: tuple[str, ...] | None = None,
    acute: bool | None = None,
) -> ir.IntegerScalar:
    """Number of hospital contacts whose action diagnosis (ICD-10) lies in one of the ranges, of given kinds."""
    in_range = ibis.or_(*(wanted.contains(rows.action_diagnosis) for wanted in ranges))
    return rows.count(
        where=every(within_(rows.start, within), in_range, one_of(rows.kind, kinds), is_(rows.acute, acute))
    )


@measure("hospital_contact", vocabulary={"kinds": "hospital_contact.kind"})
def distinct_hospitals(
    rows: ir.Table, at: AsOf, *, within: Period, kinds: tuple[str, ...] | None = None
) -> ir.IntegerScalar:
    """Number of distinct hospitals with contacts, of given kinds, that start in the period."""
    return rows.hospital.nunique(where=every(within.contains(rows.start), one_of(rows.kind, kinds)))


@measure("hospital_contact")
def hospital_cost(rows: ir.Table, at: AsOf, *, within: Period) -> ir.DecimalScalar:
    """Cost of hospital contacts that start in the period, DKK."""
    return rows.cost.sum(where=within.contains(rows.start))


@measure("hospital_contact", days_within=True)
def bed_days(rows: ir.Table, at: AsOf, *, within: Period, acute: bool | None = None) -> ir.IntegerScalar:
    """Nights in hospital in the period: calendar days of admissions, the day of discharge not counted.

    Kept apart from admissions and from persons admitted, which need not move with it (report 001 R-EVAL-08).
    """
    night = ibis.interval(days=1)
    last = rows.end.date() - night
    nights = days_in(within, rows.start.date(), last)
    return nights.sum(where=every(rows.kind == "inpatient", is_(rows.acute, acute)))


@measure("hospital_diagnosis")
def hospital_diagnoses(
    rows: ir.Table, at: AsOf, *, ranges: tuple[CodeRange, ...], within: Period | None = None
) -> ir.IntegerScalar:
    """Number of hospital diagnoses (ICD-10, primary or secondary) in one of the ranges."""
    in_range = ibis.or_(*(wanted.contains(rows.diagnosis) for wanted in ranges))
    return rows.count(where=every(within_(rows.date, within), in_range))


@measure("outpatient_course")
def open_courses(rows: ir.Table, at: AsOf) -> ir.IntegerScalar:
    """Number of outpatient courses open at D."""
    return rows.count(where=at.active(rows.opened, rows.closed))
