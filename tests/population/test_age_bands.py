"""Age bands: everybody is in one, from its first age."""

from __future__ import annotations

import ibis
import pytest

from samspil.population.age_bands import age_band, band_names, band_number, from_birth
from tests.population.cost_cases import shipped_analysis

AGES = [0, 17, 18, 49, 50, 64, 65, 101]
NAMES = ["0-17", "0-17", "18-49", "18-49", "50-64", "50-64", "65+", "65+"]


@pytest.mark.parametrize("first_ages", [(18, 50, 65), (0, 18, 50, 65)])
def test_hold_everybody(first_ages: tuple[int, ...]) -> None:
    bands = from_birth(first_ages)
    assert band_names(bands) == ("0-17", "18-49", "50-64", "65+")
    people = ibis.memtable({"age": AGES})
    found = people.select("age", number=band_number(people.age, bands), name=age_band(people.age, bands))
    rows = found.order_by("age").to_pyarrow().to_pydict()
    assert rows["number"] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert rows["name"] == NAMES


def test_who_is_younger_than_the_first_is_in_none() -> None:
    people = ibis.memtable({"age": [17]})
    found = people.select(number=band_number(people.age, (18, 50)), name=age_band(people.age, (18, 50)))
    assert found.to_pyarrow().to_pylist() == [{"number": -1, "name": None}]


def test_without_any_all_are_in_one() -> None:
    assert band_names(from_birth(())) == ("0+",)


@pytest.mark.parametrize(
    ("age", "band"), [(0, "0-17"), (17, "0-17"), (18, "18-39"), (64, "40-64"), (65, "65-74"), (85, "85+")]
)
def test_those_of_cost_begin_where_the_definition_says(age: int, band: str) -> None:
    bands = age_band(ibis.literal(age), shipped_analysis().age_bands.starts)
    assert ibis.duckdb.connect().execute(bands) == band
