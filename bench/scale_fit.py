"""How a cost grows with people, and what that says of populations that were not measured. Plain functions of numbers.

Two models stand beside each other. *Power*: cost = a · people^b; b says whether cost grows faster than people, and what
is fixed makes it small. *Straight*: cost = fixed + each · people, which tells the fixed part apart and is what a cost
that grows linearly comes to in the end. Sizes are in millions of persons; both models minimise relative errors.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import statsmodels.api as sm


@dataclass(frozen=True)
class Power:
    """cost = factor · millions^exponent. `error` is the exponent's standard error, None with two sizes."""

    factor: float
    exponent: float
    error: float | None
    farthest: float

    def at(self, millions: float) -> float:
        return float(self.factor * millions**self.exponent)


@dataclass(frozen=True)
class Straight:
    """cost = fixed + each · millions."""

    fixed: float
    each: float
    farthest: float
    _fit: Any

    def at(self, millions: float) -> float:
        return self.fixed + self.each * millions

    def interval(self, millions: float) -> tuple[float, float] | None:
        """Where 95 % of measurements of so many millions would lie if the model held; None with two sizes."""
        if self._fit.df_resid < 1:
            return None
        # One measurement's error grows with its size, and the weight of the new one says so.
        there = self._fit.get_prediction([[1.0, millions]], weights=[1 / self.at(millions) ** 2])
        low, high = there.conf_int(obs=True, alpha=0.05)[0]
        return max(0.0, float(low)), float(high)


def power(millions: Sequence[float], costs: Sequence[float]) -> Power:
    """Least squares of the logarithms. Raises ValueError with fewer than two sizes, or a cost that is not above 0."""
    _check(millions, costs)
    fit = sm.OLS(np.log(costs), sm.add_constant(np.log(millions))).fit()
    error = float(fit.bse[1]) if fit.df_resid >= 1 else None
    found = Power(math.exp(fit.params[0]), float(fit.params[1]), error, 0.0)
    return Power(found.factor, found.exponent, error, _farthest(found.at, millions, costs))


def straight(millions: Sequence[float], costs: Sequence[float]) -> Straight:
    """Least squares of relative errors. Raises ValueError like `power`."""
    _check(millions, costs)
    weights = 1 / np.square(np.asarray(costs, dtype=float))
    fit = sm.WLS(np.asarray(costs, dtype=float), sm.add_constant(np.asarray(millions, dtype=float)), weights).fit()
    fixed, each = map(float, fit.params)
    return Straight(fixed, each, _farthest(lambda size: fixed + each * size, millions, costs), fit)


def last_step(millions: Sequence[float], costs: Sequence[float]) -> float:
    """The exponent between the two largest sizes, where what is fixed counts least. Raises ValueError like `power`."""
    _check(millions, costs)
    (smaller, less), (larger, more) = list(pairwise(sorted(zip(millions, costs, strict=True))))[-1]
    return math.log(more / less) / math.log(larger / smaller)


def serial_share(one: float, two: float) -> float:
    """Amdahl's share of the time that a second processor does not shorten, from wall time on one and on two."""
    return 2 * two / one - 1


def workers(cpu_seconds: float, hours: float, cores: int, efficiency: float) -> int:
    """How many workers of so many processors do it within so many hours, when that share of their time is used."""
    return math.ceil(cpu_seconds / (hours * 3600 * cores * efficiency))


def _check(millions: Sequence[float], costs: Sequence[float]) -> None:
    if len(set(millions)) < 2:
        raise ValueError("growth is seen between two sizes or more")
    if min(costs) <= 0:
        raise ValueError("a cost that is not above zero was not measured")


def _farthest(at: Any, millions: Sequence[float], costs: Sequence[float]) -> float:
    """The largest relative distance between what was measured and the model."""
    return max(abs(at(size) / cost - 1) for size, cost in zip(millions, costs, strict=True))
