"""SAD, rule by rule: the printed cases of report 000 (T-S1 to T-S12), the edges of windows and spells.

Each case is told by a few citizens and holds for the reference and for the engine. Persons are numbered by
what tells them apart: their age, a count, or their place among the cases of a test.
"""

from __future__ import annotations

import datetime as dt

import pytest

from samspil.definitions import SamspilError
from tests.population.builders import (
    ACTIVE_SPELLS,
    DAY,
    LONG_AGO,
    Citizen,
    Region,
    Scorer,
    by_both,
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


def with_all_points(citizen: Citizen) -> Citizen:
    """Everything that gives points in SAD, as much of it as counts."""
    for number in range(4):
        citizen.sick_leave(begins=ago(100 * (number + 1)), days=20, cause="stress")
    citizen.gp_diagnosis("P76").gp_contacts(21).job().drug("N06AB04").unemployment_fund("FTF")
    return citizen.specialist("psychologist").lives("alone", since=LONG_AGO, preschool_children=1)


def listed(score: Scorer, region: Region) -> set[int]:
    """Whoever SAD speaks about, excluded or not."""
    return set(scored(score, "sad", region, only=["gp_contacts", "inactive"]))


def long_unemployed(score: Scorer, region: Region) -> set[int]:
    """Whoever is excluded as unemployed for long."""
    found = scored(score, "sad", region, only=["gp_contacts", "long_unemployed"])
    return {person for person, result in found.items() if result.excluded_by == ["long_unemployed"]}


# Who is eligible


def test_t_s1_eligible_from_18_to_65(score: Scorer) -> None:
    region = Region(D)
    for age in (17, 18, 65, 66):
        region.citizen(age, age=age)
    assert listed(score, region) == {18, 65}


def test_age_changes_on_the_birthday(score: Scorer) -> None:
    region = Region(D)
    region.citizen(17, born=day("1997-10-16"))
    region.citizen(18, born=day("1997-10-15"))
    region.citizen(65, born=day("1949-10-16"))
    region.citizen(66, born=day("1949-10-15"))
    assert listed(score, region) == {18, 65}


@pytest.mark.parametrize(("as_of", "eligible"), [("2014-02-28", False), ("2014-03-01", True)])
def test_who_is_born_on_29_february_turns_18_on_1_march(score: Scorer, as_of: str, eligible: bool) -> None:
    region = Region(day(as_of))
    region.citizen(1, born=day("1996-02-29"))
    assert listed(score, region) == ({1} if eligible else set())


def test_who_is_born_on_29_february_has_a_birthday_in_a_leap_year(score: Scorer) -> None:
    region = Region(day("2016-02-29"))
    region.citizen(1, born=day("1950-02-28"))
    region.citizen(2, born=day("1950-03-01"))
    region.citizen(3, born=day("1952-02-29"))
    assert listed(score, region) == {2, 3}


def test_nobody_without_a_practice_is_listed(score: Scorer) -> None:
    region = Region(D)
    for number, (begins, ends) in spells_around(D).items():
        region.citizen(number, practice=None).affiliated("100001", begins, ends)
    region.citizen(8, practice=None)
    assert listed(score, region) == ACTIVE_SPELLS


def test_of_several_practices_the_one_joined_last_counts_then_the_highest_number(score: Scorer) -> None:
    region = Region(D)
    region.citizen(1, practice=None).affiliated("900000", ago(20)).affiliated("100000", ago(10))
    region.citizen(2, practice=None).affiliated("200000", ago(10)).affiliated("100000", ago(10))
    region.citizen(3, practice=None).affiliated("100000", ago(20)).affiliated("900000", ago(10), ago(1))
    region.citizen(4, practice=None).affiliated("100000", ago(20)).affiliated("900000", D + DAY)
    region.citizen(5, practice=None).affiliated("100000", ago(20)).affiliated("900000", ago(10), D)
    practices = {
        person: found.provider_number for person, found in scored(score, "sad", region, only=["gp_contacts"]).items()
    }
    assert practices == {1: "100000", 2: "200000", 3: "100000", 4: "100000", 5: "900000"}


def test_dead_and_emigrated_are_inactive_from_the_day_of_their_status(score: Scorer) -> None:
    region = Region(D)
    for number, status_date in enumerate([ago(1), D, D + DAY, None]):
        region.citizen(number, status="dead", status_date=status_date).gp_diagnosis("P76")
        region.citizen(10 + number, status="emigrated", status_date=status_date)
    region.citizen(20, status="active", status_date=ago(1))
    region.citizen(21, status="active", status_date=D + DAY)
    found = scored(score, "sad", region, only=["illness", "inactive"])
    inactive = {person for person, names in exclusions_of(found).items() if names == ["inactive"]}
    assert inactive == {0, 1, 3, 10, 11, 13}
    assert set(found) - inactive == {2, 12, 20, 21}
    assert {points_of(found, "illness")[number] for number in range(4)} == {3}


def test_without_the_inactive_rule_the_inactive_are_left_out(score: Scorer) -> None:
    region = Region(D)
    region.citizen(1)
    region.citizen(2, status="dead", status_date=ago(10))
    region.citizen(3, status="dead", status_date=ago(10)).education()
    assert set(scored(score, "sad", region, inactive=False)) == {1}


# Who is excluded


def test_each_exclusion_alone(score: Scorer) -> None:
    region = Region(D)
    region.citizen(1).benefit("foertidspension", ago(100))
    region.citizen(2).benefit("efterloen", ago(100))
    region.citizen(3).education(ago(100))
    region.citizen(4).benefit("su", ago(100))
    region.citizen(5).hospital_diagnosis("F200", on=ago(4000))
    region.citizen(6).hospital_contacts(diagnosis="F319", on=ago(4000))
    region.citizen(7).substance_case(ago(100))
    region.citizen(8).benefit("ressourceforloeb", ago(800))
    region.citizen(9, status="dead", status_date=ago(1))
    region.citizen(10)
    assert exclusions_of(scored(score, "sad", region)) == {
        1: ["pension"],
        2: ["pension"],
        3: ["student"],
        4: ["student"],
        5: ["severe_psychiatric"],
        6: ["severe_psychiatric"],
        7: ["substance_case"],
        8: ["long_unemployed"],
        9: ["inactive"],
        10: [],
    }


def test_all_exclusions_that_apply_are_named_once_in_the_order_of_the_model(score: Scorer) -> None:
    region = Region(D)
    citizen = region.citizen(1, status="emigrated", status_date=D)
    citizen.benefit("ressourceforloeb", ago(800)).substance_case().hospital_diagnosis("F300")
    citizen.hospital_contacts(diagnosis="F300").education().benefit("su").benefit("efterloen")
    names = ["pension", "student", "severe_psychiatric", "substance_case", "long_unemployed", "inactive"]
    assert exclusions_of(scored(score, "sad", region)) == {1: names}


def test_t_s8_psychoses_exclude_and_depression_and_anxiety_do_not(score: Scorer) -> None:
    excluding = ["F200", "F299", "F300", "F319", "F20", "F2001", "F29", "F30", "F31", "F3181"]
    not_excluding = ["F320", "F411", "F432", "F199", "F1999", "F19", "F32", "F39", "F40"]
    region = Region(D)
    for number, code in enumerate(excluding):
        region.citizen(number).hospital_diagnosis(code, rank="secondary")
        region.citizen(100 + number).hospital_contacts(diagnosis=code, kind="outpatient", acute=False)
    for number, code in enumerate(not_excluding):
        region.citizen(200 + number).hospital_diagnosis(code).hospital_contacts(diagnosis=code)
    found = exclusions_of(scored(score, "sad", region, only=["gp_contacts", "severe_psychiatric"]))
    assert {person for person, names in found.items() if names} == {
        *range(len(excluding)),
        *range(100, 100 + len(excluding)),
    }
    assert {person for person, names in found.items() if not names} == set(range(200, 200 + len(not_excluding)))


def test_a_psychosis_excludes_from_the_day_it_is_known(score: Scorer) -> None:
    region = Region(D)
    region.citizen(1).hospital_diagnosis("F200", on=D)
    region.citizen(2).hospital_diagnosis("F200", on=D + DAY)
    region.citizen(3).hospital_contacts(diagnosis="F200", on=D, at=dt.time(23, 59, 59))
    region.citizen(4).hospital_contacts(diagnosis="F200", on=D + DAY, at=dt.time(0))
    found = exclusions_of(scored(score, "sad", region, only=["gp_contacts", "severe_psychiatric"]))
    assert found == {1: ["severe_psychiatric"], 2: [], 3: ["severe_psychiatric"], 4: []}


def test_t_s9_a_student_with_9_points_is_excluded_and_not_in_target(score: Scorer) -> None:
    region = Region(D)
    citizen = region.citizen(1).education(ago(300)).gp_diagnosis("P03").job().drug("N05BA01")
    citizen.specialist("psychologist").lives("alone", since=LONG_AGO, preschool_children=2)
    found = scored(score, "sad", region)[1]
    assert (found.score, found.excluded_by, found.in_target) == (9, ["student"], False)


def test_spells_that_exclude_do_so_while_they_are_active(score: Scorer) -> None:
    region = Region(D)
    for number, (begins, ends) in spells_around(D).items():
        region.citizen(number).benefit("efterloen", begins, ends)
        region.citizen(10 + number).benefit("su", begins, ends)
        region.citizen(20 + number).education(begins, ends)
        region.citizen(30 + number).substance_case(begins, ends)
    only = ["gp_contacts", "pension", "student", "substance_case"]
    found = exclusions_of(scored(score, "sad", region, only=only))
    excluded = {person for person, names in found.items() if names}
    assert excluded == {tens + number for tens in (0, 10, 20, 30) for number in ACTIVE_SPELLS}


def test_the_unverified_substance_rule_can_be_switched_off(score: Scorer) -> None:
    region = Region(D)
    region.citizen(1).substance_case()
    off = scored(score, "sad", region, substance_case=False)[1]
    unknown_and_off = scored(score, "sad", region, without=["municipal_care"], substance_case=False)[1]
    assert (off.excluded_by, off.incomplete) == ([], False)
    assert (unknown_and_off.excluded_by, unknown_and_off.incomplete) == ([], False)


# Long unemployed: unbroken, active at D, begun before D − 24 months

CASH_BENEFITS = ("kontanthjaelp", "uddannelseshjaelp")
OTHER_BENEFITS = ("ressourceforloeb", "midlertidig_arbejdsmarkedsydelse", "saerlig_uddannelsesydelse")


@pytest.mark.parametrize(("as_of", "excluded"), [("2015-09-30", set()), ("2015-10-01", {0, 1})])
def test_t_s10_cash_benefits_count_from_october_2015(score: Scorer, as_of: str, excluded: set[int]) -> None:
    region = Region(day(as_of))
    for number, kind in enumerate(CASH_BENEFITS):
        region.citizen(number).benefit(kind, day(as_of) - 760 * DAY)
    assert long_unemployed(score, region) == excluded


@pytest.mark.parametrize("as_of", ["2015-09-30", "2015-10-01"])
def test_other_benefits_of_the_unemployed_counted_before(score: Scorer, as_of: str) -> None:
    region = Region(day(as_of))
    for number, kind in enumerate(OTHER_BENEFITS):
        region.citizen(number).benefit(kind, day(as_of) - 760 * DAY)
    assert long_unemployed(score, region) == {0, 1, 2}


def test_exactly_24_months_is_not_more_than_two_years(score: Scorer) -> None:
    region = Region(D)
    region.citizen(1).benefit("kontanthjaelp", day("2013-10-14"))
    region.citizen(2).benefit("kontanthjaelp", day("2013-10-15"))
    region.citizen(3).benefit("kontanthjaelp", day("2013-10-16"))
    assert long_unemployed(score, region) == {1}


def test_two_years_before_29_february_is_28_february(score: Scorer) -> None:
    region = Region(day("2016-02-29"))
    region.citizen(1).benefit("kontanthjaelp", day("2014-02-27"))
    region.citizen(2).benefit("kontanthjaelp", day("2014-02-28"))
    assert long_unemployed(score, region) == {1}


def test_the_unemployed_are_excluded_while_still_unemployed(score: Scorer) -> None:
    region = Region(D)
    region.citizen(1).benefit("kontanthjaelp", ago(900), D)
    region.citizen(2).benefit("kontanthjaelp", ago(900), ago(1))
    region.citizen(3).benefit("kontanthjaelp", ago(900), D + 10 * DAY)
    region.citizen(4).benefit("a_dagpenge", ago(900))
    assert long_unemployed(score, region) == {1, 3}


def test_one_day_between_benefits_breaks_the_two_years(score: Scorer) -> None:
    region = Region(D)
    next_day, day_after = ago(399), ago(398)
    region.citizen(1).benefit("kontanthjaelp", ago(900), ago(400)).benefit("kontanthjaelp", next_day)
    region.citizen(2).benefit("kontanthjaelp", ago(900), ago(400)).benefit("kontanthjaelp", day_after)
    region.citizen(3).benefit("kontanthjaelp", ago(900), ago(400)).benefit("kontanthjaelp", ago(400))
    region.citizen(4).benefit("kontanthjaelp", ago(900), ago(400)).benefit("kontanthjaelp", ago(700))
    region.citizen(5).benefit("kontanthjaelp", next_day).benefit("kontanthjaelp", ago(900), ago(400))
    assert long_unemployed(score, region) == {1, 3, 4, 5}


def test_unbroken_benefits_run_on_across_kinds_and_under_short_spells(score: Scorer) -> None:
    region = Region(D)
    # across kinds
    region.citizen(1).benefit("ressourceforloeb", ago(900), ago(600)).benefit(
        "kontanthjaelp", ago(599), ago(200)
    ).benefit("saerlig_uddannelsesydelse", ago(199))
    # a kind that does not count leaves the gap open
    region.citizen(2).benefit("kontanthjaelp", ago(900), ago(600)).benefit("sygedagpenge", ago(599), ago(200)).benefit(
        "kontanthjaelp", ago(199)
    )
    # a short spell inside a long one ends nothing
    region.citizen(3).benefit("kontanthjaelp", ago(900), ago(100)).benefit(
        "ressourceforloeb", ago(800), ago(790)
    ).benefit("kontanthjaelp", ago(99))
    # an unbroken run long ago, and a new one since
    region.citizen(4).benefit("kontanthjaelp", ago(2000), ago(500)).benefit("kontanthjaelp", ago(400))
    # a long run that still goes on beside a short new one
    region.citizen(5).benefit("kontanthjaelp", ago(900)).benefit("kontanthjaelp", ago(30), ago(20))
    # of two that begin together, the one that lasts
    region.citizen(6).benefit("kontanthjaelp", ago(900), ago(899)).benefit("ressourceforloeb", ago(900))
    # what only begins after D bridges nothing
    region.citizen(7).benefit("kontanthjaelp", ago(900), ago(1)).benefit("kontanthjaelp", D + DAY)
    assert long_unemployed(score, region) == {1, 3, 5, 6}


def test_cash_benefits_bridge_other_benefits_from_october_2015(score: Scorer) -> None:
    found = []
    for as_of in (day("2015-09-30"), day("2015-10-01")):
        region = Region(as_of)
        citizen = region.citizen(1).benefit("ressourceforloeb", day("2013-01-01"), day("2013-12-31"))
        citizen.benefit("kontanthjaelp", day("2014-01-01"), day("2014-06-30"))
        citizen.benefit("ressourceforloeb", day("2014-07-01"))
        found.append(long_unemployed(score, region))
    assert found == [set(), {1}]


# Points


def test_t_s2_municipal_code_alone_gives_1(score: Scorer) -> None:
    region = Region(D)
    for number, cause in enumerate(["stress", "angst", "depression", "andre_psykiske", "andet"]):
        region.citizen(number).sick_leave(begins=ago(100), days=5, cause=cause)
    found = scored(score, "sad", region, only=["illness"])
    assert points_of(found, "illness") == {0: 1, 1: 1, 2: 1, 3: 1, 4: 0}
    assert values_of(found, "illness") == {**dict.fromkeys(range(4), "municipal_code"), 4: "none_known"}


def test_t_s3_known_to_the_gp_gives_3_and_the_municipal_code_adds_nothing(score: Scorer) -> None:
    region = Region(D)
    for number, code in enumerate(["P01", "P02", "P03", "P74", "P76", "K86"]):
        region.citizen(number).gp_diagnosis(code, on=ago(100))
    region.citizen(6).gp_diagnosis("P76").sick_leave(begins=ago(100), days=5, cause="stress")
    found = scored(score, "sad", region, only=["illness"])
    assert points_of(found, "illness") == {**dict.fromkeys(range(5), 3), 5: 0, 6: 3}
    assert values_of(found, "illness")[6] == "known_to_gp"


def test_t_s4_more_than_three_sick_leaves_over_14_days_give_5(score: Scorer) -> None:
    region = Region(D)
    three, four, four_of_14_days, two_and_two = (region.citizen(number) for number in range(4))
    for number in range(4):
        begins = ago(100 * (number + 1))
        if number < 3:
            three.sick_leave(begins=begins, days=15)
        four.sick_leave(begins=begins, days=15)
        four_of_14_days.sick_leave(begins=begins, days=14)
        two_and_two.sick_leave(begins=begins, days=14 + number % 2)
    found = scored(score, "sad", region, only=["repeated_sick_leave"])
    assert values_of(found, "repeated_sick_leave") == {0: 3, 1: 4, 2: 0, 3: 2}
    assert points_of(found, "repeated_sick_leave") == {0: 0, 1: 5, 2: 0, 3: 0}


def test_t_s5_last_sick_leave_over_14_days_gives_1(score: Scorer) -> None:
    region = Region(D)
    for days in (13, 14, 15):
        region.citizen(days).sick_leave(begins=ago(100), days=days)
    region.citizen(0)
    found = scored(score, "sad", region, only=["last_sick_leave"])
    assert values_of(found, "last_sick_leave") == {13: 13, 14: 14, 15: 15, 0: 0}
    assert points_of(found, "last_sick_leave") == {13: 0, 14: 0, 15: 1, 0: 0}


def test_a_sick_leave_that_goes_on_is_as_long_as_it_is_at_d(score: Scorer) -> None:
    region = Region(D)
    region.citizen(1).sick_leave(begins=ago(13))
    region.citizen(2).sick_leave(begins=ago(14))
    region.citizen(3).sick_leave(begins=ago(13), ends=D + 60 * DAY)
    region.citizen(4).sick_leave(begins=D)
    region.citizen(5).sick_leave(begins=D + DAY)
    found = scored(score, "sad", region, only=["last_sick_leave", "repeated_sick_leave"])
    assert values_of(found, "last_sick_leave") == {1: 14, 2: 15, 3: 14, 4: 1, 5: 0}
    assert values_of(found, "repeated_sick_leave") == {1: 0, 2: 1, 3: 0, 4: 0, 5: 0}


def test_the_last_sick_leave_is_the_last_to_begin_then_the_longest(score: Scorer) -> None:
    region = Region(D)
    region.citizen(1).sick_leave(begins=ago(200), days=150).sick_leave(begins=ago(100), days=3)
    region.citizen(2).sick_leave(begins=ago(100), days=3).sick_leave(begins=ago(200), days=150)
    region.citizen(3).sick_leave(begins=ago(100), days=10).sick_leave(begins=ago(100), days=20)
    region.citizen(4).sick_leave(begins=ago(100), days=20).sick_leave(begins=ago(100), days=10)
    region.citizen(5).sick_leave(begins=ago(100), days=20).sick_leave(begins=ago(100))
    region.citizen(6).sick_leave(begins=ago(200), days=300).sick_leave(begins=ago(20), days=14)
    found = scored(score, "sad", region, only=["last_sick_leave"])
    assert values_of(found, "last_sick_leave") == {1: 3, 2: 3, 3: 20, 4: 20, 5: 101, 6: 14}


def test_labour_market_is_the_first_that_holds(score: Scorer) -> None:
    region = Region(D)
    region.citizen(1).job().benefit("a_dagpenge").benefit("jobafklaring")
    region.citizen(2).benefit("jobafklaring").benefit("a_dagpenge")
    region.citizen(3).benefit("jobafklaring")
    region.citizen(4).benefit("sygedagpenge")
    region.citizen(5)
    found = scored(score, "sad", region, only=["labour_market"])
    assert points_of(found, "labour_market") == {1: 2, 2: 1, 3: 0, 4: 0, 5: 0}
    assert values_of(found, "labour_market") == {
        1: "in_job",
        2: "a_dagpenge",
        3: "jobafklaring",
        4: "neither",
        5: "neither",
    }


def test_labour_market_is_that_of_d(score: Scorer) -> None:
    region = Region(D)
    for number, (begins, ends) in spells_around(D).items():
        region.citizen(number).job(begins, ends)
        region.citizen(10 + number).benefit("a_dagpenge", begins, ends)
    found = points_of(scored(score, "sad", region, only=["labour_market"]), "labour_market")
    assert found == {number: 2 if number in ACTIVE_SPELLS else 0 for number in spells_around(D)} | {
        10 + number: 1 if number in ACTIVE_SPELLS else 0 for number in spells_around(D)
    }


def test_treatment_gives_1_for_drugs_1_for_psychologist_and_0_for_psychiatrist(score: Scorer) -> None:
    region = Region(D)
    region.citizen(1).drug("N05BA01")
    region.citizen(2).drug("N06AB04").drug("N05BA01")
    region.citizen(3).drug("N07BB01").drug("C10AA01")
    region.citizen(4).specialist("psychologist")
    region.citizen(5).specialist("psychologist", referred_by_gp=False)
    region.citizen(6).specialist("psychiatrist").specialist("psychiatrist", referred_by_gp=False)
    found = scored(score, "sad", region, only=["psychotropics", "psychologist", "psychiatrist"])
    assert points_of(found, "psychotropics") == {1: 1, 2: 1, 3: 0, 4: 0, 5: 0, 6: 0}
    assert points_of(found, "psychologist") == {1: 0, 2: 0, 3: 0, 4: 1, 5: 0, 6: 0}
    assert points_of(found, "psychiatrist") == dict.fromkeys(range(1, 7), 0)
    assert values_of(found, "psychiatrist")[6] == 2


def test_t_s6_gp_contacts_14_15_20_21(score: Scorer) -> None:
    region = Region(D)
    for times in (0, 14, 15, 20, 21):
        region.citizen(times).gp_contacts(times, on=ago(30))
    found = scored(score, "sad", region, only=["gp_contacts"])
    assert points_of(found, "gp_contacts") == {0: 0, 14: 0, 15: 1, 20: 1, 21: 2}
    assert values_of(found, "gp_contacts") == {times: times for times in (0, 14, 15, 20, 21)}


def test_single_and_preschool_children_add_up(score: Scorer) -> None:
    region = Region(D)
    region.citizen(1).lives("partner", preschool_children=0)
    region.citizen(2).lives("alone", preschool_children=0)
    region.citizen(3).lives("partner", preschool_children=1)
    region.citizen(4).lives("alone", preschool_children=3)
    found = scored(score, "sad", region)
    assert {person: result.score for person, result in found.items()} == {1: 0, 2: 1, 3: 1, 4: 2}


def test_what_is_not_known_of_the_household_is_missing(score: Scorer) -> None:
    region = Region(D)
    region.citizen(1).without_household()
    region.citizen(2).lives(None, preschool_children=2)
    region.citizen(3).lives("alone", preschool_children=None)
    region.citizen(4).lives("alone", since=D + DAY, preschool_children=1)
    region.citizen(5).lives("alone", since=D, preschool_children=1)
    region.citizen(6).lives("alone", since=None, preschool_children=1)
    found = scored(score, "sad", region)
    living, children = "living_alone", "preschool_children"
    assert {person: result.missing() for person, result in found.items()} == {
        1: [living, children],
        2: [living],
        3: [children],
        4: [living, children],
        5: [],
        6: [],
    }
    assert {person: result.score for person, result in found.items()} == {1: 0, 2: 1, 3: 1, 4: 0, 5: 2, 6: 2}
    assert [person for person, result in found.items() if result.incomplete] == [1, 2, 3, 4]


def test_t_s7_target_from_5_points(score: Scorer) -> None:
    region = Region(D)
    region.citizen(4).gp_diagnosis("P76").lives("alone", preschool_children=0)
    region.citizen(5).gp_diagnosis("P76").lives("alone", preschool_children=1)
    found = scored(score, "sad", region)
    assert {person: (result.score, result.in_target) for person, result in found.items()} == {
        4: (4, False),
        5: (5, True),
    }
    assert {result.band for result in found.values()} == {None}


def test_t_s11_employed_single_on_sick_leave_with_stress_is_in_target(score: Scorer) -> None:
    region = Region(D)
    citizen = region.citizen(1).job().sick_leave(begins=ago(100), days=20, cause="stress")
    citizen.lives("alone", since=LONG_AGO)
    found = scored(score, "sad", region)[1]
    given = {item.item: item.points for item in found.items if item.points}
    assert given == {"illness": 1, "last_sick_leave": 1, "labour_market": 2, "living_alone": 1}
    assert (found.score, found.in_target, found.incomplete) == (5, True, False)


def test_t_s12_all_maxima_give_19_with_both_items_that_are_off_by_default_and_17_without(
    score: Scorer,
) -> None:
    region = Region(D)
    with_all_points(region.citizen(1, origin="foreign"))
    by_default = scored(score, "sad", region)[1]
    everything = scored(score, "sad", region, origin=True, unemployment_fund=True)[1]
    assert (by_default.score, everything.score) == (17, 19)
    assert [item.status for item in by_default.items if item.points is None] == ["off", "off"]
    assert {item.status for item in everything.items} == {"scored"}


# Items that are off, and switches


def test_items_off_by_default_neither_score_nor_make_incomplete(score: Scorer) -> None:
    region = Region(D)
    region.citizen(1, origin=None).unemployment_fund("DSA")
    found = scored(score, "sad", region)[1]
    assert found.item("origin") == ("origin", None, None, "off")
    assert found.item("unemployment_fund") == ("unemployment_fund", None, None, "off")
    assert not found.incomplete


def test_origin_switched_on(score: Scorer) -> None:
    region = Region(D)
    region.citizen(1, origin="danish")
    region.citizen(2, origin="foreign")
    region.citizen(3, origin=None)
    found = scored(score, "sad", region, only=["origin"], origin=True)
    assert points_of(found, "origin") == {1: 0, 2: 1, 3: None}
    assert {person: result.missing() for person, result in found.items()} == {1: [], 2: [], 3: ["origin"]}


def test_unemployment_fund_switched_on_counts_the_year_of_d(score: Scorer) -> None:
    region = Region(D)
    for number, fund in enumerate(["FTF", "BUPL", "Lærernes", "DSA", "3F"]):
        region.citizen(number).unemployment_fund(fund, year=2015)
    region.citizen(5).unemployment_fund("FTF", year=2014)
    region.citizen(6).unemployment_fund("FTF", year=2016)
    region.citizen(7).unemployment_fund("FTF").unemployment_fund("DSA").unemployment_fund("3F")
    region.citizen(8)
    found = scored(score, "sad", region, only=["unemployment_fund"], unemployment_fund=True)
    points = points_of(found, "unemployment_fund")
    assert points == {0: 1, 1: 1, 2: 1, 3: 1, 4: 0, 5: 0, 6: 0, 7: 1, 8: 0}
    assert values_of(found, "unemployment_fund")[7] == 2


def test_an_item_switched_off_is_off_and_not_missing(score: Scorer) -> None:
    region = Region(D)
    with_all_points(region.citizen(1))
    found = scored(score, "sad", region, without=["health_insurance"], psychologist=False, psychiatrist=False)[1]
    assert (found.score, found.missing(), found.incomplete) == (16, [], False)
    assert found.item("psychologist") == ("psychologist", None, None, "off")


# Sources that are not there

LEFT_WITHOUT = {
    "employment": (
        ["illness", "repeated_sick_leave", "last_sick_leave", "labour_market"],
        ["severe_psychiatric", "substance_case", "inactive"],
        17 - 3 - 5 - 1 - 2,
    ),
    "health_insurance": (["psychologist", "psychiatrist"], None, 17 - 1),
    "prescriptions": (["psychotropics"], None, 17 - 1),
    "hospital": ([], ["pension", "student", "substance_case", "long_unemployed", "inactive"], 17),
    "municipal_care": (
        [],
        ["pension", "student", "severe_psychiatric", "long_unemployed", "inactive"],
        17,
    ),
}


@pytest.mark.parametrize("source", LEFT_WITHOUT)
def test_a_missing_source_makes_items_missing_and_leaves_exclusions_unchecked(score: Scorer, source: str) -> None:
    missing, checked, total = LEFT_WITHOUT[source]
    region = Region(D)
    with_all_points(region.citizen(1))
    citizen = with_all_points(region.citizen(2, status="dead", status_date=D))
    citizen.benefit("efterloen").education().hospital_diagnosis("F200").substance_case()
    citizen.benefit("kontanthjaelp", ago(900))
    everything = exclusions_of(scored(score, "sad", region))[2]

    found = scored(score, "sad", region, without=[source])
    for result in found.values():
        assert result.missing() == missing
        assert result.score == total
        assert result.incomplete
    assert exclusions_of(found) == {1: [], 2: everything if checked is None else checked}
    assert found[1].in_target
    assert {points for name in missing for points in points_of(found, name).values()} <= {None}


def test_without_any_optional_source_only_what_is_known_counts(score: Scorer) -> None:
    region = Region(D)
    with_all_points(region.citizen(1, origin="foreign"))
    found = scored(score, "sad", region, without=list(LEFT_WITHOUT), origin=True, unemployment_fund=True)[1]
    known = {item.item: item.points for item in found.items if item.status == "scored"}
    assert known == {"gp_contacts": 2, "living_alone": 1, "preschool_children": 1, "origin": 1}
    assert (found.score, found.incomplete, found.in_target) == (5, True, True)


@pytest.mark.parametrize("source", ["civil", "general_practice"])
def test_without_people_or_practices_a_run_is_refused(score: Scorer, source: str) -> None:
    region = Region(D)
    region.citizen(1)
    with pytest.raises((ValueError, SamspilError)):
        scored(score, "sad", region, without=[source])


# Windows: the days after D − n months, up to and including D


@pytest.mark.parametrize(
    ("as_of", "first_of_24_months", "first_of_12_months"),
    [
        ("2015-10-15", "2013-10-16", "2014-10-16"),
        ("2015-08-31", "2013-09-01", "2014-09-01"),
        ("2016-02-29", "2014-03-01", "2015-03-01"),
        ("2017-02-28", "2015-03-01", "2016-02-29"),
        ("2016-03-30", "2014-03-31", "2015-03-31"),
    ],
)
def test_first_and_last_day_of_the_windows(
    score: Scorer, as_of: str, first_of_24_months: str, first_of_12_months: str
) -> None:
    last = day(as_of)
    region = Region(last)
    before, first, at_d, after = 1, 2, 3, 4
    for person in (before, first, at_d, after):
        late, early = (
            {before: begin - DAY, first: begin, at_d: last, after: last + DAY}[person]
            for begin in (day(first_of_12_months), day(first_of_24_months))
        )
        citizen = region.citizen(person).drug("N05BA01", on=late)
        citizen.specialist("psychologist", on=late).specialist("psychiatrist", on=late)
        citizen.gp_contacts(15, on=early).gp_diagnosis("P76", on=early)
        on_sick_leave = region.citizen(10 + person)
        for cause in ("stress", "angst", "depression", "andet"):
            on_sick_leave.sick_leave(begins=early, days=20, cause=cause)
    found = scored(score, "sad", region)
    events = {person: found[person] for person in (before, first, at_d, after)}
    assert points_of(events, "illness") == {before: 0, first: 3, at_d: 3, after: 0}
    for item in ("gp_contacts", "psychotropics", "psychologist"):
        assert points_of(events, item) == {before: 0, first: 1, at_d: 1, after: 0}, item
    assert values_of(events, "psychiatrist") == {before: 0, first: 1, at_d: 1, after: 0}
    # A sick leave counts by its first day, and on that day it has lasted one day.
    leaves = {person: found[10 + person] for person in (before, first, at_d, after)}
    assert points_of(leaves, "illness") == {before: 0, first: 1, at_d: 1, after: 0}
    assert points_of(leaves, "repeated_sick_leave") == {before: 0, first: 5, at_d: 0, after: 0}
    assert values_of(leaves, "last_sick_leave") == {before: 0, first: 20, at_d: 1, after: 0}


def test_nothing_after_d_is_seen(score: Scorer) -> None:
    region = Region(D)
    region.citizen(1)
    after = D + DAY
    citizen = region.citizen(2, status="dead", status_date=after)
    citizen.gp_contacts(30, on=after).gp_diagnosis("P76", on=after).drug("N05BA01", on=after)
    citizen.specialist("psychologist", on=after).specialist("psychiatrist", on=after)
    citizen.hospital_contacts(diagnosis="F200", on=after, at=dt.time(0)).hospital_diagnosis("F200", on=after)
    citizen.job(after).education(after).substance_case(after).benefit("efterloen", after)
    for number in range(5):
        citizen.sick_leave(begins=after + number * DAY, days=30, cause="stress")
    found = scored(score, "sad", region)
    assert (found[2].items, found[2].excluded_by) == (found[1].items, [])
