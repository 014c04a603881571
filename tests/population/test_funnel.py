"""Funnel and spread of units: exact limits, and chance told from difference."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from samspil.population.control_charts import Counted, pooled
from samspil.population.funnel import LEVELS, funnel_limits, spread

UNITS = [Counted("a", 20, 40), Counted("b", 60, 100), Counted("c", 30, 60), Counted("d", 0, 0), Counted("e", 2, 40)]


def test_chance_leaves_the_funnel_as_often_as_it_says() -> None:
    lot = np.random.default_rng(7)
    numbers = np.array([20, 80, 300])
    low, high = funnel_limits(0.3, numbers, 0.95)
    shares = lot.binomial(numbers, 0.3, (4000, 3)) / numbers
    outside = ((shares < low) | (shares > high)).mean(axis=0)
    assert np.all((outside > 0.02) & (outside < 0.075))


def test_limits_narrow_with_size() -> None:
    low, high = funnel_limits(0.3, np.array([10, 100, 1000]), 0.998)
    assert np.all(np.diff(high - low) < 0)


@given(st.integers(1, 400), st.floats(0.02, 0.98), st.sampled_from([0.95, 0.998]))
@settings(deadline=None, max_examples=60)
def test_limits_lie_within_one_person_of_the_binomial_quantile(persons: int, centre: float, level: float) -> None:
    low, high = funnel_limits(centre, np.array([persons]), level)
    assert 0 <= low[0] <= high[0] <= 1
    assert abs(low[0] * persons - binom.ppf((1 - level) / 2, persons, centre)) <= 1
    assert abs(high[0] * persons - binom.ppf((1 + level) / 2, persons, centre)) <= 1


@pytest.mark.parametrize("centre", [0.0, 1.0])
def test_there_is_no_chance_around_nobody_or_everybody(centre: float) -> None:
    low, high = funnel_limits(centre, np.array([10]), 0.95)
    assert (low[0], high[0]) == (centre, centre)


def test_a_unit_is_held_against_the_limits_of_its_own_size_around_the_common_share() -> None:
    """Spiegelhalter 2005: `b` lies outside the limits of 95 % alone, `e` outside those of 99.8 % too."""
    some = [unit for unit in UNITS if unit.persons]
    centre = pooled(some)
    assert centre == pytest.approx(112 / 240)
    shares = np.array([unit.met / unit.persons for unit in some])
    outside: dict[str, float] = {}
    for level in LEVELS:
        low, high = funnel_limits(centre or 0, np.array([unit.persons for unit in some]), level)
        assert np.all(low < high)
        beyond = (shares < low) | (shares > high)
        outside |= {unit.name: level for unit, is_beyond in zip(some, beyond, strict=True) if is_beyond}
    assert outside == {"b": 0.95, "e": 0.998}


def test_spread_has_quartiles_of_units_whatever_their_size() -> None:
    units = [Counted(str(n), n, 10 * (n + 1)) for n in range(5)]
    found = spread(units, few_units=5)
    shares = [n / (10 * (n + 1)) for n in range(5)]
    assert found.quartiles == pytest.approx(np.percentile(shares, [25, 50, 75]))
    assert (found.least, found.most) == pytest.approx((0.0, 0.08))


def test_spread_says_too_few_practices() -> None:
    found = spread(UNITS, few_units=5)
    assert (found.units, found.state, found.quartiles) == (4, "too_few_practices", None)


def test_chance_alone_has_no_overdispersion_and_real_differences_have() -> None:
    lot = np.random.default_rng(3)
    alike = [Counted(str(n), int(lot.binomial(200, 0.6)), 200) for n in range(400)]
    truths = np.clip(lot.normal(0.6, 0.1, 400), 0, 1)
    unlike = [Counted(str(n), int(lot.binomial(200, p)), 200) for n, p in enumerate(truths)]
    assert spread(alike, 5).overdispersion == pytest.approx(1, abs=0.2)
    assert spread(alike, 5).between == pytest.approx(0, abs=0.02)
    assert spread(unlike, 5).overdispersion > 5
    assert spread(unlike, 5).between == pytest.approx(0.1, abs=0.015)


def test_where_everybody_met_it_nothing_varies() -> None:
    found = spread([Counted(str(n), 10, 10) for n in range(6)], few_units=5)
    assert (found.state, found.most, found.overdispersion, found.between) == ("enough", 1.0, None, None)
