"""Two areas before and after, as the reports print them: a crude difference and nothing causal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samspil.evaluation.effects.areas import areas
from samspil.evaluation.effects.estimate import Design, Limit
from samspil.evaluation.figures import Reason, Unknown

LEVELS = st.floats(1, 1000)


def test_r_eval_02_admissions_fell_7_5_per_cent_beside_neighbours_where_they_rose_4_5() -> None:
    """001 Q-067 and Q-069: -12.0 percentage points, or -11.5 % of where the neighbours' change would have led."""
    found = areas(100, 92.5, 100, 104.5)
    assert found.difference == pytest.approx(-12.0)
    assert found.change == pytest.approx(-0.075)
    assert found.comparison_change == pytest.approx(0.045)
    assert found.relative_difference == pytest.approx(-0.120)
    assert found.relative_ratio == pytest.approx(0.925 / 1.045 - 1)
    assert round(0.925 / 1.045 - 1, 3) == -0.115


def test_r_eval_02_the_figure_says_that_it_is_not_causal() -> None:
    found = areas(100, 92.5, 100, 104.5)
    assert found.design == Design.AREAS
    assert found.cannot_show == (Limit.TWO_AREAS,)
    assert "not causal" in found.cannot_show[0]


def test_t_e1_the_share_with_home_care_is_8_points_more() -> None:
    assert areas(35, 36, 35, 28).difference == 8


def test_t_e2_hours_of_home_care_are_10_more() -> None:
    assert areas(13, 20, 13, 10).difference == 10


def test_from_nothing_no_share_can_be_told_but_the_difference_can() -> None:
    found = areas(0, 3, 10, 11)
    unknown = Unknown.because(Reason.NO_LEVEL)
    assert found.difference == 2
    assert (found.change, found.relative_difference, found.relative_ratio) == (unknown, unknown, unknown)
    assert found.comparison_change == pytest.approx(0.1)
    assert areas(10, 11, 10, 0).relative_ratio == unknown


@given(LEVELS, LEVELS, LEVELS, LEVELS)
def test_the_other_way_round_it_is_the_opposite_and_the_unit_does_not_matter_to_shares(
    before: float, after: float, other_before: float, other_after: float
) -> None:
    one, back = areas(before, after, other_before, other_after), areas(other_before, other_after, before, after)
    assert back.difference == pytest.approx(-one.difference, abs=1e-9)
    scaled = areas(before * 7, after * 7, other_before * 7, other_after * 7)
    assert scaled.relative_difference == pytest.approx(one.relative_difference)
    assert scaled.difference == pytest.approx(7 * one.difference, abs=1e-6)
