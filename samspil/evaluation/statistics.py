"""Statistics of validations: small functions from arrays to figures with 95 % intervals.

What cannot be estimated comes back as `Unknown` with the reason. Sources are given with each method; libraries do
the work except for DeLong's variance, which they lack.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from samspil.evaluation.figures import Difference, Estimate, Reason, Share, Unknown

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.integer]
Floats = npt.NDArray[np.floating]
Scores = Ints | Floats

#: With fewer persons than this the normal intervals used here have no meaning.
FEW = 5

#: The normal quantile of a two-sided 95 % interval.
Z = float(stats.norm.ppf(0.975))


def share(numerator: float, denominator: int) -> Share | Unknown:
    """A share with Wilson's score interval, which holds for zero events too.

    Wilson 1927; recommended by Newcombe, Statistics in Medicine 17 (1998) 857-872 (his method 3).
    """
    if denominator == 0:
        return Unknown.because(Reason.NO_PERSONS)
    low, high = proportion_confint(numerator, denominator, alpha=0.05, method="wilson")
    return Share(
        value=numerator / denominator,
        low=float(low) if numerator > 0 else 0.0,
        high=float(high) if numerator < denominator else 1.0,
        numerator=numerator,
        denominator=int(denominator),
    )


def mean(values: Floats) -> Estimate | Unknown:
    """A mean with its normal interval. Rests on the central limit theorem: right for large groups only."""
    if len(values) < FEW:
        return Unknown.because(Reason.FEW_PERSONS, persons=len(values), needed=FEW)
    centre, error = float(np.mean(values)), float(stats.sem(values))
    return Estimate(centre, centre - Z * error, centre + Z * error)


def mean_difference(ones: Floats, others: Floats) -> Difference | Unknown:
    """The difference of two groups' means, with a normal interval and unequal variances (Welch 1947)."""
    fewest = min(len(ones), len(others))
    if fewest < FEW:
        return Unknown.because(Reason.FEW_PERSONS, persons=fewest, needed=FEW)
    value = float(np.mean(ones) - np.mean(others))
    error = math.hypot(float(stats.sem(ones)), float(stats.sem(others)))
    return _difference(value, error)


def share_of_total(values: Floats, chosen: Bools) -> Estimate | Unknown:
    """The share of a total that the chosen persons account for.

    A ratio of two sums over the same persons; interval by linearisation (Cochran, Sampling Techniques, 3rd ed.,
    1977, section 6.4).
    """
    total = float(values.sum())
    if len(values) < FEW:
        return Unknown.because(Reason.FEW_PERSONS, persons=len(values), needed=FEW)
    if total == 0:
        return Unknown.because(Reason.NO_COST)
    ratio = float(values[chosen].sum()) / total
    residuals = values * (chosen - ratio)
    error = math.sqrt(len(values) * float(np.var(residuals, ddof=1))) / abs(total)
    return Estimate(ratio, max(ratio - Z * error, 0.0), min(ratio + Z * error, 1.0))


def rank_correlation(ones: Scores, others: Scores) -> Estimate | Unknown:
    """Spearman's rank correlation, with Fisher's z and the standard error of Bonett and Wright.

    Psychometrika 65 (2000) 23-28.
    """
    if len(ones) < FEW:
        return Unknown.because(Reason.FEW_PERSONS, persons=len(ones), needed=FEW)
    if np.ptp(ones) == 0 or np.ptp(others) == 0:
        return Unknown.because(Reason.NO_VARIATION)
    value = float(stats.spearmanr(ones, others).statistic)
    within = min(max(value, -1 + 1e-12), 1 - 1e-12)
    error = math.sqrt((1 + within**2 / 2) / (len(ones) - 3))
    return Estimate(value, math.tanh(math.atanh(within) - Z * error), math.tanh(math.atanh(within) + Z * error))


