"""The statistics of charts over time: p-chart and XmR chart of shares, as plain numbers for a page to draw.

Every chart says when it has too few points to be read. Then no rule for signals is applied; limits are
still given, as what they would be, because a meeting wants to see how wide chance is (003 2.3: four years are too few
for rules, and the chart must say so).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Literal

import numpy as np

from samspil.definitions import SamspilError

#: The mean moving range times this is three standard deviations: 3 / 1.128 (Wheeler, Understanding Variation, 1993).
_THREE_SIGMA_OF_RANGES = 2.66

State = Literal["enough", "too_few_points"]


@dataclass(frozen=True)
class Counted:
    """So many of so many persons, of a unit or a period. `version` is the definition they were counted by."""

    name: str
    met: int
    persons: int
    version: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.met <= self.persons:
            raise SamspilError(f"{self.name}: {self.met} of {self.persons} persons is no share")

    @property
    def share(self) -> float | None:
        return self.met / self.persons if self.persons else None


def pooled(counted: Sequence[Counted]) -> float | None:
    """The share of everybody together; None of nobody."""
    persons = sum(each.persons for each in counted)
    return sum(each.met for each in counted) / persons if persons else None


@dataclass(frozen=True)
class Runs:
    """Anhøj's two tests of runs around the median: a shift gives a long run, or few crossings.

    Anhøj and Wentzel-Larsen, BMC Medical Research Methodology 18 (2018) 7. Points on the median do not count.
    """

    useful: int
    longest: int
    longest_by_chance: int
    crossings: int
    crossings_by_chance: int

    @property
    def signal(self) -> bool:
        return self.longest > self.longest_by_chance or self.crossings < self.crossings_by_chance


@dataclass(frozen=True)
class ChartPoint:
    """One period with its value and limits; both None in a period of nobody. `outside` is None when not judged."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    outside: bool | None


@dataclass(frozen=True)
class Segment:
    """The periods counted by one definition: a centre and limits of their own. `runs` is None when not judged."""

    version: str
    centre: float | None
    points: tuple[ChartPoint, ...]
    state: State
    runs: Runs | None


@dataclass(frozen=True)
class Chart:
    """A chart over time. `breaks` names the first period of each new definition; nothing is compared across one."""

    kind: Literal["p", "xmr"]
    segments: tuple[Segment, ...]
    few_points: int

    @property
    def breaks(self) -> tuple[str, ...]:
        return tuple(segment.points[0].name for segment in self.segments[1:])

    @property
    def state(self) -> State:
        """Too few when the latest definition has too few, as it is what the chart is read for."""
        return self.segments[-1].state if self.segments else "too_few_points"


def p_chart(periods: Sequence[Counted], few_points: int) -> Chart:
    """Shares over time with limits of three standard deviations for each period's number of persons.

    The centre is the pooled share. Both start again at each new definition.
    """
    return _chart("p", periods, few_points, _p_limits)


def xmr_chart(periods: Sequence[Counted], few_points: int) -> Chart:
    """Shares over time as single values, with limits from how much one differs from the one before.

    For few points, and where persons are so many, or overlap so much from one period to the next, that limits from
    counts are too narrow. The centre is the mean; limits are the mean ± 2.66 mean moving ranges, within 0 and 1.
    """
    return _chart("xmr", periods, few_points, _xmr_limits)


_Limits = Callable[[Sequence[Counted]], tuple[float, list[tuple[float, float] | None]]]


def _p_limits(some: Sequence[Counted]) -> tuple[float, list[tuple[float, float] | None]]:
    centre = sum(each.met for each in some) / sum(each.persons for each in some)
    widths = [3 * math.sqrt(centre * (1 - centre) / each.persons) for each in some]
    return centre, [(max(centre - width, 0.0), min(centre + width, 1.0)) for width in widths]


def _xmr_limits(some: Sequence[Counted]) -> tuple[float, list[tuple[float, float] | None]]:
    values = [each.met / each.persons for each in some]
    centre = float(np.mean(values))
    if len(values) < 2:
        return centre, [None]
    width = _THREE_SIGMA_OF_RANGES * float(np.mean([abs(later - earlier) for earlier, later in pairwise(values)]))
    return centre, [(max(centre - width, 0.0), min(centre + width, 1.0))] * len(values)


def _chart(kind: Literal["p", "xmr"], periods: Sequence[Counted], few_points: int, limits_of: _Limits) -> Chart:
    segments = (
        _segment(version, list(members), few_points, limits_of)
        for version, members in groupby(periods, key=lambda each: each.version)
    )
    return Chart(kind, tuple(segments), few_points)


def _segment(version: str, periods: Sequence[Counted], few_points: int, limits_of: _Limits) -> Segment:
    some = [each for each in periods if each.persons]
    if not some:
        empty = tuple(ChartPoint(each.name, None, None, None, None) for each in periods)
        return Segment(version, None, empty, "too_few_points", None)
    enough = len(some) >= few_points
    centre, limits = limits_of(some)
    of_some = iter(limits)
    points = []
    for each in periods:
        value, limit = each.share, next(of_some) if each.persons else None
        if limit is None or value is None:
            points.append(ChartPoint(each.name, value, None, None, None))
            continue
        low, high = limit
        points.append(ChartPoint(each.name, value, low, high, not low <= value <= high if enough else None))
    values = [each.met / each.persons for each in some]
    return Segment(
        version, centre, tuple(points), "enough" if enough else "too_few_points", runs(values) if enough else None
    )


def runs(values: Sequence[float]) -> Runs:
    """The longest run on one side of the median and the crossings of it, with what chance allows.

    A run is unusually long above log2(n) + 3 rounded, and crossings are unusually few below the 5th percentile of a
    binomial distribution of n − 1 fair throws; n counts the points that are not on the median.
    """
    from scipy.stats import binom  # noqa: PLC0415 - takes a second, which not every process is to wait for

    median = float(np.median(values))
    above = [value > median for value in values if value != median]
    if not above:
        return Runs(0, 0, 0, 0, 0)
    lengths = [len(list(members)) for _, members in groupby(above)]
    longest_by_chance = round(math.log2(len(above))) + 3
    crossings_by_chance = int(binom.ppf(0.05, len(above) - 1, 0.5)) if len(above) > 1 else 0
    return Runs(len(above), max(lengths), longest_by_chance, len(lengths) - 1, crossings_by_chance)
