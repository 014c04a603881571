"""The statistics against published results, brute force, other libraries and simulations with known truth."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sized
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score

from samspil.evaluation import statistics
from samspil.evaluation.figures import Difference, Estimate, Reason, Share, Unknown
from samspil.evaluation.statistics import Bools, Floats, Ints
from tests.evaluation.made_people import moments

scores_and_events = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.booleans()), min_size=12, max_size=60)


def compared(ones: float, others: float) -> float:
    return 1.0 if ones > others else 0.5 if ones == others else 0.0


def pairwise(scores: Floats, events: Bools) -> tuple[float, list[float], list[float]]:
    """AUC and its structural components by comparing every pair, as DeLong et al. define them."""
    ill, well = scores[events], scores[~events]
    of_ill = [sum(compared(x, y) for y in well) / len(well) for x in ill]
    of_well = [sum(compared(x, y) for x in ill) / len(ill) for y in well]
    return sum(of_ill) / len(of_ill), of_ill, of_well


def covariance(ones: list[float], others: list[float]) -> float:
    mean_ones, mean_others = sum(ones) / len(ones), sum(others) / len(others)
    together = zip(ones, others, strict=True)
    return sum((a - mean_ones) * (b - mean_others) for a, b in together) / (len(ones) - 1)


def arrays(rows: list[tuple[int, int, bool]]) -> tuple[Floats, Floats, Bools]:
    ones, others, events = zip(*rows, strict=True)
    return np.array(ones, dtype=float), np.array(others, dtype=float), np.array(events)


def each(rows: Sized) -> Ints:
    """One person in each row."""
    return np.ones(len(rows), dtype=np.int64)


def the_same(found: Estimate | Difference | Unknown, expected: Estimate | Difference | Unknown) -> bool:
    """But for the last digits."""
    if isinstance(found, Unknown) or isinstance(expected, Unknown):
        return found == expected
    near: bool = astuple(found) == pytest.approx(astuple(expected), abs=1e-9)
    return near


def rank_correlation(scores: Floats | Ints, values: Floats | Ints) -> Estimate | Unknown:
    """That of persons, from what an engine would tell of them."""
    ranks = (2 * stats.rankdata(values)).astype(np.int64)
    _, equals = np.unique(values, return_counts=True)
    return statistics.rank_correlation(scores, each(scores), ranks.tolist(), sum(int(t) ** 3 - int(t) for t in equals))


def alike(rows: list[tuple[int, int, bool]]) -> tuple[Floats, Floats, Bools, Ints]:
    """The same people with those who are alike in one row, in another order."""
    counted = sorted(Counter(rows).items(), reverse=True)
    return *arrays([row for row, _ in counted]), np.array([persons for _, persons in counted])


class TestAuc:
    @given(scores_and_events)
    @settings(deadline=None)
    def test_equals_brute_force_and_scikit_learn(self, rows: list[tuple[int, int, bool]]) -> None:
        scores, _, events = arrays(rows)
        found = statistics.auc(scores, events, each(events))
        if isinstance(found, Unknown):
            assert min(events.sum(), (~events).sum()) < statistics.FEW
            return
        value, of_ill, of_well = pairwise(scores, events)
        assert found.value == pytest.approx(value)
        assert found.value == pytest.approx(roc_auc_score(events, scores))
        error = math.sqrt(covariance(of_ill, of_ill) / len(of_ill) + covariance(of_well, of_well) / len(of_well))
        if error > 0:
            assert found.low == pytest.approx(max(value - 1.959964 * error, 0), abs=1e-6)
            assert found.high == pytest.approx(min(value + 1.959964 * error, 1), abs=1e-6)

    @given(scores_and_events)
    @settings(deadline=None)
    def test_paired_difference_equals_delongs_covariances(self, rows: list[tuple[int, int, bool]]) -> None:
        ones, others, events = arrays(rows)
        found = statistics.auc_difference(ones, others, events, each(events))
        if isinstance(found, Unknown):
            return
        auc_ones, ill_ones, well_ones = pairwise(ones, events)
        auc_others, ill_others, well_others = pairwise(others, events)
        assert found.value == pytest.approx(auc_ones - auc_others, abs=1e-12)
        variance = sum(
            sign * (covariance(a, b) / len(a) + covariance(c, d) / len(c))
            for sign, a, b, c, d in (
                (1, ill_ones, ill_ones, well_ones, well_ones),
                (1, ill_others, ill_others, well_others, well_others),
                (-2, ill_ones, ill_others, well_ones, well_others),
            )
        )
        assert (found.high - found.low) / 2 == pytest.approx(1.959964 * math.sqrt(max(variance, 0)), abs=1e-6)

    @given(scores_and_events)
    @settings(deadline=None)
    def test_those_alike_may_stand_in_one_row(self, rows: list[tuple[int, int, bool]]) -> None:
        ones, others, events = arrays(rows)
        first, second, happened, persons = alike(rows)
        assert the_same(statistics.auc(first, happened, persons), statistics.auc(ones, events, each(events)))
        found = statistics.auc_difference(first, second, happened, persons)
        assert the_same(found, statistics.auc_difference(ones, others, events, each(events)))

    def test_hanley_and_mcneils_ct_images(self) -> None:
        """109 CT images of Hanley and McNeil 1982: 0.8932 with DeLong's interval 0.83295-0.95339 (Stata, roctab)."""
        ratings = np.repeat([1, 2, 3, 4, 5, 1, 2, 3, 4, 5], [33, 6, 6, 11, 2, 3, 2, 2, 11, 33])
        of_patients = statistics.auc(ratings, np.repeat([False, True], [58, 51]), each(ratings))
        of_ratings = statistics.auc(
            np.array([1, 2, 3, 4, 5] * 2), np.repeat([False, True], 5), np.array([33, 6, 6, 11, 2, 3, 2, 2, 11, 33])
        )
        assert the_same(of_ratings, of_patients)
        found = of_patients
        assert isinstance(found, Estimate)
        assert (found.value, found.low, found.high) == pytest.approx((0.8932, 0.83295, 0.95339), abs=5e-5)

    def test_a_perfect_score_still_has_an_interval(self) -> None:
        found = statistics.auc(np.arange(20), np.arange(20) >= 10, each(range(20)))
        assert isinstance(found, Estimate)
        assert found.value == found.high == 1
        assert found.low == pytest.approx(0.722, abs=1e-3)

    @pytest.mark.parametrize(
        ("events", "reason"),
        [([False] * 20, Reason.FEW_EVENTS), ([True] * 20, Reason.FEW_NON_EVENTS), ([], Reason.FEW_EVENTS)],
    )
    def test_says_why_it_is_unknown(self, events: list[bool], reason: Reason) -> None:
        happened = np.array(events, dtype=np.bool_)
        for found in (
            statistics.auc(np.arange(len(happened)), happened, each(happened)),
            statistics.auc_difference(np.arange(len(happened)), np.arange(len(happened)), happened, each(happened)),
        ):
            assert isinstance(found, Unknown)
            assert found.reason is reason

    def test_the_same_score_twice_does_not_differ(self) -> None:
        score = np.arange(30) % 7
        found = statistics.auc_difference(score, score, np.arange(30) % 2 == 0, each(score))
        assert found == Difference(0.0, 0.0, 0.0, 1.0)

    def test_intervals_cover_the_truth(self) -> None:
        """Two normals one standard deviation apart have AUC Φ(1/√2) = 0.7602."""
        lot = np.random.default_rng(20150115)
        events = np.arange(240) < 80
        inside = 0
        for _ in range(400):
            found = statistics.auc(lot.normal(size=240) + events, events, each(events))
            assert isinstance(found, Estimate)
            inside += found.low <= 0.760250 <= found.high
        assert 0.92 <= inside / 400 <= 0.98

    def test_a_million_persons(self) -> None:
        lot = np.random.default_rng(1)
        scores = lot.integers(0, 20, 1_000_000)
        events = lot.random(1_000_000) < scores / 40
        found = statistics.auc(scores, events, each(events))
        assert isinstance(found, Estimate)
        assert found.value == pytest.approx(roc_auc_score(events, scores))