def auc(scores: Scores, events: Bools) -> Estimate | Unknown:
    """The area under the ROC curve: how often a person with the outcome scores above one without; ties count half.

    DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837-845, from mid-ranks in O(n log n) as shown by Sun
    and Xu, IEEE Signal Processing Letters 21 (2014) 1389-1393. Where the estimated variance is zero because the
    score separates everybody, the lower (or upper) end is Wilson's with the smaller of the two groups as n.
    """
    lacking = _too_few(events)
    if lacking is not None:
        return lacking
    of_events, of_others = _placements(scores, events)
    value = float(of_events.mean())
    error = _placement_error(of_events, of_others)
    if error == 0 and value in (0.0, 1.0):
        fewest = min(len(of_events), len(of_others))
        low, high = proportion_confint(value * fewest, fewest, alpha=0.05, method="wilson")
        return Estimate(value, max(float(low), 0.0), min(float(high), 1.0))
    return Estimate(value, max(value - Z * error, 0.0), min(value + Z * error, 1.0))


def auc_difference(ones: Scores, others: Scores, events: Bools) -> Difference | Unknown:
    """The difference of two scores' AUCs on the same persons: AUC of `ones` minus AUC of `others`.

    DeLong's paired test, as in `auc`: the variance of the differences of placements holds the covariance.
    """
    lacking = _too_few(events)
    if lacking is not None:
        return lacking
    of_ones, of_others = _placements(ones, events), _placements(others, events)
    among_events, among_non_events = of_ones[0] - of_others[0], of_ones[1] - of_others[1]
    return _difference(float(among_events.mean()), _placement_error(among_events, among_non_events))


def _too_few(events: Bools) -> Unknown | None:
    found = int(events.sum())
    if found < FEW:
        return Unknown.because(Reason.FEW_EVENTS, events=found, needed=FEW)
    if len(events) - found < FEW:
        return Unknown.because(Reason.FEW_NON_EVENTS, non_events=len(events) - found, needed=FEW)
    return None


def _placements(scores: Scores, events: Bools) -> tuple[Floats, Floats]:
    """For each person with the outcome the share of those without who score lower, and the other way round.

    These are the differences of mid-ranks among all and among one's own group, taken per distinct score.
    """
    _, level = np.unique(scores, return_inverse=True)
    with_event = np.bincount(level[events], minlength=level.max() + 1)
    without = np.bincount(level[~events], minlength=level.max() + 1)
    below = (np.cumsum(without) - without / 2) / without.sum()
    above = (with_event.sum() - np.cumsum(with_event) + with_event / 2) / with_event.sum()
    return below[level[events]], above[level[~events]]


def _placement_error(of_events: Floats, of_others: Floats) -> float:
    variance = np.var(of_events, ddof=1) / len(of_events) + np.var(of_others, ddof=1) / len(of_others)
    return math.sqrt(float(variance))


def _difference(value: float, error: float) -> Difference | Unknown:
    if error == 0:
        return Difference(0.0, 0.0, 0.0, 1.0) if value == 0 else Unknown.because(Reason.NO_VARIATION)
    p = float(2 * stats.norm.sf(abs(value) / error))
    return Difference(value, value - Z * error, value + Z * error, p)


def lift(listed: int, listed_events: int, events: int, persons: int) -> Estimate | Unknown:
    """How many times more often the outcome comes on the list than among all.

    Interval on the log scale by the delta method, the four cells taken as multinomial: list and events overlap.
    """
    if listed == 0:
        return Unknown.because(Reason.NONE_LISTED)
    if listed_events == 0:
        return Unknown.because(Reason.NO_EVENTS_LISTED)
    value = (listed_events / listed) / (events / persons)
    variance = 1 / listed_events - 1 / listed - 1 / events + 2 * listed_events / (listed * events) - 1 / persons
    factor = math.exp(Z * math.sqrt(max(variance, 0.0)))
    return Estimate(value, value / factor, value * factor)
