"""Periods around the index against dummies by hand, and the test of the periods before against known truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest
from scipy import stats

from samspil.evaluation.effects.event_study import EventStudy, event_study
from samspil.evaluation.figures import Reason, Unknown
from samspil.evaluation.panel import Panel
from tests.evaluation.effects.made_studies import made_study, steady


def found(panel: Panel) -> EventStudy:
    study = event_study(panel, "use")
    assert isinstance(study, EventStudy), str(study)
    return study


def pre_trend_p(panel: Panel) -> float:
    p = found(panel).pre_trend_p
    assert isinstance(p, float)
    return p


def test_each_period_is_held_against_the_last_before_the_index_and_told_with_the_groups_rates() -> None:
    panel = made_study(1, lambda start, since: 1.0 + since // 3, whole=True, starts=1)
    study = found(panel)
    rate = panel.frame.groupby(["treated", panel.frame["since"] // 3])["use"].mean() * 12
    assert [each.period for each in study.periods] == list(range(-4, 4))
    for each in study.periods:
        assert each.treated == pytest.approx(rate[1, each.period])
        assert each.comparison == pytest.approx(rate[0, each.period])
        by_means = (rate[1, each.period] - rate[1, -1]) - (rate[0, each.period] - rate[0, -1])
        if each.period == -1:
            assert each.effect is None
        else:
            assert each.effect is not None
            assert each.effect.value == pytest.approx(by_means, abs=1e-9)


def test_effects_errors_and_walds_test_are_what_pyfixest_says() -> None:
    panel = made_study(2, steady(2.0), practices=30, starts=7)
    rows = panel.per_period("use")
    names = [period for period in sorted(rows["period"].unique()) if period != -1]
    for period in names:
        rows[f"p{period + 4}"] = ((rows["treated"] == 1) & (rows["period"] == period)).astype(float)
    model = pf.feols(
        f"rate ~ {' + '.join(f'p{period + 4}' for period in names)} | unit + index_month^period",
        data=rows,
        weights="weight",
        vcov={"CRV1": "cluster"},
        ssc=pf.ssc(k_adj=False),
        demeaner=pf.MapDemeaner(fixef_tol=1e-12),
    )
    study = found(panel)
    times, clusters = rows.groupby(["index_month", "period"]).ngroups, 30
    small = (len(rows) - 1) / (len(rows) - len(names) - times)
    width = float(stats.t.ppf(0.975, clusters - 1))
    for each in study.periods:
        if each.effect is not None:
            assert each.effect.value == pytest.approx(float(model.coef()[f"p{each.period + 4}"]), abs=1e-8)
            expected = float(model.se()[f"p{each.period + 4}"]) * np.sqrt(small)
            assert (each.effect.high - each.effect.value) / width == pytest.approx(expected, rel=1e-6)
    before = [list(model.coef().index).index(f"p{period + 4}") for period in (-4, -3, -2)]
    beta = model.coef().to_numpy()[before]
    wald = beta @ np.linalg.solve(np.asarray(model._vcov)[np.ix_(before, before)] * small, beta) / 3
    assert study.pre_trend_p == pytest.approx(float(stats.f.sf(wald, 3, clusters - 1)), rel=1e-5)


class TestPreTrend:
    def test_groups_that_move_apart_before_the_index_are_found_out(self) -> None:
        assert max(pre_trend_p(made_study(seed, trend=0.4, practices=40)) for seed in range(5)) < 0.01

    def test_groups_that_move_alike_are_accused_as_seldom_as_chance_has_it(self) -> None:
        accused = np.mean([pre_trend_p(made_study(seed, steady(2.0), practices=60)) < 0.05 for seed in range(80)])
        assert accused <= 0.12

    def test_an_effect_after_the_index_says_nothing_of_the_time_before(self) -> None:
        without, with_effect = (made_study(4, steady(effect)) for effect in (0.0, 9.0))
        assert pre_trend_p(with_effect) == pytest.approx(pre_trend_p(without), rel=0.3)


class TestUnknown:
    def test_one_period_before_has_nothing_to_test(self) -> None:
        panel = made_study(5)
        late = replace(panel, frame=panel.frame[panel.frame["since"] >= -3])
        assert found(late).pre_trend_p == Unknown.because(Reason.SHORT_BEFORE, months=3, needed=6)

    def test_without_the_period_that_all_are_held_against_there_is_none(self) -> None:
        panel = made_study(5)
        gap = panel.frame[~panel.frame["since"].between(-3, -1)]
        study = event_study(replace(panel, frame=gap), "use")
        assert study == Unknown.because(Reason.SHORT_BEFORE, months=0, needed=3)

    def test_more_periods_before_than_practices_can_carry_are_not_tested(self) -> None:
        study = found(made_study(6, practices=4, before=18))
        assert study.pre_trend_p == Unknown.because(Reason.FEW_PRACTICES, practices=4, needed=6)

    def test_a_period_of_one_group_alone_is_left_out(self) -> None:
        panel = made_study(7)
        frame = panel.frame[(panel.frame["treated"] == 1) | (panel.frame["since"] < 9)]
        assert [each.period for each in found(replace(panel, frame=frame)).periods] == list(range(-4, 3))

    def test_what_is_unknown_of_the_difference_is_unknown_here(self) -> None:
        panel = made_study(8)
        alone: pd.DataFrame = panel.frame[panel.frame["treated"] == 1]
        assert event_study(replace(panel, frame=alone), "use") == Unknown.because(Reason.NO_PERSONS)
