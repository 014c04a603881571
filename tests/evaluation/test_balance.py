"""The balance of covariates: what it is made of, when it fails, and what is said where there is nothing to say."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.weightstats import DescrStatsW

from samspil.evaluation.balance import BalanceTable, CovariateBalance, balance
from samspil.evaluation.matching import Matched
from samspil.programmes.study import BalanceRule

RULE = BalanceRule(largest_difference=0.1, variance_ratio=(0.5, 2.0), smallest_effective=2)


def pairs(*of: tuple[int, int]) -> Matched:
    return Matched(
        treated=np.array([one for one, _ in of], dtype=int), comparison=np.array([o for _, o in of], dtype=int)
    )


def table(
    values: dict[str, object], enrolled: int, matched: Matched, rule: BalanceRule = RULE, probability: object = None
) -> BalanceTable:
    """The balance of people of whom the first so many are enrolled."""
    frame = pd.DataFrame(values)
    treated = np.arange(len(frame)) < enrolled
    return balance(frame, treated, matched, tuple(values), rule, None if probability is None else np.array(probability))


def only(found: BalanceTable) -> CovariateBalance:
    (row,) = found.rows
    return row


def test_by_hand() -> None:
    """Two enrolled of 1 and 3; candidates of 2, 4 and 9, of whom the first is the match of both."""
    row = only(table({"visits": [1.0, 3.0, 2.0, 4.0, 9.0]}, 2, pairs((0, 2), (1, 2), (1, 3))))
    assert (row.treated_mean, row.candidates_mean) == (2, 5)
    # 2 counts for one and a half enrolled, 4 for a half.
    assert row.matched_mean == pytest.approx(2 * 0.75 + 4 * 0.25)
    assert row.difference_before == pytest.approx(-3 / np.sqrt(2))
    assert row.difference_after == pytest.approx(-0.5 / np.sqrt(2))
    assert row.variance_ratio_before == pytest.approx(2 / 13)
    reliability = (0.75 * 0.5**2 + 0.25 * 1.5**2) / (1 - 0.75**2 - 0.25**2)
    assert row.variance_ratio_after == pytest.approx(2 / reliability)


def test_effective_sample_size_is_kish() -> None:
    found = table({"visits": [1.0, 3.0, 2.0, 4.0, 9.0]}, 2, pairs((0, 2), (1, 2), (1, 3)))
    assert found.effective == pytest.approx((1.5 + 0.5) ** 2 / (1.5**2 + 0.5**2))
    assert (found.treated, found.matched_treated, found.candidates, found.matched) == (2, 2, 3, 2)


def test_a_share_is_standardised_as_a_share_and_has_no_variance_ratio() -> None:
    row = only(table({"alone": [True, False, False, False, True, True]}, 4, pairs((0, 4), (1, 5))))
    assert row.difference_before == pytest.approx((0.25 - 1) / np.sqrt(0.25 * 0.75))
    assert (row.variance_ratio_before, row.variance_ratio_after) == (None, None)


def test_levels_are_rows_and_missing_is_one_of_them() -> None:
    found = table({"place": ["a", "b", None, "a", "c", "b"], "age": [1, 2, 3, None, 5, 6]}, 3, pairs((0, 3), (1, 5)))
    assert [row.covariate for row in found.rows] == ["place=a", "place=b", "place=c", "place=", "age", "age="]
    age = found.rows[4]
    assert (age.treated_mean, age.candidates_mean, age.matched_mean) == (2, 5.5, 6)
    assert "age=" in found.failing


@given(st.lists(st.floats(-100, 100), min_size=6, max_size=20), st.data())
def test_means_are_those_of_people_repeated(values: list[float], data: st.DataObject) -> None:
    """With one match each, weights are whole numbers: statsmodels' mean of people with these weights is the same."""
    enrolled = data.draw(st.integers(2, len(values) - 2))
    others = st.integers(enrolled, len(values) - 1)
    matched = pairs(*[(one, data.draw(others)) for one in range(enrolled)])
    row = only(table({"x": values}, enrolled, matched))
    weights = np.bincount(matched.comparison, minlength=len(values))[enrolled:]
    of_matched = DescrStatsW(np.array(values[enrolled:]), weights)
    assert row.matched_mean == pytest.approx(of_matched.mean, abs=1e-9)
    assert row.matched_treated_mean == pytest.approx(np.mean(values[:enrolled]), abs=1e-9)


