"""What the counts and persons of a segmentation say: sizes with four numbers, concordance, gap, profile.

The counts are rows of `segment_sizes` of one unit, as dictionaries.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import ibis.expr.types as ir

from samspil.population.age_bands import age_band
from samspil.population.attendance_segments import UNKNOWN
from samspil.population.concordance import Concordance, Share, concordance
from samspil.population.four_numbers import FourNumbers, SegmentSize
from samspil.population.gap import Gap, from_steps
from samspil.population.high_need import Profile, homogeneity, persistence
from samspil.population.segment_sizes import NUMBERS
from samspil.population.segments import Segmentation
from samspil.population.tables import sources_of
from samspil.programmes.segments import ProgrammeSegments


def segment_sizes(rows: Iterable[dict[str, Any]]) -> list[SegmentSize]:
    """The sizes of segments, each with its four numbers."""
    return [
        SegmentSize(
            programme=str(row["programme"]),
            segment=str(row["key"]),
            persons=int(row["persons"]),
            numbers=FourNumbers(**{name: None if row[name] is None else int(row[name]) for name in NUMBERS}),
        )
        for row in rows
        if row["section"] == "segment"
    ]


def concordance_of(rows: Iterable[dict[str, Any]], programme: ProgrammeSegments, *, comorbidity: bool) -> Concordance:
    """The concordance of one unit and programme."""
    section = "concordance" if comorbidity else "concordance_alone"
    counts = {
        (_level(row["key"]), _level(row["key2"])): int(row["persons"])
        for row in rows
        if row["section"] == section and row["programme"] == programme.programme
    }
    levels = [level.level for level in programme.levels]
    return concordance(counts, levels, programme.primary, comorbidity=comorbidity)


def _level(name: str) -> str | None:
    return None if name == UNKNOWN else name


def gap_of(
    rows: Iterable[dict[str, Any]], programme: str, capacity: int | None, over_capacity_from: Decimal
) -> Gap | None:
    """The gap of one unit and programme, held against a capacity where there is one; None without an estimate."""
    own = [row for row in rows if row["programme"] == programme]
    if any("algorithm_positive" in (row["not_measured"] or "") for row in own):
        return None
    steps = {str(row["key"]): int(row["persons"]) for row in own if row["section"] == "gap"}
    outside = sum(int(row["persons"]) for row in own if row["section"] == "gap_outside")
    return from_steps(steps, outside, capacity, over_capacity_from)


def high_need_profile(found: Segmentation) -> Profile:
    """The high-need group of the whole population: its size, cost, ages, illnesses and persistence."""
    rules = found.definitions.rules.high_need
    people = found.persons
    member = people.high_need.fill_null(False)
    row = _first(
        people.aggregate(
            population=people.count(),
            members=member.sum(),
            cost=people.cost.sum(where=member),
            cost_of_all=people.cost.sum(),
            young=(member & (people.age < rules.young_under)).sum(),
            contacts=people.contacts.sum(where=member),
            admissions=people.admissions.sum(where=member),
            diagnoses=people.conditions.sum(where=member),
            unmeasured=people.cost.isnull().any(),
        )
    )
    members = int(row["members"] or 0)
    years = _first(
        found.high_need.aggregate(
            before=found.high_need.before.sum(), both=(found.high_need.before & found.high_need.now).sum()
        )
    )
    named = people.filter(member)
    by_age = _counts(named.select(key=age_band(named.age, rules.age_bands)))
    by_group = _counts(named.select(key=named.groups.unnest()))
    absent = [table for use in found.definitions.cost_uses(1) for table in use.tables]
    return Profile(
        population=int(row["population"]),
        members=members,
        cost=Decimal(row["cost"] or 0),
        cost_of_all=Decimal(row["cost_of_all"] or 0),
        under_age=Share(int(row["young"] or 0), members),
        contacts=None if row["contacts"] is None else int(row["contacts"]),
        admissions=None if row["admissions"] is None else int(row["admissions"]),
        diagnoses=int(row["diagnoses"] or 0),
        persistence=None if row["unmeasured"] else persistence(int(years["before"] or 0), int(years["both"] or 0)),
        by_age=by_age,
        by_group=by_group,
        ages=homogeneity(by_age, rules.homogeneous),
        groups=homogeneity(by_group, rules.homogeneous),
        missing=tuple(source for source in sources_of(tuple(absent)) if source in found.missing),
        warning=rules.warning,
    )


def _first(rows: ir.Table) -> dict[str, Any]:
    found: dict[str, Any] = rows.to_pyarrow().to_pylist()[0]
    return found


def _counts(rows: ir.Table) -> dict[str, int]:
    counted = rows.group_by("key").aggregate(persons=rows.count()).order_by("key")
    return {row["key"]: row["persons"] for row in counted.to_pyarrow().to_pylist()}
