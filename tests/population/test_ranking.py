"""A place by an amount: the same as in a sort of everybody, whatever is equal, nothing or not known."""

from __future__ import annotations

from decimal import Decimal

import ibis
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from samspil.population.ranking import mid_ranks, ranked

#: Few amounts, so that many are equal, some of one krone and not of one øre.
AMOUNTS = st.sampled_from(
    [None, *map(Decimal, ("0", "0.01", "0.99", "1", "1.01", "150", "150.50", "99999.99", "-3.20"))]
)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 2**63 - 1), AMOUNTS), unique_by=lambda each: each[0], max_size=40))
def test_everybody_has_the_place_of_a_sort(people: list[tuple[int, Decimal | None]]) -> None:
    schema = pa.schema([("person_id", pa.int64()), ("cost", pa.decimal128(18, 2))])
    rows = pa.Table.from_pylist([{"person_id": person, "cost": cost} for person, cost in people], schema)
    found = ranked(ibis.memtable(rows), "cost").to_pyarrow().to_pylist()
    in_order = sorted(people, key=lambda each: (each[1] is None, -(each[1] or 0), each[0]))
    assert sorted((row["rank"], row["person_id"]) for row in found) == [
        (place, person) for place, (person, _) in enumerate(in_order, 1)
    ]
    assert {row["everybody"] for row in found} <= {len(people)}


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from([-320, 0, 1, 99, 100, 101, 15_000, 15_050, 9_999_999]), max_size=40))
def test_mid_ranks_are_those_of_a_sort(amounts: list[int]) -> None:
    rows = pa.table({"oere": pa.array(amounts, pa.int64())})
    found = mid_ranks(ibis.memtable(rows), "oere").to_pyarrow().to_pylist()
    ranks = dict(zip(amounts, (2 * rankdata(amounts)).tolist(), strict=True))
    assert {row["oere"]: (row["persons"], row["twice_the_rank"]) for row in found} == {
        amount: (amounts.count(amount), ranks[amount]) for amount in amounts
    }
