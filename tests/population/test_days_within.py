"""Measures of the days of spells in a period: engine and reference agree, and the cases at the edges."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from samspil.population.binding import bind
from samspil.population.engine import citizens, column_names, with_measures
from samspil.population.time import AsOf, Period
from tests.population.builders import Citizen, Region, as_ibis

D = dt.date(2015, 3, 31)
MARCH = Period(dt.date(2015, 2, 28), D)


def in_march(region: Region, name: str, **given: Any) -> Any:
    """What one citizen has in March 2015."""
    tables, at = as_ibis(region.tables), AsOf(D)
    use = bind(name, {"within": "horizon", **given})
    rows = with_measures(citizens(tables, at), [use], tables, at, MARCH).to_pyarrow().to_pylist()
    return rows[0][column_names([use])[use]]


@pytest.fixture
def region() -> Region:
    return Region(D)


@pytest.fixture
def citizen(region: Region) -> Citizen:
    return region.citizen(age=70)


def test_a_spell_that_began_before_the_period_counts_the_days_within_it(region: Region, citizen: Citizen) -> None:
    citizen.benefit("sygedagpenge", dt.date(2014, 1, 1), dt.date(2015, 3, 10))
    assert in_march(region, "benefit_days") == 10


def test_no_day_counts_twice_where_benefits_overlap(region: Region, citizen: Citizen) -> None:
    citizen.benefit("sygedagpenge", dt.date(2015, 3, 1), dt.date(2015, 3, 20))
    citizen.benefit("fleksjob", dt.date(2015, 3, 5), dt.date(2015, 3, 8))
    citizen.benefit("fleksjob", dt.date(2015, 3, 15), dt.date(2015, 3, 25))
    assert in_march(region, "benefit_days") == 25
    assert in_march(region, "benefit_days", kinds=["fleksjob"]) == 4 + 11


def test_an_open_spell_runs_to_the_end_of_the_period(region: Region, citizen: Citizen) -> None:
    citizen.home_nursing(dt.date(2015, 3, 25))
    assert in_march(region, "home_nursing_visits") == pytest.approx(7 * 2 / 7)


def test_hours_of_home_care_are_those_of_the_days_within(region: Region, citizen: Citizen) -> None:
    citizen.home_care("daily", dt.date(2015, 2, 1), dt.date(2015, 3, 14))
    assert in_march(region, "home_care_hours") == pytest.approx(14 * 4 / 7)
    assert in_march(region, "home_care_hours", personal=True) == pytest.approx(14 * 3 / 7)


def test_bed_days_are_nights_of_admissions(region: Region, citizen: Citizen) -> None:
    citizen.hospital_contacts(on=dt.date(2015, 2, 20)).hospital_contacts(on=dt.date(2015, 3, 10), kind="outpatient")
    region.tables["hospital_contact"][0]["end"] = dt.datetime.combine(dt.date(2015, 3, 4), dt.time(9))
    assert in_march(region, "bed_days") == 3  # the nights after 1, 2 and 3 March
    region.tables["hospital_contact"][0]["end"] = dt.datetime.combine(dt.date(2015, 2, 20), dt.time(18))
    assert in_march(region, "bed_days") == 0


def test_somebody_without_a_spell_has_none(region: Region, citizen: Citizen) -> None:
    assert in_march(region, "benefit_days") == 0
    assert in_march(region, "bed_days") == 0
