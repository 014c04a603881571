"""Concentration of cost: Symphony's golden figures, cuts that are exact, and ties that change no total."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from math import ceil
from random import Random
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samspil.definitions import SamspilError
from samspil.population.concentration import (
    Concentration,
    concentration,
    exact_gini,
    gini_sums,
    group_names,
    grouped,
    lorenz_points,
)
from samspil.population.lorenz import LorenzPoint, gini, lorenz
from tests.population.cost_cases import shipped_analysis

MONEY = pa.decimal128(18, 2)
#: Symphony 2015 (001 L2057, L2117-2118): per cent of the population and of its cost.
SYMPHONY = {"population": 135_000, "percent": (4, 18, 78), "cost_percent": (50, 35, 15)}

costs_of_persons = st.lists(st.integers(0, 40).map(lambda n: Decimal(n) / 4), min_size=1, max_size=60)
some_cuts = st.lists(st.sampled_from(["0.5", "1", "4", "5", "12.5", "20", "22", "50", "99"]), min_size=1, unique=True)


def persons_with(costs: list[Decimal], ids: list[int] | None = None) -> ibis.Table:
    columns = {
        "person_id": pa.array(ids or list(range(len(costs))), pa.int64()),
        "total": pa.array([cost.quantize(Decimal("0.01")) for cost in costs], MONEY),
    }
    return ibis.duckdb.connect(threads=1).create_table("persons", pa.table(columns))


def of(persons: ibis.Table, cuts: list[Decimal]) -> Concentration:
    ranked = grouped(persons, "total", cuts)
    totals = ranked.group_by("group").aggregate(persons=ranked.count(), cost=ranked.total.sum())
    return concentration(totals.to_pyarrow().to_pylist(), cuts, shipped_analysis().one_year)


def curve_through_groups(found: Concentration) -> tuple[LorenzPoint, ...]:
    return lorenz((group.persons, group.cost) for group in found.groups)


def exact(persons: ibis.Table) -> float | None:
    ranked = grouped(persons, "total", [Decimal(50)])
    return exact_gini(**ranked.aggregate(**gini_sums(ranked, "total")).to_pyarrow().to_pylist()[0])


@pytest.fixture(scope="module")
def symphony() -> ibis.Table:
    """135,000 persons whose costs differ within each group and add up to 50, 35 and 15 per cent of 135 million."""
    costs: list[Decimal] = []
    for percent, cost_percent in zip(SYMPHONY["percent"], SYMPHONY["cost_percent"], strict=True):
        heads = SYMPHONY["population"] * percent // 100
        # In øre: the mean, a little more or less in pairs, and what is left over on the first.
        total = SYMPHONY["population"] * 1000 * cost_percent
        mean, left = divmod(total, heads)
        some = [mean + (number % 2 * 2 - 1) * (1 + number // 2 % 50) for number in range(heads)]
        some[0] += left + mean * heads - sum(some)
        costs += [Decimal(amount) / 100 for amount in some]
    Random(5).shuffle(costs)
    return persons_with(costs)


def test_q_052_symphony_4_18_78_per_cent_of_135000_cost_50_35_15(symphony: ibis.Table) -> None:
    found = of(symphony, [Decimal(4), Decimal(22)])
    assert [group.group for group in found.groups] == ["0-4", "4-22", "22-100"]
    assert [group.persons for group in found.groups] == [5_400, 24_300, 105_300]
    assert [group.cost_share for group in found.groups] == [0.5, 0.35, 0.15]
    assert [group.population_share for group in found.groups] == [0.04, 0.18, 0.78]
    assert [round(group.relative or 0, 4) for group in found.groups] == [12.5, 1.9444, 0.1923]
    top, middle, bottom = (group.relative for group in found.groups)
    assert (round(top / bottom, 2), round(top / middle, 2), round(middle / bottom, 2)) == (65.0, 6.43, 10.11)
    assert [(point.population, point.total) for point in curve_through_groups(found)] == [
        (0, 0), (pytest.approx(0.78), pytest.approx(0.15)), (pytest.approx(0.96), pytest.approx(0.5)), (1, 1),
    ]  # fmt: skip
    assert round(gini(curve_through_groups(found)) or 0, 3) == 0.706


def test_q_052_the_groups_gini_is_a_lower_bound_of_everybodys(symphony: ibis.Table) -> None:
    by_group = gini(curve_through_groups(of(symphony, [Decimal(4), Decimal(22)])))
    assert (by_group or 0) <= (exact(symphony) or 0) <= 0.72


def test_q_025_one_per_cent_of_two_million_is_twenty_thousand() -> None:
    persons = ibis.duckdb.connect(threads=1).sql(
        "SELECT i AS person_id, i::DECIMAL(18, 2) AS total FROM range(2000000) t(i)"
    )
    assert of(persons, [Decimal(1)]).groups[0].persons == 20_000


def test_alg_4_a_group_is_rounded_up_to_whole_persons() -> None:
    assert [group.persons for group in of(persons_with([Decimal(1)] * 7), [Decimal(1), Decimal("28.6")]).groups] == [
        1,
        2,
        4,
    ]
    # 28.571… % of 7 is 2; a cut on a whole number of persons takes no one more.
    assert of(persons_with([Decimal(1)] * 1000), [Decimal("12.5")]).groups[0].persons == 125


def test_every_concentration_carries_the_caution_about_one_year() -> None:
    found = of(persons_with([Decimal(3), Decimal(1)]), [Decimal(20)])
    assert found.caution.source == "001 L1033-1037"
    assert "comparison group" in found.caution.says.en
    assert "sammenligningsgruppe" in found.caution.says.da


@given(costs_of_persons, some_cuts, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=12)
def test_ties_change_no_total_and_groups_are_the_same_in_any_order(
    costs: list[Decimal], cuts: list[str], order: Random
) -> None:
    wanted = sorted(Decimal(cut) for cut in cuts)
    found = of(persons_with(costs), wanted)
    shuffled = order.sample(list(enumerate(costs)), len(costs))
    ids, again = [number for number, _ in shuffled], [cost for _, cost in shuffled]
    assert of(persons_with(again, ids), wanted).groups == found.groups
    # Other numbers for the same persons put others of a tie into a group, and its total stays.
    assert of(persons_with(costs, list(range(len(costs), 0, -1))), wanted).groups == found.groups
    assert sum(group.persons for group in found.groups) == len(costs)
    assert sum((group.cost for group in found.groups), Decimal(0)) == sum(costs)
    spent = [Decimal(0), *accumulate(sorted(costs, reverse=True))]
    upto = list(accumulate(group.cost for group in found.groups))
    assert upto == [spent[ceil(Fraction(cut) / 100 * len(costs))] for cut in [*wanted, Decimal(100)]]


@given(costs_of_persons)
@settings(deadline=None, max_examples=12)
def test_gini_of_everybody_is_that_of_the_curve_through_everybody(costs: list[Decimal]) -> None:
    curve = gini(lorenz((1, cost) for cost in costs))
    found = exact(persons_with(costs))
    if not any(costs):
        assert curve is found is None
        return
    assert found == pytest.approx(curve, abs=1e-9)
    pairs = sum(abs(one - other) for one in costs for other in costs)
    assert found == pytest.approx(float(pairs / (2 * len(costs) * sum(costs))), abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 1000)), max_size=8))
def test_a_lorenz_curve_rises_under_the_diagonal_and_gini_lies_between_0_and_1(groups: list[tuple[int, int]]) -> None:
    points = lorenz((persons, Decimal(total)) for persons, total in groups if persons or not total)
    if not points:
        assert gini(points) is None
        return
    assert (points[0], points[-1]) == (LorenzPoint(0, 0), LorenzPoint(1, 1))
    for left, right in pairwise(points):
        assert left.population < right.population
        assert left.total <= right.total
    assert all(point.total <= point.population + 1e-9 for point in points)
    assert 0 <= (gini(points) or 0) <= 1


def test_all_alike_is_gini_0_and_one_who_has_it_all_is_nearly_1() -> None:
    assert exact(persons_with([Decimal(5)] * 50)) == pytest.approx(0)
    assert exact(persons_with([Decimal(0)] * 99 + [Decimal(5)])) == pytest.approx(0.99)


def test_the_stored_curve_has_at_most_200_points_and_ends_with_everybody() -> None:
    for number in (1, 150, 1001):
        ranked = grouped(persons_with([Decimal(n) for n in range(number)]), "total", [Decimal(1)])
        points = lorenz_points(ranked, "total").order_by("point").to_pyarrow().to_pylist()
        assert len(points) == min(number, 200)
        assert (points[-1]["persons"], points[-1]["cost"]) == (number, sum(range(number)))
        # The least costly come first, so that the curve rises ever faster.
        slopes = [(b["cost"] - a["cost"]) / (b["persons"] - a["persons"]) for a, b in pairwise(points)]
        assert slopes == sorted(slopes)


def test_a_negative_amount_has_no_curve() -> None:
    with pytest.raises(SamspilError, match="not negative"):
        lorenz([(1, Decimal(-1))])


def test_groups_are_named_by_their_cuts() -> None:
    assert group_names([Decimal("0.5"), Decimal("12.50"), Decimal(20)]) == ("0-0.5", "0.5-12.5", "12.5-20", "20-100")


def test_a_group_that_nobody_is_in_is_shown_as_empty() -> None:
    found = of(persons_with([Decimal(4)]), [Decimal(1), Decimal(5)])
    empty: dict[str, Any] = {group.group: (group.persons, group.cost) for group in found.groups}
    assert empty == {"0-1": (1, Decimal(4)), "1-5": (0, Decimal(0)), "5-100": (0, Decimal(0))}
    assert found.groups[1].relative is None
