"""The figures of an evaluation: estimates with their 95 % intervals, or the reason why there is none.

A figure that cannot be estimated is an `Unknown` and never NaN, zero or an exception, so that a report can say
in words what is lacking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why something is unknown. The text is what a reader is told, and what translations are made from."""

    NO_PERSONS = "there are no persons to count"
    NO_EVENTS = "nobody had the outcome"
    NO_NON_EVENTS = "everybody had the outcome"
    FEW_EVENTS = "there are too few persons with the outcome ({events}; at least {needed} are needed)"
    FEW_NON_EVENTS = "there are too few persons without the outcome ({non_events}; at least {needed} are needed)"
    NONE_LISTED = "nobody is on the list"
    NO_EVENTS_LISTED = "nobody on the list had the outcome"
    FEW_PERSONS = "there are too few persons ({persons}; at least {needed} are needed)"
    NO_VARIATION = "everybody has the same value"
    NO_COST = "nobody had any cost"
    NOT_LOADED = "the source `{source}` is not loaded"
    UNTIL_UNKNOWN = "it is not known how far the data of `{source}` reach"
    ENDS_EARLY = "the data of `{source}` end on {until}, and the horizon ends on {horizon_ends}"
    FROM_UNKNOWN = "it is not known from which day the data of `{source}` begin"
    BEGINS_LATE = "the data of `{source}` begin on {first}, and training needs them from {needed_from}"
    FEW_TO_TRAIN_ON = (
        "too few persons had, or were spared, the outcome in the period before to train on"
        " ({events}; at least {needed} are needed)"
    )
    SEPARATED = "the prediction separates everybody with the outcome from everybody without"
    NO_ITEMS = "no item tells persons apart"
    FEW_PRACTICES = "there are too few practices ({practices}; at least {needed} are needed)"
    SHORT_BEFORE = "the time before the index day is too short ({months} months; at least {needed} are needed)"
    SHORT_AFTER = "the time after the index day is too short ({months} months; at least {needed} are needed)"
    NO_LEVEL = "there is no level above zero to hold the effect against"
    NO_COURSES = "no course began in the days of the study"
    NOT_WRITTEN = "nobody has written down anything of the kind"
    NO_PRACTICES = "no practice takes part"
    NONE_JUDGED = "no name was judged"
    NONE_DUE = "no service has come due"
    NO_NOTES = "no note was written"
    ELIGIBLE_UNKNOWN = "it is not known how many could have been enrolled"
    NONE_EXPECTED = "it is not known how many were to be expected"
    NOT_STATED = "the source does not state it"
    NO_ANSWERS = "nobody answered"
    COST_NOT_MEASURED = "the cost of the programme is not measured"
    CONSUMPTION_NOT_COUNTED = "the study does not count what the citizens' care costs"
    NOT_ALIKE = "those compared are not alike enough, so that no effect can be told"
    NOT_BY_PRACTICE = "it is not counted by practice and month"


@dataclass(frozen=True)
class Unknown:
    """A figure that cannot be given: the reason, and the numbers, days and names the reason mentions."""

    reason: Reason
    given: tuple[tuple[str, object], ...] = ()

    @classmethod
    def because(cls, reason: Reason, **given: object) -> Unknown:
        return cls(reason, tuple(sorted(given.items())))

    @property
    def mentions(self) -> Mapping[str, object]:
        return dict(self.given)

    def __str__(self) -> str:
        return self.reason.value.format(**self.mentions)


@dataclass(frozen=True)
class Estimate:
    """A number and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Share(Estimate):
    """A share of persons with its 95 % interval.

    The numerator is whole except where persons are tied at the end of a list and counted by expectation.
    """

    numerator: float
    denominator: int


@dataclass(frozen=True)
class Difference(Estimate):
    """A difference, its 95 % interval, and the two-sided p-value of no difference."""

    p: float
