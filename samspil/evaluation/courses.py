"""The courses of a programme: who was enrolled when, how they were found, and which practices took part since when."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import ibis.expr.types as ir
import pandas as pd

from samspil.definitions import SamspilError
from samspil.evaluation.study_cohort import Guard
from samspil.population.tables import Tables, source_of
from samspil.programmes.study import Study

#: The tables of a programme that a study cannot do without.
NEEDED = ("enrolment", "taking_part", "service_received")


@dataclass(frozen=True)
class Courses:
    """`index` has one row per citizen enrolled in the study's days and arm, with person_id, course_id, index_date,
    provider_number and inclusion, when nothing set the citizen aside. `enrolled` is how many there were before.

    `first` is the first day of any course in the programme by person; `begins` the first day that a practice takes
    part, by provider number.
    """

    index: pd.DataFrame
    enrolled: int
    guards: tuple[Guard, ...]
    first: Mapping[int, dt.date]
    begins: Mapping[str, dt.date]

    @cached_property
    def by_inclusion(self) -> dict[str, int]:
        """Citizens by how they were found."""
        return dict(sorted(Counter(self.index["inclusion"]).items()))


def courses(study: Study, tables: Tables) -> Courses:
    """The courses of a study's arm, as known on its analysis date.

    Set aside, and counted, is who would be given time as a gift, or had the programme before (see `Guard`). Raises
    SamspilError when the programme's own data are not loaded, or nobody was enrolled in those days.
    """
    for name in NEEDED:
        if name not in tables:
            raise SamspilError(
                f"no study without the source `{source_of(name)}`: harvest it, or deliver it, and run again"
            )
    every = _rows(tables["enrolment"].filter(lambda t: t.programme == study.programme))
    every = every[every["from"] <= study.analysis_date].sort_values(["from", "course_id"])
    begins = _begins(study, tables)
    first: dict[int, dt.date] = every.groupby("person_id")["from"].min().to_dict()
    days = (every["from"] >= study.enrolled.from_) & (every["from"] <= study.enrolled.to)
    own = every[(every["arm"] == study.arm) & days].drop_duplicates("person_id")
    if own.empty:
        raise SamspilError(
            f"nobody was enrolled in `{study.arm}` of `{study.programme}` from {study.enrolled.from_} to"
            f" {study.enrolled.to}; look at `enrolled`, `programme` and `arm` of the study"
        )
    before = own["person_id"].map(first) < own["from"]
    used = own["course_id"].isin(_used_before(study, tables))
    started = own["provider_number"].map(begins)
    late = started.isna() | (own["from"] < started.fillna(dt.date.max))
    guards = (
        Guard("enrolled_before", int(before.sum())),
        Guard("index_after_use", int((used & ~before).sum())),
        Guard("recorded_late", int((late & ~used & ~before).sum())),
    )
    kept = own[~before & ~used & ~late].rename(columns={"from": "index_date"})
    columns = ["person_id", "course_id", "index_date", "provider_number", "inclusion"]
    return Courses(kept[columns].reset_index(drop=True), len(own), guards, first, begins)


def _rows(table: ir.Table) -> pd.DataFrame:
    """A small table as pandas, its days as `datetime.date`."""
    return table.to_pyarrow().to_pandas(date_as_object=True)


def _begins(study: Study, tables: Tables) -> dict[str, dt.date]:
    rows = _rows(tables["taking_part"].filter(lambda t: t.programme == study.programme))
    rows = rows[rows["from"] <= study.analysis_date]
    found: dict[str, dt.date] = rows.groupby("provider_number")["from"].min().to_dict()
    return found


def _used_before(study: Study, tables: Tables) -> set[str]:
    """Courses of which a service began before the course: the course was written down afterwards."""
    services, enrolment = tables["service_received"], tables["enrolment"]
    own = enrolment.filter(enrolment.programme == study.programme).select("course_id", began="from")
    joined = services.select("course_id", "started").inner_join(own, "course_id")
    rows = joined.filter(joined.started < joined.began).select("course_id").distinct().to_pyarrow()
    return set(rows.column("course_id").to_pylist())
