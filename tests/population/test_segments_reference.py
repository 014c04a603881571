"""Segments of the engine and of the reference agree, and keep the laws that segments must keep."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from samspil.population.attendance_segments import SEGMENTS
from samspil.population.segment_readings import concordance_of, gap_of
from samspil.population.segment_sizes import LEVELS, SIZE_COLUMNS, WITH_NUMBERS, sizes
from samspil.warehouse.contracts import contracts
from tests.population.builders import Row
from tests.population.segment_builders import persons, run, small_definitions
from tests.population.strategies import missing_sources, population, run_days
from tests.reference.segments import everybody

#: What the small definitions look at, the more telling more often.
HAPPENING_IN = [
    "gp_diagnosis",
    "hospital_contact",
    "gp_contact",
    "dispensing",
    "hospital_diagnosis",
    "rehabilitation",
] * 3 + ["home_nursing", "substance_case", "specialist_contact"]
# A crowd is not made smaller, which would take minutes: the failure tells of its first person instead.
crowds = settings(
    deadline=None,
    max_examples=6,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


@dataclass(frozen=True, repr=False)
class Case:
    """A crowd at D, told of by a failure person by person only."""

    tables: dict[str, list[Row]]
    as_of: dt.date


@st.composite
def cases(draw: st.DrawFn) -> Case:
    as_of = draw(run_days())
    numbers = draw(st.randoms(use_true_random=True))
    tables = population(Random(numbers.random()), as_of, 30, HAPPENING_IN, most_events=16)
    for source in draw(missing_sources()):
        for name in contracts()[source].tables:
            tables.pop(name, None)
    return Case(tables, as_of)


def told(tables: dict[str, list[Row]], person: int) -> dict[str, Any]:
    return {name: own for name, rows in tables.items() if (own := [r for r in rows if r.get("person_id") == person])}


@given(cases())
@crowds
def test_engine_and_reference_find_the_same_of_everybody(case: Case) -> None:
    tables, as_of = case.tables, case.as_of
    result = run(tables, as_of)
    engine, reference = persons(result), everybody(small_definitions(), tables, as_of)
    then = {row["person_id"] for row in result.high_need.to_pyarrow().to_pylist() if row["before"]}
    assert then == {person for person, row in reference.items() if row["before"]}
    now = {person: row for person, row in reference.items() if "only_before" not in row}
    assert set(engine) == set(now)
    for person, row in now.items():
        for name, value in row.items():
            if name in engine[person] and engine[person][name] != value:
                pytest.fail(f"{name} of {person} at {as_of}: {engine[person][name]} != {value}: {told(tables, person)}")


@given(cases())
@settings(crowds, max_examples=3)
def test_counts_add_up_at_every_level_and_gaps_to_their_parts(case: Case) -> None:
    tables, as_of = case.tables, case.as_of
    result = run(tables, as_of)
    rows = sizes(result).to_pyarrow().to_pylist()
    people = persons(result)
    for row in people.values():
        for programme in result.definitions.programmes:
            assert_one_segment(row, programme.key)
    for level in LEVELS:
        counted: Counter[tuple[str, str | None]] = Counter()
        for row in rows:
            assert tuple(row) == SIZE_COLUMNS
            if row["level"] == level:
                counted[row["section"], row["programme"]] += row["persons"]
        for programme in result.definitions.programmes:
            # Everybody is in exactly one segment of each programme.
            assert counted["segment", programme.programme] == len(people)
            assert counted["segment_region", programme.programme] == len(people)
        for section in ("population", "stratum", "square", "programmes", "fragmentation", "high_need"):
            assert counted[section, None] == len(people)
    assert all(row["not_measured"] is not None for row in rows if row["section"] in WITH_NUMBERS)
    region = [row for row in rows if row["level"] == "region"]
    for programme in result.definitions.programmes:
        gap = gap_of(region, programme.programme, None, result.definitions.rules.over_capacity.ratio)
        if gap is not None:
            assert gap.total == sum(gap.parts.values()) - gap.outside == gap.estimate - gap.started
            estimated = [row for row in people.values() if row[f"estimate_{programme.key}"]]
            assert gap.estimate == len(estimated)
        heeded, alone = (concordance_of(region, programme, comorbidity=both) for both in (True, False))
        assert heeded.relocatable.denominator == alone.relocatable.denominator
        assert heeded.relocatable.numerator <= alone.relocatable.numerator


def assert_one_segment(row: Row, key: str) -> None:
    """A person's segment is one of those there are, S3b is never diagnosed, and no level is told of the undiagnosed."""
    segment, seen = row[f"segment_{key}"], row[f"segment_region_{key}"]
    assert segment in SEGMENTS
    assert seen in {segment, "none", "unknown"} - {"S3b"}
    if segment == "S3b":
        assert row[f"estimate_{key}"]
        assert row[f"diagnosed_{key}"] is False
    if not row[f"diagnosed_{key}"]:
        assert row[f"recommended_{key}"] is row[f"actual_{key}"] is row[f"stable_{key}"] is None
