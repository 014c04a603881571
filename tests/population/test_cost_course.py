"""Cost around an index date: month 0 holds it, and every month says how many could be observed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import ibis
import pytest

from samspil.definitions import SamspilError
from samspil.population.codes import CodeRange
from samspil.population.cost_course import course, first_diagnosis
from samspil.population.time import AsOf, Months
from tests.population.builders import DAY, Region, as_ibis
from tests.population.cost_cases import shipped_prices

D = dt.date(2022, 12, 31)
COPD = [CodeRange.parse("J44-J44")]
ON = dt.date(2022, 6, 15)


def diagnosed(region: Region, person: int, on: dt.date = ON, code: str = "J449") -> None:
    region.add("hospital_diagnosis", person_id=person, contact_id="1", date=on, diagnosis=code, rank="secondary")


def around(region: Region, before: int = 2, after: int = 2, months: int = 12) -> dict[int, dict[str, Any]]:
    """By month, the row of general practice."""
    tables, at = as_ibis(region.tables), AsOf(D)
    index = first_diagnosis(tables, at, COPD)
    found = course(tables, at, index, shipped_prices(), before=before, after=after, months=Months(months))
    return {row["month"]: row for row in rows(found) if row["sector"] == "general_practice"}


def rows(table: ibis.Table) -> list[dict[str, Any]]:
    return table.to_pyarrow().to_pylist()


def test_month_0_holds_the_index_date_and_the_others_lie_wholly_on_one_side() -> None:
    region = Region(D)
    citizen = region.citizen(1)
    diagnosed(region, 1)
    for day in ("2022-05-31", "2022-06-01", "2022-06-30", "2022-07-01", "2022-03-31"):
        citizen.gp_contacts(on=dt.date.fromisoformat(day))
    found = around(region)
    assert {month: row["cost"] for month, row in found.items()} == {
        -2: Decimal(0), -1: Decimal(150), 0: Decimal(300), 1: Decimal(150), 2: Decimal(0),
    }  # fmt: skip
    assert {month: row["persons"] for month, row in found.items()} == {-2: 0, -1: 1, 0: 1, 1: 1, 2: 0}


def test_observed_are_those_born_not_gone_and_within_the_data() -> None:
    region = Region(D)
    region.citizen(1)
    region.citizen(2, status="dead", status_date=dt.date(2022, 7, 2))
    region.citizen(3, born=dt.date(2022, 5, 31))
    region.citizen(4)
    region.citizen(5, status="dead", status_date=None)
    region.citizen(6, status="emigrated", status_date=D + DAY)
    for person in (1, 2, 3, 5):
        diagnosed(region, person)
    diagnosed(region, 4, dt.date(2022, 12, 1))
    diagnosed(region, 6, dt.date(2022, 1, 31))
    found = around(region)
    # 1 is seen throughout, 2 dies in month 1, 3 is born in month -1, 4 has month 0 last, 6 has month 0 first.
    assert {month: row["observed"] for month, row in found.items()} == {-2: 3, -1: 4, 0: 5, 1: 4, 2: 3}


def test_the_index_is_the_first_known_and_nothing_after_d_is_seen() -> None:
    region = Region(D)
    region.citizen(1)
    for day in (ON, ON - 40 * DAY, D + DAY):
        diagnosed(region, 1, day)
    diagnosed(region, 1, ON - 90 * DAY, code="J459")
    region.citizen(2)
    diagnosed(region, 2, D + DAY)
    assert rows(first_diagnosis(as_ibis(region.tables), AsOf(D), COPD)) == [
        {"person_id": 1, "index_date": ON - 40 * DAY}
    ]


def test_an_index_outside_the_months_looked_at_is_in_no_row() -> None:
    region = Region(D)
    region.citizen(1)
    diagnosed(region, 1, ON)
    assert around(region, months=3) == {}


def test_what_has_no_price_is_null_in_the_months_it_was_used() -> None:
    region = Region(D)
    region.citizen(1).substance_case(ON, ON)
    diagnosed(region, 1)
    tables, at = as_ibis(region.tables), AsOf(D)
    found = course(
        tables, at, first_diagnosis(tables, at, COPD), shipped_prices(), before=1, after=0, months=Months(12)
    )
    assert {row["month"]: row["cost"] for row in rows(found) if row["sector"] == "social"} == {-1: Decimal(0), 0: None}


def test_a_sector_that_was_not_delivered_has_no_rows() -> None:
    region = Region(D)
    region.citizen(1)
    diagnosed(region, 1)
    tables, at = as_ibis(region.without("municipal_care")), AsOf(D)
    index = first_diagnosis(tables, at, COPD)
    found = course(tables, at, index, shipped_prices(), before=0, after=0, months=Months(12))
    assert not {row["sector"] for row in rows(found)} & {"municipal_care", "municipal_health", "social"}
    with pytest.raises(SamspilError, match="without the source `hospital`"):
        first_diagnosis(as_ibis(region.without("hospital")), at, COPD)
