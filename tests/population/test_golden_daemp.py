"""DÆMP, rule by rule: the printed cases of report 000 (T-D1 to T-D12), the edges of windows and spells.

Each case is told by a few citizens and holds for the reference and for the engine. Persons are numbered by
what tells them apart: their age, a count, a score, or their place among the cases of a test.
"""

from __future__ import annotations

import datetime as dt

import pytest

from samspil.definitions import SamspilError
from tests.population.builders import (
    ACTIVE_SPELLS,
    DAY,
    LONG_AGO,
    NOON,
    Citizen,
    Region,
    Scorer,
    by_both,
    drug_number,
    exclusions_of,
    points_of,
    scored,
    spells_around,
    values_of,
)

D = dt.date(2015, 10, 15)
pytestmark = by_both


def ago(days: int) -> dt.date:
    return D - days * DAY


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def old(region: Region, number: int) -> Citizen:
    """A citizen of 80 who has nothing but the point that everybody has for few open courses."""
    return region.citizen(number, age=80)


def listed(score: Scorer, region: Region) -> set[int]:
    """Whoever DÆMP speaks about."""
    return set(scored(score, "daemp", region, only=["gp_contacts"]))


def with_19_points(citizen: Citizen) -> Citizen:
    """All points but those for many drugs and for risk drugs."""
    citizen.hospital_contacts(4).hospital_contacts(5, kind="outpatient", acute=False)
    citizen.outpatient_course().outpatient_course().gp_contacts(11)
    return citizen.home_nursing().home_care("daily").lives("alone", since=ago(10))


# Who is eligible


@pytest.mark.parametrize(("as_of", "too_young", "eligible"), [("2015-10-15", 64, 65), ("2015-06-15", 69, 70)])
def test_t_d1_from_65_and_before_october_2015_from_70(score: Scorer, as_of: str, too_young: int, eligible: int) -> None:
    region = Region(day(as_of))
    for age in (too_young, eligible, 100):
        region.citizen(age, age=age)
    assert listed(score, region) == {eligible, 100}


@pytest.mark.parametrize(("as_of", "eligible"), [("2015-09-30", {70}), ("2015-10-01", {65, 69, 70})])
def test_the_age_limit_falls_on_1_october_2015(score: Scorer, as_of: str, eligible: set[int]) -> None:
    region = Region(day(as_of))
    for age in (64, 65, 69, 70):
        region.citizen(age, age=age)
    assert listed(score, region) == eligible


def test_the_age_of_65_comes_on_the_birthday(score: Scorer) -> None:
    region = Region(D)
    region.citizen(64, born=day("1950-10-16"))
    region.citizen(65, born=day("1950-10-15"))
    assert listed(score, region) == {65}


def test_age_65_belongs_to_both_models(score: Scorer) -> None:
    region = Region(D)
    for age in (64, 65, 66):
        region.citizen(age, age=age)
    in_sad = set(scored(score, "sad", region, only=["gp_contacts"]))
    assert (in_sad, listed(score, region)) == ({64, 65}, {65, 66})


def test_the_dead_and_emigrated_are_left_out_from_the_day_of_their_status(score: Scorer) -> None:
    region = Region(D)
    for number, status_date in enumerate([ago(1), D, D + DAY, None]):
        region.citizen(number, age=80, status="dead", status_date=status_date)
        region.citizen(10 + number, age=80, status="emigrated", status_date=status_date)
    assert listed(score, region) == {2, 12}


def test_nobody_without_a_practice_is_listed(score: Scorer) -> None:
    region = Region(D)
    for number, (begins, ends) in spells_around(D).items():
        region.citizen(number, age=80, practice=None).affiliated("100001", begins, ends)
    assert listed(score, region) == ACTIVE_SPELLS


def test_nothing_excludes(score: Scorer) -> None:
    region = Region(D)
    old(region, 1).benefit("folkepension").benefit("efterloen").hospital_diagnosis("F200").substance_case()
    assert exclusions_of(scored(score, "daemp", region)) == {1: []}


# Points


