"""What a started course cost, part by part, and what all arms had together in the two ways of report 000."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from samspil.evaluation.economy.accounts import Amount, CourseCost
from samspil.evaluation.economy.spending import BEFORE, RUNNING, Spending


class Shared(NamedTuple):
    """What one started course carries of a cost that all arms had together, DKK; None where it cannot be divided."""

    equally: Amount
    by_courses: Amount


def shared(total: Amount, courses: Mapping[str, int]) -> dict[str, Shared]:
    """A joint cost for each started course, by arm (report 000 L1649-1655).

    `equally`: every arm carries the same, and its courses divide that. `by_courses`: every course carries the same. The
    report's figures show that its equal scenario is equal between arms and not between courses.
    """
    started = sum(courses.values())

    def of(number: int) -> Shared:
        if total is None or number == 0:
            return Shared(None, None)
        return Shared(total / len(courses) / number, total / started)

    return {arm: of(number) for arm, number in courses.items()}


def costs_of(spent: Spending) -> tuple[CourseCost, ...]:
    """What a started course of each arm cost, from what was spent until a day.

    A part is None when nobody wrote it down, and when some of it has no cost (`lacking` says how many). Operation,
    meetings and services that the account holds for all arms together are divided by courses started. An arm with costs
    and no course has nothing to divide by: all its parts are None.
    """
    courses = {arm: spent.courses.get(arm, 0) for arm in spent.arms}
    joint = _sum(spent, None, *BEFORE)
    divided = shared(joint, courses)
    return tuple(_cost(spent, arm, courses[arm], divided[arm]) for arm in spent.arms)


def _cost(spent: Spending, arm: str, courses: int, joint: Shared) -> CourseCost:
    lacking = {kind: rows for kind in RUNNING if (rows := sum(each.lacking for each in spent.of(arm, kind)))}
    started = sum(spent.courses.values())

    def per_course(*kinds: str) -> Amount:
        """What the arm had alone, for each of its courses."""
        if courses == 0 or not spent.is_known(arm, *kinds) or lacking.keys() & set(kinds):
            return None
        return _sum(spent, arm, *kinds) / courses

    def running(kind: str) -> Amount:
        """What the arm had alone, and what all had together by courses started."""
        own = per_course(kind)
        return None if own is None else own + _sum(spent, None, kind) / started

    development = spent.is_known(arm, *BEFORE)
    return CourseCost(
        arm=arm,
        courses=courses,
        shared_equally=joint.equally if development else None,
        shared_by_courses=joint.by_courses if development else None,
        own_development=per_course(*BEFORE),
        team_meetings=running("team_meetings"),
        services=running("services"),
        operation=running("operation"),
        lacking=lacking,
    )


def _sum(spent: Spending, arm: str | None, *kinds: str) -> Decimal:
    return sum((each.amount for each in spent.of(arm, *kinds)), Decimal(0))
