"""Amounts after D, such as cost: how much of them falls on the list, and how they rise with the score."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from samspil.evaluation.cohort import Cohort
from samspil.evaluation.figures import Difference, Estimate, Unknown
from samspil.evaluation.statistics import Ints, mean, mean_difference, rank_correlation, share_of_total


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


def amounts(people: Cohort, oere: Ints) -> Amounts:
    """The amounts (øre, one per person) against the cohort's score and list."""
    kroner, listed = oere / 100, people.in_target
    return Amounts(
        persons=people.persons,
        listed=int(listed.sum()),
        total=Decimal(int(oere.sum())) / 100,
        listed_total=Decimal(int(oere[listed].sum())) / 100,
        mean_listed=mean(kroner[listed]),
        mean_others=mean(kroner[~listed]),
        difference=mean_difference(kroner[listed], kroner[~listed]),
        listed_share=share_of_total(kroner, listed),
        correlation=rank_correlation(people.score, oere),
        by_score=tuple(
            AmountRow(int(score), int(here.sum()), int((here & listed).sum()), mean(kroner[here]))
            for score in np.unique(people.score)
            for here in [people.score == score]
        ),
    )
