"""Statistics of validations: small functions from counts and sums to figures with 95 % intervals.

A row of an array stands for as many persons as are alike, so that no figure needs a row for each person. What cannot be
estimated comes back as `Unknown` with the reason. Sources are given with each method; libraries do the work except for
DeLong's variance, which they lack, and for figures of sums.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

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


@dataclass(frozen=True)
class Moments:
    """What is kept of the values of a group: how many, their total and the total of their squares, exactly."""

    persons: int
    total: Fraction
    squares: Fraction

    def __add__(self, other: Self) -> Moments:
        return Moments(self.persons + other.persons, self.total + other.total, self.squares + other.squares)

    def times(self, factor: Fraction) -> Moments:
        """Those of the values multiplied by a factor."""
        return Moments(self.persons, self.total * factor, self.squares * factor**2)

    @property
    def mean(self) -> Fraction:
        return self.total / self.persons

    @property
    def variance(self) -> Fraction:
        """Of a sample: divided by one less than there are values."""
        return (self.squares - self.total**2 / self.persons) / (self.persons - 1)

    @property
    def error(self) -> float:
        """The standard error of the mean."""
        return math.sqrt(self.variance / self.persons)


#: Of nobody.
NO_VALUES = Moments(0, Fraction(0), Fraction(0))


def mean(values: Moments) -> Estimate | Unknown:
    """A mean with its normal interval. Rests on the central limit theorem: right for large groups only."""
    if values.persons < FEW:
        return Unknown.because(Reason.FEW_PERSONS, persons=values.persons, needed=FEW)
    centre = float(values.mean)
    return Estimate(centre, centre - Z * values.error, centre + Z * values.error)


def mean_difference(ones: Moments, others: Moments) -> Difference | Unknown:
    """The difference of two groups' means, with a normal interval and unequal variances (Welch 1947)."""
    fewest = min(ones.persons, others.persons)
    if fewest < FEW:
        return Unknown.because(Reason.FEW_PERSONS, persons=fewest, needed=FEW)
    return _difference(float(ones.mean - others.mean), math.hypot(ones.error, others.error))


def share_of_total(chosen: Moments, others: Moments) -> Estimate | Unknown:
    """The share of a total that the chosen persons account for.

    A ratio of two sums over the same persons; interval by linearisation (Cochran, Sampling Techniques, 3rd ed.,
    1977, section 6.4).
    """
    everybody = chosen + others
    if everybody.persons < FEW:
        return Unknown.because(Reason.FEW_PERSONS, persons=everybody.persons, needed=FEW)
    if everybody.total == 0:
        return Unknown.because(Reason.NO_COST)
    share = chosen.total / everybody.total
    residuals = chosen.times(1 - share) + others.times(-share)
    error = math.sqrt(everybody.persons * residuals.variance) / abs(float(everybody.total))
    ratio = float(share)
    return Estimate(ratio, max(ratio - Z * error, 0.0), min(ratio + Z * error, 1.0))


def rank_correlation(scores: Scores, persons: Ints, ranks: Sequence[int], ties: int) -> Estimate | Unknown:
    """Spearman's rank correlation of a score and a value, with Fisher's z and the standard error of Bonett and Wright.

    A row has so many `persons` with one score; `ranks` is twice the sum of their mid-ranks by the value, and `ties` the
    sum of t³ − t over the distinct values, each of which t persons have (Kendall, Biometrika 33 (1945) 239-251, gives
    the variance of ranks with ties). Interval: Psychometrika 65 (2000) 23-28.
    """
    everybody = int(persons.sum())
    if everybody < FEW:
        return Unknown.because(Reason.FEW_PERSONS, persons=everybody, needed=FEW)
    level, size = _levels(scores, persons)
    size_of = [int(size[place]) for place in range(len(size))]
    twice, below = [], 0
    for number in size_of:
        twice.append(2 * below + number + 1)
        below += number
    # Whole numbers of any length: a product of ranks is beyond 64 bits.
    together = sum(twice[place] * int(rank) for place, rank in zip(level, ranks, strict=True))
    covariance = together - everybody * (everybody + 1) ** 2
    distinct = everybody**3 - everybody
    of_scores = distinct - sum(number**3 - number for number in size_of)
    of_values = distinct - ties
    if of_scores == 0 or of_values == 0:
        return Unknown.because(Reason.NO_VARIATION)
    value = 3 * covariance / math.sqrt(of_scores) / math.sqrt(of_values)
    within = min(max(value, -1 + 1e-12), 1 - 1e-12)
    error = math.sqrt((1 + within**2 / 2) / (everybody - 3))
    return Estimate(value, math.tanh(math.atanh(within) - Z * error), math.tanh(math.atanh(within) + Z * error))


