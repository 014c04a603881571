"""What each item of a points model adds to it: in order of risk, on the list, and among those listed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from samspil.evaluation.cohort import NO_CATEGORY, Cohort
from samspil.evaluation.figures import Difference, Estimate, Share, Unknown
from samspil.evaluation.statistics import Bools, Ints, auc, auc_difference, share
from samspil.programmes import RiskModel


@dataclass(frozen=True)
class ItemContribution:
    """One item of the score against one outcome.

    `adds` is the AUC of the whole score minus `auc_without`, that of the score without the item, on the same
    persons. `ppv_with_points` is among those listed who have points in the item. `would_leave` and `would_enter`
    count who would leave or enter the target group if the item were dropped and the threshold kept.
    """

    item: str
    persons_missing: int
    with_points: Share | Unknown
    with_points_listed: Share | Unknown
    auc_without: Estimate | Unknown
    adds: Difference | Unknown
    ppv_with_points: Share | Unknown
    would_leave: int
    would_enter: int


def contributions(people: Cohort, events: Bools) -> tuple[ItemContribution, ...]:
    """What each item that has data adds, in the model's order."""
    return tuple(_contribution(people, events, item.item) for item in people.model.items if item.item in people.points)


def _contribution(people: Cohort, events: Bools, item: str) -> ItemContribution:
    points, persons = people.points[item], people.persons
    without = people.score - points
    listed, has_points = people.in_target, points > 0
    still = targeted(people.model, without)

    def count(chosen: Bools) -> int:
        return int(persons[chosen].sum())

    return ItemContribution(
        item=item,
        persons_missing=count(people.categories[item] == NO_CATEGORY),
        with_points=share(count(has_points), people.everybody),
        with_points_listed=share(count(has_points & listed), count(listed)),
        auc_without=auc(without, events, persons),
        adds=auc_difference(people.score, without, events, persons),
        ppv_with_points=share(count(events & listed & has_points), count(listed & has_points)),
        would_leave=count(listed & ~still),
        would_enter=count(still & ~listed),
    )


def targeted(model: RiskModel, score: Ints) -> Bools:
    """Who of persons not excluded would belong to the target group with these scores."""
    wanted: Bools = score >= model.target.at_least
    if not model.bands:
        return wanted
    highest_reached = np.searchsorted([band.at_least for band in model.bands], score, side="right") - 1
    left_out = [place for place, band in enumerate(model.bands) if not band.in_target]
    return wanted & ~np.isin(highest_reached, left_out)
