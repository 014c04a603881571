"""How units differ: the limits of a funnel plot and the spread of practices, as plain numbers for a page to draw."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from samspil.population.control_charts import Counted, pooled

Ints = npt.NDArray[np.integer]
Floats = npt.NDArray[np.floating]

#: Two-sided limits of a funnel plot, as in Spiegelhalter 2005.
LEVELS = (0.95, 0.998)


def funnel_limits(overall: float, numbers: Ints, coverage: float) -> tuple[Floats, Floats]:
    """Between which shares a group of each size lies with probability `coverage` if its true share is `overall`.

    Binomial quantiles, interpolated as in Spiegelhalter, Statistics in Medicine 24 (2005) 1185-1202, appendix A.1.
    Where nobody or everybody counts there is no chance, and the limits are the share itself.
    """
    from scipy.stats import binom  # noqa: PLC0415 - takes a second, which not every process is to wait for

    if overall in {0.0, 1.0}:
        certain = np.full(len(numbers), overall)
        return certain, certain
    ends = []
    for probability in ((1 - coverage) / 2, (1 + coverage) / 2):
        counts = binom.ppf(probability, numbers, overall)
        mass = binom.pmf(counts, numbers, overall)
        over = (binom.cdf(counts, numbers, overall) - probability) / np.where(mass > 0, mass, 1)
        ends.append(np.clip((counts - over) / numbers, 0.0, 1.0))
    return ends[0], ends[1]


@dataclass(frozen=True)
class Spread:
    """How much units differ, and how much of it is more than chance. All but `units` is None with too few of them.

    `overdispersion` φ is the mean squared z-score: 1 when chance alone makes the difference. `between` is the standard
    deviation of shares beyond chance, in shares: 0 when there is none (DerSimonian and Laird, as Spiegelhalter 2005).
    """

    units: int
    state: Literal["enough", "too_few_practices"]
    quartiles: tuple[float, float, float] | None = None
    least: float | None = None
    most: float | None = None
    overdispersion: float | None = None
    between: float | None = None


def spread(units: Sequence[Counted], few_units: int) -> Spread:
    """The spread of units with persons. Units count alike in quartiles, whatever their size.

    φ and the standard deviation are None where everybody or nobody met the indicator, as then nothing varies.
    """
    some = [unit for unit in units if unit.persons]
    if len(some) < max(few_units, 2):
        return Spread(len(some), "too_few_practices")
    shares = np.array([unit.met / unit.persons for unit in some])
    low, middle, high = (float(each) for each in np.percentile(shares, [25, 50, 75]))
    found = Spread(len(some), "enough", (low, middle, high), float(shares.min()), float(shares.max()))
    centre = pooled(some)
    if centre is None or centre in {0.0, 1.0}:
        return found
    weights = np.array([unit.persons for unit in some]) / (centre * (1 - centre))
    squares = float((weights * (shares - centre) ** 2).sum())
    excess = (squares - (len(some) - 1)) / float(weights.sum() - (weights**2).sum() / weights.sum())
    return Spread(
        found.units, found.state, found.quartiles, found.least, found.most,
        overdispersion=squares / (len(some) - 1),
        between=math.sqrt(max(excess, 0.0)),
    )  # fmt: skip
