"""The set of type 2 diabetes against the cases of report 003: measures and definitions together."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest

from samspil.population.indicators import measure_set
from samspil.population.wilson import gap_to_standard
from samspil.programmes.indicators import IndicatorSet
from samspil.programmes.loader import find_set
from tests.population.builders import DAY, LONG_AGO, Citizen, Region, as_ibis
from tests.reference.rules_of_time import months_before

D = dt.date(2022, 12, 31)
SYSTOLIC, DIASTOLIC, HBA1C, ALBUMIN = "DNK05472", "DNK05473", "NPU27300", "NPU19680"


@cache
def whole(name: str, day: dt.date) -> IndicatorSet:
    return find_set(name).at(day)


def only(indicator: str, name: str, day: dt.date) -> IndicatorSet:
    """A shipped set with one of its indicators."""
    found = whole(name, day)
    return found.model_copy(update={"indicators": (found.indicator(indicator),), "suggestions": ()})


def answers(region: Region, indicator: str, name: str = "t2d") -> dict[int, dict[str, Any]]:
    """What one shipped indicator says of everybody, by person."""
    found = measure_set(only(indicator, name, region.as_of), as_ibis(region.tables), region.as_of)
    return {row["person_id"]: row for row in found.patients().to_pyarrow().to_pylist()}


def states(region: Region, indicator: str, name: str = "t2d") -> dict[int, str]:
    return {person: row["state"] for person, row in answers(region, indicator, name).items()}


class Patients(Region):
    """A region of people whose practice has registered the disease."""

    def __init__(self, as_of: dt.date = D, icpc2: str = "T90") -> None:
        super().__init__(as_of)
        self.icpc2 = icpc2

    def patient(self, person_id: int) -> Citizen:
        return self.citizen(person_id).gp_diagnosis(self.icpc2, on=LONG_AGO)

    def measured(self, code: str, unit: str, values: Sequence[float]) -> Patients:
        """One patient for each value, numbered from 0."""
        for person_id, value in enumerate(values):
            self.patient(person_id).add("gp_measurement", date=self.as_of, code=code, value=value, unit=unit)
        return self


def share(region: Region, indicator: str) -> tuple[bool, int, int]:
    """Whether the standard is met, and by how many of how many: who has no data counts as not met."""
    standard = whole("t2d", D).indicator(indicator).standard
    assert standard is not None
    found = Counter(states(region, indicator).values())
    persons = sum(found.values()) - found["not_applicable"]
    return gap_to_standard(found["met"], persons, standard.share).met, found["met"], persons


def test_tc3_06_systolic_pressure_is_in_goal_strictly_below_130() -> None:
    region = Patients().measured(SYSTOLIC, "mmHg", [129, 130, 131])
    assert states(region, "systolic") == {0: "met", 1: "not_met", 2: "not_met"}


def test_tc3_07_diastolic_pressure_is_in_goal_strictly_below_80() -> None:
    region = Patients().measured(DIASTOLIC, "mmHg", [79, 80])
    assert states(region, "diastolic") == {0: "met", 1: "not_met"}


@pytest.mark.parametrize(("in_goal", "met"), [(85, True), (84, False)])
def test_tc3_08_the_standard_of_systolic_pressure_is_met_at_exactly_85_percent(in_goal: int, met: bool) -> None:
    region = Patients().measured(SYSTOLIC, "mmHg", [120] * in_goal + [140] * (100 - in_goal))
    assert share(region, "systolic") == (met, in_goal, 100)


def test_tc3_09_smoking_is_registered_whatever_the_answer_and_its_prevalence_is_another_figure() -> None:
    region = Patients()
    for person_id in range(100):
        person = region.patient(person_id)
        if person_id < 90:
            answer = "ja" if person_id < 45 else "nej"
            person.add("gp_check", date=D, check="smoking_status", value=answer)
    assert share(region, "smoking_registered") == (True, 90, 100)
    assert Counter(states(region, "smoking").values()) == {"met": 45, "not_met": 45, "no_data": 10}


def test_a_smoking_check_that_says_nothing_registers_nothing() -> None:
    region = Patients()
    region.patient(1).add("gp_check", date=D, check="smoking_status", value=None)
    assert states(region, "smoking_registered") == {1: "no_data"}


@pytest.mark.parametrize(("treated", "met"), [(90, True), (89, False)])
def test_tc3_10_the_standard_of_statins_is_met_at_90_percent(treated: int, met: bool) -> None:
    region = Patients()
    for person_id in range(100):
        person = region.patient(person_id)
        person.drug("C10AA05" if person_id < treated else "C09AA02", on=D - 30 * DAY)
    assert share(region, "statin") == (met, treated, 100)


@pytest.mark.parametrize(
    ("values", "categories"),
    [
        pytest.param([29, 30, 299, 300, 699, 700, 701], "ABBCCDD", id="tc3_11"),
        pytest.param([29.5, 299.5, 699.5], "ABC", id="tc3_12"),
    ],
)
def test_tc3_11_tc3_12_categories_of_urinary_albumin_leave_no_gap(values: list[float], categories: str) -> None:
    region = Patients().measured(ALBUMIN, "mg/24h", values)
    found = answers(region, "urine_albumin")
    assert "".join(found[person]["category"] for person in range(len(values))) == categories


def test_tc3_36_hba1c_is_judged_by_the_patients_own_target_and_without_one_by_nothing() -> None:
    region = Patients().measured(HBA1C, "mmol/mol", [60, 60, 53])
    for person_id in (0, 2):
        Citizen(region, person_id).add("gp_target", date=D, code=HBA1C, value=53.0, unit="mmol/mol")
    assert states(region, "hba1c_own_target") == {0: "not_met", 1: "not_applicable", 2: "met"}
    assert states(region, "hba1c_target_set") == {0: "met", 1: "no_data", 2: "met"}


def test_a_13_a_podiatrist_or_a_foot_examination_and_an_eye_doctor_or_an_eye_examination_will_do() -> None:
    region = Patients()
    region.patient(1).specialist("podiatrist", on=D - 600 * DAY)
    region.patient(2).add("gp_check", date=D - 600 * DAY, check="foot_exam", value="normal")
    region.patient(3).specialist("eye", on=D - 600 * DAY)
    region.patient(4).add("gp_check", date=D - 600 * DAY, check="eye_exam", value=None)
    assert states(region, "foot_exam") == {1: "met", 2: "met", 3: "no_data", 4: "no_data"}
    assert states(region, "eye_exam") == {1: "no_data", 2: "no_data", 3: "met", 4: "met"}


@pytest.mark.parametrize(("day", "state"), [(dt.date(2018, 12, 31), "overdue"), (dt.date(2019, 12, 31), "met")])
def test_tc3_04_thirteen_months_are_too_long_by_the_definition_of_2018_and_not_by_that_of_2019(
    day: dt.date, state: str
) -> None:
    region = Patients(day)
    region.patient(1).add("gp_check", date=months_before(day, 13), check="eye_exam", value=None)
    assert states(region, "eye_exam") == {1: state}


def test_a_27_a_review_at_home_counts_and_another_home_visit_does_not() -> None:
    region = Patients()
    region.patient(1).gp_contacts(on=D, kind="home_visit").add("gp_check", date=D, check="annual_review", value=None)
    region.patient(2).gp_contacts(on=D, kind="home_visit")
    region.patient(3).gp_contacts(on=D, kind="annual_review")
    assert states(region, "annual_review") == {1: "met", 2: "no_data", 3: "met"}


def test_a_04_who_is_treated_at_hospital_is_counted_one_way_and_not_the_other() -> None:
    region = Patients()
    region.patient(1)
    region.patient(2).hospital_contacts(on=D - 30 * DAY, kind="outpatient", acute=False, diagnosis="E119")
    assert set(states(region, "annual_review")) == {1, 2}
    assert set(states(region, "annual_review_in_practice")) == {1}


def rehabilitation(outcome: str | None, *, offer: str = "diabetesskole", level: str = "basic") -> dict[str, Any]:
    started = D - 100 * DAY if outcome in (None, "completed") else None
    ended = D - DAY if outcome == "completed" else None
    return {
        "offer": offer, "referred": D - 120 * DAY, "started": started, "ended": ended, "outcome": outcome,
        "level": level,
    }  # fmt: skip


def test_who_declined_rehabilitation_is_shown_apart_from_who_was_not_reached() -> None:
    region = Patients()
    for person_id, outcome in enumerate(["completed", None, "declined", "not_offered_health_reason"]):
        region.patient(person_id).add("rehabilitation", **rehabilitation(outcome))
    region.patient(4)
    found = {person: (row["state"], row["exception"]) for person, row in answers(region, IND_2).items()}
    assert found == {
        0: ("met", None),
        1: ("met", None),
        2: ("not_met", "declined"),
        3: ("not_met", "not_offered_health_reason"),
        4: ("not_met", None),
    }


IND_2 = "municipal_rehabilitation"


@pytest.mark.parametrize(
    ("name", "icpc2", "offer"), [("copd", "R95", "kol_rehabilitering"), ("heart", "K76", "hjerterehabilitering")]
)
def test_alg_12_implementation_is_rehabilitation_at_the_stated_level(name: str, icpc2: str, offer: str) -> None:
    region = Patients(icpc2=icpc2)
    region.patient(1).add("rehabilitation", **rehabilitation("completed", offer=offer))
    region.patient(2).add("rehabilitation", **rehabilitation("completed", offer=offer, level="specialised"))
    region.patient(3).add("rehabilitation", **rehabilitation("not_offered_health_reason", offer=offer))
    region.patient(4).add("rehabilitation", **rehabilitation("completed", offer="genoptraening"))
    found = answers(region, "rehabilitation_at_level", name)
    assert {person: row["state"] for person, row in found.items()} == {
        1: "met", 2: "not_met", 3: "not_met", 4: "not_met",
    }  # fmt: skip
    assert [person for person, row in found.items() if row["exception"]] == [3]


def test_the_case_by_registers_finds_who_the_practice_has_not_registered() -> None:
    region = Region(D)
    region.citizen(1).gp_diagnosis("T90", on=LONG_AGO)
    region.citizen(2).add("gp_measurement", date=LONG_AGO, code=HBA1C, value=48.0, unit="mmol/mol")
    region.citizen(3).add("gp_measurement", date=D, code=HBA1C, value=47.0, unit="mmol/mol")
    region.citizen(4).drug("A10BA02", on=D - 300 * DAY)
    region.citizen(5).drug("A10BA02", on=D - 400 * DAY)
    region.citizen(6).hospital_diagnosis("E119", on=LONG_AGO)
    tables = as_ibis(region.tables)
    found = {
        case.case: sorted(
            measure_set(only("statin", "t2d", D), tables, D, case.case).patients().person_id.to_pyarrow().to_pylist()
        )
        for case in whole("t2d", D).cases
    }
    assert found == {"listed": [1], "registers": [2, 4, 6]}


def test_tc3_31_v19_counts_forms_used_in_a_conversation_in_each_sector_by_itself() -> None:
    region = Patients()
    form = {"date": D - 30 * DAY, "instrument": "pro_diabetes", "occasion": "first"}
    region.patient(1).add("pro_form", sector="municipality", used_on=D - 20 * DAY, **form)
    region.patient(2).add("pro_form", sector="municipality", used_on=None, **form)
    assert states(region, "pro_used") == {1: "met", 2: "not_met"}
    assert states(region, "pro_used_municipality") == {1: "met", 2: "not_met"}
    assert states(region, "pro_used_hospital") == {1: "not_met", 2: "not_met"}
