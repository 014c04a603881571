"""Cohorts by versions of criteria: who belongs by which version, and what each criterion costs (report 003)."""

from __future__ import annotations

import datetime as dt

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samspil.definitions import SamspilError
from samspil.population.cohorts import (
    Attrition,
    attrition,
    criteria_met,
    missing_sources,
    version_for,
)
from samspil.programmes import load_programmes
from samspil.programmes.cohorts import Cohort
from samspil.programmes.segment_rules import load_segment_rules
from tests.population.builders import DAY, Region, as_ibis

SDSP: Cohort = next(programme.cohorts["sdsp"] for programme in load_programmes() if programme.cohorts)
START = {"type_2_diabetes": True, "vulnerable": True, "several_professionals": True}
D = dt.date(2021, 6, 30)
CONDITIONS = load_segment_rules().conditions


def flags(rows: list[dict[str, bool | None]]) -> ibis.Table:
    names = list(rows[0])
    columns = {name: pa.array([row[name] for row in rows], pa.bool_()) for name in names}
    return ibis.memtable(pa.table({"person_id": range(len(rows)), **columns}))


def applied(rows: list[dict[str, bool | None]], version: str = "start", **drop_outs: int) -> Attrition:
    return attrition(SDSP, SDSP.version(version), flags(rows), drop_outs)


def judged(enrolled: dt.date, met: dict[str, bool | None]) -> Attrition:
    """A cohort of one, by the version that holds for who comes in on the day."""
    return attrition(SDSP, version_for(SDSP, enrolled), flags([met]))


def test_tc3_22_a_citizen_of_1_august_stays_and_one_of_1_september_is_rejected() -> None:
    met = {**START, "psychiatry": False}
    before, after = dt.date(2020, 8, 1), dt.date(2020, 9, 1)
    assert (version_for(SDSP, before).version, version_for(SDSP, after).version) == ("start", "extended")
    assert judged(before, met).enrolled == 1
    rejected = judged(after, met)
    assert rejected.enrolled == 0
    assert [step.criterion for step in rejected.steps if step.lost] == ["psychiatry"]


def test_tc3_22_the_day_of_the_decision_is_the_first_of_the_new_version() -> None:
    decided = dt.date(2020, 8, 24)
    assert version_for(SDSP, decided - DAY).version == "start"
    assert version_for(SDSP, decided).version == "extended"
    # How the project told of it afterwards takes nobody in.
    assert version_for(SDSP, dt.date(2030, 1, 1)).version == "extended"


def test_a_criterion_nobody_has_judged_leaves_the_citizen_open() -> None:
    found = judged(dt.date(2020, 9, 1), {**START, "psychiatry": None})
    assert [step.criterion for step in found.steps if step.unknown] == ["psychiatry"]
    assert (found.enrolled, sum(step.lost for step in found.steps)) == (0, 0)


def test_what_is_preferred_excludes_nobody() -> None:
    met = {**START, "psychiatry": True, "early": False, "young": False}
    found = judged(dt.date(2020, 9, 1), met)
    assert (found.enrolled, found.preferred) == (1, {"early": 0, "young": 0})


def test_tc3_21_criteria_one_by_one_leave_17_after_4_drop_outs() -> None:
    everybody = dict.fromkeys(START, True)
    rows = [everybody] * 21
    rows += [everybody | {"several_professionals": False}] * 10
    rows += [everybody | {"vulnerable": False}] * 60
    rows += [dict.fromkeys(START, False)] * 900
    found = applied(rows, moved=2, no_wish=1, other=1)
    assert [(step.criterion, step.before, step.lost, step.after) for step in found.steps] == [
        ("type_2_diabetes", 991, 900, 91),
        ("vulnerable", 91, 60, 31),
        ("several_professionals", 31, 10, 21),
    ]
    assert (found.enrolled, found.current) == (21, 17)


def test_l_60_dropping_one_criterion_is_simulated() -> None:
    everybody = dict.fromkeys(START, True)
    rows = [everybody] * 21 + [everybody | {"vulnerable": False}] * 60 + [everybody | {"type_2_diabetes": False}] * 5
    found = applied(rows)
    assert {step.criterion: step.without - found.enrolled for step in found.steps} == {
        "type_2_diabetes": 5,
        "vulnerable": 60,
        "several_professionals": 0,
    }


def test_what_is_not_known_is_not_lost_and_not_in() -> None:
    everybody: dict[str, bool | None] = dict.fromkeys(START, True)
    found = applied([everybody, everybody | {"vulnerable": None}])
    assert [(step.lost, step.unknown, step.after) for step in found.steps] == [(0, 0, 2), (0, 1, 1), (0, 0, 1)]


def test_more_drop_outs_than_enrolled_and_unknown_reasons_are_faults() -> None:
    with pytest.raises(SamspilError, match="4 dropped out of 1"):
        applied([dict.fromkeys(START, True)], moved=4)
    with pytest.raises(SamspilError, match="unknown reason `bored`"):
        applied([dict.fromkeys(START, True)], bored=1)


truths = st.sampled_from([True, True, False, None])


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(START, truths)), min_size=1, max_size=30))
@settings(deadline=None, max_examples=12)
def test_each_step_goes_on_from_the_one_before_and_no_criterion_adds(rows: list[dict[str, bool | None]]) -> None:
    found = applied(rows)
    assert found.steps[0].before == found.population == len(rows)
    for step, after in zip(found.steps, found.steps[1:], strict=False):
        assert step.after == after.before
    for step in found.steps:
        assert step.before == step.lost + step.unknown + step.after
        assert step.without >= found.enrolled


def test_criteria_are_read_from_data_and_those_of_people_are_named() -> None:
    region = Region(D)
    region.citizen(1).gp_diagnosis("T90").substance_case().gp_contacts()
    region.citizen(2).gp_diagnosis("T90")
    region.citizen(3, status="dead", status_date=D).gp_diagnosis("T90")
    version = SDSP.version("as_told")
    found = criteria_met(version, CONDITIONS, as_ibis(region.tables), D)
    rows = {row["person_id"]: row for row in found.to_pyarrow().to_pylist()}
    assert {person: (row["type_2_diabetes"], row["vulnerable"]) for person, row in rows.items()} == {
        1: (True, True),
        2: (True, False),
    }
    assert attrition(SDSP, version, found).by_people == ("practice", "able")


def test_the_recommended_cohort_counts_conditions_and_not_diabetes() -> None:
    region = Region(D)
    region.citizen(1).gp_diagnosis("K86").gp_diagnosis("R95")
    region.citizen(2).gp_diagnosis("T90")
    version = SDSP.version("recommended")
    found = criteria_met(version, CONDITIONS, as_ibis(region.tables), D)
    rows = {row["person_id"]: row["vulnerable_or_multimorbid"] for row in found.to_pyarrow().to_pylist()}
    assert rows == {1: True, 2: False}
    tables = as_ibis(region.without("hospital"))
    found = criteria_met(version, CONDITIONS, tables, D)
    missing = {row["person_id"]: row["vulnerable_or_multimorbid"] for row in found.to_pyarrow().to_pylist()}
    assert missing == {1: True, 2: None}
    assert missing_sources(version, tables) == ("hospital",)
