"""Age groups by their first ages; who is younger than the first is a group too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import ibis
import ibis.expr.types as ir


@dataclass(frozen=True)
class AgeGroups:
    """The first ages of the groups, rising from 0, and the groups' `names` such as `65-74` and `85+`."""

    first_ages: tuple[int, ...]
    names: tuple[str, ...]

    @classmethod
    def beginning_at(cls, first_ages: Sequence[int]) -> Self:
        edges = (*([0] if not first_ages or first_ages[0] > 0 else []), *first_ages)
        names = [f"{low}-{high - 1}" for low, high in pairwise(edges)]
        return cls(edges, (*names, f"{edges[-1]}+"))

    def of(self, age: ir.IntegerValue) -> ir.IntegerValue:
        """The number of the group that an age is in, from 0."""
        reached = [(age >= first).cast("int16") for first in self.first_ages[1:]]
        return sum(reached, ibis.literal(0, type="int16"))
