"""Counts of which only matters whether there are any, and measures of a few: the same as measuring everybody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from random import Random
from typing import Any

import ibis.expr.types as ir
import pytest

from samspil.population.binding import Use, bind
from samspil.population.engine import citizens, column_names, kept_measures, measures_of_few, with_measures
from samspil.population.time import AsOf
from tests.population.builders import Region, as_ibis

D = dt.date(2022, 12, 31)
CODES = ["T90", "R95", "P70", "K74", "A01"]
DIAGNOSES = ["E112", "E11", "J440", "F200", "Z000"]
#: More than fit in one number, some in a window and some not.
GP = [("gp_diagnoses", {"codes": [code], "within": f"{n} months"}) for code in CODES for n in range(1, 16)]
GP += [("gp_diagnoses", {"codes": CODES[:3]})]
HOSPITAL: list[tuple[str, dict[str, Any]]] = [
    ("hospital_diagnoses", {"ranges": ["E11.0-E11.9"]}),
    ("hospital_diagnoses", {"ranges": ["E11.2-E11.5", "J44.0-J44.9"], "within": "12 months"}),
    ("hospital_contacts", {"within": "12 months"}),
    ("action_diagnoses", {"ranges": ["E11.0-E11.9"]}),
]


@pytest.fixture
def region() -> Region:
    chance, region = Random(1), Region(D)
    for person in range(1, 40):
        citizen = region.citizen(person)
        for _ in range(chance.randrange(4)):
            on = D - dt.timedelta(days=chance.randrange(-40, 900))
            citizen.gp_diagnosis(chance.choice(CODES), on=on).hospital_diagnosis(chance.choice(DIAGNOSES), on=on)
    return region


def rows(table: ir.Table) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = table.order_by("person_id").to_pyarrow().to_pylist()
    return found


def everybody(tables: Mapping[str, ir.Table], at: AsOf) -> ir.Table:
    people = citizens(tables, at)
    return people.filter(people.active)


def asked() -> list[Use]:
    return [bind(name, given) for name, given in [*GP, *HOSPITAL]]


def test_whether_there_is_any_is_what_the_count_says(region: Region) -> None:
    uses, tables, at = asked(), as_ibis(region.tables), AsOf(D)
    counted = rows(with_measures(everybody(tables, at), uses, tables, at))
    kept = rows(kept_measures(everybody(tables, at), uses, tables, at, uses))
    names = [column_names(uses)[use] for use in uses]
    assert any(row[name] > 1 for row in counted for name in names)
    assert [[row[name] > 0 for name in names] for row in kept] == [[row[name] > 0 for name in names] for row in counted]


def test_a_table_with_something_that_has_to_be_counted_is_counted(region: Region) -> None:
    uses, tables, at = asked(), as_ibis(region.tables), AsOf(D)
    counted = rows(with_measures(everybody(tables, at), uses, tables, at))
    kept = rows(kept_measures(everybody(tables, at), uses, tables, at, uses[1:]))
    names = [column_names(uses)[use] for use in uses if use.measure.table == "gp_diagnosis"]
    assert [[row[name] for name in names] for row in kept] == [[row[name] for name in names] for row in counted]


def test_of_a_few_the_same_is_measured_as_of_everybody(region: Region) -> None:
    uses, tables, at = asked(), as_ibis(region.tables), AsOf(D)
    people = everybody(tables, at)
    few = people.filter(people.person_id < 10).cache()
    counted = rows(with_measures(people, uses, tables, at))
    assert rows(measures_of_few(few, uses, tables, at)) == [row for row in counted if row["person_id"] < 10]
