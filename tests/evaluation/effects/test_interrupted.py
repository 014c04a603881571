"""Interrupted time series: a known step, common seasons, months that hang together, and practices left out."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy import stats

from samspil.definitions import SamspilError
from samspil.evaluation.effects.estimate import Design, Effect, Limit
from samspil.evaluation.effects.interrupted import _of_months, interrupted
from samspil.evaluation.figures import Difference, Reason, Unknown

NEVER = np.nan


def made_series(
    seed: int,
    starts: list[float],
    *,
    step: float = 0.0,
    slope: float = 0.0,
    trend: float = 0.0,
    hang: float = 0.0,
    noise: float = 0.5,
    months: int = 48,
) -> pd.DataFrame:
    """Practices with seasons and shocks common to all; from its start each has `step` more, and `slope` more each
    month.

    `trend` is the rise of a month in practices that begin; `hang` is how much of a month's own noise goes on to the
    next.
    """
    lot = np.random.default_rng(seed)
    season = 3 * np.sin(np.arange(months) / 12 * 2 * math.pi) + lot.normal(0, 1, months)
    parts = []
    for number, start in enumerate(starts):
        own = lot.normal(0, noise, months)
        for month in range(1, months):
            own[month] += hang * own[month - 1]
        since = np.arange(months) - (months if math.isnan(start) else start)
        rate = lot.normal(30, 5) + season + own + np.where(since >= 0, step + slope * since, 0.0)
        rate = rate + (0.0 if math.isnan(start) else trend * np.arange(months))
        persons = int(lot.integers(100, 400))
        parts.append(
            pd.DataFrame(
                {
                    "cluster": f"{number:06d}",
                    "month": np.arange(months),
                    "start": start,
                    "persons": persons,
                    "use": rate * persons / 12,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def of(effect: Effect | Unknown) -> Effect:
    assert isinstance(effect, Effect), str(effect)
    return effect


STARTS = [14.0, 18.0, 20.0, 25.0, 30.0, 33.0] + [NEVER] * 10


class TestWithComparison:
    def test_a_known_step_is_found_beside_seasons_and_shocks_that_all_have(self) -> None:
        effect = of(interrupted(made_series(1, STARTS, step=4.0), "use"))
        assert effect.design == Design.INTERRUPTED
        assert effect.estimate.value == pytest.approx(4.0, abs=0.5)
        assert effect.estimate.low < 4.0 < effect.estimate.high
        assert effect.estimate.low > 0
        assert effect.clusters == 16
        assert effect.cannot_show[:2] == (Limit.AGGREGATE, Limit.COINCIDENCE)

    def test_what_grows_is_told_by_its_mean_over_the_months_after(self) -> None:
        effect = of(interrupted(made_series(2, STARTS, step=1.0, slope=0.6, noise=0.1), "use"))
        assert effect.estimate.value == pytest.approx(1.0 + 0.6 * 5.5, abs=0.2)

    def test_a_trend_that_was_there_before_is_no_effect(self) -> None:
        effect = of(interrupted(made_series(3, STARTS, trend=0.3), "use"))
        assert effect.estimate.low < 0 < effect.estimate.high
        assert effect.treated_before is not None
        assert effect.treated_after is not None
        assert effect.treated_after - effect.treated_before > 2

    def test_practices_that_begin_later_are_a_comparison_until_they_do_and_never_after(self) -> None:
        """Practices of months 44 and 45 had not begun when those of 14 and 15 had been followed for a year."""
        starts = [14.0, 15.0, 44.0, 45.0, NEVER]
        frame = made_series(4, starts, step=5.0, noise=0.1)
        effect = of(interrupted(frame, "use"))
        assert effect.clusters == 5
        assert effect.estimate.value == pytest.approx(5.0, abs=0.3)
        persons = frame.drop_duplicates("cluster")["persons"].to_list()
        assert (effect.treated, effect.comparison) == (sum(persons[:2]), sum(persons[2:]))
        late = frame["use"].where((frame["start"] != 44.0) | (frame["month"] < 30), 0.0)
        assert of(interrupted(frame.assign(use=late), "use")).estimate == effect.estimate

    def test_the_series_is_of_the_same_practices_throughout(self) -> None:
        """Whoever is not seen in all months around the start is left out, whatever they had."""
        frame = made_series(5, [*STARTS, 5.0], step=4.0)
        known = frame[frame["start"] != 5.0]
        assert interrupted(frame, "use") == interrupted(known, "use")
        gap = frame["use"].mask((frame["cluster"] == "000000") & (frame["month"] == 10))
        assert interrupted(frame.assign(use=gap), "use") == interrupted(known[known["cluster"] != "000000"], "use")


class TestReference:
    def test_it_is_least_squares_on_the_difference_of_two_series_with_newey_and_wests_error_by_hand(self) -> None:
        frame = made_series(6, [20.0, 20.0, 20.0] + [NEVER] * 4, step=2.0, hang=0.5)
        sums = frame.assign(begins=frame["start"].notna()).groupby(["begins", "month"])[["use", "persons"]].sum()
        rate = sums["use"] / sums["persons"] * 12
        y = (rate[True] - rate[False]).to_numpy()[8:32]
        since = np.arange(-12, 12)
        x = np.column_stack([np.ones(24), since, since >= 0, np.where(since >= 0, since, 0)]).astype(float)
        bread = np.linalg.inv(x.T @ x)
        beta = bread @ x.T @ y
        scores = x * (y - x @ beta)[:, None]
        lags = 2
        meat: npt.NDArray[np.float64] = scores.T @ scores
        for lag in range(1, lags + 1):
            both = scores[lag:].T @ scores[:-lag]
            meat = meat + (1 - lag / (lags + 1)) * (both + both.T)
        mean = np.array([0, 0, 1, 5.5])
        error = math.sqrt(mean @ bread @ meat @ bread @ mean * 24 / 20)
        effect = of(interrupted(frame, "use"))
        assert effect.estimate.value == pytest.approx(float(mean @ beta), abs=1e-9)
        months = _of_months(y, 12)
        assert isinstance(months, Difference)
        width = float(stats.t.ppf(0.975, 20)) * error
        assert months.high - months.value == pytest.approx(width, rel=1e-9)
        assert months.p == pytest.approx(float(2 * stats.t.sf(abs(mean @ beta) / error, 20)), rel=1e-6)
        assert effect.estimate.high - effect.estimate.value >= width * (1 - 1e-9)

    def test_the_interval_of_practices_is_that_of_a_regression_with_a_trend_and_break_for_each(self) -> None:
        """By hand for practices of one size and month: the spread of both groups' own breaks."""
        frame = made_series(6, [20.0] * 5 + [NEVER] * 5, step=2.0, hang=0.5, noise=2.0)
        frame = frame.assign(use=frame["use"] / frame["persons"] * 100, persons=100)
        since = np.arange(-12, 12)
        x = np.column_stack([np.ones(24), since, since >= 0, np.where(since >= 0, since, 0)]).astype(float)
        rates = (frame["use"] / frame["persons"] * 12).to_numpy().reshape(10, 48)[:, 8:32]
        breaks = np.array([np.array([0, 0, 1, 5.5]) @ np.linalg.lstsq(x, each)[0] for each in rates])
        value = breaks[:5].mean() - breaks[5:].mean()
        error = math.sqrt(breaks[:5].var(ddof=1) / 5 + breaks[5:].var(ddof=1) / 5)
        effect = of(interrupted(frame, "use"))
        assert effect.estimate.value == pytest.approx(value, abs=1e-9)
        width = effect.estimate.high - effect.estimate.value
        assert width == pytest.approx(float(stats.t.ppf(0.975, 4)) * error, rel=1e-9)

    def test_the_interval_holds_a_known_step_mostly_where_months_hang_together(self) -> None:
        """The interval of months by itself is too short in two years, and the wider of the two is not."""
        held = []
        for seed in range(100):
            effect = of(interrupted(made_series(seed, STARTS, step=4.0, hang=0.3), "use"))
            held.append(effect.estimate.low <= 4.0 <= effect.estimate.high)
        assert 0.90 <= np.mean(held) <= 1.0


