"""Indicators over several days: one table of each kind, the cohort-constant series, and the breaks to show in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import ibis
import ibis.expr.types as ir

from samspil.definitions import SamspilError
from samspil.population.indicator_results import Results, delivering, places
from samspil.population.indicators import Measured, case_of, first_days, measure_set, set_tables
from samspil.population.tables import Tables
from samspil.population.time import AsOf, Months
from samspil.programmes.indicators import IndicatorSet


def days_of(as_of: dt.date, since: dt.date | None, every: Months) -> list[dt.date]:
    """The days of a series, oldest first: `as_of`, and every so many months before it down to `since`.

    Raises SamspilError when `since` is after `as_of`.
    """
    if since is None:
        return [as_of]
    if since > as_of:
        raise SamspilError(f"a series cannot begin on {since}, after its last day {as_of}")
    days = [as_of]
    while (earlier := Months(every.count * len(days)).before(as_of)) >= since:
        days.append(earlier)
    return days[::-1]


@dataclass(frozen=True)
class Series:
    """The results of a set on each of several days, oldest first. `days` has what was measured on each."""

    days: Sequence[Measured]
    tables: Mapping[str, ir.Table]


def indicator_series(
    sets: Mapping[dt.date, IndicatorSet], tables: Tables, case: str | None = None, constant: bool = False
) -> Series:
    """The tables of a run of indicators for each day of `sets` (the set as in force on that day).

    results, categories, coverage and practices have every day (see `Results`); patients and lost the last day alone.
    `constant` leaves only the practices that deliver on every day, so that a change is not one of who takes part
    (003 L-32). Raises SamspilError as `measure_set` and `delivering` do.
    """
    last = max(sets)
    chosen = case_of(sets[last], case)
    wanted = dict.fromkeys(name for found in sets.values() for name in set_tables(found, case_of(found, chosen.case)))
    begins = first_days(tables, wanted)
    delivers = {day: delivering(found, tables, AsOf(day)) for day, found in sets.items()}
    if constant:
        always = _on_every_day(list(delivers.values()))
        delivers = dict.fromkeys(delivers, always)
    measured, found = [], []
    for day in sorted(sets):
        people = measure_set(sets[day], tables, day, chosen.case, begins)
        measured.append(people)
        found.append(Results(people, places(tables, people.at, delivers[day])))
    ends = measured[-1]
    return Series(
        days=measured,
        tables={
            "patients": ends.patients().order_by(["provider_number", "person_id", "indicator"]),
            "lost": ends.lost().order_by(["provider_number", "person_id"]),
            "results": _sorted([each.results() for each in found], "indicator"),
            "categories": _sorted([each.categories() for each in found], "indicator", "category"),
            "coverage": _sorted([each.coverage() for each in found], "variable"),
            "practices": _sorted([each.practices() for each in found], "provider_number"),
        },
    )


def _on_every_day(delivers: Sequence[ir.Table]) -> ir.Table:
    """The practices that are in every one of the tables: provider_number."""
    rows = ibis.union(*delivers)
    counts = rows.group_by("provider_number").aggregate(days=rows.count())
    return counts.filter(counts.days == len(delivers)).select("provider_number").cache()


def _sorted(parts: Sequence[ir.Table], *names: str) -> ir.Table:
    return ibis.union(*parts).order_by(["level", "unit", "as_of", *names])


@dataclass(frozen=True)
class Point:
    """One day of a series: the definition in force, and the practices that deliver."""

    as_of: dt.date
    version: str
    practices: frozenset[str]


@dataclass(frozen=True)
class Break:
    """A day from which a series cannot be compared with what was before, and why.

    `version`: the definition changed, from `before` to `after`. `practices`: others deliver than on the day before in
    the series; `joined` and `left` say which.
    """

    as_of: dt.date
    kind: Literal["version", "practices"]
    before: str
    after: str
    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def breaks(series: Sequence[Point]) -> list[Break]:
    """The breaks of a series, oldest first; both kinds on one day are two (003 L977-979).

    `series` may come in any order of days.
    """
    found = []
    ordered = sorted(series, key=lambda point: point.as_of)
    for before, after in pairwise(ordered):
        if before.version != after.version:
            found.append(Break(after.as_of, "version", before.version, after.version))
        if before.practices != after.practices:
            found.append(
                Break(
                    after.as_of,
                    "practices",
                    str(len(before.practices)),
                    str(len(after.practices)),
                    tuple(sorted(after.practices - before.practices)),
                    tuple(sorted(before.practices - after.practices)),
                )
            )
    return found
