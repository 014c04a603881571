"""What would have to be true for an effect to be something else: what was not seen, one practice, another day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from samspil.evaluation.effects.estimate import Effect
from samspil.evaluation.figures import Unknown


@dataclass(frozen=True)
class EValue:
    """How strongly something unseen would have to go with both enrolment and outcome to explain an effect away.

    `ratio` is the effect as a ratio of rates; `of_limit` is the E-value of the interval's end nearest to no effect (1 when
    the interval holds it). VanderWeele and Ding 2017.
    """

    ratio: float
    value: float
    of_limit: float


@dataclass(frozen=True)
class Sensitivity:
    """How an outcome's effect holds when something is changed.

    `without_practice` gives the effect by the practice left out (`lowest` and `highest` of them are its ends);
    `by_inclusion` by how citizens were found (`list`, `off_list`); `placebo_date` is the effect of a made-up index day
    before the true one, on time before enrolment alone.
    """

    e_value: EValue | Unknown
    placebo_date: Effect | Unknown
    without_practice: Mapping[str, Effect]
    by_inclusion: Mapping[str, Effect | Unknown]

    @property
    def lowest(self) -> float | None:
        """The lowest effect when one practice is left out."""
        return min((each.estimate.value for each in self.without_practice.values()), default=None)

    @property
    def highest(self) -> float | None:
        """The highest effect when one practice is left out."""
        return max((each.estimate.value for each in self.without_practice.values()), default=None)
