"""Everybody who could be in a study: those enrolled, and those who could have been, by the same rules on the same days.

For each month of enrolment, every citizen of a comparison practice is a candidate at one of the days on which somebody
was enrolled in that month. Criteria and covariates are what was known on the day before, for both alike: nobody is
chosen by what came later, and nobody is given time as a gift.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from samspil.evaluation.courses import Courses
from samspil.evaluation.study_binding import BoundStudy
from samspil.population.cohorts import Step, applied_in_turn
from samspil.population.criteria import Judge
from samspil.population.engine import citizens, column_names, is_loaded, with_measures
from samspil.population.relative_time import laid_on, seen_at
from samspil.population.tables import REQUIRED_TABLES, Tables
from samspil.population.time import DAY, AsOf
from samspil.programmes.study import Study

#: Units whose covariates are measured together. More take more memory; results are the same.
_BATCH = 100_000
#: What a covariate's value is called where nothing is known.
MISSING = "missing"


@dataclass(frozen=True)
class Candidates:
    """Who meets every criterion.

    `frame` has one row per unit (a citizen at an index date), in an order that follows from the data: `unit`,
    `person_id`, `cluster` (practice), `treated`, `index_date`, `index_month`, one column per subgroup (`subgroup:name`,
    boolean), and the covariates as numbers (`columns`; levels are columns of 0 and 1 named `covariate=level`).

    `citizens` is how many distinct citizens were candidates; `eligible` how many of practices that took part could have
    been enrolled, those who were among them; `gone` how many of those enrolled had no practice, or were
    dead or emigrated, before their index date. `unmeasured` covariates have no source that is loaded.
    """

    frame: pd.DataFrame
    columns: tuple[str, ...]
    treated_steps: tuple[Step, ...]
    candidate_steps: tuple[Step, ...]
    citizens: int
    eligible: int
    gone: int
    unmeasured: tuple[str, ...]


def candidates(bound: BoundStudy, found: Courses, tables: Tables) -> Candidates:
    """Those enrolled and those to compare them with, who meet every criterion of the study."""
    study = bound.study
    seen = seen_at(tables, AsOf(study.analysis_date))
    screened = [_screened(bound, found, seen, month) for month in _months(found.index)]
    names = [each.criterion for each in study.criteria]
    treated = _added([applied_in_turn(flags.filter(flags.treated == 1), names)[1] for flags in screened])
    compared = [flags.filter((flags.treated == 0) & ~flags.taking_part) for flags in screened]
    others = _added([applied_in_turn(flags, names)[1] for flags in compared])
    every = pa.concat_tables(_meeting(flags, names) for flags in screened).to_pandas(date_as_object=True)
    meeting = every[(every["treated"] == 1) | ~every["taking_part"]].drop(columns="taking_part")
    meeting = meeting.sort_values(["index_date", "treated", "person_id"], ascending=[True, False, True])
    meeting = meeting.reset_index(drop=True)
    meeting.insert(0, "unit", meeting.index)
    measured = pd.concat(list(_measured(bound, meeting, seen)), ignore_index=True)
    frame, columns = _as_numbers(study, measured)
    frame["index_month"] = frame["index_date"].map(month_number)
    candidate_citizens = pd.unique(frame.loc[frame["treated"] == 0, "person_id"])
    return Candidates(
        frame=frame.rename(columns={"provider_number": "cluster"}),
        columns=columns,
        treated_steps=treated,
        candidate_steps=others,
        citizens=len(candidate_citizens),
        eligible=every.loc[(every["treated"] == 1) | every["taking_part"], "person_id"].nunique(),
        gone=len(found.index) - (treated[0].before if treated else 0),
        unmeasured=tuple(name for name, use in bound.covariates.items() if not is_loaded(use, tables)),
    )


def month_number(day: dt.date) -> int:
    """The calendar month of a day as a whole number that grows by one a month."""
    return day.year * 12 + day.month - 1


def _months(index: pd.DataFrame) -> list[pd.DataFrame]:
    """Those enrolled, month by month."""
    months = index["index_date"].map(month_number)
    return [index[months == month] for month in sorted(months.unique())]


def _screened(bound: BoundStudy, found: Courses, tables: Tables, enrolled: pd.DataFrame) -> ir.Table:
    """Everybody of one month with a truth value per criterion, on the day before the own index date."""
    study = bound.study
    day = study.enrolled.from_
    units = _units(found, tables, enrolled)
    needed = {*REQUIRED_TABLES, *(table for use in bound.criteria for table in use.tables)}
    moved = laid_on({name: tables[name] for name in needed if name in tables}, units, day)
    at = AsOf(day - DAY)
    people = citizens(moved, at)
    people = people.filter(people.active)
    people = people.inner_join(units.drop("person_id"), people.person_id == units.unit).drop("unit")
    people = people.mutate(taking_part=people.provider_number.isin(_taking_part(found, max(enrolled["index_date"]))))
    people = people.filter((people.treated == 1) | people.taking_part | _comparable(study, found, people, enrolled))
    measured = with_measures(people, bound.criteria, moved, at)
    judge = Judge(measured, column_names(bound.criteria), moved)
    kept = ["person_id", "provider_number", "municipality", "age", "sex", "treated", "taking_part", "index_date"]
    flags = {each.criterion: judge.rule(each.criteria) for each in study.criteria}
    return measured.select(*kept, **flags).cache()


def _units(found: Courses, tables: Tables, enrolled: pd.DataFrame) -> ir.Table:
    """Those enrolled in a month on their own day, and everybody not enrolled by then on a day of those."""
    days = sorted(enrolled["index_date"])
    treated = ibis.memtable(
        pa.table({"person_id": pa.array(enrolled["person_id"], pa.int64()), "index_date": list(enrolled["index_date"])})
    ).mutate(treated=ibis.literal(1))
    first = ibis.memtable(
        pa.table(
            {
                "person_id": pa.array(list(found.first), pa.int64()),
                "first": pa.array(list(found.first.values()), pa.date32()),
            }
        )
    )
    person = tables["person"].select("person_id")
    own_day = ibis.literal(days, type="array<date>")[person.person_id % len(days)]
    others = person.mutate(index_date=own_day).left_join(first, "person_id")
    others = others.filter(others["first"].isnull() | (others["first"] > others.index_date))
    others = others.anti_join(treated, "person_id")
    others = others.select("person_id", "index_date", treated=ibis.literal(0))
    both = treated.select("person_id", "index_date", treated=treated.treated.cast("int8")).union(
        others.mutate(treated=others.treated.cast("int8"))
    )
    # A person is enrolled once and then no candidate of that month, so that the person is the unit.
    return both.mutate(unit=both.person_id).cache()


def _comparable(study: Study, found: Courses, people: ir.Table, enrolled: pd.DataFrame) -> ir.BooleanValue:
    """Whether somebody belongs to where the comparison comes from."""
    last = max(enrolled["index_date"])
    ever = _taking_part(found, last) if study.comparison.from_ == "not_yet_treated" else sorted(found.begins)
    outside = ~people.provider_number.isin(ever)
    if study.comparison.from_ == "neighbouring_area":
        return outside & people.municipality.isin(study.comparison.municipalities)
    return outside


def _taking_part(found: Courses, day: dt.date) -> list[str]:
    """The practices that take part by a day. There is always one, because somebody was enrolled."""
    return sorted(practice for practice, begins in found.begins.items() if begins <= day)


def _meeting(flags: ir.Table, names: list[str]) -> pa.Table:
    met = flags.filter(ibis.and_(ibis.literal(True), *(flags[name].fill_null(False) for name in names)))
    return met.drop(*names).to_pyarrow()


def _added(months: list[tuple[Step, ...]]) -> tuple[Step, ...]:
    """The steps of all months added together."""
    return tuple(
        Step(same[0].criterion, *(sum(getattr(step, part) for step in same) for part in _PARTS))
        for same in zip(*months, strict=True)
    )


_PARTS = ("before", "lost", "unknown", "after", "without")


def _measured(bound: BoundStudy, meeting: pd.DataFrame, tables: Tables) -> Iterator[pd.DataFrame]:
    """The units with a column per covariate (named by the covariate) and subgroup, some thousands at a time."""
    uses = list(dict.fromkeys([*bound.covariates.values(), *bound.subgroups]))
    names, day = column_names(uses), bound.study.enrolled.from_
    needed = {table for use in uses for table in use.tables if table in tables}
    for start in range(0, len(meeting), _BATCH):
        part = meeting.iloc[start : start + _BATCH]
        moved = laid_on({name: tables[name] for name in needed}, units_of(part), day)
        # The engine counts by person; here the unit stands in the person's place.
        people = ibis.memtable(
            pa.table({"person_id": pa.array(part["unit"], pa.int64()), "age": pa.array(part["age"], pa.int32())})
        )
        measured = with_measures(people, uses, moved, AsOf(day - DAY))
        judge = Judge(measured, names, moved)
        asked: dict[str, ir.Value] = {
            name: measured[names[use]] for name, use in bound.covariates.items() if is_loaded(use, tables)
        }
        asked |= {subgroup(each.subgroup): judge.rule(each.criteria) for each in bound.study.subgroups}
        found = measured.select(unit="person_id", **asked).to_pyarrow().to_pandas(date_as_object=True)
        yield part.merge(found, on="unit", how="left", validate="one_to_one")


def units_of(frame: pd.DataFrame) -> ir.Table:
    """The units of a frame, as `laid_on` takes them."""
    return ibis.memtable(
        pa.table(
            {
                "unit": pa.array(frame["unit"], pa.int64()),
                "person_id": pa.array(frame["person_id"], pa.int64()),
                "index_date": pa.array(list(frame["index_date"]), pa.date32()),
            }
        )
    )


def subgroup(name: str) -> str:
    """The column that says who is in a subgroup."""
    return f"subgroup:{name}"


def _as_numbers(study: Study, frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The frame with every covariate as numbers, and the names of their columns.

    Levels become columns of 0 and 1, all but the first (they add up to one); what is missing is a level of its own, and
    of a number the number is then 0 beside a column that says so.
    """
    columns: dict[str, pd.Series[float]] = {}
    for covariate in study.covariates:
        name = covariate.found or covariate.covariate
        if name not in frame:
            continue
        values = frame[name]
        if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
            numbers = values.astype(float)
        elif all(value is None or isinstance(value, bool | Decimal | int | float) for value in values):
            numbers = values.map(lambda value: None if value is None else float(value)).astype(float)
        else:
            filled = values.fillna(MISSING)
            levels = sorted(filled.unique(), key=lambda level: (level == MISSING, level))
            columns |= {f"{covariate.covariate}={level}": (filled == level).astype(float) for level in levels[1:]}
            continue
        missing = numbers.isna()
        columns[covariate.covariate] = numbers.fillna(0.0)
        if missing.any():
            columns[f"{covariate.covariate}={MISSING}"] = missing.astype(float)
    own = ["unit", "person_id", "provider_number", "treated", "index_date"]
    groups = {subgroup(each.subgroup): frame[subgroup(each.subgroup)] for each in study.subgroups}
    known = {name: values.fillna(False).astype(bool) for name, values in groups.items()}
    return pd.DataFrame({**{name: frame[name] for name in own}, **known, **columns}), tuple(columns)