def test_t_d2_acute_contacts_1_2_3_4(score: Scorer) -> None:
    region = Region(D)
    for times in (0, 1, 2, 3, 4, 9):
        old(region, times).hospital_contacts(times, acute=True)
    found = points_of(scored(score, "daemp", region, only=["acute_contacts"]), "acute_contacts")
    assert found == {0: 0, 1: 0, 2: 2, 3: 2, 4: 4, 9: 4}


def test_t_d3_outpatient_contacts_1_2_4_5(score: Scorer) -> None:
    region = Region(D)
    for times in (0, 1, 2, 4, 5):
        old(region, times).hospital_contacts(times, kind="outpatient", acute=False)
    found = points_of(scored(score, "daemp", region, only=["outpatient_contacts"]), "outpatient_contacts")
    assert found == {0: 0, 1: 0, 2: 1, 4: 1, 5: 2}


def test_an_acute_contact_of_any_kind_is_acute_and_never_outpatient(score: Scorer) -> None:
    region = Region(D)
    for number, kind in enumerate(["inpatient", "outpatient", "emergency"]):
        old(region, number).hospital_contacts(2, kind=kind, acute=True)
        old(region, 10 + number).hospital_contacts(2, kind=kind, acute=False)
    found = scored(score, "daemp", region, only=["acute_contacts", "outpatient_contacts"])
    assert values_of(found, "acute_contacts") == {0: 2, 1: 2, 2: 2, 10: 0, 11: 0, 12: 0}
    assert values_of(found, "outpatient_contacts") == {0: 0, 1: 0, 2: 0, 10: 0, 11: 2, 12: 0}


def test_t_d4_open_courses_0_1_2_as_printed(score: Scorer) -> None:
    region = Region(D)
    for courses in (0, 1, 2):
        citizen = old(region, courses)
        for _ in range(courses):
            citizen.outpatient_course(ago(300))
    assert points_of(scored(score, "daemp", region, only=["open_courses"]), "open_courses") == {0: 1, 1: 1, 2: 2}


def test_a_course_is_open_from_its_first_to_its_last_day(score: Scorer) -> None:
    region = Region(D)
    for number, (opened, closed) in spells_around(D).items():
        old(region, number).outpatient_course(opened, closed)
    found = values_of(scored(score, "daemp", region, only=["open_courses"]), "open_courses")
    assert {number for number, courses in found.items() if courses == 1} == ACTIVE_SPELLS


def test_t_d5_gp_contacts_3_4_6_7_10_11(score: Scorer) -> None:
    region = Region(D)
    for times in (0, 3, 4, 6, 7, 10, 11):
        old(region, times).gp_contacts(times)
    found = points_of(scored(score, "daemp", region, only=["gp_contacts"]), "gp_contacts")
    assert found == {0: 0, 3: 0, 4: 1, 6: 1, 7: 3, 10: 3, 11: 4}


def test_t_d6_drugs_6_7_8(score: Scorer) -> None:
    region = Region(D)
    for number in (0, 6, 7, 8):
        old(region, number).drugs(number)
    assert points_of(scored(score, "daemp", region, only=["polypharmacy"]), "polypharmacy") == {0: 0, 6: 0, 7: 1, 8: 1}


def test_a_drug_dispensed_often_is_one_drug(score: Scorer) -> None:
    region = Region(D)
    old(region, 1).drugs(6, on=ago(90)).drugs(6, on=ago(30)).drugs(6)
    region.risk_drug(drug_number(0), "yellow")
    found = scored(score, "daemp", region, only=["polypharmacy", "risk_drugs"])
    assert values_of(found, "polypharmacy") == {1: 6}
    assert values_of(found, "risk_drugs") == {1: 1}


def test_t_d7_risk_drugs_2_3(score: Scorer) -> None:
    region = Region(D)
    for position, level in enumerate(["yellow", "orange", "orange", "yellow"]):
        region.risk_drug(drug_number(position), level)
    for number in (0, 2, 3, 4):
        old(region, number).drugs(number)
    old(region, 6).drug("N05BA01").drug("N06AB04").drug("A10BA02").drugs(2)
    found = scored(score, "daemp", region, only=["risk_drugs"])
    assert points_of(found, "risk_drugs") == {0: 0, 2: 0, 3: 1, 4: 1, 6: 0}
    assert values_of(found, "risk_drugs")[6] == 2


