"""Same-day screening and a good start are suggested as report 003 describes them, with reasons; a doctor decides."""

from __future__ import annotations

import datetime as dt
from functools import cache
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samspil.definitions import SamspilError
from samspil.population.indicators import measure_set
from samspil.population.suggestions import Suggested, missing_inputs, suggest
from samspil.programmes.indicators import IndicatorSet, State
from samspil.programmes.loader import find_set
from tests.population.builders import Citizen, Region, as_ibis
from tests.reference.rules_of_time import months_before

D = dt.date(2022, 12, 31)
READ = ("annual_review", "eye_exam", "foot_exam", "hba1c_twice_above")
DONE: dict[str, State] = dict.fromkeys(READ, "met")


@cache
def t2d() -> IndicatorSet:
    return find_set("t2d").at(D)


def ago(months: int) -> dt.date:
    return months_before(D, months)


def patient(*, review: int | None = 1, eye: int | None = 1, foot: int | None = 1) -> Citizen:
    """Somebody with type 2 diabetes whose examinations were so many months ago, or never."""
    citizen = Region(D).citizen(1).gp_diagnosis("T90", on=ago(60))
    for check, months in (("annual_review", review), ("eye_exam", eye), ("foot_exam", foot)):
        if months is not None:
            citizen.add("gp_check", date=ago(months), check=check, value=None)
    return citizen


def states_of(citizen: Citizen) -> dict[str, State]:
    """What the engine says of the patient."""
    rows = measure_set(t2d(), as_ibis(citizen.region.tables), D).patients().to_pyarrow().to_pylist()
    return {row["indicator"]: row["state"] for row in rows}


def suggested(citizen: Citizen, *flags: str) -> Suggested | None:
    return suggest(t2d(), states_of(citizen), flags)


def test_tc3_34_neither_review_nor_eyes_nor_feet_of_a_vulnerable_patient_is_a_visit_at_home_with_three_reasons() -> (
    None
):
    found = suggested(patient(review=13, eye=25, foot=25), "vulnerable")
    assert found is not None
    assert found.suggestion.suggestion == "home"
    assert found.suggestion.service == "screening_at_home"
    assert [reason.code for reason in found.reasons] == [
        "annual_review:overdue",
        "eye_exam:overdue",
        "foot_exam:overdue",
    ]
    assert [reason.code for reason in found.flagged] == ["vulnerable"]
    assert all(reason.text.da and reason.text.en for reason in (*found.reasons, *found.flagged))


def test_tc3_35_only_the_eyes_overdue_is_a_day_at_the_hospital() -> None:
    found = suggested(patient(eye=25))
    assert found is not None
    assert found.suggestion.suggestion == "hospital_sds"
    assert [reason.code for reason in found.reasons] == ["eye_exam:overdue"]


def test_never_examined_is_overdue_too() -> None:
    found = suggested(patient(review=None, eye=None, foot=None), "vulnerable")
    assert found is not None
    assert found.suggestion.suggestion == "home"


def test_nothing_is_suggested_for_who_has_had_it_all() -> None:
    assert suggested(patient(), "vulnerable") is None


def test_a_good_start_when_the_last_two_hba1c_are_above_the_own_target() -> None:
    citizen = patient(eye=25)
    for months, value in ((8, 60.0), (2, 61.0)):
        citizen.add("gp_measurement", date=ago(months), code="NPU27300", value=value, unit="mmol/mol")
    citizen.add("gp_target", date=ago(12), code="NPU27300", value=53.0, unit="mmol/mol")
    found = suggested(citizen)
    assert found is not None
    assert found.suggestion.suggestion == "good_start"
    assert [reason.code for reason in found.reasons] == ["hba1c_twice_above:not_met"]
    at_hospital = citizen.hospital_contacts(on=ago(3), kind="outpatient", acute=False, diagnosis="E119")
    treated_there = suggested(at_hospital)
    assert treated_there is not None
    assert treated_there.suggestion.suggestion == "hospital_sds"


def formula(
    late_review: bool, late_eye: bool, late_foot: bool, twice: bool, vulnerable: bool, need: bool
) -> str | None:
    """The algorithm as report 003 1.9 is formalised."""
    if late_review and late_eye and late_foot and vulnerable:
        return "home"
    if need or twice:
        return "good_start"
    return "hospital_sds" if late_eye or late_foot else None


def test_precedence_is_that_of_the_algorithm_in_every_case() -> None:
    for late_review, late_eye, late_foot, twice, vulnerable, need in product([False, True], repeat=6):
        states: dict[str, State] = {
            "annual_review": "overdue" if late_review else "met",
            "eye_exam": "overdue" if late_eye else "met",
            "foot_exam": "overdue" if late_foot else "met",
            "hba1c_twice_above": "not_met" if twice else "met",
        }
        flags = [name for name, set_ in (("vulnerable", vulnerable), ("special_need", need)) if set_]
        found = suggest(t2d(), states, flags)
        name = None if found is None else found.suggestion.suggestion
        assert name == formula(late_review, late_eye, late_foot, twice, vulnerable, need)


def test_a_33_a_suggestion_states_which_inputs_were_missing() -> None:
    states: dict[str, State] = {"annual_review": "overdue", "foot_exam": "overdue"}
    found = suggest(t2d(), states, ["vulnerable"], not_collected=["eye_exam", "hba1c_twice_above"])
    assert found is not None
    assert found.suggestion.suggestion == "hospital_sds"
    assert found.missing == ("eye_exam", "hba1c_twice_above")
    assert [reason.code for reason in found.reasons] == ["foot_exam:overdue"]


def test_a_33_where_nothing_is_suggested_the_missing_inputs_are_told_as_well() -> None:
    states: dict[str, State] = {"annual_review": "overdue", "foot_exam": "met"}
    assert suggest(t2d(), states, []) is None
    assert missing_inputs(t2d(), states) == ("eye_exam", "hba1c_twice_above")


def test_an_indicator_that_was_not_collected_makes_no_clause_true_whatever_state_it_is_given() -> None:
    assert suggest(t2d(), {**DONE, "eye_exam": "overdue"}, [], not_collected=["eye_exam"]) is None


@given(st.fixed_dictionaries({name: st.sampled_from(["met", "not_met", "overdue", "no_data"]) for name in READ}))
def test_a_flag_is_never_inferred(states: dict[str, State]) -> None:
    found = suggest(t2d(), states, [])
    assert found is None or (found.suggestion.suggestion != "home" and found.flagged == ())


def test_a_flag_that_the_set_does_not_have_is_refused() -> None:
    with pytest.raises(SamspilError, match="no flag frail; its flags are vulnerable, special_need, do_not_contact"):
        suggest(t2d(), DONE, ["frail"])


def test_every_reason_is_said_in_both_languages() -> None:

    clauses = [clause for each in t2d().suggestions for clause in (*each.all_of, *each.any_of)]
    assert all(clause.reason.da != clause.reason.en for clause in clauses)
