"""How long each unit is followed from its index date, and why following it ended."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping

import pandas as pd

from samspil.evaluation.courses import Courses
from samspil.evaluation.study_cohort import FollowUp
from samspil.population.tables import Tables
from samspil.population.time import DAY, Months
from samspil.programmes.study import Study

#: Days in a month when a time is told in months.
MONTH = 365.25 / 12
#: Why following somebody ends, in the order that holds when two come on one day.
DEATH, LEFT, ENROLLED, DATA_END, WINDOW = "death", "left_region", "enrolled", "data_end", "window"


def followed(units: pd.DataFrame, study: Study, found: Courses, tables: Tables, data_until: dt.date) -> pd.DataFrame:
    """The units with `last` (the last day they are followed) and `ended` (why).

    Followed is until the study's window is over, the data end, the citizen dies or leaves the region, or, of somebody
    compared with, until the day before an own course, or the practice's own start.
    """
    person = tables["person"]
    rows = person.filter(person.status != "active").select("person_id", "status", "status_date").to_pyarrow()
    gone = {row["person_id"]: (row["status"], row["status_date"]) for row in rows.to_pylist()}
    cut = min(data_until, study.analysis_date)
    window = Months(study.windows.after)

    def end(person_id: int, treated: int, practice: str, index: dt.date) -> tuple[dt.date, str]:
        ends = [(window.after(index) - DAY, 4, WINDOW), (cut, 3, DATA_END)]
        status, day = gone.get(person_id, (None, None))
        if day is not None and day <= cut:
            ends.append((day, 0, DEATH) if status == "dead" else (day - DAY, 1, LEFT))
        if not treated:
            own = [found.first.get(person_id)]
            if study.comparison.from_ == "not_yet_treated":
                own.append(found.begins.get(practice))
            ends += [(begins - DAY, 2, ENROLLED) for begins in own if begins is not None and begins > index]
        day, _, why = min(ends)
        return day, why

    columns = (units[name] for name in ("person_id", "treated", "cluster", "index_date"))
    ends = [end(*each) for each in zip(*columns, strict=True)]
    return units.assign(last=[day for day, _ in ends], ended=[why for _, why in ends])


def follow_up(units: pd.DataFrame, study: Study) -> FollowUp:
    """How long a group was followed: see `FollowUp`. Each citizen counts by the unit followed longest."""
    days = pd.Series([(last - index).days + 1 for last, index in zip(units["last"], units["index_date"], strict=True)])
    months = days.to_numpy() / MONTH
    frame = units[["person_id", "ended", "index_date", "last"]].assign(months=months)
    frame = frame.sort_values(["person_id", "months", "index_date"]).drop_duplicates("person_id", keep="last")
    if frame.empty:
        return FollowUp(0, 0.0, 0.0, 0.0, 0.0, {})
    enough = [
        last >= Months(study.windows.enough).after(index) - DAY or why == DEATH
        for last, index, why in zip(frame["last"], frame["index_date"], frame["ended"], strict=True)
    ]
    return FollowUp(
        citizens=len(frame),
        mean_months=float(frame["months"].mean()),
        under_6_months=_shorter(frame, 6),
        under_12_months=_shorter(frame, 12),
        enough=sum(enough) / len(frame),
        ended=_counted(frame["ended"]),
    )


def _shorter(frame: pd.DataFrame, months: int) -> float:
    short = [
        last < Months(months).after(index) - DAY for last, index in zip(frame["last"], frame["index_date"], strict=True)
    ]
    return sum(bool(each) for each in short) / len(frame)


def _counted(ended: pd.Series[str]) -> Mapping[str, int]:
    return dict(sorted(Counter(ended).items()))