def test_without_any_flagged_drug_nobody_takes_risk_drugs(score: Scorer) -> None:
    region = Region(D)
    old(region, 1).drugs(8)
    found = scored(score, "daemp", region, only=["risk_drugs"])[1]
    assert found.item("risk_drugs") == ("risk_drugs", 0, 0, "scored")


def test_t_d8_home_nursing_and_home_care(score: Scorer) -> None:
    region = Region(D)
    old(region, 1)
    old(region, 2).home_nursing()
    old(region, 3).home_care("less_than_daily")
    old(region, 4).home_care("daily")
    old(region, 5).home_care("more_than_daily")
    old(region, 6).home_care("less_than_daily").home_care("daily").home_nursing().home_nursing()
    found = scored(score, "daemp", region, only=["home_nursing", "home_care"])
    assert points_of(found, "home_nursing") == {1: 0, 2: 4, 3: 0, 4: 0, 5: 0, 6: 4}
    assert points_of(found, "home_care") == {1: 0, 2: 0, 3: 0, 4: 1, 5: 1, 6: 1}
    assert values_of(found, "home_nursing")[1] == "none_given"
    assert values_of(found, "home_care")[3] == "less_or_none"


def test_home_nursing_and_home_care_are_those_of_d(score: Scorer) -> None:
    region = Region(D)
    for number, (begins, ends) in spells_around(D).items():
        old(region, number).home_nursing(begins, ends).home_care("daily", begins, ends)
    found = scored(score, "daemp", region, only=["home_nursing", "home_care"])
    assert {person for person, points in points_of(found, "home_nursing").items() if points} == ACTIVE_SPELLS
    assert {person for person, points in points_of(found, "home_care").items() if points} == ACTIVE_SPELLS


def test_t_d9_partner_alone_for_3_years_alone_for_4_months(score: Scorer) -> None:
    region = Region(D)
    old(region, 0).lives("partner", since=ago(10))
    old(region, 1).lives("alone", since=day("2012-10-15"))
    old(region, 2).lives("alone", since=day("2015-06-15"))
    assert points_of(scored(score, "daemp", region, only=["living"]), "living") == {0: 0, 1: 1, 2: 2}


@pytest.mark.parametrize(
    ("as_of", "last_of_alone"),
    [("2015-10-15", "2015-04-15"), ("2015-08-31", "2015-02-28"), ("2016-08-31", "2016-02-29")],
)
def test_newly_alone_is_since_less_than_half_a_year(score: Scorer, as_of: str, last_of_alone: str) -> None:
    region = Region(day(as_of))
    for number, since in {1: day(last_of_alone), 2: day(last_of_alone) + DAY, 3: day(as_of)}.items():
        old(region, number).lives("alone", since=since)
    found = values_of(scored(score, "daemp", region, only=["living"]), "living")
    assert found == {1: "alone", 2: "newly_alone", 3: "newly_alone"}


def test_what_is_not_known_of_the_household_is_missing(score: Scorer) -> None:
    region = Region(D)
    old(region, 1).without_household()
    old(region, 2).lives(None, since=LONG_AGO)
    old(region, 3).lives("alone", since=None)
    old(region, 4).lives("alone", since=D + DAY)
    old(region, 5).lives("partner", since=D + DAY)
    old(region, 6).lives("partner", since=None, preschool_children=None)
    found = scored(score, "daemp", region)
    assert {person for person, result in found.items() if result.missing() == ["living"]} == {1, 2, 3, 4, 5}
    assert {person for person, result in found.items() if result.incomplete} == {1, 2, 3, 4, 5}
    assert points_of(found, "living")[6] == 0
    assert {result.score for result in found.values()} == {1}


# Bands and target


