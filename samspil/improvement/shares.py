"""The shares of a figure: strict and observed, never mixed, and what is missing to a standard."""

from __future__ import annotations

import math
from dataclasses import dataclass

from samspil.improvement.models import IndicatorResult
from samspil.population.proportions import Proportion
from samspil.programmes.indicators import Indicator


@dataclass(frozen=True)
class Shares:
    """Both shares of one figure, in persons (report 003 1.7).

    `strict` counts patients without data as not met, `observed` leaves them out. Exceptions and whom the indicator does
    not apply to are in neither, and are always shown beside them (report 003 L934-936).
    """

    strict: Proportion
    observed: Proportion

    def first(self, indicator: Indicator) -> Proportion:
        """The share that the indicator shows first."""
        return self.strict if indicator.missing == "strict" else self.observed

    def second(self, indicator: Indicator) -> Proportion:
        """The other one."""
        return self.observed if indicator.missing == "strict" else self.strict


def shares_of(result: IndicatorResult, indicator: Indicator) -> Shares | None:
    """Both shares of a figure; None of what was not computed, and of an indicator of categories."""
    if result.outcome != IndicatorResult.Outcome.COMPUTED or result.met is None or indicator.categories is not None:
        return None
    met, strict, observed = result.met, result.strict_d, result.observed_d
    if strict is None:
        counts = (result.persons, result.exceptions, result.not_applicable)
        if None in counts:
            return None
        persons, exceptions, not_applicable = (count or 0 for count in counts)
        strict = max(persons - exceptions - not_applicable, met)
    if observed is None:
        observed = max(strict - (result.no_data or 0), met)
    return Shares(Proportion(met, strict), Proportion(met, observed))


def gap(share: Proportion, indicator: Indicator) -> int | None:
    """How many more patients have to be met for the standard to hold: 0 when it holds, None without a standard.

    Where a smaller share is the better one, how many fewer.
    """
    if indicator.standard is None or not share.d:
        return None
    aim = indicator.standard.share * share.d
    # A share of 0.95 of 20 is 19, whatever floating point makes of it.
    if indicator.direction == "up":
        return max(0, math.ceil(round(aim, 6)) - share.n)
    return max(0, share.n - math.floor(round(aim, 6)))
