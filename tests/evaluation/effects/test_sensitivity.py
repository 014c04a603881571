"""What else an effect could be: published E-values, a made-up index day, one practice less, list and off-list."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from samspil.evaluation.effects.estimate import Design, Effect
from samspil.evaluation.effects.sensitivity import (
    EValue,
    Sensitivity,
    by_inclusion,
    e_value,
    placebo_date,
    without_each_practice,
)
from samspil.evaluation.figures import Difference, Reason, Unknown
from samspil.evaluation.panel import Panel
from tests.evaluation.effects.made_panels import OUTCOME, made_panel, plain


def effect(value: float, low: float, high: float, scale: str = "ratio", after: float | None = None) -> Effect:
    estimate = Difference(value, low, high, 0.01)
    design = Design.TIME_TO_EVENT if scale == "ratio" else Design.MATCHED
    return Effect(OUTCOME, design, estimate, 100, 100, 20, scale=scale, treated_after=after)


def told(found: EValue | Unknown) -> tuple[float, float, float]:
    assert isinstance(found, EValue)
    return found.ratio, found.value, found.of_limit


class TestEValue:
    """VanderWeele and Ding 2017."""

    def test_published_bottle_feeding_and_death_of_respiratory_infection(self) -> None:
        """Risk ratio 3.9 (1.8 to 8.7): E-value 7.26, of the limit 3.0."""
        ratio, value, limit = told(e_value(effect(3.9, 1.8, 8.7), rare=True))
        assert (ratio, round(value, 2), round(limit, 1)) == (3.9, 7.26, 3.0)

    def test_published_breast_feeding_and_ovarian_cancer(self) -> None:
        """Risk ratio 0.5 (0.3 to 0.8): below 1 it is turned around; E-value 3.4, of the limit 1.8."""
        ratio, value, limit = told(e_value(effect(0.5, 0.3, 0.8), rare=True))
        assert (ratio, round(value, 1), round(limit, 1)) == (0.5, 3.4, 1.8)

    def test_an_interval_that_holds_no_effect_needs_nothing_unseen(self) -> None:
        assert told(e_value(effect(1.4, 0.9, 2.2), rare=True))[2] == 1.0
        assert told(e_value(effect(0.8, 0.5, 1.1), rare=True))[2] == 1.0
        assert told(e_value(effect(1.0, 0.5, 1.1), rare=True)) == (1.0, 1.0, 1.0)

    @given(st.floats(1.001, 50))
    def test_it_is_the_strength_at_which_the_bounding_factor_is_the_ratio(self, ratio: float) -> None:
        """Ding and VanderWeele 2016: both associations of strength E move a ratio by E x E / (E + E - 1) at most."""
        value = told(e_value(effect(ratio, ratio / 1.5, ratio * 1.5), rare=True))[1]
        assert value * value / (2 * value - 1) == pytest.approx(ratio)

    @given(st.floats(0.02, 50))
    def test_a_ratio_of_hazards_that_are_not_rare_is_nearer_to_none(self, ratio: float) -> None:
        assume(abs(math.log(ratio)) > 0.01)
        rare = told(e_value(effect(ratio, ratio / 1.1, ratio * 1.1), rare=True))
        common = told(e_value(effect(ratio, ratio / 1.1, ratio * 1.1)))
        assert abs(math.log(common[0])) < abs(math.log(rare[0]))
        assert (common[0] > 1) == (ratio > 1)
        assert common[1] < rare[1]

    def test_a_difference_of_rates_is_a_ratio_to_what_would_have_been(self) -> None:
        """2 a year instead of 4: a ratio of 0.5; at best of the interval's end nearest none 2 instead of 2.5: 0.8."""
        found = told(e_value(effect(-2.0, -3.0, -0.5, "rate", 2.0)))
        assert found == pytest.approx((0.5, 2 + math.sqrt(2), 1.25 + math.sqrt(1.25 * 0.25)))
        more = told(e_value(effect(1.0, 0.5, 1.5, "rate", 2.0)))
        assert more == pytest.approx((2.0, 2 + math.sqrt(2), 4 / 3 + math.sqrt(4 / 9)))

    def test_an_end_beyond_all_that_was_had_holds_no_effect_inside(self) -> None:
        """-0.5 with an interval to +3, where those enrolled had 2: none is in between."""
        assert told(e_value(effect(-0.5, -4.0, 3.0, "rate", 2.0)))[2] == 1.0
        assert told(e_value(effect(0.5, -3.0, 4.0, "rate", 2.0)))[2] == 1.0

    @pytest.mark.parametrize("after", [None, 0.0, 1.0])
    def test_without_a_level_there_is_none(self, after: float | None) -> None:
        """The design gives no mean; nothing was had; more came than was had at all."""
        assert e_value(effect(2.0, 1.5, 2.5, "rate", after)) == Unknown.because(Reason.NO_LEVEL)


