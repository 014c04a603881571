"""What is there twice in one plan, as when two programmes ask for the same (report 002 L2386-2396), or at one time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from samspil.plans.models import Activity, Appointment
from samspil.plans.programme import plan_format


@dataclass(frozen=True)
class Twice:
    """Two activities of one kind within the time that `same_activity_days` says."""

    first: Activity
    second: Activity


def twice(activities: Iterable[Activity]) -> list[Twice]:
    """The pairs among what is going on: the same service of any programme, or the same words."""
    going_on = [each for each in activities if each.state in {Activity.State.PLANNED, Activity.State.ACTIVE}]
    within = dt.timedelta(days=plan_format().rules.same_activity_days.value)
    return [
        Twice(one, other)
        for one, other in combinations(going_on, 2)
        if _same(one, other) and abs(one.at - other.at) <= within
    ]


def _same(one: Activity, other: Activity) -> bool:
    if one.service or other.service:
        return one.service == other.service
    return (one.what.casefold(), one.by_citizen) == (other.what.casefold(), other.by_citizen)


def colliding(appointments: Iterable[Appointment]) -> set[int]:
    """Appointments that the citizen cannot keep both of: one begins before the other is over (report 001 L2396-2399).

    One whose length is not known collides with what begins at the same moment, and no more is guessed.
    """
    planned = sorted(appointments, key=lambda each: each.at)
    found: set[int] = set()
    for one, other in combinations(planned, 2):
        over = one.at + dt.timedelta(minutes=one.minutes or 0)
        if other.at == one.at or other.at < over:
            found |= {one.pk, other.pk}
    return found
