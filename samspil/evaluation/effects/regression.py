"""A regression on levels of units and times, with an interval that knows practices; the panel's estimators share it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from samspil.evaluation.effects.two_way import TwoWay, numbered, sums
from samspil.evaluation.figures import Difference, Reason, Unknown
from samspil.evaluation.statistics import Floats

#: A regressor (or a mixture of them) whose sum of squares beside the levels is below this share of what it was, is
#: told by the levels and has no coefficient of its own. An error below this share of the outcome's spread is rounding.
NOTHING = 1e-9


@dataclass(frozen=True)
class Fit:
    """Coefficients by name, and their covariance in the same order, resting on `clusters` practices."""

    values: Mapping[str, float]
    covariance: Floats
    clusters: int

    def difference(self, name: str) -> Difference | Unknown:
        """One coefficient with its 95 % interval."""
        place = list(self.values).index(name)
        return interval(self.values[name], math.sqrt(max(float(self.covariance[place, place]), 0.0)), self.clusters)

    def none_p(self, names: Sequence[str]) -> float | Unknown:
        """The p-value of all of some being zero: Wald's test as F with practices less one degrees of freedom."""
        if self.clusters - 1 < len(names):
            return Unknown.because(Reason.FEW_PRACTICES, practices=self.clusters, needed=len(names) + 1)
        order = list(self.values)
        places = [order.index(name) for name in names]
        block = self.covariance[np.ix_(places, places)]
        if np.linalg.matrix_rank(block, hermitian=True) < len(places):
            return Unknown.because(Reason.NO_VARIATION)
        values = np.array([self.values[name] for name in names])
        wald = float(values @ np.linalg.solve(block, values)) / len(places)
        p = float(stats.f.sf(wald, len(places), self.clusters - 1))
        return p if math.isfinite(p) else Unknown.because(Reason.NO_VARIATION)


def interval(value: float, error: float, clusters: int) -> Difference | Unknown:
    """An estimate with the interval and p of Student's t with practices less one degrees of freedom."""
    if not (math.isfinite(value) and math.isfinite(error) and error > 0):
        return Unknown.because(Reason.NO_VARIATION)
    width = float(stats.t.ppf(0.975, clusters - 1)) * error
    p = float(2 * stats.t.sf(abs(value) / error, clusters - 1))
    return Difference(value, value - width, value + width, p)


def regress(frame: pd.DataFrame, outcome: str, regressors: Mapping[str, Floats], time: str | None) -> Fit | Unknown:
    """Weighted least squares of `outcome` on regressors, a level per `unit` and one per `time` (None: no such level).

    `frame` has `unit`, `cluster`, `weight` (above zero) and the columns named. Variance by practice: Liang and Zeger
    (Biometrika 73 (1986) 13-22), times G/(G-1) and (N-1)/(N-K) for G practices, N rows and K
    coefficients and levels of time; levels of units count none, for they lie within practices (as R's fixest counts).
    It leans on many practices: with few, or very unlike ones, the interval is too short, even with Student's t
    (Cameron and Miller, Journal of Human Resources 50 (2015) 317-372). Needs at least two practices.
    """
    weight = frame["weight"].to_numpy(float)
    moment = frame[time] if time is not None else pd.Series(0, index=frame.index)
    levels = TwoWay(frame["unit"], moment, weight)
    amount = frame[outcome].to_numpy(float)
    y = levels.left(amount)
    x = np.column_stack([levels.left(values) for values in regressors.values()])
    given = np.sqrt([(weight * values**2).sum() for values in regressors.values()])
    x_scaled = x / np.where(given > 0, given, 1.0)
    products = x_scaled.T @ (weight[:, None] * x_scaled)
    rows, count = x.shape
    free = rows - count - (levels.times if time is not None else 0)
    if free <= 0 or not np.linalg.eigvalsh(products)[0] > NOTHING:
        return Unknown.because(Reason.NO_VARIATION)
    bread = np.linalg.inv(products) / np.outer(given, given)
    values = bread @ (x.T @ (weight * y))
    residual = y - x @ values
    spread = float((weight * (amount - np.average(amount, weights=weight)) ** 2).sum())
    if not float((weight * residual**2).sum()) > NOTHING**2 * spread:
        return Unknown.because(Reason.NO_VARIATION)
    cluster, clusters = numbered(frame["cluster"])
    scores = np.column_stack([sums(cluster, column * weight * residual, clusters) for column in x.T])
    small = clusters / (clusters - 1) * (rows - 1) / free
    covariance = small * bread @ (scores.T @ scores) @ bread
    return Fit({name: float(value) for name, value in zip(regressors, values, strict=True)}, covariance, clusters)
