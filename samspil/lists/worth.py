"""What lists are worth, as arithmetic: how unevenly work is spread, and which share of names was right.

In Odense a handful of doctors included about half of all citizens and half of the doctors almost none (report 000
L876-892, L1283-1295, L-34). These figures say so without a ranking: they are about the whole, not about anybody.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean

from samspil.definitions import SamspilError
from samspil.population.lorenz import gini, lorenz


@dataclass(frozen=True)
class Share:
    """A part of a whole that keeps both. `value` is None of nothing at all; that is not zero."""

    numerator: float
    denominator: float

    @property
    def value(self) -> float | None:
        return self.numerator / self.denominator if self.denominator else None

    def wilson(self, level: float = 0.95) -> tuple[float, float] | None:
        """Wilson's confidence interval of a share of counts; None of nothing at all."""
        if not self.denominator:
            return None
        from statsmodels.stats.proportion import proportion_confint  # noqa: PLC0415 - takes a second to load

        low, high = proportion_confint(self.numerator, self.denominator, alpha=1 - level, method="wilson")
        return float(low), float(high)


@dataclass(frozen=True)
class Point:
    """A point of a Lorenz curve: `doctors` of all, least active first, did `work` of everything; both from 0 to 1."""

    doctors: float
    work: float


@dataclass(frozen=True)
class Concentration:
    """How a total is spread over `counts`, one for each doctor, including those with zero.

    `expected` holds what was expected of each, in the same order; None where nothing was.
    """

    counts: tuple[int, ...]
    expected: tuple[float | None, ...]

    @property
    def n(self) -> int:
        return len(self.counts)

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def mean(self) -> float | None:
        return fmean(self.counts) if self.counts else None

    @cached_property
    def rising(self) -> tuple[int, ...]:
        """The counts from the lowest to the highest."""
        return tuple(sorted(self.counts))

    def top(self, k: int) -> Share:
        """The part of the total that the `k` highest make up; all there are when `k` is more."""
        return Share(sum(self.rising[::-1][: max(k, 0)]), self.total)

    def bottom(self, k: int) -> Share:
        """The part of the total that the `k` lowest make up."""
        return Share(sum(self.rising[: max(k, 0)]), self.total)

    def most_active(self, share: float) -> int:
        """How many the most active `share` of all are: at least one, when there is anybody."""
        return math.ceil(self.n * share)

    def least_active(self, share: float) -> int:
        """How many the least active `share` of all are; a part of one is none."""
        return math.floor(self.n * share)

    @property
    def reached(self) -> int:
        """How many reached what was expected of them. Where nothing was, nothing was reached."""
        return sum(bool(wanted) and count >= (wanted or 0) for count, wanted in self._with_expectation())

    @property
    def attainment(self) -> Share:
        """The total of those of whom something was expected, against all that was."""
        pairs = list(self._with_expectation())
        return Share(sum(count for count, _ in pairs), math.fsum(wanted for _, wanted in pairs))

    def _with_expectation(self) -> Iterable[tuple[int, float]]:
        both = zip(self.counts, self.expected, strict=True)
        return ((count, wanted) for count, wanted in both if wanted is not None)

    @cached_property
    def lorenz(self) -> tuple[Point, ...]:
        """The Lorenz curve from (0, 0) to (1, 1); empty when the total is zero, as then nothing is spread."""
        curve = lorenz((1, count) for count in self.rising)
        return tuple(Point(point.population, point.total) for point in curve)

    @property
    def gini(self) -> float | None:
        """Gini's coefficient: 0 when all did the same, near 1 when one did everything. None when the total is zero."""
        return gini(lorenz((1, count) for count in self.rising))


def concentration(counts: Iterable[int], expected: float | Sequence[float | None] | None = None) -> Concentration:
    """How `counts` are spread; `expected` is one figure for all or one for each.

    Raises SamspilError for a negative count, or when there is not one expectation for each count.
    """
    found = tuple(counts)
    if any(count < 0 for count in found):
        raise SamspilError("counts of work cannot be negative")
    wanted = tuple(expected) if isinstance(expected, Sequence) else (expected,) * len(found)
    if len(wanted) != len(found):
        raise SamspilError("there must be one expectation for each count")
    return Concentration(found, wanted)


@dataclass(frozen=True)
class Decisions:
    """Names that were decided on: how many are to be invited, and how many were not relevant."""

    invited: int = 0
    not_relevant: int = 0

    @property
    def decided(self) -> int:
        return self.invited + self.not_relevant

    @property
    def precision(self) -> Share:
        """Of the names decided on, those a doctor wanted to invite (reports 000 L-01 and 001 R-CASE-04)."""
        return Share(self.invited, self.decided)

    def under(self, floor: float, after: int) -> bool:
        """Whether the yield is below a floor, judged only once `after` names are decided on."""
        return self.decided >= after and self.invited < floor * self.decided

    def __add__(self, other: Decisions) -> Decisions:
        return Decisions(self.invited + other.invited, self.not_relevant + other.not_relevant)