class TestAlone:
    def test_without_practices_to_compare_with_the_design_says_so(self) -> None:
        frame = made_series(7, [float(month) for month in range(14, 24)], step=4.0)
        effect = of(interrupted(frame, "use"))
        assert effect.design == Design.INTERRUPTED_ALONE
        assert effect.cannot_show[0] == Limit.NO_COMPARISON
        assert "not causal" in effect.cannot_show[0]
        assert (effect.comparison, effect.comparison_before, effect.comparison_after) == (0, None, None)

    def test_alone_it_takes_what_happened_to_all_for_an_effect_and_beside_others_it_does_not(self) -> None:
        frame = made_series(8, [20.0, 20.0, 20.0, 20.0] + [NEVER] * 8)
        frame = frame.assign(use=frame["use"] + np.where(frame["month"] >= 20, 6.0, 0.0) * frame["persons"] / 12)
        beside, alone = (of(interrupted(part, "use")) for part in (frame, frame[frame["start"].notna()]))
        assert beside.estimate.low < 0 < beside.estimate.high
        assert abs(beside.estimate.value) < 1
        assert alone.estimate.value > 2


class TestUnknown:
    def test_too_few_practices_that_are_seen_long_enough_are_said(self) -> None:
        frame = made_series(9, [20.0, 5.0] + [NEVER] * 6)
        assert interrupted(frame, "use") == Unknown.because(Reason.FEW_PRACTICES, practices=1, needed=2)
        nobody = frame[frame["start"].isna()]
        assert interrupted(nobody, "use") == Unknown.because(Reason.FEW_PRACTICES, practices=0, needed=2)

    def test_where_nothing_changes_there_is_nothing_to_tell(self) -> None:
        frame = made_series(9, [20.0] * 3 + [NEVER] * 6)
        assert interrupted(frame.assign(use=0.0), "use") == Unknown.because(Reason.NO_VARIATION)

    def test_too_few_months_to_tell_a_trend_are_refused(self) -> None:
        with pytest.raises(ValueError, match="8 months"):
            interrupted(made_series(9, STARTS), "use", before=6)

    def test_an_endless_amount_is_named(self) -> None:
        frame = made_series(9, STARTS)
        with pytest.raises(SamspilError, match="cluster 000000 has an endless amount in month 0"):
            interrupted(frame.assign(use=np.inf), "use")

    def test_citizens_without_a_practice_are_in_none(self) -> None:
        frame = made_series(9, STARTS)
        nowhere = frame[frame["cluster"] == "000012"].assign(cluster=None)
        assert interrupted(pd.concat([frame, nowhere]), "use") == interrupted(frame, "use")

    def test_no_rows_are_no_practices(self) -> None:
        empty = made_series(9, STARTS).iloc[:0]
        assert interrupted(empty, "use") == Unknown.because(Reason.FEW_PRACTICES, practices=0, needed=2)
