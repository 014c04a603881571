"""The ratio of two groups' hazards, weighted, with an interval that knows practices.

statsmodels' PHReg takes no weights, so Cox's partial likelihood for one column of noughts and ones stands here. PHReg,
which agrees where weights are equal or whole, is its test.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from samspil.evaluation.figures import Difference, Reason, Unknown
from samspil.evaluation.statistics import Bools, Floats, Ints

#: A logarithm of a ratio beyond which nothing is estimated: one group's events all come first.
FURTHEST = 20.0


@dataclass(frozen=True)
class _Moments:
    """What was at risk at each event. Of d events in one moment each sees another share of them gone: 0, 1/d, ..."""

    begins: Ints
    gone: Floats
    weight: Floats
    treated: Floats
    comparison: Floats

    def share(self, log_ratio: float) -> Floats:
        """The share of all hazard that was of those enrolled, at each event."""
        hazard = self.treated * math.exp(log_ratio)
        return hazard / (hazard + self.comparison)


def hazard_ratio(
    months: Floats, happened: Bools, treated: Bools, weight: Floats, cluster: Ints
) -> Difference | Unknown:
    """The cause-specific hazard of those enrolled over that of those compared with; whoever died is followed no more.

    `cluster` numbers practices from 0. Ties by Efron (Journal of the American Statistical Association 72 (1977)
    557-565), which matters where events are known by month. Variance by practice: Lin and Wei (same journal 84 (1989)
    1074-1078), times G/(G-1) for G practices, with Student's t of G-1 degrees of freedom.

    Unknown where all events of one group come before those of the other: the ratio has no end.
    """
    order = np.argsort(months, kind="stable")
    months, happened, weight, cluster = months[order], happened[order], weight[order], cluster[order]
    treated = treated[order]
    at = _moments(months, happened, treated, weight)
    observed = float(weight[happened & treated].sum())

    def score(log_ratio: float) -> float:
        return observed - float((at.weight * at.share(log_ratio)).sum())

    if score(-FURTHEST) <= 0 or score(FURTHEST) >= 0:
        return Unknown.because(Reason.SEPARATED)
    value = float(optimize.brentq(score, -FURTHEST, FURTHEST, xtol=1e-12))
    share = at.share(value)
    information = float((at.weight * share * (1 - share)).sum())
    by_cluster = np.bincount(cluster, weights=weight * _residuals(at, value, months, happened, treated))
    groups = len(by_cluster)
    error = math.sqrt(groups / (groups - 1) * float((by_cluster**2).sum())) / information
    if not error > 0:
        return Unknown.because(Reason.NO_VARIATION)
    width = float(stats.t.ppf(0.975, groups - 1)) * error
    p = float(2 * stats.t.sf(abs(value) / error, groups - 1))
    return Difference(math.exp(value), math.exp(value - width), math.exp(value + width), p)


def _moments(months: Floats, happened: Bools, treated: Bools, weight: Floats) -> _Moments:
    """Months are in order. `begins` is the row at which each event's moment begins."""
    rows = np.flatnonzero(happened)
    begins = np.searchsorted(months, months[rows], side="left")
    _, first, number, together = np.unique(begins, return_index=True, return_inverse=True, return_counts=True)
    gone = (np.arange(len(rows)) - first[number]) / together[number]
    tied = np.bincount(number, weights=weight[rows])[number]

    def at_risk(of: Bools) -> Floats:
        still = np.cumsum((weight * of)[::-1])[::-1][begins]
        leaving = np.bincount(number, weights=(weight * of)[rows])[number]
        return np.asarray(still - gone * leaving)

    return _Moments(begins, gone, tied / together[number], at_risk(treated), at_risk(~treated))


def _residuals(at: _Moments, log_ratio: float, months: Floats, happened: Bools, treated: Bools) -> Floats:
    """How much each person pulls at the estimate: their event less what was expected, both seen from the mean then."""
    share = at.share(log_ratio)
    increment = at.weight / (at.treated * math.exp(log_ratio) + at.comparison)
    risk = np.where(treated, math.exp(log_ratio), 1.0)

    def expected(upto: Ints, what: Floats) -> Floats:
        return np.concatenate([[0.0], np.cumsum(what)])[upto]

    seen = np.searchsorted(at.begins, np.searchsorted(months, months, side="left"), side="right")
    residual = -risk * (treated * expected(seen, increment) - expected(seen, increment * share))
    # whoever had the event is, in their own moment, at risk for the part that is not yet gone
    _, number, together = np.unique(at.begins, return_inverse=True, return_counts=True)
    mean = (np.bincount(number, weights=share) / together)[number]
    spared = np.bincount(number, weights=at.gone * increment)[number]
    spared_share = np.bincount(number, weights=at.gone * increment * share)[number]
    rows = np.flatnonzero(happened)
    residual[rows] += treated[rows] - mean + risk[rows] * (treated[rows] * spared - spared_share)
    return residual
