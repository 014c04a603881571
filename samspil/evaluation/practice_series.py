"""What all citizens of each practice used, month by month: for designs that look at practices and not at citizens."""

from __future__ import annotations

import datetime as dt

import ibis
import numpy as np
import pandas as pd

from samspil.evaluation.courses import Courses
from samspil.evaluation.study_binding import BoundStudy
from samspil.population.criteria import Judge
from samspil.population.engine import citizens, column_names, is_loaded, with_measures
from samspil.population.relative_time import seen_at
from samspil.population.tables import Tables
from samspil.population.time import DAY, AsOf, Months, Period
from samspil.programmes.criteria import Criteria


def practice_series(
    bound: BoundStudy, found: Courses, tables: Tables, data_from: dt.date, data_until: dt.date
) -> pd.DataFrame:
    """One row per practice and calendar month: `cluster`, `month`, `start` (the month in which the practice began; NaN
    never), `persons`, and a column per measured outcome with the amount of all of them.

    Persons are the citizens at the month's beginning who meet those of the study's criteria that ask for age alone:
    what else a criterion asks for, the programme may change. Whole months, from the study's time before to where data
    end.
    """
    study = bound.study
    seen = seen_at(tables, AsOf(study.analysis_date))
    begins = max(Months(study.windows.before).before(study.enrolled.from_), data_from)
    month = begins if begins.day == 1 else Months(1).after(begins.replace(day=1))
    last = min(study.analysis_date, data_until)
    parts = []
    while Months(1).after(month) - DAY <= last:
        parts.append(_month(bound, seen, month))
        month = Months(1).after(month)
    if not parts:
        return pd.DataFrame({"cluster": [], "month": [], "start": [], "persons": []})
    frame = pd.concat(parts, ignore_index=True).sort_values(["cluster", "month"], ignore_index=True)
    starts = {practice: day.year * 12 + day.month - 1 for practice, day in found.begins.items()}
    return frame.assign(start=[starts.get(practice, np.nan) for practice in frame["cluster"]])


def _month(bound: BoundStudy, tables: Tables, first: dt.date) -> pd.DataFrame:
    at = AsOf(first - DAY)
    period = Period(first - DAY, Months(1).after(first) - DAY)
    people = citizens(tables, at)
    people = people.filter(people.active)
    of_age = [each.criteria for each in bound.study.criteria if _asks_for_age_alone(each.criteria)]
    judge = Judge(people, {}, tables)
    people = people.filter(ibis.and_(ibis.literal(True), *(judge.rule(rule).fill_null(False) for rule in of_age)))
    uses = {name: use for name, use in bound.outcomes.items() if is_loaded(use, tables)}
    names = column_names(uses.values())
    measured = with_measures(people, list(uses.values()), tables, at, period)
    sums = {name: measured[names[use]].cast("float64").sum() for name, use in uses.items()}
    rows = measured.group_by(cluster=measured.provider_number).aggregate(persons=measured.count(), **sums)
    return rows.to_pyarrow().to_pandas().assign(month=first.year * 12 + first.month - 1)


def _asks_for_age_alone(rule: Criteria) -> bool:

    return all(criterion.found == "age" for _, criteria in rule.parts for criterion in criteria)
