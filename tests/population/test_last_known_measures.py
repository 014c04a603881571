"""Measures of what was last known, of rehabilitation and of patient-reported forms: engine and reference agree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import ibis
import ibis.expr.types as ir
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from samspil.population.binding import Use, bind
from samspil.population.engine import citizens, column_names, with_measures
from samspil.population.time import AsOf
from tests.population.builders import DAY, Citizen, Region, as_ibis
from tests.population.strategies import day
from tests.reference.measures import MEASURES

D = dt.date(2022, 12, 31)
#: To make a failing crowd smaller would take minutes.
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
HBA1C = {"codes": ["NPU27300"], "units": ["mmol/mol"]}
SMOKING = {"checks": ["smoking_status"]}

#: Each measure in ways that a definition may ask for it.
ASKED: list[tuple[str, dict[str, Any]]] = [
    ("last_gp_contact", {}),
    ("last_gp_contact", {"kinds": ["annual_review", "home_visit"]}),
    ("last_check", {"checks": ["foot_exam"]}),
    ("last_check", {"checks": ["foot_exam", "annual_review"]}),
    ("last_check_text", SMOKING),
    ("last_check_among", {**SMOKING, "values": ["daglig", "ja"]}),
    ("last_specialist", {"specialties": ["eye", "podiatrist"]}),
    ("last_value", HBA1C),
    ("last_value", {**HBA1C, "within": "12 months"}),
    ("last_value", {"codes": ["NPU27300", "NPU01568"], "units": ["mmol/mol", "mmol/L"]}),
    ("last_value_day", HBA1C),
    ("last_value_day", {**HBA1C, "within": "6 months"}),
    ("highest_value", HBA1C),
    ("highest_value", {**HBA1C, "within": "24 months"}),
    ("last_target", HBA1C),
    ("values_above_target", {**HBA1C, "last": 2}),
    ("values_above_target", {**HBA1C, "last": 1}),
    ("rehabilitation_referrals", {}),
    ("rehabilitation_referrals", {"started": True, "within": "12 months"}),
    ("rehabilitation_referrals", {"started": False, "levels": ["basic"]}),
    ("rehabilitation_referrals", {"outcomes": ["declined", "completed"], "offers": ["diabetesskole"]}),
    ("pro_forms_used", {}),
    ("pro_forms_used", {"within": "12 months", "sectors": ["municipality"], "instruments": ["pro_diabetes"]}),
    ("pro_occasions", {"occasions": ["first", "final"]}),
    ("pro_occasions", {"occasions": ["first", "final"], "sectors": ["general_practice"]}),
    ("gp_diagnoses", {"codes": ["T90"]}),
]


def found(region: Region, *asked: tuple[str, dict[str, Any]]) -> dict[int, list[Any]]:
    """What the engine measures of each citizen, in the order asked."""
    tables, at = as_ibis(region.tables), AsOf(region.as_of)
    uses = [bind(name, given) for name, given in asked]
    names = column_names(uses)
    rows = of_everybody(tables, at, uses).to_pyarrow().to_pylist()
    return {row["person_id"]: [row[names[use]] for use in uses] for row in rows}


def of_everybody(tables: Mapping[str, ir.Table], at: AsOf, uses: Sequence[Use]) -> ir.Table:
    people = citizens(tables, at)
    return with_measures(people.filter(people.active), uses, tables, at)


def expected(region: Region, *asked: tuple[str, dict[str, Any]]) -> dict[int, list[Any]]:
    """What the reference measures of each citizen."""
    told = {}
    for person in region.tables["person"]:
        number = person["person_id"]
        own = {name: [row for row in rows if row.get("person_id") == number] for name, rows in region.tables.items()}
        told[number] = [MEASURES[name](own, region.as_of, **given) for name, given in asked]
    return told


def happening(draw: Random, citizen: Citizen, as_of: dt.date) -> None:
    """One row of a table that the measures read, around the edges of time."""
    on = day(draw, as_of)
    later = draw.choice([None, on, on + 1 * DAY, on + 40 * DAY, max(on, as_of), max(on, as_of + DAY)])
    table = draw.choice(["contact", "check", "specialist", "value", "value", "value", "target", "rehab", "form"])
    number = draw.choice([47.0, 48.0, 48.125, 53.1, 0.007, 118.9])
    code, unit = draw.choice(
        [("NPU27300", "mmol/mol")] * 3 + [("NPU27300", "%"), ("NPU01568", "mmol/L"), ("NPU01568", "mmol/mol")]
    )
    if table == "contact":
        citizen.gp_contacts(on=on, kind=draw.choice(["consultation", "annual_review", "home_visit"]))
    elif table == "check":
        check = draw.choice(["smoking_status", "smoking_status", "foot_exam", "annual_review"])
        citizen.add("gp_check", date=on, check=check, value=draw.choice([None, "aldrig", "daglig", "ja", "æøå"]))
    elif table == "specialist":
        citizen.specialist(draw.choice(["eye", "podiatrist", "other"]), on=on)
    elif table in ("value", "target"):
        name = "gp_measurement" if table == "value" else "gp_target"
        citizen.add(name, date=on, code=code, value=number, unit=unit)
    elif table == "rehab":
        citizen.add(
            "rehabilitation",
            offer=draw.choice(["diabetesskole", "genoptraening"]),
            referred=on,
            started=later,
            ended=draw.choice([None, later and later + draw.choice([0, 1, 30]) * DAY]),
            outcome=draw.choice([None, "completed", "declined"]),
            level=draw.choice(["basic", "specialised"]),
        )
    else:
        citizen.add(
            "pro_form",
            date=on,
            sector=draw.choice(["general_practice", "municipality"]),
            instrument=draw.choice(["pro_diabetes", "other"]),
            occasion=draw.choice(["first", "final", "other"]),
            used_on=later,
        )


@given(st.randoms(use_true_random=False), st.sampled_from([D, dt.date(2016, 2, 29), dt.date(2000, 2, 29)]))
@settings(max_examples=12, deadline=None, phases=UNSHRUNK, suppress_health_check=[HealthCheck.too_slow])
def test_engine_and_reference_measure_the_same(draw: Random, as_of: dt.date) -> None:
    region = Region(as_of)
    for person in range(1, 9):
        citizen = region.citizen(person)
        for _ in range(draw.randint(0, 14)):
            happening(draw, citizen, as_of)
        if draw.random() < 0.5:
            citizen.gp_diagnosis(draw.choice(["T90", "P76"]), on=day(draw, as_of))
    assert found(region, *ASKED) == expected(region, *ASKED)


def measured(region: Region, name: str, **given: Any) -> Any:
    """One measure of citizen 1."""
    return found(region, (name, given))[1][0]


def test_of_two_values_on_the_latest_day_the_higher_counts() -> None:
    region = Region(D)
    person = region.citizen(1)
    for on, value in ((D, 50.0), (D, 58.0), (D, 54.0), (D - DAY, 99.0), (D + DAY, 120.0)):
        person.add("gp_measurement", date=on, code="NPU27300", value=value, unit="mmol/mol")
    assert measured(region, "last_value", **HBA1C) == 58.0
    assert measured(region, "last_value_day", **HBA1C) == D


def test_a_11_an_hba1c_in_percent_is_no_hba1c_in_mmol_per_mol() -> None:
    region = Region(D)
    person = region.citizen(1)
    person.add("gp_measurement", date=D - 30 * DAY, code="NPU27300", value=61.0, unit="mmol/mol")
    person.add("gp_measurement", date=D, code="NPU27300", value=7.7, unit="%")
    assert measured(region, "last_value", **HBA1C) == 61.0


@given(st.integers(0, 10**11), st.integers(0, 20_000))
@settings(max_examples=12, deadline=None)
def test_the_last_value_is_exact_to_three_decimals(thousandths: int, days_ago: int) -> None:
    region = Region(D)
    value = thousandths / 1000
    region.citizen(1).add("gp_measurement", date=D - days_ago * DAY, code="NPU27300", value=value, unit="mmol/mol")
    assert measured(region, "last_value", **HBA1C) == value


def test_without_a_row_what_was_last_known_is_missing_and_a_count_is_zero() -> None:
    region = Region(D)
    region.citizen(1)
    assert measured(region, "last_value", **HBA1C) is None
    assert measured(region, "last_check", checks=["foot_exam"]) is None
    assert measured(region, "pro_occasions", occasions=["first", "final"]) is None
    assert measured(region, "rehabilitation_referrals") == 0
    assert measured(region, "pro_forms_used") == 0


def two_values(first: float, second: float, target: float | None) -> Region:
    region = Region(D)
    person = region.citizen(1)
    for ago, value in ((200, first), (20, second), (400, 90.0)):
        person.add("gp_measurement", date=D - ago * DAY, code="NPU27300", value=value, unit="mmol/mol")
    if target is not None:
        person.add("gp_target", date=D - 300 * DAY, code="NPU27300", value=target, unit="mmol/mol")
    return region


@pytest.mark.parametrize(
    ("first", "second", "target", "above"),
    [(60, 58, 53, 2), (60, 53, 53, 1), (48, 48, 53, 0), (60, 58, None, None)],
)
def test_the_last_two_values_above_the_own_target(
    first: float, second: float, target: float | None, above: int | None
) -> None:
    assert measured(two_values(first, second, target), "values_above_target", **HBA1C, last=2) == above


def test_with_one_value_nobody_can_speak_of_two() -> None:
    region = Region(D)
    person = region.citizen(1)
    person.add("gp_measurement", date=D, code="NPU27300", value=80.0, unit="mmol/mol")
    person.add("gp_measurement", date=D, code="NPU27300", value=85.0, unit="mmol/mol")
    person.add("gp_target", date=D, code="NPU27300", value=53.0, unit="mmol/mol")
    assert measured(region, "values_above_target", **HBA1C, last=2) is None


def test_an_outcome_is_not_seen_before_the_course_has_ended() -> None:
    region = Region(D)
    course = {"offer": "diabetesskole", "referred": D - 90 * DAY, "started": D - 60 * DAY, "level": "basic"}
    region.citizen(1).add("rehabilitation", **course, ended=D + DAY, outcome="completed")
    assert measured(region, "rehabilitation_referrals", outcomes=["completed"]) == 0
    assert measured(region, "rehabilitation_referrals", started=True) == 1


def form(on: dt.date, used_on: dt.date | None, occasion: str = "other") -> dict[str, Any]:
    where = {"sector": "general_practice", "instrument": "pro_diabetes"}
    return {"date": on, "occasion": occasion, "used_on": used_on, **where}


def test_tc3_31_a_form_that_was_answered_but_not_used_in_a_conversation_is_not_counted() -> None:
    region = Region(D)
    person = region.citizen(1).add("pro_form", **form(D - 30 * DAY, None))
    assert measured(region, "pro_forms_used") == 0
    person.add("pro_form", **form(D - 20 * DAY, D - 10 * DAY))
    person.add("pro_form", **form(D - 10 * DAY, D + DAY))
    assert measured(region, "pro_forms_used") == 1


def test_tc3_32_the_first_and_the_final_form_are_required_and_extra_ones_are_allowed() -> None:
    required = {"occasions": ["first", "final"]}
    region = Region(D)
    person = region.citizen(1).add("pro_form", **form(D - 90 * DAY, None, "first"))
    person.add("pro_form", **form(D - 60 * DAY, None, "other"))
    person.add("pro_form", **form(D - 30 * DAY, None, "other"))
    assert measured(region, "pro_occasions", **required) == 1
    person.add("pro_form", **form(D - 5 * DAY, None, "final"))
    assert measured(region, "pro_occasions", **required) == 2
    assert len(region.tables["pro_form"]) == 4


def test_every_measure_can_be_said_in_the_sql_of_spark() -> None:
    region = Region(D)
    region.citizen(1)
    tables, at = as_ibis(region.tables), AsOf(D)
    uses = [bind(name, given) for name, given in ASKED]
    unbound = {name: ibis.table(rows.schema(), name=name) for name, rows in tables.items()}
    # Databricks speaks the SQL of Spark, and needs no Spark to be asked.
    assert "SELECT" in ibis.to_sql(of_everybody(unbound, at, uses), dialect="databricks")
