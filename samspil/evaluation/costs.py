"""Amounts after D, such as cost: how much of them falls on the list, and how they rise with the score."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from samspil.evaluation.cohort import AmountSums
from samspil.evaluation.figures import Difference, Estimate, Unknown
from samspil.evaluation.statistics import (
    NO_VALUES,
    Bools,
    Moments,
    mean,
    mean_difference,
    rank_correlation,
    share_of_total,
)


@dataclass(frozen=True)
class AmountRow:
    """The mean amount of everybody with one score, DKK."""

    score: int
    persons: int
    listed: int
    mean: Estimate | Unknown


@dataclass(frozen=True)
class Amounts:
    """An amount against the score. Means in DKK per person, with normal intervals; totals exact.

    `listed_share` is the share of the total that the target group accounts for, and `correlation` Spearman's
    between score and amount.
    """

    persons: int
    listed: int
    total: Decimal
    listed_total: Decimal
    mean_listed: Estimate | Unknown
    mean_others: Estimate | Unknown
    difference: Difference | Unknown
    listed_share: Estimate | Unknown
    correlation: Estimate | Unknown
    by_score: tuple[AmountRow, ...]


def amounts(people: AmountSums) -> Amounts:
    """The amounts against the score and the list."""
    kroner = [one.times(Fraction(1, 100)) for one in people.amounts]

    def of(chosen: Bools) -> Moments:
        return sum((kroner[row] for row in np.flatnonzero(chosen)), NO_VALUES)

    on, off = of(people.in_target), of(~people.in_target)
    return Amounts(
        persons=on.persons + off.persons,
        listed=on.persons,
        total=_exact(on + off),
        listed_total=_exact(on),
        mean_listed=mean(on),
        mean_others=mean(off),
        difference=mean_difference(on, off),
        listed_share=share_of_total(on, off),
        correlation=rank_correlation(people.score, people.persons, people.ranks, people.ties),
        by_score=tuple(
            AmountRow(int(score), of(here).persons, of(here & people.in_target).persons, mean(of(here)))
            for score in np.unique(people.score)
            for here in [people.score == score]
        ),
    )


def _exact(kroner: Moments) -> Decimal:
    return Decimal(int(kroner.total * 100)) / 100
