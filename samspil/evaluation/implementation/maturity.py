"""Whether a project may begin, and whether it is too early to look for its effect (report 002 EVAL-1, EVAL-5).

Projects that never said what was to change could not be evaluated afterwards (report 002 L2998-3005, L3130-3143).
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from itertools import zip_longest

from pydantic import Field

from samspil.definitions import Definition, SamspilError
from samspil.population.time import Months
from samspil.programmes.schema import Identifier, Text
from samspil.programmes.study import Direction


class ExpectedChange(Definition):
    """A number that is to change, from what to what, by when. Without both numbers nobody can tell whether it did."""

    indicator: Identifier
    direction: Direction
    from_: float = Field(alias="from")
    to: float
    unit: Text
    by: dt.date


class Project(Definition):
    """What a project says before it begins. All may be missing while it is a draft.

    `horizon_months` is how long after its start an effect can be seen at the earliest.
    """

    project: Identifier
    theory_of_change: Text | None = None
    expected: tuple[ExpectedChange, ...] = ()
    process_indicators: tuple[Identifier, ...] = ()
    effect_indicators: tuple[Identifier, ...] = ()
    review_dates: tuple[dt.date, ...] = ()
    horizon_months: int | None = Field(default=None, gt=0)


class Lack(StrEnum):
    """What a project lacks. The text is what a reader is told."""

    THEORY = "why it should work: a theory of change"
    EXPECTED = "an expected number: what is to change, from what to what, by when"
    UNCHANGED = "an expected change that goes the way it is to go"
    PROCESS = "an indicator of what is done"
    EFFECT = "an indicator of what comes of it"
    FOLLOWED = "an indicator for every expected number"
    REVIEW = "a day on which it is reviewed"
    HORIZON = "how long it takes before an effect can be seen"


def lacks(project: Project) -> tuple[Lack, ...]:
    """What has to be said before the project can begin, in order; empty when it can."""
    named = {each.indicator for each in project.expected}
    conditions = {
        Lack.THEORY: project.theory_of_change is None,
        Lack.EXPECTED: not project.expected,
        Lack.UNCHANGED: not all(_goes_as_meant(each) for each in project.expected),
        Lack.PROCESS: not project.process_indicators,
        Lack.EFFECT: not project.effect_indicators,
        Lack.FOLLOWED: not named <= {*project.process_indicators, *project.effect_indicators},
        Lack.REVIEW: not project.review_dates,
        Lack.HORIZON: project.horizon_months is None,
    }
    return tuple(lack for lack, holds in conditions.items() if holds)


def _goes_as_meant(change: ExpectedChange) -> bool:
    if change.direction == "either":
        return change.to != change.from_
    return change.to > change.from_ if change.direction == "more" else change.to < change.from_


def check_can_begin(project: Project) -> None:
    """Raises SamspilError with all that is lacking, unless the project can begin (EVAL-1)."""
    lacking = lacks(project)
    if lacking:
        raise SamspilError(f"the project `{project.project}` cannot begin; it lacks {'; '.join(lacking)}")


class Sight(StrEnum):
    """Whether an effect can be looked for. The text is what a reader is told."""

    NOT_BEGUN = "not begun"
    NO_HORIZON = "it is not said how long it takes before an effect can be seen"
    TOO_EARLY = "too early: an effect cannot be seen yet"
    CAN_BE_SEEN = "long enough for an effect to be seen"


def sight(began: dt.date | None, horizon_months: int | None, until: dt.date) -> Sight:
    """Whether data up to `until` reach the horizon (EVAL-5). Nothing found before is no sign that there is nothing."""
    if began is None or began > until:
        return Sight.NOT_BEGUN
    if horizon_months is None:
        return Sight.NO_HORIZON
    return Sight.TOO_EARLY if until < Months(horizon_months).after(began) else Sight.CAN_BE_SEEN


def reviews_missed(project: Project, held: tuple[dt.date, ...], until: dt.date) -> tuple[dt.date, ...]:
    """Review days that have passed without a review on that day or after it, before the next was due."""
    due = sorted(day for day in project.review_dates if day <= until)
    seen = [day for day in held if day <= until]
    return tuple(
        day for day, after in zip_longest(due, due[1:]) if not any(day <= review < (after or _NEVER) for review in seen)
    )


_NEVER = dt.date.max
