"""An attack on published tables: what can be recomputed of the counts they leave out.

Written for the tests alone, and by other means than the code it attacks: it writes down everything a reader knows as
equations, and asks least squares which counts those leave no choice in, linear programming between which values each
lies, and for small tables every table of whole numbers that agrees with what was published.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog

Key = Hashable


@dataclass
class Knowledge:
    """What a reader knows: the value of what was shown, and equations `sum(factor * count) = constant`."""

    shown: dict[Key, int] = field(default_factory=dict)
    equations: list[tuple[dict[Key, int], int]] = field(default_factory=list)

    def read(self, table: Mapping[Key, int | None], sums: Iterable[tuple[Key, Sequence[Key]]]) -> None:
        """Read a published table in which None stands for what is hidden, and the sums that everybody knows hold."""
        self.shown |= {key: value for key, value in table.items() if value is not None}
        for total, parts in sums:
            equation = {total: 1}
            for part in parts:
                equation[part] = equation.get(part, 0) - 1
            self.equations.append((equation, 0))

    def guess(self, one: Key, other: Key, more: int) -> None:
        """Be told that `one` is `more` than `other`."""
        self.equations.append(({one: 1, other: -1}, more))

    def system(self) -> tuple[list[Key], np.ndarray, np.ndarray]:
        """The unknown counts, and the equations that are left for them."""
        unknown = list(dict.fromkeys(k for equation, _ in self.equations for k in equation if k not in self.shown))
        rows, constants = [], []
        for equation, constant in self.equations:
            left = constant - sum(factor * self.shown[key] for key, factor in equation.items() if key in self.shown)
            rows.append([equation.get(key, 0) for key in unknown])
            constants.append(left)
        return unknown, np.array(rows, dtype=float).reshape(len(rows), len(unknown)), np.array(constants, dtype=float)


def by_linear_algebra(known: Knowledge) -> dict[Key, int]:
    """The unknowns that the equations alone determine: no direction of the null space moves them."""
    unknown, matrix, constants = known.system()
    if not unknown:
        return {}
    solution, *_ = np.linalg.lstsq(matrix, constants, rcond=None)
    _, strengths, directions = np.linalg.svd(matrix)
    rank = int((strengths > 1e-9).sum())
    free = directions[rank:]
    return {
        key: round(solution[place])
        for place, key in enumerate(unknown)
        if not len(free) or np.abs(free[:, place]).max() < 1e-9
    }


def between(known: Knowledge, key: Key) -> tuple[float, float]:
    """The lowest and the highest value of an unknown, when no count is negative."""
    unknown, matrix, constants = known.system()
    if key not in unknown:
        return (0, np.inf)
    aim = np.zeros(len(unknown))
    aim[unknown.index(key)] = 1
    ends = []
    for way in (1, -1):
        result = linprog(way * aim, A_eq=matrix, b_eq=constants, bounds=(0, None), method="highs")
        ends.append(way * result.fun if result.status == 0 else np.inf)
    return round(ends[0], 6), round(ends[1], 6)


def every_table(known: Knowledge, most: int) -> dict[Key, set[int]]:
    """By trying them all: the values each unknown has in some table that agrees, none of them above `most`."""
    unknown, matrix, constants = known.system()
    found: dict[Key, set[int]] = {key: set() for key in unknown}
    for values in itertools.product(range(most + 1), repeat=len(unknown)):
        if (matrix @ np.array(values) == constants).all():
            for key, value in zip(unknown, values, strict=True):
                found[key].add(value)
    return found
