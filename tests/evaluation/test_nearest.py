"""Of those equally near the first is taken, in every way of searching, and when there are many of them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations, product

import numpy as np
import pytest

from samspil.evaluation.nearest import ByDistance, ByScore, Search, WithinCaliper, in_steps

#: Forty-eight corners as far from the middle as one another, and none of them where another is.
CORNERS = np.array(
    [np.array(order) * signs for order in permutations([1.0, 2.0, 3.0]) for signs in product([1, -1], repeat=3)]
)
MIDDLE = np.zeros((1, 3))
ZERO = np.zeros(1, dtype=np.int64)


def by_distance() -> Search:
    return ByDistance(MIDDLE, np.random.default_rng(1).permutation(CORNERS))


def within_caliper() -> Search:
    scores = np.random.default_rng(2).permutation(len(CORNERS)).astype(np.int64)
    return WithinCaliper(ZERO, scores, 100, MIDDLE, CORNERS)


def by_score() -> Search:
    return ByScore(ZERO, np.random.default_rng(3).choice(np.array([-5, 5]), len(CORNERS)).astype(np.int64), 100)


searches = pytest.mark.parametrize("search", [by_distance, within_caliper, by_score])


@searches
def test_equals_are_taken_in_the_order_of_rows(search: Callable[[], Search]) -> None:
    looking = search()
    assert [looking.take(0) for _ in CORNERS] == list(range(len(CORNERS)))
    assert looking.take(0) is None


@searches
@pytest.mark.parametrize("count", [1, 3, 10, 48, 60])
def test_the_nearest_of_equals_are_the_first_rows(search: Callable[[], Search], count: int) -> None:
    assert search().nearest(0, count) == list(range(min(count, 48)))


def test_steps_are_powers_of_two_and_keep_round_scores_round() -> None:
    steps, size = in_steps(np.array([0.5, -3.0, 0.25]))
    assert np.log2(size) % 1 == 0
    assert (steps * size).tolist() == [0.5, -3.0, 0.25]
    assert in_steps(np.zeros(2))[0].tolist() == [0, 0]