def test_t_d10_bands_and_target(score: Scorer) -> None:
    region = Region(D)
    old(region, 6).home_nursing().home_care("daily")
    old(region, 7).home_nursing().home_care("daily").lives("alone", since=LONG_AGO)
    old(region, 13).home_nursing().hospital_contacts(4).gp_contacts(11)
    old(region, 14).home_nursing().hospital_contacts(4).gp_contacts(11).lives("alone", since=LONG_AGO)
    with_19_points(old(region, 19))
    found = scored(score, "daemp", region)
    assert {number: result.score for number, result in found.items()} == {n: n for n in (6, 7, 13, 14, 19)}
    assert {number: (result.band, result.in_target) for number, result in found.items()} == {
        6: ("green", False),
        7: ("yellow", True),
        13: ("yellow", True),
        14: ("red", True),
        19: ("red", True),
    }


def test_t_d11_20_and_21_points_are_red(score: Scorer) -> None:
    region = Region(D)
    for position in range(3):
        region.risk_drug(drug_number(position), "orange")
    with_19_points(old(region, 20)).drugs(3)
    with_19_points(old(region, 21)).drugs(7)
    found = scored(score, "daemp", region)
    assert {number: (result.score, result.band, result.in_target) for number, result in found.items()} == {
        20: (20, "red", True),
        21: (21, "red", True),
    }


def test_t_d12_a_healthy_person_of_66_with_a_partner_has_1_point(score: Scorer) -> None:
    region = Region(D)
    region.citizen(66, age=66)
    found = scored(score, "daemp", region)[66]
    given = {item.item: item.points for item in found.items if item.points}
    assert given == {"open_courses": 1}
    assert (found.score, found.band, found.in_target, found.incomplete) == (1, "green", False, False)


def test_red_can_be_left_out_of_the_target(score: Scorer) -> None:
    region = Region(D)
    old(region, 13).home_nursing().hospital_contacts(4).gp_contacts(11)
    old(region, 14).home_nursing().hospital_contacts(4).gp_contacts(11).lives("alone", since=LONG_AGO)
    found = scored(score, "daemp", region, include_red=False)
    assert {number: (result.band, result.in_target) for number, result in found.items()} == {
        13: ("yellow", True),
        14: ("red", False),
    }


def test_without_open_courses_the_score_ends_where_the_printed_bands_end(score: Scorer) -> None:
    region = Region(D)
    old(region, 1)
    region.risk_drug(drug_number(0), "orange")
    region.risk_drug(drug_number(1), "yellow")
    region.risk_drug(drug_number(2), "yellow")
    with_19_points(old(region, 2)).drugs(7)
    found = scored(score, "daemp", region, open_courses=False)
    assert {number: (result.score, result.band) for number, result in found.items()} == {
        1: (0, "green"),
        2: (19, "red"),
    }
    assert found[1].item("open_courses") == ("open_courses", None, None, "off")
    assert not found[1].incomplete


# Sources that are not there

MISSING_WITHOUT = {
    "hospital": ["acute_contacts", "outpatient_contacts", "open_courses"],
    "prescriptions": ["polypharmacy", "risk_drugs"],
    "municipal_care": ["home_nursing", "home_care"],
    "employment": [],
    "health_insurance": [],
}


@pytest.mark.parametrize("source", MISSING_WITHOUT)
def test_a_missing_source_makes_its_items_missing(score: Scorer, source: str) -> None:
    region = Region(D)
    with_19_points(old(region, 1)).drugs(7)
    complete = scored(score, "daemp", region)[1]
    found = scored(score, "daemp", region, without=[source])[1]
    missing = MISSING_WITHOUT[source]
    assert found.missing() == missing
    assert found.incomplete == bool(missing)
    assert found.score == complete.score - sum(complete.points(item) or 0 for item in missing)
    assert {found.item(item)[1:] for item in missing} <= {(None, None, "missing")}


def test_without_any_optional_source_only_what_is_known_counts(score: Scorer) -> None:
    region = Region(D)
    with_19_points(old(region, 1))
    found = scored(score, "daemp", region, without=list(MISSING_WITHOUT))[1]
    known = {item.item: item.points for item in found.items if item.status == "scored"}
    assert known == {"gp_contacts": 4, "living": 2}
    assert (found.score, found.band, found.in_target, found.incomplete) == (6, "green", False, True)


