"""Cost from one year to the next: who went where, who stayed, and a fall that nobody made."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest

from samspil.population.concentration import grouped
from samspil.population.cost_change import naive_change, persistence, transitions
from samspil.population.time import AsOf
from tests.population.builders import DAY, Region, as_ibis
from tests.population.cost_cases import shipped_analysis

D = dt.date(2022, 12, 31)
CAUTION = shipped_analysis().one_year


def moved(before: dict[int, float], after: dict[int, float], region: Region, cut: str = "20") -> list[dict[str, Any]]:
    """The transitions between two years' costs by person."""
    tables = as_ibis(region.tables)

    def year(name: str, costs: dict[int, float]) -> ibis.Table:
        columns = {
            "person_id": pa.array(costs, pa.int64()),
            "total": pa.array([Decimal(f"{cost:.2f}") for cost in costs.values()], pa.decimal128(18, 2)),
        }
        made = tables["person"].get_backend().create_table(name, pa.table(columns), overwrite=True)
        return grouped(made, "total", [Decimal(cut)])

    found = transitions(year("before", before), year("after", after), tables, AsOf(D))
    return found.to_pyarrow().to_pylist()


def test_the_matrix_holds_everybody_with_the_dead_the_moved_and_the_new() -> None:
    region = Region(D)
    region.citizen(3, status="dead", status_date=D)
    region.citizen(4, status="emigrated", status_date=D)
    region.citizen(5, status="active", practice=None)
    before = {1: 100, 2: 10, 3: 90, 4: 9, 5: 8}
    after = {1: 5, 2: 50, 6: 1}
    rows = moved(before, after, region)
    assert {(row["from_group"], row["to_group"]): row["persons"] for row in rows} == {
        ("0-20", "20-100"): 1,
        ("20-100", "0-20"): 1,
        ("20-100", "dead"): 1,
        ("20-100", "moved"): 2,
        ("new", "20-100"): 1,
    }
    cost = {(row["from_group"], row["to_group"]): (row["cost_before"], row["cost_after"]) for row in rows}
    assert cost["0-20", "20-100"] == (Decimal(100), Decimal(5))
    assert cost["20-100", "dead"] == (Decimal(90), None)
    assert cost["new", "20-100"] == (None, Decimal(1))


def test_who_dies_after_d_has_not_died_yet() -> None:
    region = Region(D)
    region.citizen(1, status="dead", status_date=D + DAY, practice=None)
    (row,) = moved({1: 1}, {}, region)
    assert row["to_group"] == "moved"


def test_alg_4_persistence_is_of_those_who_were_in_the_group_the_dead_too() -> None:
    rows = [
        {"from_group": "0-1", "to_group": "0-1", "persons": 3_000},
        {"from_group": "0-1", "to_group": "1-100", "persons": 16_000},
        {"from_group": "0-1", "to_group": "dead", "persons": 1_000},
        {"from_group": "1-100", "to_group": "0-1", "persons": 17_000},
    ]
    found = persistence(rows, "0-1")
    assert (found.numerator, found.denominator, found.value) == (3_000, 20_000, 0.15)


@pytest.fixture(scope="module")
def alternating() -> list[dict[str, Any]]:
    """4,000 persons whose cost varies around a mean of their own that does not change: nobody does anything."""
    lot = np.random.default_rng(11)
    means = lot.lognormal(9, 0.6, 4_000)
    region = Region(D)
    years = [dict(enumerate(means * lot.lognormal(0, 0.9, 4_000))) for _ in range(2)]
    return moved(years[0], years[1], region, cut="1")


def test_q_028_regression_to_the_mean_falls_without_any_intervention_and_says_so(
    alternating: list[dict[str, Any]],
) -> None:
    found = naive_change(alternating, "0-1", CAUTION)
    assert found.chosen.persons == 40
    assert found.chosen.relative is not None
    assert found.chosen.relative < -0.5
    assert found.everybody.relative == pytest.approx(0, abs=0.1)
    assert found.caution is CAUTION
    stayed = persistence(alternating, "0-1")
    assert stayed.value is not None
    assert 0 < stayed.value < 0.5


def test_change_is_of_those_who_were_citizens_in_both_years() -> None:
    rows = [
        {"from_group": "0-1", "to_group": "0-1", "persons": 1, "cost_before": Decimal(100), "cost_after": Decimal(60)},
        {"from_group": "0-1", "to_group": "dead", "persons": 1, "cost_before": Decimal(900), "cost_after": None},
        {"from_group": "new", "to_group": "0-1", "persons": 1, "cost_before": None, "cost_after": Decimal(500)},
    ]
    found = naive_change(rows, "0-1", CAUTION)
    assert (found.chosen.persons, found.chosen.relative) == (1, -0.4)
    assert naive_change([], "0-1", CAUTION).chosen.relative is None