def auc(scores: Scores, events: Bools, persons: Ints) -> Estimate | Unknown:
    """The area under the ROC curve: how often a person with the outcome scores above one without; ties count half.

    DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837-845, from mid-ranks in O(n log n) as shown by Sun
    and Xu, IEEE Signal Processing Letters 21 (2014) 1389-1393. Where the estimated variance is zero because the
    score separates everybody, the lower (or upper) end is Wilson's with the smaller of the two groups as n.
    """
    lacking = _too_few(events, persons)
    if lacking is not None:
        return lacking
    of_events, of_others = persons[events], persons[~events]
    above, below = _placements(scores, events, persons)
    value = _mean(above, of_events)
    error = _placement_error(above, of_events, below, of_others)
    if error == 0 and value in (0.0, 1.0):
        fewest = min(int(of_events.sum()), int(of_others.sum()))
        low, high = proportion_confint(value * fewest, fewest, alpha=0.05, method="wilson")
        return Estimate(value, max(float(low), 0.0), min(float(high), 1.0))
    return Estimate(value, max(value - Z * error, 0.0), min(value + Z * error, 1.0))


def auc_difference(ones: Scores, others: Scores, events: Bools, persons: Ints) -> Difference | Unknown:
    """The difference of two scores' AUCs on the same persons: AUC of `ones` minus AUC of `others`.

    DeLong's paired test, as in `auc`: the variance of the differences of placements holds the covariance.
    """
    lacking = _too_few(events, persons)
    if lacking is not None:
        return lacking
    of_events, of_others = persons[events], persons[~events]
    of_ones, of_the_others = _placements(ones, events, persons), _placements(others, events, persons)
    above, below = of_ones[0] - of_the_others[0], of_ones[1] - of_the_others[1]
    return _difference(_mean(above, of_events), _placement_error(above, of_events, below, of_others))


def _too_few(events: Bools, persons: Ints) -> Unknown | None:
    found, others = int(persons[events].sum()), int(persons[~events].sum())
    if found < FEW:
        return Unknown.because(Reason.FEW_EVENTS, events=found, needed=FEW)
    if others < FEW:
        return Unknown.because(Reason.FEW_NON_EVENTS, non_events=others, needed=FEW)
    return None


def _levels(scores: Scores, persons: Ints) -> tuple[Ints, Ints]:
    """The place of each row's score among the distinct ones, rising, and how many persons have each of these."""
    _, level = np.unique(scores, return_inverse=True)
    return level, added(level, persons, level.max(initial=-1) + 1)


def _placements(scores: Scores, events: Bools, persons: Ints) -> tuple[Floats, Floats]:
    """For each row with the outcome the share of those without who score lower, and the other way round.

    These are the differences of mid-ranks among all and among one's own group, taken per distinct score.
    """
    level, everybody = _levels(scores, persons)
    with_event = added(level[events], persons[events], len(everybody))
    without = everybody - with_event
    below = (np.cumsum(without) - without / 2) / without.sum()
    above = (with_event.sum() - np.cumsum(with_event) + with_event / 2) / with_event.sum()
    return below[level[events]], above[level[~events]]


def _placement_error(of_events: Floats, events: Ints, of_others: Floats, others: Ints) -> float:
    variance = _variance(of_events, events) / int(events.sum()) + _variance(of_others, others) / int(others.sum())
    return math.sqrt(variance)


def _mean(values: Floats, persons: Ints) -> float:
    return float(np.average(values, weights=persons))


def _variance(values: Floats, persons: Ints) -> float:
    """Of a sample in which each row stands for so many persons."""
    return float((persons * (values - _mean(values, persons)) ** 2).sum() / (persons.sum() - 1))


def added(places: Ints, persons: Ints, length: int) -> Ints:
    """The persons of all rows at each place, of which there are `length`."""
    sums = np.zeros(length, dtype=np.int64)
    np.add.at(sums, places, persons)
    return sums


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
