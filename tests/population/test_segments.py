"""Segments of a population made by hand: what each rule of time, missing source and dead citizen means for them."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir
import pytest
from ibis.config import Config

from samspil.population.concordance import placed, stable_above
from samspil.population.segment_readings import concordance_of, gap_of, high_need_profile, segment_sizes
from samspil.population.segment_sizes import sizes
from tests.population.builders import DAY, Region, years_before
from tests.population.segment_builders import persons, run, small_definitions, small_programme

D = dt.date(2016, 10, 15)
A_YEAR_AGO = years_before(D, 1)
LOW_MOOD = small_programme()


@pytest.fixture(scope="module")
def region() -> Region:
    """Citizen by citizen: S1, S2, S3a, S3b, none, and one at hospital who is stable."""
    region = Region(D)
    region.citizen(1).gp_diagnosis("P76").gp_contacts(3)
    region.citizen(2).gp_diagnosis("P76").gp_contacts(2)
    region.citizen(3).gp_diagnosis("P76").gp_contacts(9, kind="phone")
    region.citizen(4).drug("N06AB04").gp_contacts(9)
    region.citizen(5, age=10)
    region.citizen(6).gp_diagnosis("P76").hospital_contacts(acute=False, kind="outpatient", cost="500")
    region.citizen(7, status="dead", status_date=D - 30 * DAY).hospital_contacts(on=A_YEAR_AGO, cost="90000")
    return region


@pytest.fixture(scope="module")
def result(region):
    return run(region.tables, D)


@pytest.fixture(scope="module")
def people(result):
    return persons(result)


@pytest.fixture(scope="module")
def region_rows(result):
    return [row for row in sizes(result).to_pyarrow().to_pylist() if row["level"] == "region"]


def test_strat_2_segments_by_diagnosis_and_attendance(people):
    found = {person: row["segment_low_mood"] for person, row in people.items()}
    assert found == {1: "S1", 2: "S2", 3: "S3a", 4: "S3b", 5: "none", 6: "S2"}


def test_the_region_alone_finds_those_with_regional_contact_only(people):
    found = {person: row["segment_region_low_mood"] for person, row in people.items()}
    assert found == {1: "none", 2: "none", 3: "none", 4: "none", 5: "none", 6: "S2"}


def test_the_dead_are_in_no_segment_but_were_in_the_group_of_the_year_before(people, result):
    assert 7 not in people
    years = {row["person_id"]: row for row in result.high_need.to_pyarrow().to_pylist()}
    assert (years[7]["before"], years[7]["now"]) == (True, False)
    profile = high_need_profile(result)
    # Of seven a year ago three are the group, and of the six that are left two.
    assert profile.persistence.denominator == 3
    assert profile.members == 2


def test_strat_13_the_stable_above_their_level_are_found_and_leave_when_moved(result, region):
    assert [row["person_id"] for row in stable_above(result.persons, LOW_MOOD).to_pyarrow().to_pylist()] == [6]
    later = run(region.tables, dt.date(2017, 10, 16))
    assert stable_above(later.persons, LOW_MOOD).count().to_pyarrow().as_py() == 0


def test_strat_12_lists_name_who_is_above_and_who_below(result):
    assert [row["person_id"] for row in placed(result.persons, LOW_MOOD, "above").to_pyarrow().to_pylist()] == [6]
    assert placed(result.persons, LOW_MOOD, "below").count().to_pyarrow().as_py() == 0


def test_strat_12_heeding_other_illness_can_only_lower_who_might_be_moved():
    region = Region(D)
    outpatient = {"acute": False, "kind": "outpatient"}
    region.citizen(1).gp_diagnosis("P76").hospital_contacts(**outpatient)
    region.citizen(2).gp_diagnosis("P76").hospital_contacts(**outpatient).hospital_diagnosis("F200")
    rows = [row for row in sizes(run(region.tables, D)).to_pyarrow().to_pylist() if row["level"] == "region"]
    heeded, alone = (concordance_of(rows, LOW_MOOD, comorbidity=both).relocatable for both in (True, False))
    assert (heeded.numerator, heeded.denominator) == (1, 2)
    assert (alone.numerator, alone.denominator) == (2, 2)


def test_strat_3_every_segment_size_has_the_four_numbers_of_its_unit(region_rows):
    found = {each.segment: each for each in segment_sizes(region_rows) if each.programme == "low-mood"}
    assert {name: each.persons for name, each in found.items()} == {"S1": 1, "S2": 2, "S3a": 1, "S3b": 1, "none": 1}
    numbers = {each.numbers for each in found.values()}
    assert len(numbers) == 1
    (four,) = numbers
    assert (four.algorithm_positive, four.diagnosed, four.attending, four.referred) == (5, 4, 3, 0)


def test_strat_4_the_gap_sums_with_declined_and_outside_kept_apart():
    region = Region(D)
    for person in range(1, 7):
        region.citizen(person)
    for person in (1, 2, 3, 4):
        region.add("gp_diagnosis", person_id=person, icpc2="P76", date=D)
    offer = {"offer": "diabetesskole", "referred": D - 30 * DAY, "level": "basic", "ended": None}
    region.add("rehabilitation", person_id=2, started=D, outcome=None, **offer)
    region.add("rehabilitation", person_id=3, started=None, outcome="declined", **offer)
    region.add("rehabilitation", person_id=4, started=D + DAY, outcome=None, **offer)
    region.add("rehabilitation", person_id=6, started=D, outcome=None, **offer)
    region.add("dispensing", person_id=5, date=D, atc="N06AB04", name=None, packages=1.0, price=1)
    rows = [row for row in sizes(run(region.tables, D)).to_pyarrow().to_pylist() if row["level"] == "region"]
    gap = gap_of(rows, "low-mood", 4, small_definitions().rules.over_capacity.ratio)
    assert (gap.undiagnosed, gap.not_referred, gap.declined, gap.not_started, gap.outside) == (1, 1, 1, 1, 1)
    assert (gap.estimate, gap.started, gap.total) == (5, 2, 3)
    assert gap.total == sum(gap.parts.values()) - gap.outside
    assert gap.over_capacity is True


def test_without_hospital_the_undiagnosed_are_unknown_and_no_estimate_is_told(region):
    result = run(region.without("hospital"), D)
    found = {person: row["segment_low_mood"] for person, row in persons(result).items()}
    # Three of four expected controls are sure; fewer could be more, and no diagnosis could be one.
    assert found == {1: "S1", 2: "unknown", 3: "unknown", 4: "unknown", 5: "unknown", 6: "unknown"}
    rows = [row for row in sizes(result).to_pyarrow().to_pylist() if row["level"] == "region"]
    numbers = segment_sizes(rows)[0].numbers
    assert numbers.not_measured == ("algorithm_positive", "diagnosed", "attending")
    assert gap_of(rows, "low-mood", None, small_definitions().rules.over_capacity.ratio) is None
    assert "hospital" in high_need_profile(result).missing
    assert result.missing == ("hospital",)


def test_alg_6_an_axis_without_its_source_is_undetermined():
    region = Region(D)
    region.citizen(1)
    region.citizen(2).home_nursing()
    assert persons(run(region.tables, D))[1]["quadrant"] == "Q1"
    missing = persons(run(region.without("municipal_care", "hospital"), D))
    assert {row["quadrant"] for row in missing.values()} == {"undetermined"}
    assert missing[1]["self_care"] is missing[1]["complexity"] is None


def test_r_seg_15_support_need_decides_an_axis_by_itself():
    region = Region(D)
    region.citizen(1).home_nursing()
    assert persons(run(region.tables, D))[1]["self_care"] == "low"


def test_r_seg_07_two_programmes_are_counted_and_put_a_person_in_a_stratum_of_their_own():
    region = Region(D)
    region.citizen(1).gp_diagnosis("P76").gp_diagnosis("P01")
    region.citizen(2).gp_diagnosis("P76")
    found = persons(run(region.tables, D))
    assert {person: row["programmes"] for person, row in found.items()} == {1: 2, 2: 1}


def test_a_stratum_that_a_missing_source_could_have_raised_is_not_certain(region):
    found = persons(run(region.without("hospital"), D))
    assert not any(row["stratum_certain"] for row in found.values() if row["stratum"] == "prevention")
    assert all(row["stratum_certain"] for row in persons(run(region.tables, D)).values())


def test_strat_15_every_stratum_says_how_long_it_holds(people):
    assert {(row["valid_from"], row["valid_until"]) for row in people.values()} == {(D, dt.date(2017, 10, 15))}


def test_strat_19_the_multimorbid_from_30_to_40_are_counted_by_themselves():
    region = Region(D)
    for person, age in enumerate((29, 30, 40, 41), start=1):
        region.citizen(person, age=age).gp_diagnosis("P76").gp_diagnosis("K86")
    rows = sizes(run(region.tables, D)).to_pyarrow().to_pylist()
    young = {
        row["key"]: row["persons"] for row in rows if (row["section"], row["level"]) == ("multimorbid_young", "region")
    }
    assert young == {"multimorbid": 2}


def test_alg_8_prevalence_is_of_those_over_16_only():
    region = Region(D)
    for person, age in enumerate((16, 17, 40), start=1):
        citizen = region.citizen(person, age=age)
        if person < 3:
            citizen.gp_diagnosis("P76").gp_diagnosis("K86")
    rows = sizes(run(region.tables, D)).to_pyarrow().to_pylist()
    found = {
        row["key"]: row["persons"] for row in rows if (row["section"], row["level"]) == ("multimorbidity", "region")
    }
    assert found == {"multimorbid": 1, "not_multimorbid": 1}


def test_alg_8_two_different_conditions_are_multimorbid_and_19_of_50_are_38_per_cent():
    region = Region(D)
    for person in range(1, 51):
        region.citizen(person).gp_diagnosis("P76").gp_diagnosis("K86" if person <= 19 else "P76")
    rows = sizes(run(region.tables, D)).to_pyarrow().to_pylist()
    found = {
        row["key"]: row["persons"] for row in rows if (row["section"], row["level"]) == ("multimorbidity", "region")
    }
    assert found == {"multimorbid": 19, "not_multimorbid": 31}
    assert found["multimorbid"] / sum(found.values()) == 0.38


def test_alg_9_who_is_followed_at_five_hospitals_is_flagged_and_who_is_at_one_is_not():
    region = Region(D)
    region.citizen(1).hospital_contacts(5)
    for number, contact in enumerate(region.tables["hospital_contact"]):
        contact["hospital"] = f"hospital {number}"
    region.citizen(2).hospital_contacts(5)
    found = {person: (row["hospitals"], row["fragmented"]) for person, row in persons(run(region.tables, D)).items()}
    assert found == {1: (5, True), 2: (1, False)}


class SparkOptions(Config):
    treat_nan_as_null: bool = False


def test_segments_compile_for_spark(monkeypatch):
    # What the backend would set when it is loaded; here its compiler is used alone, on expressions that keep nothing.
    monkeypatch.setattr(ibis.options, "pyspark", SparkOptions())
    monkeypatch.setattr(ir.Table, "cache", lambda table: table)
    found = run(Region(D).tables, D)
    assert "ROW_NUMBER" in ibis.to_sql(found.persons, dialect="pyspark")
    assert ibis.to_sql(found.high_need, dialect="pyspark")
