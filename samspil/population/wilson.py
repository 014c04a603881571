"""Shares with Wilson's score interval, and what a standard asks of them.

Wilson 1927; recommended by Newcombe, Statistics in Medicine 17 (1998) 857-872 (his method 3). The same as
`samspil.evaluation.statistics.share`, as an expression over many shares at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from statistics import NormalDist
from typing import Literal

import ibis
import ibis.expr.types as ir

#: The normal quantile of a two-sided 95 % interval.
Z = NormalDist().inv_cdf(0.975)


def wilson(numerator: ir.IntegerValue, denominator: ir.IntegerValue) -> tuple[ir.FloatingValue, ir.FloatingValue]:
    """The lower and upper end of the 95 % interval of a share; null of no persons.

    Exactly 0 at the lower end when nobody counts, exactly 1 at the upper when everybody does.
    """
    n = denominator.nullif(0).cast("float64")
    share = numerator.cast("float64") / n
    scale = 1 + Z**2 / n
    centre = (share + Z**2 / (2 * n)) / scale
    half = Z / scale * (share * (1 - share) / n + Z**2 / (4 * n * n)).sqrt()
    low = ibis.cases((n.isnull(), ibis.null("float64")), (numerator == 0, 0.0), else_=centre - half)
    high = ibis.cases((n.isnull(), ibis.null("float64")), (numerator == denominator, 1.0), else_=centre + half)
    return low, high


@dataclass(frozen=True)
class Gap:
    """How far a share is from its standard: `needed` persons would meet it, `missing` of them are lacking."""

    needed: int
    missing: int

    @property
    def met(self) -> bool:
        return self.missing == 0


def gap_to_standard(n: int, d: int, share: float, direction: Literal["up", "down"] = "up") -> Gap:
    """The gap of `n` of `d` persons to a standard: at least `share` of them, or at most when less is better.

    Counted in whole persons, without rounding of shares: 85 of 100 meets 85 %. For `down`, `needed` is the most persons
    the standard allows, and `missing` how many there are too many. Raises ValueError unless 0 ≤ n ≤ d.
    """
    if not 0 <= n <= d:
        raise ValueError(f"{n} of {d} persons is not a share")
    exact = Fraction(str(share)) * d
    if direction == "down":
        needed = math.floor(exact)
        return Gap(needed, max(n - needed, 0))
    needed = math.ceil(exact)
    return Gap(needed, max(needed - n, 0))
