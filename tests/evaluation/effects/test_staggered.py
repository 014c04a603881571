"""Staggered starts: two-way fixed effects go wrong where effects differ, and these do not (Goodman-Bacon 2021)."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest
from scipy import stats

from samspil.evaluation.effects.difference import difference
from samspil.evaluation.effects.estimate import Design, Effect, Limit
from samspil.evaluation.effects.imputation import imputed
from samspil.evaluation.effects.periods import periods
from samspil.evaluation.effects.staggered import staggered, stepped
from samspil.evaluation.figures import Difference, Reason, Unknown
from samspil.evaluation.panel import Panel
from tests.evaluation.effects.made_studies import made_study, steady

NEVER = np.nan


def made_practices(
    seed: int, starts: list[float], *, growth: float = 0.5, noise: float = 0.3, months: int = 24
) -> tuple[pd.DataFrame, float]:
    """Practices by month of start; those that begin have an effect that grows by the month. And its true mean."""
    lot = np.random.default_rng(seed)
    count = len(starts)
    cluster, month = np.repeat(np.arange(count), months), np.tile(np.arange(months), count)
    start, persons = np.array(starts)[cluster], lot.integers(50, 400, count)[cluster]
    effect = np.where(month >= start, growth * (month - start + 1), 0.0)
    rate = lot.normal(20, 4, count)[cluster] + lot.normal(0, 2, months)[month] + lot.normal(0, noise, len(cluster))
    frame = pd.DataFrame(
        {
            "cluster": [f"{number:06d}" for number in cluster],
            "month": month,
            "start": start,
            "persons": persons,
            "use": (rate + effect) * persons / 12,
        }
    )
    begun = month >= start
    return frame, float(np.average(effect[begun], weights=persons[begun])) if begun.any() else 0.0


def of(effect: Effect | Unknown) -> Effect:
    assert isinstance(effect, Effect), str(effect)
    return effect


def gardner(frame: pd.DataFrame, outcome: str, unit: str, time: str, begun: str) -> tuple[float, float]:
    """Estimate and standard error of pyfixest's did2s."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = pf.did2s(
            frame,
            yname=outcome,
            first_stage=f"~0|{unit}+{time}",
            second_stage=f"~i({begun},ref=0)",
            treatment=begun,
            cluster="cluster",
            weights="weight",
        )
    return float(model.coef().iloc[0]), float(model.se().iloc[0])


def two_way(frame: pd.DataFrame, outcome: str, unit: str, time: str, begun: str) -> float:
    """What everybody did before 2020: one coefficient beside levels of units and times."""
    model = pf.feols(f"{outcome} ~ {begun} | {unit} + {time}", data=frame, weights="weight", vcov="iid")
    return float(model.coef()[begun])


def sun_and_abraham(rows: pd.DataFrame, start: str, since: str, time: str) -> float:
    """One coefficient for each month of start and time since, averaged by the weight of those it is of.

    Sun and Abraham, Journal of Econometrics 225 (2021) 175-199; those who never begin are the comparison.
    """
    cells = (
        rows.loc[rows[start].notna() & (rows[since] != -1), [start, since]]
        .drop_duplicates()
        .sort_values([start, since])
    )
    columns, share = {}, {}
    for place, (begins, at) in enumerate(cells.itertuples(index=False)):
        here = (rows[start] == begins) & (rows[since] == at)
        columns[f"cell{place}"] = here.astype(float)
        share[f"cell{place}"] = rows.loc[here, "weight"].sum() if at >= 0 else 0.0
    saturated = pd.concat([rows, pd.DataFrame(columns, index=rows.index)], axis=1)
    model = pf.feols(
        f"rate ~ {' + '.join(columns)} | unit + {time}", data=saturated, weights="weight", vcov={"CRV1": "cluster"}
    )
    kept = model.coef()
    return float(sum(kept[name] * share[name] for name in kept.index) / sum(share[name] for name in kept.index))


