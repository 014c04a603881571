"""What a decision on a programme must rest on: nothing goes on without an evaluation report (002 ECON-6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

#: What can be decided. To stop needs no report: it is going on that must be argued for.
Decision = Literal["continue", "expand", "stop"]


@dataclass(frozen=True)
class Report:
    """An evaluation report: of which programme and arm, by which study (its fingerprint), and when it was made."""

    programme: str
    arm: str
    fingerprint: str
    made: dt.date


@dataclass(frozen=True)
class Ruling:
    """Whether a decision may be taken, and the report it rests on: the latest. What to decide is for people to say."""

    allowed: bool
    rests_on: Report | None


def may_decide(decision: Decision, programme: str, arm: str, reports: Iterable[Report], on: dt.date) -> Ruling:
    """Whether a decision on an arm may be taken on a day, with the reports that there are.

    To continue or to expand needs a report on the same programme and arm, made by then. What the report says is no
    matter here: a poor result is a reason, and none at all is not.
    """
    own = [each for each in reports if (each.programme, each.arm) == (programme, arm) and each.made <= on]
    latest = max(own, key=lambda each: each.made, default=None)
    return Ruling(decision == "stop" or latest is not None, latest)
