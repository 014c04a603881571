"""Whether those compared are alike: before and after matching, covariate by covariate. The first result of a study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

from samspil.evaluation.covariates import Column, columns
from samspil.evaluation.matching import Matched
from samspil.programmes.study import BalanceRule

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class CovariateBalance:
    """One covariate (one level of it, for those with levels) of those enrolled and those compared with.

    Differences are standardised by the standard deviation of those enrolled before matching; `None` where it is 0.
    A mean is `None` where there is nobody to take it of (nobody was matched, or it is known of nobody), and a variance
    ratio where a variance is 0 or unknown, and for shares.
    """

    covariate: str
    treated_mean: float | None
    candidates_mean: float | None
    matched_treated_mean: float | None
    matched_mean: float | None
    difference_before: float | None
    difference_after: float | None
    variance_ratio_before: float | None
    variance_ratio_after: float | None


@dataclass(frozen=True)
class OverlapBin:
    """How many have a propensity from `low` up to `high` (`high` itself belongs to the next, and 1 to the last).

    Those compared with (`matched`) count by their weight, which adds up to the number of those enrolled with matches.
    The first and the last bin hold everybody below the least and above the largest propensity of those enrolled: those
    who are like nobody enrolled. Between them bins are equally wide in the logit, as propensities are mostly small.
    """

    low: float
    high: float
    treated: int
    candidates: int
    matched: float


@dataclass(frozen=True)
class BalanceTable:
    """The balance of a study. `effective` is the effective sample size of those compared with, by their weights.

    `failing` names the covariates that are not alike enough by the study's rule; empty is balanced.
    """

    rows: tuple[CovariateBalance, ...]
    overlap: tuple[OverlapBin, ...]
    treated: int
    matched_treated: int
    candidates: int
    matched: int
    effective: float
    failing: tuple[str, ...]
    too_few: bool

    @property
    def holds(self) -> bool:
        """Whether those compared are alike enough, and enough."""
        return not self.failing and not self.too_few


#: Equal parts into which the overlap of propensities is divided, between the least and the largest of those enrolled.
_BINS = 20

#: A difference, or a standard deviation, that is nothing but rounding.
_NONE = 1e-9


def balance(
    frame: pd.DataFrame,
    treated: npt.NDArray[np.bool_],
    matched: Matched,
    covariates: Sequence[str],
    rule: BalanceRule,
    probability: npt.NDArray[np.floating] | None,
) -> BalanceTable:
    """How alike those enrolled and those compared with are in each covariate, before and after matching.

    The frame's rows are those enrolled (`treated` true) and the candidates, `probability` their propensity (None where
    it could not be estimated: then there is no overlap to show). Every level of a text is a row of its own, named
    `covariate=level`; `covariate=` is the share for whom it is missing, and the other figures of a number are of those
    for whom it is known. As MatchIt's `summary` and R's cobalt have it:

    * differences of means are divided by the standard deviation of those enrolled before matching, the same before and
      after, so that a difference does not grow because those matched are more alike among themselves;
    * the standard deviation of a share p is √(p(1−p)), and it has no variance ratio, because its mean says it all;
    * weighted variances are unbiased for reliability weights: Σw(x−m)²/(1−Σw²), weights adding up to 1;
    * the effective sample size is Kish's (Survey Sampling, 1965): (Σw)²/Σw².

    A covariate fails where its difference after matching is larger than the rule's, or its variance ratio outside the
    rule's limits, or where those enrolled are all the same in it and those compared with are not.
    """
    treated = np.asarray(treated, dtype=np.bool_)
    weights = matched.panel_weights(len(treated))
    rows, failing = [], []
    for column in columns(frame, covariates):
        row = _row(column, treated, weights)
        rows.append(row)
        if _fails(row, rule):
            failing.append(row.covariate)
    of_comparisons = weights[~treated]
    effective = float(of_comparisons.sum() ** 2 / (of_comparisons**2).sum()) if of_comparisons.any() else 0.0
    return BalanceTable(
        rows=tuple(rows),
        overlap=() if probability is None else _overlap(np.asarray(probability, dtype=np.float64), treated, weights),
        treated=int(treated.sum()),
        matched_treated=int((weights[treated] > 0).sum()),
        candidates=int((~treated).sum()),
        matched=int((of_comparisons > 0).sum()),
        effective=effective,
        failing=tuple(failing),
        too_few=effective < rule.smallest_effective,
    )


def _row(column: Column, treated: Bools, weights: Floats) -> CovariateBalance:
    known = ~np.isnan(column.values)
    binary = column.binary
    groups = (known & treated, known & ~treated)
    before, candidates = (_moments(column.values[group], np.ones(int(group.sum())), binary) for group in groups)
    chosen = (group & (weights > 0) for group in groups)
    after, comparisons = (_moments(column.values[group], weights[group], binary) for group in chosen)
    spread = None if before is None else before.variance
    return CovariateBalance(
        covariate=column.name,
        treated_mean=_mean(before),
        candidates_mean=_mean(candidates),
        matched_treated_mean=_mean(after),
        matched_mean=_mean(comparisons),
        difference_before=_difference(before, candidates, spread),
        difference_after=_difference(after, comparisons, spread),
        variance_ratio_before=None if binary else _ratio(before, candidates),
        variance_ratio_after=None if binary else _ratio(after, comparisons),
    )


@dataclass(frozen=True)
class _Moments:
    """The weighted mean of one group, and its variance: None for fewer than two."""

    mean: float
    variance: float | None


def _moments(values: Floats, weights: Floats, binary: bool) -> _Moments | None:
    """None where there is nobody."""
    total = float(weights.sum())
    if total == 0:
        return None
    shares = weights / total
    mean = float(shares @ values)
    if binary:
        return _Moments(mean, mean * (1 - mean))
    freedom = 1 - float(shares @ shares)
    # One person, or several copies of one weight that rounding has left a hair off: no variance.
    return _Moments(mean, float(shares @ (values - mean) ** 2) / freedom if freedom > 1e-12 else None)


def _mean(moments: _Moments | None) -> float | None:
    return None if moments is None else moments.mean


def _difference(ones: _Moments | None, others: _Moments | None, spread: float | None) -> float | None:
    if ones is None or others is None or not spread or spread < _NONE**2:
        return None
    return (ones.mean - others.mean) / float(np.sqrt(spread))


def _ratio(ones: _Moments | None, others: _Moments | None) -> float | None:
    if ones is None or others is None or ones.variance is None or not others.variance:
        return None
    return ones.variance / others.variance


def _fails(row: CovariateBalance, rule: BalanceRule) -> bool:
    if row.matched_treated_mean is None or row.matched_mean is None:
        return False
    if row.difference_after is None:
        return abs(row.matched_treated_mean - row.matched_mean) > _NONE
    low, high = rule.variance_ratio
    ratio = row.variance_ratio_after
    return abs(row.difference_after) > rule.largest_difference or (ratio is not None and not low <= ratio <= high)


def _overlap(probability: Floats, treated: Bools, weights: Floats) -> tuple[OverlapBin, ...]:
    inside = probability[treated & (probability > 0) & (probability < 1)]
    if len(inside) == 0:
        return ()
    least, largest = float(inside.min()), float(inside.max())
    middle = expit(np.linspace(logit(least), logit(largest), _BINS + 1)) if least < largest else np.array([least])
    # The ends as they are, not as they come back from logits; the largest itself belongs inside, not beyond.
    edges = np.unique([0.0, least, *middle[1:-1], np.nextafter(largest, 1.0), 1.0])
    place = np.clip(np.searchsorted(edges, probability, side="right") - 1, 0, len(edges) - 2)
    counts = [np.bincount(place[group], minlength=len(edges) - 1) for group in (treated, ~treated)]
    shares = np.bincount(place[~treated], weights=weights[~treated], minlength=len(edges) - 1)
    return tuple(
        OverlapBin(float(low), float(high), int(ones), int(others), float(share))
        for low, high, ones, others, share in zip(edges[:-1], edges[1:], *counts, shares, strict=True)
    )