class TestPlaceboDate:
    def test_only_time_before_the_true_day_is_used_half_on_each_side(self) -> None:
        seen: list[Panel] = []

        def look(panel: Panel) -> Effect | Unknown:
            seen.append(panel)
            return plain(panel)

        panel = made_panel({"a": -3.0, "b": -3.0})
        found = placebo_date(panel, look)
        assert isinstance(found, Effect)
        assert abs(found.estimate.value) < 0.5
        (used,) = seen
        assert (used.before, used.after, used.period) == (6, 6, 3)
        assert (used.frame["since"].min(), used.frame["since"].max()) == (-6, 5)
        assert (used.frame["month"] < panel.frame["index_month"].iloc[0]).all()
        assert (used.frame["month"] - used.frame["index_month"] == used.frame["since"]).all()

    def test_groups_that_move_apart_by_themselves_show_it(self) -> None:
        panel = made_panel({"a": 0.0, "b": 0.0})
        apart = panel.frame["treated"] * panel.frame["since"] * 0.1
        trend = replace(panel, frame=panel.frame.assign(**{OUTCOME: panel.frame[OUTCOME] + apart}))
        found = placebo_date(trend, plain)
        assert isinstance(found, Effect)
        assert found.estimate.low > 0

    def test_an_uneven_number_of_periods_leaves_the_longer_part_before(self) -> None:
        panel = replace(made_panel({"a": 0.0, "b": 0.0}), before=9)
        panel = replace(panel, frame=panel.frame[panel.frame["since"] >= -9])
        seen: list[tuple[int, int]] = []

        def look(part: Panel) -> Effect | Unknown:
            seen.append((part.before, part.after))
            return plain(part)

        placebo_date(panel, look)
        assert seen == [(6, 3)]

    def test_one_period_before_is_too_short(self) -> None:
        panel = replace(made_panel({"a": 0.0}), before=3)
        assert placebo_date(panel, plain) == Unknown.because(Reason.SHORT_BEFORE, months=3, needed=6)


class TestWithoutEachPractice:
    def test_one_practice_that_makes_the_whole_effect_is_found(self) -> None:
        panel = made_panel({"a": 0.0, "b": 0.0, "c": -9.0})
        found = without_each_practice(panel, plain)
        assert list(found) == ["a", "b", "c"]
        assert abs(found["c"].estimate.value) < 0.3
        assert found["a"].estimate.value == pytest.approx(-4.5, abs=0.3)
        told = Sensitivity(Unknown.because(Reason.NO_LEVEL), Unknown.because(Reason.NO_LEVEL), found, {})
        assert (told.lowest, told.highest) == (
            min(found["a"].estimate.value, found["b"].estimate.value),
            found["c"].estimate.value,
        )
        assert all(each.treated == 20 for each in found.values())

    def test_a_practice_without_which_nobody_is_left_is_absent(self) -> None:
        assert without_each_practice(made_panel({"a": -1.0}), plain) == {}


class TestL42:
    """000 L-42, L1721-1727, L2043-2051: those whom a professional found differ in what no register holds."""

    def test_an_effect_that_only_those_off_the_list_show_is_seen(self) -> None:
        panel = made_panel({"a": -2.0, "b": -2.0, "c": 0.0, "d": 0.0})
        enrolled = panel.frame[panel.frame["treated"] == 1].drop_duplicates("unit")
        inclusion = {
            unit: "off_list" if cluster in "ab" else "list"
            for unit, cluster in zip(enrolled["unit"], enrolled["cluster"], strict=True)
        }
        found = by_inclusion(panel, inclusion, plain)
        assert list(found) == ["list", "off_list"]
        listed, off = found["list"], found["off_list"]
        assert isinstance(listed, Effect)
        assert isinstance(off, Effect)
        assert abs(listed.estimate.value) < 0.3
        assert off.estimate.value == pytest.approx(-2.0, abs=0.3)
        # all compared with stay in both
        assert (listed.treated, listed.comparison, off.treated, off.comparison) == (20, 40, 20, 40)

    def test_a_kind_too_small_is_unknown_and_those_not_known_are_in_neither(self) -> None:
        panel = made_panel({"a": -2.0, "b": -2.0})
        found = by_inclusion(panel, {0: "off_list", **dict.fromkeys(range(1, 12), "list")}, plain)
        assert found["off_list"] == Unknown.because(Reason.FEW_PERSONS, persons=1, needed=5)
        listed = found["list"]
        assert isinstance(listed, Effect)
        assert listed.treated == 11
