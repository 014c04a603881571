"""The shipped sets of indicators: they load, every measure binds, and t2d says what report 003 prints."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from pathlib import Path

import pytest

from samspil.population.indicator_binding import check_indicators
from samspil.programmes.indicators import Indicator, IndicatorSet, Variable
from samspil.programmes.loader import load_programmes, set_files

SETS = ("copd", "heart", "t2d")
#: Table 2.1 (003 L886-913): the years a variable was collected, and whether it came with the care plan.
TABLE_2_1 = {
    "cpr": ("x x x x", True),
    "sex": ("x x x x", False),
    "name": ("x - x x", True),
    "practice": ("- x x x", False),
    "primary_place": ("x x x -", True),
    "hba1c": ("x - x x", True),
    "hba1c_target": ("- - - x", False),
    "target_intervals": ("- - - x", False),
    "systolic": ("x x x x", True),
    "diastolic": ("x x x x", True),
    "urine_albumin": ("x - x -", True),
    "smoking_status": ("x x x x", False),
    "ace_at2": ("x - - -", True),
    "statin": ("x x x x", True),
    "annual_review": ("x x x x", True),
    "eye_last_year": ("x - - -", False),
    "eye_last_two_years": ("- x x x", False),
    "podiatrist_last_year": ("x - - -", False),
    "podiatrist_last_two_years": ("- x x x", False),
    "municipal_rehabilitation": ("x x x x", False),
}
#: Table 2.2 (003 L958-972).
_SHARE = "Andel af lokal population med diabetes, som "
WORDING = {
    "IND-1": _SHARE + "har været til årskontrol hos egen læge",
    "IND-2": _SHARE + "har modtaget kommunalt rehabiliteringstilbud",
    "IND-3": _SHARE + "inden for de seneste 2 år har fået foretaget fodundersøgelse",
    "IND-4": _SHARE + "inden for de seneste 2 år har fået foretaget øjenundersøgelse",
}


@cache
def at(name: str, year: int = 2022) -> IndicatorSet:
    return set_files()[name].at(dt.date(year, 12, 31))


def test_three_programmes_have_sets() -> None:
    assert sorted(set_files()) == sorted(SETS)


@pytest.mark.parametrize("name", SETS)
def test_every_measure_binds_in_every_version(name: str) -> None:
    check_indicators(set_files()[name])


@pytest.mark.parametrize("name", SETS)
def test_every_suggestion_names_a_service_of_its_programme(name: str) -> None:
    (programme,) = [each for each in load_programmes() if each.indicators and each.indicators.name == name]
    assert programme.services is not None
    for suggestion in at(name).suggestions:
        assert programme.services.service(suggestion.service) is not None, suggestion.suggestion


@pytest.mark.parametrize("name", SETS)
def test_every_text_is_danish_and_english(name: str) -> None:
    for indicator in at(name).indicators:
        texts = (indicator.title, indicator.why, indicator.numerator, indicator.denominator, *indicator.assumptions)
        assert all(text.da and text.en and text.da != text.en for text in texts), indicator.indicator


@pytest.mark.parametrize("name", SETS)
def test_few_is_five_and_a_control_chart_asks_for_twelve_points(name: str) -> None:
    assert (at(name).few, at(name).few_points) == (5, 12)


def variable(name: str) -> Variable:
    return at("t2d").variable(name)


@pytest.mark.parametrize("name", TABLE_2_1)
def test_years_and_channels_of_table_2_1(name: str) -> None:
    years, by_care_plan = TABLE_2_1[name]
    channel = "care_plan_module" if by_care_plan else "manual_journal_review"
    found = [variable(name).channel(year) for year in (2018, 2019, 2020, 2021)]
    assert found == [channel if mark == "x" else None for mark in years.split()]


def test_table_2_1_has_twenty_rows_ten_of_them_by_the_care_plan() -> None:
    assert len(TABLE_2_1) == 20
    assert sum(by_care_plan for _, by_care_plan in TABLE_2_1.values()) == 10
    others = {each.variable for each in at("t2d").variables} - set(TABLE_2_1)
    assert others == {"smoking_registered", "pro_diabetes"}, "the two readings of V10, and V19 of Bilag 2"


def test_every_variable_with_a_number_but_those_the_report_does_not_have() -> None:
    numbers = {each.number for each in at("t2d").variables if each.number}
    assert numbers == {f"V{number}" for number in range(1, 20) if number not in (13, 15)}


def test_the_four_indicators_have_the_words_of_the_report_and_only_feet_have_a_standard() -> None:
    found = {each.number: each for each in at("t2d").indicators if (each.number or "").startswith("IND")}
    assert {number: each.title.da for number, each in found.items()} == WORDING
    shares = {number: each.standard and each.standard.share for number, each in found.items()}
    assert shares == {"IND-1": None, "IND-2": None, "IND-3": 0.95, "IND-4": None}
    assert {each.missing for each in found.values()} == {"strict"}


def test_the_five_standards() -> None:
    standards = [each.standard for each in at("t2d").indicators if each.standard is not None]
    assert {each.number: each.share for each in standards} == {
        "STD-1": 0.85, "STD-2": 0.85, "STD-3": 0.9, "STD-4": 0.9, "STD-5": 0.95,
    }  # fmt: skip
    systolic, diastolic = at("t2d").indicator("systolic").value, at("t2d").indicator("diastolic").value
    assert systolic is not None
    assert diastolic is not None
    assert (systolic.below, diastolic.below) == (130, 80)


@pytest.mark.parametrize(("year", "version", "window"), [(2018, "v1", "12 months"), (2019, "v2", "24 months")])
def test_eyes_and_feet_have_another_definition_from_2019(year: int, version: str, window: str) -> None:
    for name in ("foot_exam", "eye_exam"):
        indicator = at("t2d", year).indicator(name)
        assert indicator.done is not None
        assert (indicator.version, indicator.done.within) == (version, window)
        assert at("t2d", year).not_collected(indicator, year) == ()
        assert any("unconfirmed" in assumption.en for assumption in indicator.assumptions)


@pytest.mark.parametrize(
    ("year", "missing"),
    [
        (2017, ("annual_review", "eye_exam", "foot_exam", "municipal_rehabilitation", "systolic", "statin")),
        (2019, ("urine_albumin", "hba1c_own_target", "ace_at2")),
        (2020, ("hba1c_own_target", "hba1c_target_set", "ace_at2", "pro_used")),
        (2021, ("urine_albumin", "ace_at2", "annual_review_in_practice", "pro_used")),
    ],
)
def test_tc3_05_in_a_year_without_its_variable_an_indicator_is_not_collected(
    year: int, missing: tuple[str, ...]
) -> None:
    found = at("t2d", year)
    assert all(found.not_collected(found.indicator(name), year) for name in missing)


def test_from_2022_everything_an_indicator_needs_is_delivered() -> None:
    found = at("t2d")
    assert [each.indicator for each in found.indicators if found.not_collected(each, 2022)] == []
    needed = {name for each in found.indicators for name in each.needs}
    assert {found.variable(name).channel(2022) for name in needed} == {"delivery"}


def test_what_is_done_elsewhere_is_done_and_a_reason_is_no_failure() -> None:
    for name in SETS:
        for asked in at(name).worksheet:
            for answer, state in asked.states.items():
                wanted = {"done": "met", "done_elsewhere": "met", "not_done": "not_met"}.get(answer, "exception")
                assert state == wanted, (name, asked.variable, answer)


def test_the_worksheet_asks_for_what_does_not_come_with_the_care_plan() -> None:
    """003 L930-939: the yearly review of records asks for reviews, feet, eyes, smoking and offers."""
    asked = {each.variable for each in at("t2d").worksheet}
    assert asked == {
        "annual_review", "podiatrist_last_two_years", "eye_last_two_years", "municipal_rehabilitation",
        "smoking_registered",
    }  # fmt: skip
    needed = {name for each in at("t2d").indicators for name in each.needs}
    assert asked <= needed


def test_flags_are_what_professionals_say() -> None:
    assert [each.flag for each in at("t2d").flags] == ["vulnerable", "special_need", "do_not_contact"]


def test_every_key_of_a_set_is_in_the_guide_to_programmes() -> None:
    text = (Path(__file__).parents[2] / "docs" / "programmes.md").read_text(encoding="utf-8")
    keys = {field.alias or name for form in (IndicatorSet, Indicator) for name, field in form.model_fields.items()}
    assert [key for key in sorted(keys) if not re.search(rf"\b{key}\b", text)] == []
