"""Who is in a study: engine and an obvious reference agree on who could be, on which day, and what was known."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import pytest

from samspil.definitions import SamspilError
from samspil.evaluation.candidates import candidates
from samspil.evaluation.courses import courses
from samspil.evaluation.study_binding import BoundStudy
from tests.evaluation.made_study import DAY, OTHERS, TREATED, bound, enrol, programme
from tests.population.builders import Region, as_ibis
from tests.reference.measures import MEASURES

#: Dates of every index date laid on this one; what is measured there looks back as many months as from here.
LAID = dt.date(2014, 10, 1)


def found_by_engine(study: BoundStudy, region: Region) -> dict[tuple[int, dt.date], dict[str, Any]]:
    tables = as_ibis(region.tables)
    frame = candidates(study, courses(study.study, tables), tables).frame
    assert not frame.duplicated(["person_id", "index_date"]).any()
    return {(row["person_id"], row["index_date"]): row for row in frame.to_dict("records")}


def laid(rows: list[dict[str, Any]], index: dt.date) -> list[dict[str, Any]]:
    move = LAID - index
    return [
        {name: value + move if isinstance(value, dt.date) else value for name, value in row.items()} for row in rows
    ]


def expected(study: BoundStudy, region: Region) -> dict[tuple[int, dt.date], dict[str, Any]]:
    """One citizen and one day at a time."""
    first: dict[int, dict[str, Any]] = {}
    for course in sorted(region.tables["enrolment"], key=lambda row: row["from"]):
        first.setdefault(course["person_id"], course)
    begins = {row["provider_number"]: row["from"] for row in region.tables["taking_part"]}
    days = study.study.enrolled
    index = {
        person: course["from"]
        for person, course in first.items()
        if days.from_ <= course["from"] <= days.to and begins[course["provider_number"]] <= course["from"]
    }
    by_month: dict[tuple[int, int], list[dt.date]] = defaultdict(list)
    for day in index.values():
        by_month[day.year, day.month].append(day)
    practice = {row["person_id"]: row["provider_number"] for row in region.tables["affiliation"]}
    units = {}
    for month_days in by_month.values():
        month_days.sort()
        for person in region.tables["person"]:
            number = person["person_id"]
            treated = index.get(number) in month_days
            day = index[number] if treated else month_days[number % len(month_days)]
            begun = number in first and first[number]["from"] <= day
            if not treated and (practice[number] in TREATED or begun):
                continue
            if person["status"] != "active" and person["status_date"] <= day - DAY:
                continue
            own = {
                name: laid([row for row in rows if row.get("person_id") == number], day)
                for name, rows in region.tables.items()
            }
            at = LAID - DAY
            birth = own["person"][0]["birth_date"]
            age = at.year - birth.year - ((at.month, at.day) < (birth.month, birth.day))
            if age < 65 or not MEASURES["gp_contacts"](own, at, within="6 months"):
                continue
            units[number, day] = {
                "treated": int(treated),
                "cluster": practice[number],
                "age": age,
                "contacts": MEASURES["gp_contacts"](own, at, within="12 months"),
                "care": float(MEASURES["home_care_active"](own, at)),
                "subgroup:oldest": age >= 80,
            }
    return units


@pytest.mark.parametrize("seed", range(4))
def test_engine_and_reference_agree_on_who_could_be_in_a_study(seed: int) -> None:
    study, region = bound(), programme(seed)
    engine, reference = found_by_engine(study, region), expected(study, region)
    assert set(engine) == set(reference)
    for unit, told in reference.items():
        assert {name: engine[unit][name] for name in told} == told


def test_each_criterion_says_what_it_costs() -> None:
    """R-COHORT-C in a study: before, lost, after and what it would be without, of those enrolled and of the others."""
    study, region = bound(), programme(1)
    tables = as_ibis(region.tables)
    found = candidates(study, courses(study.study, tables), tables)
    for steps, treated in ((found.treated_steps, 1), (found.candidate_steps, 0)):
        old, seen = steps
        assert old.before - old.lost - old.unknown == old.after == seen.before
        assert seen.after == (found.frame["treated"] == treated).sum()
        assert old.without >= seen.after
    assert found.eligible >= found.treated_steps[-1].after


def guard(region: Region, name: str) -> int:
    return next(each.citizens for each in courses(bound().study, as_ibis(region.tables)).guards if each.name == name)


def one() -> Region:
    region = programme(0, citizens=0)
    for number, practice in enumerate((*TREATED, *OTHERS), start=1):
        region.citizen(number, age=70, practice=practice)
    enrol(region, 1, TREATED[0], dt.date(2015, 3, 1))
    return region


def test_a_second_course_is_no_start() -> None:
    region = one()
    enrol(region, 2, TREATED[1], dt.date(2014, 5, 1), arm="sad")
    enrol(region, 2, TREATED[1], dt.date(2015, 3, 1))
    assert guard(region, "enrolled_before") == 1
    assert list(courses(bound().study, as_ibis(region.tables)).index["person_id"]) == [1]


def test_a_course_that_began_with_a_service_before_it_is_set_aside() -> None:
    region = one()
    region.add(
        "service_received", person_id=1, course_id="course-0", date=dt.date(2015, 1, 1), service="x", component="x",
        sector="x", due=None, started=dt.date(2015, 2, 27), completed=None, minutes=None, cost=None,
    )  # fmt: skip
    enrol(region, 2, TREATED[1], dt.date(2015, 3, 1))
    assert guard(region, "index_after_use") == 1


def test_a_course_before_its_practice_took_part_was_written_down_afterwards() -> None:
    region = one()
    enrol(region, 2, TREATED[1], dt.date(2015, 1, 31))
    assert guard(region, "recorded_late") == 1


def test_who_is_enrolled_later_is_a_candidate_until_then() -> None:
    """Nobody is left out of the comparison for what comes later."""
    region = programme(0, citizens=0)
    region.citizen(1, age=70, practice=TREATED[0]).gp_contacts(on=dt.date(2015, 1, 1))
    region.citizen(2, age=70, practice=OTHERS[0]).gp_contacts(on=dt.date(2015, 1, 1))
    enrol(region, 1, TREATED[0], dt.date(2015, 3, 1))
    region.add(
        "taking_part", programme="odense-ic", provider_number=OTHERS[0], trained=None, first_used=None,
        **{"from": dt.date(2015, 5, 1), "to": None},
    )  # fmt: skip
    enrol(region, 2, OTHERS[0], dt.date(2015, 6, 1))
    study = bound(comparison={"from": "not_yet_treated"})
    units = found_by_engine(study, region)
    assert units[2, dt.date(2015, 3, 1)]["treated"] == 0
    assert units[2, dt.date(2015, 6, 1)]["treated"] == 1
    assert (2, dt.date(2015, 3, 1)) not in found_by_engine(bound(), region)


def test_neighbours_are_those_of_the_named_municipalities() -> None:
    region = one()
    for row in region.tables["person"]:
        if row["person_id"] == 4:
            row["municipality"] = "482"
    for number in range(1, 6):
        region.tables["gp_contact"].append(
            {"person_id": number, "provider_number": "000003", "date": dt.date(2015, 2, 1), "kind": "phone"}
        )
    study = bound(comparison={"from": "neighbouring_area", "municipalities": ["482"]})
    assert {person for person, _ in found_by_engine(study, region)} == {1, 4}


def test_without_the_programmes_own_data_there_is_no_study() -> None:
    tables = as_ibis(one().without("integrated_care"))
    with pytest.raises(SamspilError, match="no study without the source `integrated_care`"):
        courses(bound().study, tables)


def test_nobody_enrolled_is_told_with_where_to_look() -> None:
    with pytest.raises(SamspilError, match="nobody was enrolled in `sad` of `odense-ic` from 2014-10-01 to 2015-06-30"):
        courses(bound(arm="sad").study, as_ibis(one().tables))