class TestShare:
    @pytest.mark.parametrize(
        ("count", "of", "low", "high"),
        [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)],
    )
    def test_newcombes_published_intervals(self, count: int, of: int, low: float, high: float) -> None:
        """Newcombe, Statistics in Medicine 17 (1998), table I, method 3."""
        found = statistics.share(count, of)
        assert isinstance(found, Share)
        assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)

    def test_of_nobody_is_unknown(self) -> None:
        assert statistics.share(0, 0) == Unknown.because(Reason.NO_PERSONS)

    def test_ends_at_nought_and_one(self) -> None:
        none, all_ = statistics.share(0, 501), statistics.share(501, 501)
        assert isinstance(none, Share)
        assert isinstance(all_, Share)
        assert none.low == 0
        assert all_.high == 1

    def test_intervals_cover_the_truth(self) -> None:
        lot = np.random.default_rng(3)
        found = [statistics.share(int(count), 60) for count in lot.binomial(60, 0.07, 2000)]
        inside = [f.low <= 0.07 <= f.high for f in found if isinstance(f, Share)]
        assert 0.92 <= np.mean(inside) <= 0.99


class TestLift:
    def test_intervals_cover_the_truth(self) -> None:
        lot, inside = np.random.default_rng(4), 0
        truth = 0.4 / (0.15 * 0.4 + 0.85 * 0.1)
        for _ in range(500):
            listed = lot.random(1500) < 0.15
            events = lot.random(1500) < np.where(listed, 0.4, 0.1)
            found = statistics.lift(int(listed.sum()), int((listed & events).sum()), int(events.sum()), 1500)
            assert isinstance(found, Estimate)
            inside += found.low <= truth <= found.high
        assert 0.92 <= inside / 500 <= 0.98

    def test_unknown_without_a_list_or_without_events_on_it(self) -> None:
        assert statistics.lift(0, 0, 5, 100) == Unknown.because(Reason.NONE_LISTED)
        assert statistics.lift(10, 0, 5, 100) == Unknown.because(Reason.NO_EVENTS_LISTED)