def practice_rows(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(
        rate=frame["use"] / frame["persons"] * 12,
        weight=frame["persons"].astype(float),
        unit=frame["cluster"],
        begun=(frame["month"] >= frame["start"]).astype(int),
        since=frame["month"] - frame["start"],
    )


class TestStepped:
    STARTS = [4.0] * 10 + [10.0] * 10 + [16.0] * 10 + [NEVER] * 4

    def test_two_way_fixed_effects_hold_practices_against_those_that_began_and_go_wrong_and_this_does_not(self) -> None:
        frame, truth = made_practices(1, self.STARTS)
        rows = practice_rows(frame)
        wrong = two_way(rows, "rate", "cluster", "month", "begun")
        effect = of(stepped(frame, "use"))
        assert abs(wrong - truth) > 0.3 * truth
        assert effect.estimate.value == pytest.approx(truth, abs=0.15)
        assert effect.estimate.low < truth < effect.estimate.high

    def test_it_is_what_pyfixests_did2s_says(self) -> None:
        frame, _ = made_practices(2, self.STARTS)
        value, error = gardner(practice_rows(frame), "rate", "cluster", "month", "begun")
        effect = of(stepped(frame, "use"))
        assert effect.estimate.value == pytest.approx(value, abs=1e-5)
        width = float(stats.t.ppf(0.975, 33)) * math.sqrt(34 / 33)
        assert (effect.estimate.high - effect.estimate.low) / 2 / width == pytest.approx(error, rel=1e-4)

    def test_sun_and_abraham_agree(self) -> None:
        frame, truth = made_practices(3, self.STARTS, noise=0.1)
        other = sun_and_abraham(practice_rows(frame), "start", "since", "month")
        effect = of(stepped(frame, "use"))
        assert effect.estimate.value == pytest.approx(other, abs=0.1)
        assert other == pytest.approx(truth, abs=0.1)

    def test_when_all_begin_in_the_end_the_months_after_tell_nothing(self) -> None:
        starts = [4.0] * 8 + [10.0] * 8 + [16.0] * 8
        frame, _ = made_practices(4, starts)
        effect = of(stepped(frame, "use"))
        early = frame[frame["month"] < 16]
        assert effect == of(stepped(early, "use"))
        begun = early[early["month"] >= early["start"]]
        truth = np.average(0.5 * (begun["month"] - begun["start"] + 1), weights=begun["persons"])
        assert effect.estimate.value == pytest.approx(truth, abs=0.3)
        persons = frame.drop_duplicates("cluster").set_index("cluster")["persons"]
        assert effect.treated == persons.iloc[:16].sum()
        assert effect.comparison == persons.iloc[16:].sum()
        assert effect.clusters == 24

    def test_a_practice_that_had_begun_before_the_data_is_held_against_nobody(self) -> None:
        frame, _ = made_practices(5, [*self.STARTS, -3.0])
        assert stepped(frame, "use") == stepped(frame[frame["start"] != -3.0], "use")

    def test_the_interval_holds_the_truth_as_often_as_it_says(self) -> None:
        """Effects that grow count as spread of their own, so that it errs to the safe side; here all are alike."""
        held = []
        for seed in range(120):
            frame, truth = made_practices(seed, [8.0] * 12 + [12.0] * 12 + [NEVER] * 16, growth=0.0, noise=1.0)
            effect = of(stepped(frame, "use"))
            held.append(effect.estimate.low <= truth <= effect.estimate.high)
        assert 0.90 <= np.mean(held) <= 0.99

    def test_r_eval_02_the_design_says_of_whom_it_tells(self) -> None:
        effect = of(stepped(made_practices(6, self.STARTS)[0], "use"))
        assert effect.design == Design.STEPPED
        assert effect.cannot_show[0] == Limit.AGGREGATE

    def test_too_few_practices_of_a_kind_are_said(self) -> None:
        one_began, _ = made_practices(7, [4.0] + [NEVER] * 8)
        assert stepped(one_began, "use") == Unknown.because(Reason.FEW_PRACTICES, practices=1, needed=2)
        none_waits, _ = made_practices(7, [4.0] * 8 + [NEVER])
        assert stepped(none_waits, "use") == Unknown.because(Reason.FEW_PRACTICES, practices=0, needed=2)
        assert stepped(one_began.iloc[:0], "use") == Unknown.because(Reason.FEW_PRACTICES, practices=0, needed=2)
        alike, _ = made_practices(7, [4.0] * 4 + [NEVER] * 4)
        assert stepped(alike.assign(use=0.0), "use") == Unknown.because(Reason.NO_VARIATION)

    def test_a_month_that_is_not_known_is_no_month_with_nothing(self) -> None:
        frame, _ = made_practices(8, self.STARTS)
        gone = np.random.default_rng(1).random(len(frame)) < 0.1
        assert stepped(frame.assign(use=frame["use"].mask(gone)), "use") == stepped(frame[~gone], "use")

    def test_citizens_without_a_practice_are_in_none(self) -> None:
        frame, _ = made_practices(9, self.STARTS)
        nowhere = frame[frame["cluster"] == "000033"].assign(cluster=None)
        assert stepped(pd.concat([frame, nowhere]), "use") == stepped(frame, "use")


class TestStaggered:
    @staticmethod
    def rows(panel: Panel) -> pd.DataFrame:
        rows = periods(panel, "use")
        assert isinstance(rows, pd.DataFrame)
        begun = ((rows["treated"] == 1) & (rows["period"] >= 0)).astype(int)
        return rows.assign(begun=begun, start=rows["index_month"].where(rows["treated"] == 1).astype(float))

    def test_it_is_what_pyfixests_did2s_says(self) -> None:
        panel = made_study(1, steady(2.0), units=60, starts=6)
        value, error = gardner(self.rows(panel), "rate", "unit", "stack", "begun")
        effect = of(staggered(panel, "use"))
        assert effect.estimate.value == pytest.approx(value, abs=1e-5)
        width = float(stats.t.ppf(0.975, 11)) * math.sqrt(12 / 11)
        assert (effect.estimate.high - effect.estimate.low) / 2 / width == pytest.approx(error, rel=1e-4)

    def test_effects_that_differ_by_start_and_grow_are_averaged_as_sun_and_abraham_average_them(self) -> None:
        panel = made_study(
            2, lambda start, since: 1.0 + start + since / 3, units=200, starts=4, noise=0.1, practice_spread=0.05
        )
        rows = self.rows(panel)
        effect = of(staggered(panel, "use"))
        other = sun_and_abraham(rows, "start", "period", "when")
        enrolled = panel.frame[(panel.frame["treated"] == 1) & (panel.frame["since"] >= 0)]
        each = 1.0 + (enrolled["index_month"] - 2024 * 12) + enrolled["since"] / 3
        truth = float(np.average(each, weights=enrolled["exposure"]))
        assert effect.estimate.value == pytest.approx(truth, abs=0.1)
        assert effect.estimate.value == pytest.approx(other, abs=0.1)

    def test_without_differences_it_agrees_with_the_stacked_one(self) -> None:
        panel = made_study(3, steady(2.0), units=200, starts=4, practice_spread=0.2)
        one, other = of(staggered(panel, "use")), of(difference(panel, "use"))
        assert one.estimate.value == pytest.approx(other.estimate.value, abs=0.1)
        assert (one.treated, one.comparison, one.clusters) == (other.treated, other.comparison, other.clusters)
        assert one.design == Design.STAGGERED

    def test_the_interval_holds_the_truth_as_often_as_it_says(self) -> None:
        effects = [of(staggered(made_study(seed, steady(2.0), practices=40), "use")) for seed in range(100)]
        held = np.mean([effect.estimate.low <= 2.0 <= effect.estimate.high for effect in effects])
        assert 0.90 <= held <= 0.99

    def test_citizens_without_time_before_tell_nothing(self) -> None:
        panel = made_study(4, steady(2.0))
        new = panel.frame[(panel.frame["since"] >= 0) | (panel.frame["unit"] >= 10)]
        without = panel.frame[panel.frame["unit"] >= 10]
        one, other = (of(staggered(replace(panel, frame=frame), "use")) for frame in (new, without))
        assert (one.treated, one.comparison) == (other.treated, other.comparison) == (110, 240)
        assert one.estimate.value == pytest.approx(other.estimate.value, abs=1e-12)
        assert one.estimate.p == pytest.approx(other.estimate.p, rel=1e-9)

    def test_the_same_input_gives_the_same_bytes(self) -> None:
        panel = made_study(5, steady(2.0))
        assert repr(staggered(panel, "use")) == repr(staggered(panel, "use"))

    def test_what_is_unknown_of_the_difference_is_unknown_here(self) -> None:
        panel = made_study(6)
        early = replace(panel, frame=panel.frame[panel.frame["since"] < 0])
        assert staggered(early, "use") == Unknown.because(Reason.SHORT_AFTER, months=0, needed=3)


def test_what_no_untreated_row_tells_of_is_left_out() -> None:
    """The last month has treated rows alone, and one unit has no other rows: neither can be known."""
    lot = np.random.default_rng(1)
    frame = pd.DataFrame([(unit, time) for unit in range(8) for time in range(5)], columns=["unit", "time"])
    treated = ((frame["unit"] < 4) & (frame["time"] >= 2)).to_numpy()
    frame = frame.assign(cluster=frame["unit"], weight=1.0, rate=lot.normal(0, 1, len(frame)) + 3.0 * treated)
    kept = ((frame["time"] < 4) | (frame["unit"] < 4)) & ~((frame["unit"] == 0) & (frame["time"] < 2))
    found = imputed(frame[kept], "rate", "time", treated[kept])
    assert not isinstance(found, Unknown)
    estimate, rests = found
    told = frame[kept][rests]
    assert isinstance(estimate, Difference)
    assert set(told.loc[treated[kept][rests], "unit"]) == {1, 2, 3}
    assert set(told["time"]) == {0, 1, 2, 3}
    alone = frame[(frame["unit"] > 0) & (frame["time"] < 4)]
    again = imputed(alone, "rate", "time", treated[alone.index])
    assert not isinstance(again, Unknown)
    assert estimate.value == pytest.approx(again[0].value, abs=1e-12)
