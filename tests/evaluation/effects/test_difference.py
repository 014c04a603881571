"""Difference in differences against plain means, dummies with a sandwich by hand, pyfixest, and known truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from samspil.definitions import SamspilError
from samspil.evaluation.effects.difference import before_after, difference
from samspil.evaluation.effects.estimate import Design, Effect, Limit, Verdict, verdict
from samspil.evaluation.figures import Reason, Unknown
from samspil.evaluation.panel import Panel
from tests.evaluation.effects.made_panels import OUTCOME, made_panel, panel_of
from tests.evaluation.effects.made_studies import made_study, steady


def found(panel: Panel, outcome: str = "use") -> Effect:
    effect = difference(panel, outcome)
    assert isinstance(effect, Effect), str(effect)
    return effect


def error(effect: Effect) -> float:
    width = (effect.estimate.high - effect.estimate.low) / 2
    return width / float(stats.t.ppf(0.975, effect.clusters - 1))


def by_means(panel: Panel, outcome: str) -> float:
    """The four means of a textbook, from months of citizens who are all followed alike."""
    frame = panel.frame
    mean = {
        (group, after): float(np.mean(rows[outcome]) * 12)
        for (group, after), rows in frame.groupby(["treated", frame["since"] >= 0])
    }
    return (mean[1, True] - mean[1, False]) - (mean[0, True] - mean[0, False])


def by_dummies(rows: pd.DataFrame) -> tuple[float, float]:
    """Least squares with a column for each citizen and each period of each index month, and the sandwich in full."""
    effect = ((rows["treated"] == 1) & (rows["period"] >= 0)).to_numpy(float)
    stack = rows["index_month"].astype(str) + rows["period"].astype(str)
    units = pd.get_dummies(rows["unit"]).to_numpy(float)
    times = pd.get_dummies(stack).to_numpy(float)
    x = np.column_stack([effect, units, times])
    w, y = rows["weight"].to_numpy(float), rows["rate"].to_numpy(float)
    bread = np.linalg.pinv(x.T @ (w[:, None] * x))
    beta = bread @ (x.T @ (w * y))
    scores = x * (w * (y - x @ beta))[:, None]
    meat = sum(np.outer(s, s) for s in (scores[(rows["cluster"] == c).to_numpy()].sum(0) for c in set(rows["cluster"])))
    clusters, count = rows["cluster"].nunique(), len(rows)
    small = clusters / (clusters - 1) * (count - 1) / (count - 1 - times.shape[1])
    return float(beta[0]), float(np.sqrt(small * (bread @ meat @ bread)[0, 0]))


class TestReferences:
    def test_with_all_followed_alike_it_is_the_difference_of_four_means(self) -> None:
        panel = made_study(1, steady(2.0), whole=True, starts=1)
        assert found(panel).estimate.value == pytest.approx(by_means(panel, "use"), abs=1e-10)

    @pytest.mark.parametrize("seed", [2, 3])
    def test_estimate_and_error_are_those_of_dummies_and_a_sandwich_by_hand(self, seed: int) -> None:
        panel = made_study(seed, steady(2.0), units=30, starts=7)
        value, by_hand = by_dummies(panel.per_period("use"))
        effect = found(panel)
        assert effect.estimate.value == pytest.approx(value, abs=1e-8)
        assert error(effect) == pytest.approx(by_hand, rel=1e-8)

    def test_it_is_what_pyfixest_says(self) -> None:
        """Its error without the factor for parameters, which hangs on the hash seed in pyfixest 0.60."""
        panel = made_study(4, steady(2.0), starts=7)
        rows = panel.per_period("use")
        rows = rows.assign(effect=((rows["treated"] == 1) & (rows["period"] >= 0)).astype(float))
        model = pf.feols(
            "rate ~ effect | unit + index_month^period",
            data=rows,
            weights="weight",
            vcov={"CRV1": "cluster"},
            ssc=pf.ssc(k_adj=False),
            demeaner=pf.MapDemeaner(fixef_tol=1e-12),
        )
        count, times = len(rows), rows.groupby(["index_month", "period"]).ngroups
        effect = found(panel)
        assert effect.estimate.value == pytest.approx(float(model.coef()["effect"]), abs=1e-8)
        expected = float(model.se()["effect"]) * np.sqrt((count - 1) / (count - 1 - times))
        assert error(effect) == pytest.approx(expected, rel=1e-7)

    def test_the_same_input_gives_the_same_bytes_and_order_of_rows_does_not_matter(self) -> None:
        panel = made_study(5, steady(2.0))
        mixed = replace(panel, frame=panel.frame.sample(frac=1, random_state=1))
        assert repr(found(panel)) == repr(found(panel)) == repr(found(mixed))


class TestReport000:
    """The published effects of the effort for older medical patients (000 L1784-1802)."""

    @staticmethod
    def shares(before: int, after: int, treated: int) -> tuple[pd.DataFrame, np.ndarray]:
        """A hundred citizens of ten practices, of whom so many receive care all year."""
        place = np.arange(100)
        had = np.column_stack([place < before] * 12 + [place < after] * 12)
        first = 100 * (1 - treated)
        clusters = [f"{treated}{number % 10:05d}" for number in place]
        return pd.DataFrame({"unit": first + place, "cluster": clusters, "treated": treated}), had / 12

    def test_t_e1_a_share_from_35_to_36_beside_35_to_28_is_8_points_more(self) -> None:
        enrolled, others = self.shares(35, 36, 1), self.shares(35, 28, 0)
        effect = found(panel_of(pd.concat([enrolled[0], others[0]]), np.vstack([enrolled[1], others[1]])), OUTCOME)
        assert effect.estimate.value == pytest.approx(0.08)
        assert (effect.treated_before, effect.treated_after) == (pytest.approx(0.35), pytest.approx(0.36))
        assert (effect.comparison_before, effect.comparison_after) == (pytest.approx(0.35), pytest.approx(0.28))

    def test_t_e2_hours_from_13_to_20_beside_13_to_10_are_10_more(self) -> None:
        lot = np.random.default_rng(1)
        units = pd.DataFrame({"unit": range(80), "treated": [1] * 40 + [0] * 40})
        units = units.assign(cluster=[f"{unit % 8 + 8 * (unit < 40):06d}" for unit in units["unit"]])
        spread = lot.normal(0, 3, (2, 40, 24))
        spread -= spread.mean(axis=1, keepdims=True)
        hours = np.array([[13.0] * 12 + [20.0] * 12, [13.0] * 12 + [10.0] * 12])[:, None, :] + spread
        effect = found(panel_of(units, hours.reshape(80, 24) / 12), OUTCOME)
        assert effect.estimate.value == pytest.approx(10)
        assert effect.treated == effect.comparison == 40
        assert effect.clusters == 16


class TestVerdicts:
    def test_r_eval_04_more_contacts_with_general_practice_are_as_hoped_and_more_admissions_are_not(self) -> None:
        effect = found(made_study(6, steady(6.0)))
        assert effect.estimate.low > 0
        assert verdict(effect, "more") == Verdict.BETTER
        assert verdict(effect, "fewer") == Verdict.WORSE
        assert verdict(effect, "either") == Verdict.CHANGED

    def test_r_eval_03_few_people_leave_an_effect_undetermined_which_is_not_none(self) -> None:
        effect = found(made_study(7, steady(0.5), units=31, ratio=1, practices=8, noise=6.0))
        assert effect.treated + effect.comparison == 62
        assert effect.estimate.low < 0 < effect.estimate.high
        said = verdict(effect, "more")
        assert said == Verdict.UNDETERMINED
        assert "neither shown nor excluded" in said
        assert "no effect" not in said

    def test_r_eval_03_what_cannot_be_estimated_is_not_measured(self) -> None:
        panel = made_study(8, practices=2)
        assert verdict(difference(panel, "use"), "fewer") == Verdict.UNKNOWN

    def test_what_the_design_cannot_show_comes_with_it(self) -> None:
        effect = found(made_study(6))
        assert effect.design == Design.MATCHED
        assert effect.cannot_show[0] == Limit.UNOBSERVED


class TestWeightAndTime:
    def test_a_weight_of_two_is_the_same_citizen_twice_in_the_same_practice(self) -> None:
        panel = made_study(9, steady(2.0), units=40)
        frame = panel.frame.assign(weight=np.where(panel.frame["unit"] % 3 == 0, 2.0, 1.0))
        again = frame[frame["unit"] % 3 == 0].assign(unit=lambda rows: rows["unit"] + 100_000)
        twice = replace(panel, frame=pd.concat([frame, again]).assign(weight=1.0))
        assert found(replace(panel, frame=frame)).estimate.value == pytest.approx(found(twice).estimate.value, abs=1e-9)

    def test_a_month_followed_in_part_counts_in_part(self) -> None:
        """Half a month with half the amount, and the month split in two rows, are the same."""
        panel = made_study(10, steady(2.0))
        half = panel.frame[["exposure", "use"]] / 2
        split = pd.concat([panel.frame.assign(**half), panel.frame.assign(**half)])
        assert found(replace(panel, frame=split)).estimate.value == pytest.approx(
            found(panel).estimate.value, abs=1e-10
        )

    def test_missing_is_not_zero(self) -> None:
        """Months whose amount is not known count as those in which nobody was followed."""
        panel = made_study(11, steady(2.0))
        gone = np.random.default_rng(1).random(len(panel.frame)) < 0.1
        gaps = replace(panel, frame=panel.frame.assign(use=panel.frame["use"].mask(gone)))
        without = replace(panel, frame=panel.frame[~gone])
        assert found(gaps) == found(without)

    @settings(max_examples=15, deadline=None)
    @given(st.floats(-50, 50), st.floats(0.1, 20), st.integers(0, 1000))
    def test_levels_of_citizens_and_months_are_no_effect_and_its_unit_is_the_outcomes(
        self, level: float, scale: float, seed: int
    ) -> None:
        panel = made_study(seed, steady(1.0), units=24, practices=8)
        frame = panel.frame
        own = np.random.default_rng(seed).normal(0, 30, 10_000)[frame["unit"]]
        common = np.random.default_rng(seed + 1).normal(0, 9, 100)[frame["month"] - frame["month"].min()]
        # months of one period that are not all followed would mix levels of months, so that these go by period
        common = pd.Series(common).groupby([frame["index_month"], frame["since"] // 3]).transform("first")
        moved = frame["use"] * scale + (level + own + common) / 12 * frame["exposure"]
        one, other = found(panel), found(replace(panel, frame=frame.assign(use=moved)))
        assert other.estimate.value == pytest.approx(scale * one.estimate.value, abs=1e-6)
        assert other.estimate.high == pytest.approx(scale * one.estimate.high, abs=1e-6)
        assert other.estimate.p == pytest.approx(one.estimate.p, abs=1e-6)


class TestTruth:
    def test_the_interval_holds_the_truth_as_often_as_it_says(self) -> None:
        """Sixty practices that drift each in their own way; 120 replications."""
        effects = [found(made_study(seed, steady(2.0), practices=60)) for seed in range(100, 220)]
        values = np.array([effect.estimate.value for effect in effects])
        held = np.mean([effect.estimate.low <= 2.0 <= effect.estimate.high for effect in effects])
        assert abs(values.mean() - 2.0) < 3 * values.std() / np.sqrt(len(values))
        assert 0.90 <= held <= 0.99

    def test_before_and_after_takes_the_way_back_to_the_usual_for_an_effect(self) -> None:
        """Regression to the mean (001 R-EVAL-15): whoever is found at the worst gets better unaided."""
        lot = np.random.default_rng(12)
        usual = lot.gamma(3, 0.1, 20_000)
        months = lot.poisson(usual[:, None], (20_000, 24)).astype(float)
        worst = np.flatnonzero(months[:, 9:12].sum(axis=1) >= 3)
        units = pd.DataFrame({"unit": worst, "treated": worst % 2, "cluster": [f"{n % 40:06d}" for n in worst]})
        panel = panel_of(units, months[worst])
        naive, matched = before_after(panel, OUTCOME), found(panel, OUTCOME)
        assert isinstance(naive, Effect)
        assert naive.estimate.high < -1
        assert verdict(naive, "fewer") == Verdict.BETTER
        assert naive.cannot_show == (Limit.NO_COMPARISON,)
        assert matched.estimate.low < 0 < matched.estimate.high

    def test_before_and_after_is_the_change_of_those_enrolled_alone(self) -> None:
        panel = made_study(13, steady(2.0), whole=True)
        naive = before_after(panel, "use")
        assert isinstance(naive, Effect)
        assert naive.treated_before is not None
        assert naive.treated_after is not None
        assert naive.estimate.value == pytest.approx(naive.treated_after - naive.treated_before, abs=1e-10)
        assert (naive.design, naive.comparison, naive.comparison_before) == (Design.BEFORE_AFTER, 0, None)


class TestUnknown:
    def test_nobody_one_practice_no_time_before_or_after_and_all_alike_are_said(self) -> None:
        panel = made_panel({"a": 1.0, "b": 1.0})
        frame = panel.frame

        def why(part: pd.DataFrame) -> Unknown:
            effect = difference(replace(panel, frame=part), OUTCOME)
            assert isinstance(effect, Unknown)
            return effect

        assert why(frame[frame["treated"] == 1]) == Unknown.because(Reason.NO_PERSONS)
        assert why(frame[frame["since"] >= 0]) == Unknown.because(Reason.SHORT_BEFORE, months=0, needed=3)
        assert why(frame[frame["since"] < 0]) == Unknown.because(Reason.SHORT_AFTER, months=0, needed=3)
        one = frame[frame["cluster"] != "a"]
        assert why(one) == Unknown.because(Reason.FEW_PRACTICES, practices=1, needed=2)
        assert why(frame.assign(**{OUTCOME: 0.0})) == Unknown.because(Reason.NO_VARIATION)
        assert why(frame.assign(**{OUTCOME: np.nan})) == Unknown.because(Reason.NO_PERSONS)

    def test_without_anything_left_to_chance_there_is_no_interval(self) -> None:
        assert difference(made_panel({"a": 1.0, "b": 1.0}, noise=0.0), OUTCOME) == Unknown.because(Reason.NO_VARIATION)

    def test_an_endless_amount_is_a_fault_of_the_data_and_named(self) -> None:
        panel = made_panel({"a": 1.0, "b": 1.0})
        first = panel.frame.index == panel.frame.index[0]
        endless = panel.frame.assign(**{OUTCOME: panel.frame[OUTCOME].mask(first, np.inf)})
        with pytest.raises(SamspilError, match="unit 0 has an endless amount"):
            difference(replace(panel, frame=endless), OUTCOME)