@pytest.mark.parametrize("source", ["civil", "general_practice"])
def test_without_people_or_practices_a_run_is_refused(score: Scorer, source: str) -> None:
    region = Region(D)
    old(region, 1)
    with pytest.raises((ValueError, SamspilError)):
        scored(score, "daemp", region, without=[source])


# Windows: the days after D − 6 months, up to and including D


@pytest.mark.parametrize(
    ("as_of", "first"),
    [
        ("2015-10-15", "2015-04-16"),
        ("2015-08-31", "2015-03-01"),
        ("2016-08-30", "2016-03-01"),
        ("2016-08-29", "2016-03-01"),
        ("2016-08-28", "2016-02-29"),
        ("2016-03-30", "2015-10-01"),
        ("2016-02-29", "2015-08-30"),
    ],
)
def test_first_and_last_day_of_the_half_year(score: Scorer, as_of: str, first: str) -> None:
    region = Region(day(as_of))
    region.risk_drug(drug_number(0), "yellow")
    for number, on in {1: day(first) - DAY, 2: day(first), 3: day(as_of), 4: day(as_of) + DAY}.items():
        citizen = old(region, number).gp_contacts(on=on).drugs(1, on=on)
        citizen.hospital_contacts(on=on).hospital_contacts(on=on, kind="outpatient", acute=False)
    found = scored(score, "daemp", region)
    for item in ("gp_contacts", "polypharmacy", "risk_drugs", "acute_contacts", "outpatient_contacts"):
        assert values_of(found, item) == {1: 0, 2: 1, 3: 1, 4: 0}, item


@pytest.mark.parametrize(
    ("as_of", "first"),
    [("2015-10-15", "2015-04-16"), ("2015-10-25", "2015-04-26"), ("2015-09-28", "2015-03-29")],
    ids=["plain", "clock back on the last day", "clock forward on the first day"],
)
def test_a_hospital_contact_belongs_to_the_calendar_day_of_its_start(score: Scorer, as_of: str, first: str) -> None:
    first_day, last_day = day(first), day(as_of)
    midnight, last_moment = dt.time(0), dt.time(23, 59, 59, 999999)
    starts = [
        (first_day - DAY, last_moment),
        (first_day, midnight),
        (last_day, last_moment),
        (last_day + DAY, midnight),
    ]
    region = Region(last_day)
    for number, (on, at) in enumerate(starts):
        old(region, number).hospital_contacts(on=on, at=at)
    assert values_of(scored(score, "daemp", region, only=["acute_contacts"]), "acute_contacts") == {
        0: 0,
        1: 1,
        2: 1,
        3: 0,
    }


def test_a_hospital_contact_counts_by_its_start_alone(score: Scorer) -> None:
    region = Region(D)
    old(region, 1).hospital_contacts(on=ago(300))
    region.tables["hospital_contact"][-1]["end"] = dt.datetime.combine(ago(1), NOON)
    old(region, 2).hospital_contacts(on=ago(300))
    old(region, 3).hospital_contacts(on=ago(10))
    region.tables["hospital_contact"][-1]["end"] = dt.datetime.combine(D + 10 * DAY, NOON)
    assert values_of(scored(score, "daemp", region, only=["acute_contacts"]), "acute_contacts") == {1: 0, 2: 0, 3: 1}


def test_nothing_after_d_is_seen(score: Scorer) -> None:
    region = Region(D)
    old(region, 1)
    after = D + DAY
    region.risk_drug(drug_number(0), "orange")
    citizen = region.citizen(2, age=80, status="dead", status_date=after)
    citizen.gp_contacts(12, on=after).drugs(8, on=after).outpatient_course(after).outpatient_course(after)
    citizen.hospital_contacts(5, on=after, at=dt.time(0))
    citizen.hospital_contacts(5, on=after, at=dt.time(0), kind="outpatient", acute=False)
    citizen.home_nursing(after).home_care("daily", after)
    found = scored(score, "daemp", region)
    assert found[2].items == found[1].items
