"""A level for each unit and each time, taken out of a variable exactly.

pyfixest does the same by alternating projections, but version 0.60 keeps fixed effects in a set: with two of them,
standard errors and last digits hang on Python's hash seed, and the same input would not give the same bytes. Here
units are eliminated and what is left is one small system of times, solved once. pyfixest is the reference in the
tests.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

from samspil.evaluation.statistics import Bools, Floats, Ints

#: Directions of the system of times below this share of the largest count as none: a level that nothing tells.
RANK = 1e-10


class TwoWay:
    """Weighted least squares on a level per unit and a level per time. Rows with `weight` zero have no say in them."""

    def __init__(self, unit: pd.Series, time: pd.Series, weight: Floats) -> None:
        self.unit, units = numbered(unit)
        self.time, times = numbered(time)
        self.weight = weight
        self._of_units = sums(self.unit, weight, units)
        self._of_times = sums(self.time, weight, times)
        self._both = sparse.csr_array((weight, (self.unit, self.time)), shape=(units, times))
        within = (
            sparse.diags_array(self._of_times)
            - self._both.T @ sparse.diags_array(_inverse(self._of_units)) @ self._both
        )
        self._times_left: Floats = np.linalg.pinv(within.toarray(), rcond=RANK, hermitian=True)

    @property
    def times(self) -> int:
        """How many times have a level."""
        return int((self._of_times > 0).sum())

    def solve(self, of_units: Floats, of_times: Floats) -> tuple[Floats, Floats]:
        """The levels at which weighted sums by unit and by time are the given (the normal equations)."""
        mean = of_units * _inverse(self._of_units)
        times = self._times_left @ (of_times - self._both.T @ mean)
        units = (of_units - self._both @ times) * _inverse(self._of_units)
        return np.asarray(units), times

    def levels(self, values: Floats) -> tuple[Floats, Floats]:
        """The level of each unit and of each time in `values`."""
        weighted = self.weight * values
        return self.solve(
            sums(self.unit, weighted, len(self._of_units)),
            sums(self.time, weighted, len(self._of_times)),
        )

    def left(self, values: Floats) -> Floats:
        """What is left of `values` when both levels are taken out."""
        units, times = self.levels(values)
        return np.asarray(values - units[self.unit] - times[self.time])

    def told(self) -> Bools:
        """For each row whether its two levels hang together, so that their sum is known."""
        units = len(self._of_units)
        pairs = self._both.tocoo()
        seen = pairs.data > 0
        size = units + len(self._of_times)
        graph = sparse.csr_array((pairs.data[seen], (pairs.row[seen], units + pairs.col[seen])), shape=(size, size))
        _, part = csgraph.connected_components(graph, directed=False)
        return np.asarray(part[self.unit] == part[units + self.time])


def sums(number: Ints, values: Floats, size: int) -> Floats:
    """The sums of `values` by number, from 0 up to `size`."""
    return np.bincount(number, weights=values, minlength=size).astype(float)


def numbered(labels: pd.Series) -> tuple[Ints, int]:
    """Labels as numbers from 0 in their order, and how many there are."""
    numbers, distinct = pd.factorize(labels, sort=True)
    return numbers, len(distinct)


def _inverse(values: Floats) -> Floats:
    return np.divide(1.0, values, out=np.zeros_like(values), where=values > 0)
