"""How unevenly a total is spread: Lorenz points and Gini's coefficient, from groups or one value for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from samspil.definitions import SamspilError


@dataclass(frozen=True)
class LorenzPoint:
    """The `population` share that spends least, and its share of the `total`; both from 0 to 1."""

    population: float
    total: float


def lorenz(groups: Iterable[tuple[int, Decimal | float]]) -> tuple[LorenzPoint, ...]:
    """The Lorenz curve of groups of so many persons with such a sum: from (0, 0) to (1, 1).

    Groups may come in any order; within a group everybody is taken to have the same. Empty when the total is zero, as
    nothing is spread then. Raises SamspilError for a negative number of persons or a negative sum.
    """
    found = [(number, float(amount)) for number, amount in groups if number]
    if any(number < 0 or amount < 0 for number, amount in found):
        raise SamspilError("a spread is of amounts that are not negative, over persons that are not negative")
    persons, total = sum(number for number, _ in found), sum(amount for _, amount in found)
    if not total:
        return ()
    points, some, spent = [LorenzPoint(0.0, 0.0)], 0, 0.0
    for number, amount in sorted(found, key=lambda group: group[1] / group[0]):
        some, spent = some + number, spent + amount
        points.append(LorenzPoint(some / persons, spent / total))
    points[-1] = LorenzPoint(1.0, 1.0)
    return tuple(points)


def gini(points: Sequence[LorenzPoint]) -> float | None:
    """Gini's coefficient of a curve of straight pieces: 0 when all have the same, near 1 when one has everything.

    Where the points are of groups it is a lower bound, as nobody is unequal within a group. None without a curve.
    """
    if not points:
        return None
    area = sum((right.population - left.population) * (left.total + right.total) for left, right in pairwise(points))
    return min(max(1 - area, 0.0), 1.0)
