"""Who is nearest: three ways of finding the nearest candidate in one stratum, exactly and without comparing all pairs.

Candidates are numbered from 0 in the order of their rows. Of those equally near the first is taken, always; so that
"equally near" does not hang on the last bit of a floating-point number, nearness is compared in steps.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: Distances in a space are compared in steps of this size, where 1 is about a standard deviation.
STEP = 1e-11
#: Scores are compared in so many halvings of the largest.
STEPS = 37


class Search(Protocol):
    """A search among the candidates of one stratum."""

    def take(self, treated: int) -> int | None:
        """The nearest candidate of this treated whom nobody has taken; it is taken hereby. None where there is none."""

    def nearest(self, treated: int, count: int) -> list[int]:
        """So many nearest candidates, nearest first; fewer where there are fewer. Whoever is taken is not looked at."""


class ByScore:
    """Nearest on a number (a propensity's logit), within a caliper.

    Candidates with the same score are one group. Groups stand in order, and one that is used up is stepped over from
    then on (union-find with path halving), so that a search costs next to nothing however many were taken before.
    """

    def __init__(self, treated: Ints, candidates: Ints, caliper: int | None) -> None:
        """Scores and caliper in whole steps (`in_steps`)."""
        order = np.argsort(candidates, kind="stable")
        values, starts = np.unique(candidates[order], return_index=True)
        self._rows: list[int] = order.tolist()
        self._values: list[int] = values.tolist()
        self._next: list[int] = starts.tolist()
        self._ends: list[int] = [*starts[1:].tolist(), len(candidates)]
        self._up = list(range(len(values) + 1))
        self._down = list(range(len(values) + 1))
        self._place: list[int] = np.searchsorted(values, treated).tolist()
        self._treated: list[int] = treated.tolist()
        self._caliper = caliper

    def _above(self, group: int) -> int:
        """The first group from this one upwards with somebody left; the number of groups where there is none."""
        up = self._up
        while up[group] != group:
            up[group] = group = up[up[group]]
        return group

    def _below(self, group: int) -> int:
        """The first group from this one downwards with somebody left; −1 where there is none. Kept one further on."""
        down, place = self._down, group + 1
        while down[place] != place:
            down[place] = place = down[down[place]]
        return place - 1

    def _distance(self, treated: int, group: int) -> int | None:
        """How far off a group is, and None where there is no such group or it lies beyond the caliper."""
        if not 0 <= group < len(self._values):
            return None
        distance = abs(self._values[group] - self._treated[treated])
        return distance if self._caliper is None or distance <= self._caliper else None

    def take(self, treated: int) -> int | None:
        above, below = self._above(self._place[treated]), self._below(self._place[treated] - 1)
        best = None
        for group in (above, below):
            distance = self._distance(treated, group)
            if distance is not None:
                found = (distance, self._rows[self._next[group]], group)
                best = found if best is None or found < best else best
        if best is None:
            return None
        _, candidate, group = best
        self._next[group] += 1
        if self._next[group] == self._ends[group]:
            self._up[group] = group + 1
            self._down[group + 1] = group
        return candidate

    def nearest(self, treated: int, count: int) -> list[int]:
        above, below = self._place[treated], self._place[treated] - 1
        found: list[int] = []
        while len(found) < count:
            up, down = self._distance(treated, above), self._distance(treated, below)
            if up is None and down is None:
                break
            level: list[int] = []
            if down is None or (up is not None and up <= down):
                level += self._rows[self._next[above] : self._ends[above]][:count]
                above += 1
            if up is None or (down is not None and down <= up):
                level += self._rows[self._next[below] : self._ends[below]][:count]
                below -= 1
            found += sorted(level)
        return found[:count]


class ByDistance:
    """Nearest in a space (Mahalanobis' distance is Euclid's there), by a tree over the distinct points."""

    def __init__(self, treated: Floats, candidates: Floats) -> None:
        points, group = np.unique(candidates, axis=0, return_inverse=True)
        self._tree = KDTree(points)
        order = np.argsort(group, kind="stable")
        starts = np.searchsorted(group[order], np.arange(len(points)))
        self._rows, self._next = order, starts
        self._ends = np.append(starts[1:], len(candidates))
        self._treated = treated

    def _levels(self, treated: int, count: int) -> tuple[Ints, Ints]:
        """The nearest points with somebody left, and how many steps away they are: all of those so near."""
        size = min(max(8, 2 * count), len(self._next))
        while True:
            far, point = self._tree.query(self._treated[treated], k=np.arange(1, size + 1))
            steps = np.rint(far / STEP).astype(np.int64)
            # Beyond the last found others may be just as far away, with earlier rows.
            certain = steps < steps[-1] - 1 if size < len(self._next) else np.ones(size, dtype=np.bool_)
            free = certain & (self._next[point] < self._ends[point])
            if size == len(self._next) or int((self._ends - self._next)[point[free]].sum()) >= count:
                return point[free], steps[free]
            size = min(size * 4, len(self._next))

    def take(self, treated: int) -> int | None:
        point, steps = self._levels(treated, 1)
        if len(point) == 0:
            return None
        first = self._rows[self._next[point]]
        best = np.lexsort([first, steps])[0]
        self._next[point[best]] += 1
        return int(first[best])

    def nearest(self, treated: int, count: int) -> list[int]:
        point, steps = self._levels(treated, count)
        found = [
            (step, row)
            for step, start, end in zip(
                steps.tolist(), self._next[point].tolist(), self._ends[point].tolist(), strict=True
            )
            for row in self._rows[start : min(end, start + count)].tolist()
        ]
        return [row for _step, row in sorted(found)[:count]]


class WithinCaliper:
    """Nearest in a space among those whose score lies within the caliper."""

    def __init__(self, treated: Ints, candidates: Ints, caliper: int, at: Floats, points: Floats) -> None:
        self._rows = np.argsort(candidates, kind="stable")
        scores = candidates[self._rows]
        self._from = np.searchsorted(scores, treated - caliper, side="left").tolist()
        self._to = np.searchsorted(scores, treated + caliper, side="right").tolist()
        self._points = points[self._rows]
        self._at = at
        self._free = np.ones(len(candidates), dtype=np.bool_)

    def _found(self, treated: int) -> tuple[Ints, Ints]:
        """Where those within the caliper stand whom nobody has taken, and how many steps away they are."""
        begin, end = self._from[treated], self._to[treated]
        places = begin + np.flatnonzero(self._free[begin:end])
        apart = self._points[places] - self._at[treated]
        steps = np.rint(np.sqrt(np.einsum("ij,ij->i", apart, apart)) / STEP).astype(np.int64)
        return places, steps

    def take(self, treated: int) -> int | None:
        places, steps = self._found(treated)
        if len(places) == 0:
            return None
        equal = places[steps == steps.min()]
        place = equal[np.argmin(self._rows[equal])]
        self._free[place] = False
        return int(self._rows[place])

    def nearest(self, treated: int, count: int) -> list[int]:
        places, steps = self._found(treated)
        if len(places) > count:
            near = steps <= np.partition(steps, count - 1)[count - 1]
            places, steps = places[near], steps[near]
        order = np.lexsort([self._rows[places], steps])[:count]
        return [int(row) for row in self._rows[places[order]]]


def in_steps(score: Floats) -> tuple[Ints, float]:
    """Scores in whole steps, and the size of one: some hundred-billionth of the largest score.

    It is a power of two, so that round scores are whole numbers of steps and those equally far off stay so.
    """
    _, exponent = np.frexp(np.abs(score).max(initial=0.0))
    size = float(np.ldexp(1.0, int(exponent) - STEPS))
    return np.rint(score / size).astype(np.int64), size
