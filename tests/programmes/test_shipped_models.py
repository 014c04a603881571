"""Every number of the two shipped models against the points tables of report 000 (appendices 2 and 3)."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pytest

from samspil.programmes import RiskModel, find_model

BEFORE, SINCE = dt.date(2015, 9, 30), dt.date(2015, 10, 1)


@cache
def model(name: str, on: str = "2015-10-15") -> RiskModel:
    return find_model(name).at(dt.date.fromisoformat(on))


def points(name: str, item: str) -> dict[float, int] | dict[str, int]:
    """The points of an item: by the value from which they are given, or by level."""
    (found,) = [each for each in model(name).items if each.item == item]
    if found.bands is not None:
        return {band.at_least: band.points for band in found.bands}
    if found.levels is not None:
        return found.levels
    assert found.first_of is not None
    assert found.otherwise is not None
    return {rung.level: rung.points for rung in found.first_of} | {found.otherwise.level: found.otherwise.points}


def cited(name: str, item: str) -> str:
    (found,) = [each for each in model(name).items if each.item == item]
    return found.source


POINTS = {
    ("sad", "illness", "L3460-3480"): {"known_to_gp": 3, "municipal_code": 1, "none_known": 0},
    ("sad", "repeated_sick_leave", "L3482-3488"): {0: 0, 4: 5},
    ("sad", "last_sick_leave", "L3490-3500"): {0: 0, 15: 1},
    ("sad", "labour_market", "L3504-3516"): {"in_job": 2, "a_dagpenge": 1, "jobafklaring": 0, "neither": 0},
    ("sad", "psychotropics", "L3520-3527"): {0: 0, 1: 1},
    ("sad", "psychologist", "L3523-3530"): {0: 0, 1: 1},
    ("sad", "psychiatrist", "L3530-3532"): {0: 0},
    ("sad", "gp_contacts", "L3534-3546"): {0: 0, 15: 1, 21: 2},
    ("sad", "living_alone", "L3550-3560"): {"partner": 0, "alone": 1},
    ("sad", "preschool_children", "L3554-3562"): {0: 0, 1: 1},
    ("sad", "origin", "L3566-3577"): {"danish": 0, "foreign": 1},
    ("sad", "unemployment_fund", "L3579-3591"): {0: 0, 1: 1},
    ("daemp", "acute_contacts", "L3604-3617"): {0: 0, 2: 2, 4: 4},
    ("daemp", "outpatient_contacts", "L3619-3633"): {0: 0, 2: 1, 5: 2},
    ("daemp", "open_courses", "L3635-3642"): {0: 1, 2: 2},
    ("daemp", "gp_contacts", "L3644-3662"): {0: 0, 4: 1, 7: 3, 11: 4},
    ("daemp", "polypharmacy", "L3664-3674"): {0: 0, 7: 1},
    ("daemp", "risk_drugs", "L3676-3686"): {0: 0, 3: 1},
    ("daemp", "home_nursing", "L3688-3697"): {"receives": 4, "none_given": 0},
    ("daemp", "home_care", "L3699-3709"): {"daily": 1, "less_or_none": 0},
    ("daemp", "living", "L3711-3720"): {"partner": 0, "alone": 1, "newly_alone": 2},
}


@pytest.mark.parametrize(("place", "table"), POINTS.items(), ids=[" ".join(place) for place in POINTS])
def test_points_are_those_of_the_report(place: tuple[str, str, str], table: dict[object, int]) -> None:
    name, item, printed = place
    assert points(name, item) == table
    assert cited(name, item) == f"000 {printed}"


@pytest.mark.parametrize("name", ["sad", "daemp"])
def test_the_report_has_no_other_criteria(name: str) -> None:
    assert [item.item for item in model(name).items] == [item for of, item, _ in POINTS if of == name]


WITH = {
    ("sad", "repeated_sick_leave", "L3482-3488"): {"longer_than_days": 14, "within": "24 months"},
    ("sad", "last_sick_leave", "L3490-3500"): {"within": "24 months"},
    ("sad", "psychotropics", "L3520-3527"): {"atc": ["N05", "N06"], "within": "12 months"},
    ("sad", "psychologist", "L3523-3530"): {
        "specialties": ["psychologist"], "referred_by_gp": True, "within": "12 months",
    },
    ("sad", "psychiatrist", "L3530-3532"): {"specialties": ["psychiatrist"], "within": "12 months"},
    ("sad", "gp_contacts", "L3534-3546"): {"within": "24 months"},
    ("sad", "unemployment_fund", "L3579-3591"): {"funds": ["FTF", "BUPL", "Lærernes", "DSA"]},
    ("daemp", "acute_contacts", "L3604-3617"): {"acute": True, "within": "6 months"},
    ("daemp", "outpatient_contacts", "L3619-3633"): {"kinds": ["outpatient"], "acute": False, "within": "6 months"},
    ("daemp", "gp_contacts", "L3644-3662"): {"within": "6 months"},
    ("daemp", "polypharmacy", "L3664-3674"): {"within": "6 months"},
    ("daemp", "risk_drugs", "L3676-3686"): {"levels": ["yellow", "orange"], "within": "6 months"},
    ("daemp", "living", "L3711-3720"): {"within": "6 months"},
}  # fmt: skip


@pytest.mark.parametrize(("place", "given"), WITH.items(), ids=[" ".join(place) for place in WITH])
def test_what_is_counted_is_what_the_report_counts(place: tuple[str, str, str], given: dict[str, object]) -> None:
    (item,) = [each for each in model(place[0]).items if each.item == place[1]]
    assert item.with_ == given


RUNGS = {
    ("sad", "illness", "L3460-3480"): [
        ("gp_diagnoses", {"codes": ["P01", "P02", "P03", "P74", "P76"], "within": "24 months"}, 1),
        ("sick_leaves", {"causes": ["stress", "angst", "depression", "andre_psykiske"], "within": "24 months"}, 1),
    ],
    ("sad", "labour_market", "L3504-3516"): [
        ("job_active", {}, None),
        ("benefit_active", {"kinds": ["a_dagpenge"]}, None),
        ("benefit_active", {"kinds": ["jobafklaring"]}, None),
    ],
    ("daemp", "home_nursing", "L3688-3697"): [("home_nursing_active", {}, None)],
    ("daemp", "home_care", "L3699-3709"): [("home_care_active", {"frequencies": ["daily", "more_than_daily"]}, None)],
}


@pytest.mark.parametrize(("place", "rungs"), RUNGS.items(), ids=[" ".join(place) for place in RUNGS])
def test_ladders_ask_what_the_report_asks_in_its_order(
    place: tuple[str, str, str], rungs: list[tuple[str, dict[str, object], float | None]]
) -> None:
    (item,) = [each for each in model(place[0]).items if each.item == place[1]]
    assert [(rung.measure, rung.with_, rung.at_least) for rung in item.first_of or ()] == rungs


# Age, target, bands


@pytest.mark.parametrize(
    ("name", "on", "ages"),
    [
        pytest.param("sad", "2015-10-15", (18, 65), id="sad L3458"),
        pytest.param("sad", "2015-06-15", (18, 65), id="sad L3458, before October 2015"),
        pytest.param("daemp", "2015-10-01", (65, None), id="daemp L3602"),
        pytest.param("daemp", "2015-09-30", (70, None), id="daemp L269, until September 2015"),
    ],
)
def test_ages_are_those_of_the_report(name: str, on: str, ages: tuple[int, int | None]) -> None:
    age = model(name, on).eligible.age
    assert (age.min, age.max) == ages


@pytest.mark.parametrize(
    ("name", "at_least", "printed"),
    [pytest.param("sad", 5, "000 L3595", id="sad L3595"), pytest.param("daemp", 7, "000 L3730", id="daemp L3730")],
)
def test_the_target_group_begins_where_the_report_says(name: str, at_least: int, printed: str) -> None:
    target = model(name).target
    assert (target.at_least, target.source) == (at_least, printed)


def test_bands_of_the_score_daemp_l3722_3730() -> None:
    assert {band.band: band.at_least for band in model("daemp").bands} == {"green": 0, "yellow": 7, "red": 14}
    assert all(band.in_target for band in model("daemp").bands)
    assert {band.band: band.switch for band in model("daemp").bands if band.switch} == {"red": "include_red"}
    assert model("sad").bands == ()


def test_the_most_points_of_daemp_without_open_courses_are_the_19_of_the_bands() -> None:
    most = {item.item: item.max_points for item in model("daemp").items}
    assert (sum(most.values()), sum(most.values()) - most["open_courses"]) == (21, 19)


# Exclusions of SAD

EXCLUSIONS = {
    ("pension", "L3444"): [("benefit_active", {"kinds": ["foertidspension", "efterloen"]})],
    ("student", "L3445"): [("education_active", {}), ("benefit_active", {"kinds": ["su"]})],
    ("severe_psychiatric", "L3446"): [
        ("hospital_diagnoses", {"ranges": ["F20.0-F29.9", "F30.0-F31.9"]}),
        ("action_diagnoses", {"ranges": ["F20.0-F29.9", "F30.0-F31.9"]}),
    ],
    ("substance_case", "L3447"): [("substance_case_open", {})],
    ("inactive", "L3453"): [],
}


@pytest.mark.parametrize(("place", "asked"), EXCLUSIONS.items(), ids=[" ".join(place) for place in EXCLUSIONS])
def test_exclusions_are_those_of_the_report(place: tuple[str, str], asked: list[tuple[str, dict[str, object]]]) -> None:
    (rule,) = [each for each in model("sad").exclusions if each.exclusion == place[0]]
    assert [(condition.measure, condition.with_) for condition in rule.any_of] == asked
    assert (rule.source, rule.enabled) == (f"000 {place[1]}", True)


BENEFITS = ["ressourceforloeb", "midlertidig_arbejdsmarkedsydelse", "saerlig_uddannelsesydelse"]


@pytest.mark.parametrize(
    ("on", "kinds"),
    [
        pytest.param("2015-09-30", BENEFITS, id="L3448-3450"),
        pytest.param("2015-10-01", [*BENEFITS, "kontanthjaelp", "uddannelseshjaelp"], id="L3450-3451, cash benefits"),
    ],
)
def test_long_unemployment_counts_the_benefits_of_its_day(on: str, kinds: list[str]) -> None:
    (rule,) = [each for each in model("sad", on).exclusions if each.exclusion == "long_unemployed"]
    (condition,) = rule.any_of
    assert (condition.measure, condition.with_) == ("benefit_unbroken", {"begun_before": "24 months", "kinds": kinds})
    assert rule.source == "000 L3448-3451"


def test_the_report_has_no_other_exclusions() -> None:
    printed = {name for name, _ in EXCLUSIONS} | {"long_unemployed"}
    assert {rule.exclusion for rule in model("sad").exclusions} == printed
    assert model("daemp").exclusions == ()


# Items that need a justification, versions, open questions


def test_origin_and_unemployment_fund_are_off_and_say_why() -> None:
    assert {item.item for item in model("sad").items if not item.enabled} == {"origin", "unemployment_fund"}
    assert {item.item for item in model("sad").items if item.special_category} == {"origin", "unemployment_fund"}
    assert all(item.enabled for item in model("daemp").items)


@pytest.mark.parametrize("name", ["sad", "daemp"])
def test_the_version_changes_on_1_october_2015(name: str) -> None:
    file = find_model(name)
    assert len(file.versions()) == 2
    assert file.at(BEFORE).version != file.at(SINCE).version


def test_every_open_question_of_the_contract_is_recorded_with_a_reading() -> None:
    asked = {name for each in ("sad", "daemp") for name in model(each).open_questions}
    assert asked >= {"A-4", "A-5", "A-6", "A-8", "A-9", "A-11", "A-13", "A-14"}


def test_the_programme_expects_20_to_25_citizens_and_data_of_14_days() -> None:
    programme = find_model("sad").programme
    size = programme.expected_list_size
    assert (size.min, size.max, programme.stale_after_days) == (20, 25, 14)
