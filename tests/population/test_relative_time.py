"""Time from each citizen's own index date: what is measured there is what is measured on that day."""

from __future__ import annotations

import datetime as dt
from random import Random

import ibis
import ibis.expr.types as ir
import pytest

from samspil.population.binding import bind
from samspil.population.engine import citizens, column_names, with_measures
from samspil.population.relative_time import laid_on, seen_at
from samspil.population.tables import Tables
from samspil.population.time import AsOf
from tests.population.builders import Region, as_ibis

REFERENCE = dt.date(2014, 1, 1)
USES = [
    bind("gp_contacts", {"within": "12 months"}),
    bind("benefit_days", {"within": "3 months"}),
    bind("home_nursing_active", {}),
    bind("living_lately", {"within": "6 months"}),
]


def crowd(draw: Random) -> Region:
    region = Region(dt.date(2016, 12, 31))
    for number in range(1, 31):
        citizen = region.citizen(number, age=draw.randint(20, 90))
        for _ in range(draw.randint(0, 8)):
            citizen.gp_contacts(on=dt.date(2013, 1, 1) + dt.timedelta(days=draw.randint(0, 1400)))
        begins = dt.date(2013, 1, 1) + dt.timedelta(days=draw.randint(0, 1400))
        citizen.benefit("sygedagpenge", begins, begins + dt.timedelta(days=draw.randint(0, 200)))
        citizen.home_nursing(begins, draw.choice([None, begins + dt.timedelta(days=90)]))
    return region


def measured(tables: Tables, at: AsOf) -> ir.Table:
    people = citizens(tables, at)
    return with_measures(people.filter(people.active), USES, tables, at)


@pytest.mark.parametrize("seed", range(3))
def test_a_measure_on_the_laid_day_is_the_measure_on_the_own_day(seed: int) -> None:
    draw = Random(seed)
    tables = as_ibis(crowd(draw).tables)
    names = column_names(USES)
    own_days = {n: dt.date(2015, 3, 1) + dt.timedelta(days=draw.randint(0, 27)) for n in range(1, 31)}
    units = ibis.memtable({"unit": list(own_days), "person_id": list(own_days), "index_date": list(own_days.values())})
    moved = laid_on(tables, units, REFERENCE)
    at = AsOf(REFERENCE)
    rows = measured(moved, at).to_pyarrow().to_pylist()
    laid = {row["person_id"]: [row[names[use]] for use in USES] for row in rows}
    for number, day in own_days.items():
        own = AsOf(day)
        alone = measured(tables, own)
        expected = alone.filter(alone.person_id == number).to_pyarrow().to_pylist()[0]
        wanted = [expected[names[use]] for use in USES]
        # Months back from another day of the year can differ by the days that months differ by: look at what is exact.
        assert laid[number][2:3] == wanted[2:3]
        assert abs(laid[number][0] - wanted[0]) <= 1
        assert abs(laid[number][1] - wanted[1]) <= 3


def test_somebody_at_two_index_dates_is_two_units() -> None:
    region = Region(dt.date(2016, 12, 31))
    region.citizen(1, age=70).gp_contacts(on=dt.date(2015, 1, 10)).gp_contacts(on=dt.date(2015, 5, 10))
    days = [dt.date(2015, 2, 1), dt.date(2015, 6, 1)]
    units = ibis.memtable({"unit": [11, 12], "person_id": [1, 1], "index_date": days})
    moved = laid_on(as_ibis(region.tables), units, REFERENCE)
    dates = sorted((row["person_id"], row["date"]) for row in moved["gp_contact"].to_pyarrow().to_pylist())
    assert dates == [
        (11, dt.date(2013, 12, 10)),
        (11, dt.date(2014, 4, 9)),
        (12, dt.date(2013, 8, 12)),
        (12, dt.date(2013, 12, 10)),
    ]


def test_nothing_after_the_analysis_date_is_seen() -> None:
    region = Region(dt.date(2016, 12, 31))
    region.citizen(1, age=70).gp_contacts(on=dt.date(2015, 1, 10)).gp_contacts(on=dt.date(2015, 1, 11))
    assert seen_at(as_ibis(region.tables), AsOf(dt.date(2015, 1, 10)))["gp_contact"].count().execute() == 1