class TestAmounts:
    def test_share_of_total_covers_the_truth(self) -> None:
        lot, inside = np.random.default_rng(5), 0
        for _ in range(400):
            chosen = lot.random(800) < 0.2
            amounts = lot.gamma(2.0, np.where(chosen, 300.0, 100.0))
            found = statistics.share_of_total(moments(amounts[chosen]), moments(amounts[~chosen]))
            assert isinstance(found, Estimate)
            inside += found.low <= 60 / 140 <= found.high
        assert 0.92 <= inside / 400 <= 0.98

    def test_share_of_total_is_exact(self) -> None:
        found = statistics.share_of_total(moments([10]), moments([1, 2, 3, 4]))
        assert isinstance(found, Estimate)
        assert found.value == 0.5

    def test_nothing_spent(self) -> None:
        found = statistics.share_of_total(moments([0] * 3), moments([0] * 6))
        assert found == Unknown.because(Reason.NO_COST)

    def test_rank_correlation_covers_the_truth(self) -> None:
        lot, inside = np.random.default_rng(6), 0
        truth = 6 / math.pi * math.asin(0.5 / 2)
        for _ in range(400):
            ones = lot.normal(size=200)
            found = rank_correlation(ones, 0.5 * ones + math.sqrt(0.75) * lot.normal(size=200))
            assert isinstance(found, Estimate)
            inside += found.low <= truth <= found.high
        assert 0.92 <= inside / 400 <= 0.98

    @given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9)), min_size=5, max_size=40))
    @settings(deadline=None)
    def test_rank_correlation_is_scipys(self, rows: list[tuple[int, int]]) -> None:
        """Also when those with one score stand in one row."""
        scores, values = map(np.array, zip(*rows, strict=True))
        found = rank_correlation(scores, values)
        if isinstance(found, Unknown):
            assert np.ptp(scores) == 0 or np.ptp(values) == 0
            return
        assert found.value == pytest.approx(stats.spearmanr(scores, values).statistic, abs=1e-12)
        ranks = (2 * stats.rankdata(values)).astype(np.int64)
        levels = np.unique(scores)
        joined = statistics.rank_correlation(
            levels,
            np.array([(scores == level).sum() for level in levels]),
            [int(ranks[scores == level].sum()) for level in levels],
            sum(int(t) ** 3 - int(t) for t in np.unique(values, return_counts=True)[1]),
        )
        assert joined == found

    @given(st.lists(st.integers(0, 10**9), min_size=5, max_size=30), st.integers(1, 29))
    @settings(deadline=None)
    def test_means_are_those_of_the_values(self, values: list[int], first: int) -> None:
        ones, others = np.array(values[:first]), np.array(values[first:])
        whole = moments(ones) + moments(others)
        assert whole == moments(values)
        found = statistics.mean(whole)
        assert isinstance(found, Estimate)
        assert found.value == pytest.approx(np.mean(values))
        assert found.high - found.value == pytest.approx(statistics.Z * stats.sem(values))
        difference = statistics.mean_difference(moments(ones), moments(others))
        if isinstance(difference, Difference):
            assert difference.value == pytest.approx(np.mean(ones) - np.mean(others))
            error = math.hypot(stats.sem(ones), stats.sem(others))
            assert difference.high - difference.value == pytest.approx(statistics.Z * error)

    @given(st.lists(st.tuples(st.integers(0, 1000), st.booleans()), min_size=5, max_size=30))
    @settings(deadline=None)
    def test_share_of_total_is_that_of_the_persons(self, rows: list[tuple[int, bool]]) -> None:
        values, chosen = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
        found = statistics.share_of_total(moments(values[chosen]), moments(values[~chosen]))
        if isinstance(found, Unknown):
            assert values.sum() == 0
            return
        share = values[chosen].sum() / values.sum()
        error = math.sqrt(len(values) * np.var(values * (chosen - share), ddof=1)) / values.sum()
        ends = (share, max(share - statistics.Z * error, 0), min(share + statistics.Z * error, 1))
        assert astuple(found) == pytest.approx(ends)

    def test_unknown_when_all_are_alike_or_few(self) -> None:
        assert rank_correlation(np.ones(9), np.arange(9)) == Unknown.because(Reason.NO_VARIATION)
        assert rank_correlation(np.arange(9), np.ones(9)) == Unknown.because(Reason.NO_VARIATION)
        for found in (
            statistics.mean(moments([1] * 4)),
            statistics.mean_difference(moments([1] * 4), moments([1] * 9)),
            rank_correlation(np.arange(4), np.arange(4)),
            statistics.share_of_total(moments([1] * 4), statistics.NO_VALUES),
        ):
            assert isinstance(found, Unknown)
            assert found.reason is Reason.FEW_PERSONS
