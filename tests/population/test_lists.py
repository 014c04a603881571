"""Lists: who is on them, who is new, and who left and why."""

import datetime as dt

import pytest

from samspil.population import stratify
from samspil.population.lists import accrual, expected_size, leavers, on_list, sizes
from samspil.programmes import find_model
from tests.population.builders import PRACTICE, Region, as_ibis

EARLIER, NOW = dt.date(2015, 10, 15), dt.date(2016, 4, 15)
OTHER = "100002"


@pytest.fixture(scope="module")
def daemp():
    return find_model("daemp")


def ill(citizen, day):
    """Eleven GP contacts (4) and home nursing at the time (4): 9 points with the open courses' one."""
    return citizen.gp_contacts(11, on=day).home_nursing(day - dt.timedelta(days=30), day + dt.timedelta(days=3))


@pytest.fixture(scope="module")
def region(daemp):
    """What can happen to a person between two lists, one person each."""
    region = Region(as_of=NOW)
    ill(ill(region.citizen(1, age=80), EARLIER), NOW)  # stays
    ill(region.citizen(2, age=80), NOW)  # new
    ill(region.citizen(3, age=80), EARLIER)  # score falls
    ill(region.citizen(4, age=80, status="dead", status_date=NOW), EARLIER)
    moves = ill(ill(region.citizen(5, age=80, practice=None), EARLIER), NOW)
    moves.affiliated(PRACTICE, dt.date(1990, 1, 1), EARLIER).affiliated(OTHER, dt.date(2015, 10, 16))
    leaves = ill(ill(region.citizen(6, age=80, practice=None), EARLIER), NOW)
    leaves.affiliated(PRACTICE, dt.date(1990, 1, 1), EARLIER)
    for number, doctors in ((PRACTICE, 2), (OTHER, 1)):
        region.add("practice", provider_number=number, name="Lægehuset", municipality="461", doctors=doctors)
    return region


@pytest.fixture(scope="module")
def both(region, daemp):
    tables = as_ibis(region.tables)
    earlier = stratify([daemp.at(EARLIER)], tables, EARLIER).persons("daemp")
    now = stratify([daemp.at(NOW)], tables, NOW).persons("daemp")
    return tables, now, earlier


def listed(table):
    return {(row["person_id"], row["arrival"]) for row in table.to_pyarrow().to_pylist()}


def test_the_initial_list_is_everybody_in_target(both):
    _, now, earlier = both
    assert listed(on_list(earlier)) == {(person, "initial") for person in (1, 3, 4, 5, 6)}
    assert listed(on_list(now)) == {(person, "initial") for person in (1, 2, 5)}


def test_the_accrual_list_holds_only_who_is_new_and_tells_who_moved_in(both):
    _, now, earlier = both
    assert listed(accrual(now, earlier)) == {(2, "new"), (5, "moved_in")}


def test_nobody_is_new_against_the_same_run(both):
    _, now, _ = both
    assert listed(accrual(now, now)) == set()


def test_whoever_left_is_told_with_the_reason(both, daemp):
    tables, now, earlier = both
    rows = leavers(daemp.at(NOW), now, earlier, tables, NOW).to_pyarrow().to_pylist()
    assert {row["person_id"]: (row["reason"], row["detail"]) for row in rows} == {
        3: ("lower_score", "gp_contacts;home_nursing"),
        4: ("inactive", None),
        5: ("moved", OTHER),
        6: ("no_practice", None),
    }
    assert {row["provider_number"] for row in rows} == {PRACTICE}


def test_stayers_new_and_left_account_for_everybody(both, daemp):
    tables, now, earlier = both
    left = {row["person_id"] for row in leavers(daemp.at(NOW), now, earlier, tables, NOW).to_pyarrow().to_pylist()}
    new = {person for person, _ in listed(accrual(now, earlier))}
    before = {person for person, _ in listed(on_list(earlier))}
    assert {person for person, _ in listed(on_list(now))} == (before - left) | new


def test_leaving_by_age_and_by_exclusion():
    sad = find_model("sad")
    region = Region(as_of=NOW)
    for person, birth in ((1, dt.date(1950, 1, 1)), (2, dt.date(1980, 1, 1))):
        citizen = region.citizen(person, born=birth)
        for months in range(4):
            citizen.sick_leave(begins=dt.date(2015, 3 + months, 1), days=20, cause="stress")
            citizen.job(dt.date(2000, 1, 1))
        if person == 2:
            citizen.benefit("su", dt.date(2016, 1, 1))
    tables = as_ibis(region.tables)
    earlier = stratify([sad.at(EARLIER)], tables, EARLIER).persons("sad")
    now = stratify([sad.at(NOW)], tables, NOW).persons("sad")
    rows = leavers(sad.at(NOW), now, earlier, tables, NOW).to_pyarrow().to_pylist()
    assert {row["person_id"]: (row["reason"], row["detail"]) for row in rows} == {
        1: ("age", None),
        2: ("excluded", "student"),
    }


def test_sizes_count_every_practice_also_those_without_anybody(both):
    tables, now, _ = both
    rows = {row["provider_number"]: row for row in sizes(on_list(now), now, tables).to_pyarrow().to_pylist()}
    assert rows[PRACTICE]["listed"] == 2
    assert rows[OTHER]["listed"] == 1
    assert rows[PRACTICE]["doctors"] == 2


def test_a_list_is_expected_to_hold_20_to_25_per_doctor_and_year(daemp):
    rule = daemp.programme.expected_list_size
    whole = expected_size(rule, doctors=3)
    assert (whole.low, whole.high) == (60, 75)
    half = expected_size(rule, doctors=3, days=183)
    assert (half.low, half.high) == (pytest.approx(60 * 183 / 365.25), pytest.approx(75 * 183 / 365.25))


def test_unknown_doctors_give_no_expectation_instead_of_zero(daemp):
    unknown = expected_size(daemp.programme.expected_list_size, doctors=None)
    assert (unknown.low, unknown.high) == (None, None)
