"""Did a new offer take the place of the old one (002 ALG-13), and how far did a figure fall (ALG-14)?"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samspil.definitions import SamspilError
from samspil.evaluation.figures import Reason, Unknown
from samspil.evaluation.implementation.substitution import (
    Replacing,
    implied_share,
    reduction,
    substitution,
    within_target,
)
from samspil.programmes.published_results import load_published_results
from samspil.programmes.substitution import load_substitution

RULE = load_substitution()
PUBLISHED = {each.result: each for each in load_published_results().results}


@pytest.mark.parametrize(
    ("after", "state"),
    [
        (0, Replacing.REPLACES),
        (350, Replacing.REPLACES),
        (351, Replacing.GOAL_NOT_MET),
        (499, Replacing.GOAL_NOT_MET),
        (500, Replacing.PARALLEL),
        (620, Replacing.PARALLEL),
    ],
)
def test_alg_13_above_70_per_cent_the_goal_is_missed_and_from_100_it_is_a_parallel_system(after, state) -> None:
    found = substitution(after, 500, RULE)
    assert not isinstance(found, Unknown)
    assert found.state is state
    assert found.ratio.value == after / 500
    assert found.ratio.low <= found.ratio.value <= found.ratio.high


def test_alg_13_nothing_is_said_without_what_was_to_be_expected() -> None:
    assert substitution(10, None, RULE) == Unknown.because(Reason.NONE_EXPECTED)
    assert substitution(10, 0, RULE) == Unknown.because(Reason.NONE_EXPECTED)
    with pytest.raises(SamspilError, match="negative"):
        substitution(-1, 10, RULE)


def test_alg_13_the_interval_is_garwoods() -> None:
    """Ten events: 4.80 to 18.39, as in every table of exact Poisson limits; none: 0 to 3.69."""
    ten, none = substitution(10, 1, RULE), substitution(0, 1, RULE)
    assert not isinstance(ten, Unknown)
    assert not isinstance(none, Unknown)
    assert (round(ten.ratio.low, 2), round(ten.ratio.high, 2)) == (4.80, 18.39)
    assert (none.ratio.low, round(none.ratio.high, 2)) == (0.0, 3.69)


@pytest.mark.parametrize(
    ("result", "before", "most"),
    [
        ("telecare_nord_bed_days", 1000, 700),
        ("telecare_nord_readmissions", 200, 140),
        ("telecare_nord_outpatient_visits", 500, 350),
    ],
)
def test_alg_14_telecare_nord_is_met_at_70_per_cent_and_not_above(result: str, before: int, most: int) -> None:
    at_most = PUBLISHED[result].at_most
    assert at_most is not None
    assert within_target(before, most, at_most) is True
    assert within_target(before, most + 1, at_most) is False


def test_alg_14_what_care_cost_fell() -> None:
    assert PUBLISHED["telecare_nord_care_cost"].amount == -10700
    assert PUBLISHED["telekat_care_cost"].amount == -20000


@pytest.mark.parametrize(
    ("result", "after"),
    [
        ("telekat_admissions", 46),
        ("vardcoach_hospital_use", 41),
        ("vardcoach_gp_visits", 85),
        ("vardcoach_hospital_cost", 43),
        ("vardcoach_inpatient_cost", 39),
        ("vardcoach_outpatient_cost", 69),
    ],
)
def test_alg_14_reductions(result: str, after: int) -> None:
    """100 to 46 is 0.54; 41 is 0.59; 85 is 0.15; 43 is 0.57; 39 is 0.61; 69 is 0.31."""
    fell = PUBLISHED[result].reduction
    assert fell is not None
    assert reduction(100, after) == Fraction(fell)


def test_alg_14_the_inpatient_share_of_hospital_cost_that_the_figures_imply() -> None:
    found = implied_share(Decimal("0.57"), Decimal("0.61"), Decimal("0.31"))
    assert not isinstance(found, Unknown)
    assert round(float(found), 4) == 0.8667


@given(st.integers(0, 100), st.integers(0, 100), st.integers(1, 99))
def test_an_implied_share_gives_the_total_back(one: int, other: int, percent: int) -> None:
    part = Fraction(percent, 100)
    whole = part * one + (1 - part) * other
    found = implied_share(whole, one, other)
    assert found == (Unknown.because(Reason.NO_VARIATION) if one == other else part)


def test_figures_that_do_not_fit_imply_nothing() -> None:
    with pytest.raises(SamspilError, match="do not fit"):
        implied_share(Decimal("0.70"), Decimal("0.61"), Decimal("0.31"))


def test_nothing_falls_from_nothing() -> None:
    assert reduction(0, 5) == Unknown.because(Reason.NO_LEVEL)
    assert within_target(0, 5, Decimal("0.7")) == Unknown.because(Reason.NO_LEVEL)
    assert reduction(100, 130) == Fraction(-3, 10)
