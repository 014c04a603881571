"""Shares of persons with their uncertainty, from counts: plain numbers, for pages and for small tables."""

from __future__ import annotations

import math
from dataclasses import dataclass

#: The normal quantile of a two-sided 95 % interval.
Z = 1.959963984540054


@dataclass(frozen=True)
class Proportion:
    """A share with numerator and denominator, and its 95 % interval."""

    n: int
    d: int

    @property
    def share(self) -> float | None:
        """The share; None of nobody."""
        return self.n / self.d if self.d else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's score interval, which holds for no and for all persons too; None of nobody.

        Wilson 1927; recommended by Newcombe, Statistics in Medicine 17 (1998) 857-872 (his method 3).
        """
        if not self.d:
            return None
        share, z2 = self.n / self.d, Z * Z
        middle = (share + z2 / (2 * self.d)) / (1 + z2 / self.d)
        half = Z / (1 + z2 / self.d) * math.sqrt(share * (1 - share) / self.d + z2 / (4 * self.d * self.d))
        low = middle - half if self.n > 0 else 0.0
        high = middle + half if self.n < self.d else 1.0
        return low, high
