"""Drawing many things at once: categories by weight, events in quarters, repeated rows."""

from collections.abc import Sequence

import numpy as np

from samspil.synth.arrays import Bools, Floats, Ints

_CELLS = 4096


class Choice:
    """Draws one of k alternatives per element, with weights that depend on the element's group.

    The weights are spread over a table of 4,096 cells, so a draw is one lookup; a share is exact to 1/4,096.
    """

    def __init__(self, weights: Sequence[Sequence[float]]) -> None:
        share = np.asarray(weights, dtype=float)
        edges = np.cumsum(share, axis=1) / share.sum(axis=1, keepdims=True)
        cell = (np.arange(_CELLS) + 0.5) / _CELLS
        self.table = np.stack([np.searchsorted(row[:-1], cell, side="right") for row in edges]).astype(np.int16)

    def draw(self, rng: np.random.Generator, group: Ints | int, size: int) -> Ints:
        cells = rng.integers(0, _CELLS, size, dtype=np.uint16)
        drawn: Ints = self.table[group, cells]
        return drawn


def chance(rng: np.random.Generator, probability: Floats | float, size: int | tuple[int, ...]) -> Bools:
    """True with the given probability, independently for each element."""
    hit: Bools = rng.random(size, dtype=np.float32) < probability
    return hit


def between(rng: np.random.Generator, limits: Sequence[int], size: int) -> Ints:
    """Whole numbers from the first to the second limit, both counted, all alike."""
    low, high = limits
    return rng.integers(low, high + 1, size)


def lognormal(rng: np.random.Generator, median: Floats | float, sigma: float, size: int) -> Floats:
    """Positive, right-skewed values around a median; `sigma` is the standard deviation of the logarithm."""
    values: Floats = median * np.exp(np.float32(sigma) * rng.standard_normal(size, dtype=np.float32))
    return values


def expand(counts: Ints) -> tuple[Ints, Ints]:
    """For counts per owner, the owner and the rank within the owner (0, 1, 2 …) of every single item."""
    total = np.cumsum(counts)
    size = int(total[-1]) if len(total) else 0
    owner = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    rank = np.arange(size, dtype=np.int32) - np.repeat((total - counts).astype(np.int32), counts)
    return owner, rank


def scatter(rng: np.random.Generator, counts: Ints, edges: Ints) -> tuple[Ints, Ints]:
    """Spread the counted events of each person (row) evenly over the days of each quarter (column).

    `edges` are the first days of the quarters and the day after the last. Returns person and day of every
    event, ordered by person and quarter.
    """
    quarters = counts.shape[1]
    cell = np.repeat(np.arange(counts.size, dtype=np.int32), counts.ravel())
    person, quarter = cell // quarters, cell % quarters
    length = np.diff(edges).astype(np.float32)[quarter]
    day = edges[:-1].astype(np.int32)[quarter] + (rng.random(len(cell), dtype=np.float32) * length).astype(np.int32)
    return person, np.minimum(day, edges[-1] - 1)