def test_alike_enough_holds() -> None:
    found = table({"age": [1.0, 2, 3, 1, 2, 3, 40]}, 3, pairs((0, 3), (1, 4), (2, 5)))
    assert found.holds
    assert only(found).difference_after == 0
    assert only(found).variance_ratio_after == 1


@pytest.mark.parametrize(
    ("candidates", "why"),
    [([1.5, 2.5, 3.5], "means differ"), ([2, 2, 2.001], "variances differ"), ([0, 2, 4], "variances differ")],
)
def test_not_alike_enough_fails(candidates: list[float], why: str) -> None:
    found = table({"age": [1.0, 2, 3, *candidates]}, 3, pairs((0, 3), (1, 4), (2, 5)))
    assert found.failing == ("age",), why
    assert not found.holds


def test_fails_where_those_enrolled_are_all_the_same_and_the_others_are_not() -> None:
    found = table({"referred": [1, 1, 1, 1, 0, 1]}, 3, pairs((0, 3), (1, 4), (2, 5)))
    assert only(found).difference_after is None
    assert found.failing == ("referred",)
    assert table({"referred": [1, 1, 1, 1, 1, 0]}, 3, pairs((0, 3), (1, 4))).failing == ()


def test_too_few_by_effective_size_and_not_by_heads() -> None:
    rule = BalanceRule(largest_difference=10, variance_ratio=(0.0, 100.0), smallest_effective=3)
    ages = {"age": [1.0, 2, 3, 4, 1, 2, 3, 4]}
    assert not table(ages, 4, pairs((0, 4), (1, 5), (2, 6), (3, 7)), rule).too_few
    heavy = table(ages, 4, pairs((0, 4), (1, 4), (2, 5), (3, 6)), rule)
    assert heavy.matched == 3
    assert heavy.too_few


def test_nobody_matched_is_said_and_is_no_number() -> None:
    found = table({"age": [1.0, 2, 3]}, 1, pairs(), probability=[0.5, 0.4, 0.3])
    row = only(found)
    assert (row.matched_treated_mean, row.matched_mean, row.difference_after) == (None, None, None)
    assert (found.matched, found.effective, found.too_few, found.holds) == (0, 0.0, True, False)
    assert row.difference_before is None
    assert all(each.matched == 0 for each in found.overlap)


@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.001, 0.2, 0.5, 0.9, 1.0]) | st.floats(0, 1)), min_size=1),
    st.randoms(),
)
def test_overlap_counts_everybody_once(drawn: list[tuple[bool, float]], lot: object) -> None:
    treated = np.array([enrolled for enrolled, _ in drawn])
    probability = np.array([each for _, each in drawn])
    ones, others = np.flatnonzero(treated), np.flatnonzero(~treated)
    matched = pairs(*zip(ones.tolist(), others.tolist(), strict=False))
    frame = pd.DataFrame({"age": np.arange(len(drawn))})
    bins = balance(frame, treated, matched, ("age",), RULE, probability).overlap
    if not bins:
        assert not (treated & (probability > 0) & (probability < 1)).any()
        return
    assert (bins[0].low, bins[-1].high) == (0, 1)
    assert all(one.high == other.low for one, other in itertools.pairwise(bins))
    assert (sum(each.treated for each in bins), sum(each.candidates for each in bins)) == (len(ones), len(others))
    assert sum(each.matched for each in bins) == pytest.approx(len(matched.treated))
    for each in bins:
        inside = (probability >= each.low) & ((probability < each.high) | (each.high == 1))
        assert (each.treated, each.candidates) == (int((inside & treated).sum()), int((inside & ~treated).sum()))


def test_those_who_are_like_nobody_enrolled_are_in_the_outer_bins() -> None:
    probability = [0.2, 0.6, 0.1, 0.15, 0.3, 0.7, 0.6]
    bins = table({"age": range(7)}, 2, pairs((0, 4)), probability=probability).overlap
    assert (bins[0].candidates, bins[0].treated, bins[0].high) == (2, 0, 0.2)
    assert (bins[-1].candidates, bins[-1].treated) == (1, 0)
    assert len(bins) == 22
