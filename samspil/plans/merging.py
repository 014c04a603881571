"""One plan for several programmes: what is double, what does not go together, and what comes first (report 002 ALG-8).

The most limiting condition, chosen with the citizen, orders the plan (002 L264-268, L2616-2619). Everything here is
shown to people who decide; nothing is changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from samspil.plans.catalogue import find
from samspil.plans.fitness import known_conditions, warnings
from samspil.plans.models import Activity, Pathway, Plan, PlanLink
from samspil.plans.overlaps import Twice, twice
from samspil.plans.programme import in_words


@dataclass(frozen=True)
class Against:
    """A condition of the citizen speaks against an activity of the plan: why, and what could be used instead."""

    activity: Activity
    condition: str
    title: str
    why: str
    alternatives: tuple[str, ...]


@dataclass(frozen=True)
class Merged:
    """What somebody has to look at when programmes share a plan."""

    double: list[Twice]
    against: list[Against]
    #: Other plans whose goals do not go together with this one (report 001 R-PLAN-01).
    competing: list[PlanLink]

    @property
    def anything(self) -> bool:
        return bool(self.double or self.against or self.competing)


def conditions_of_pathway(pathway: Pathway) -> set[str]:
    """What being in a programme says of a citizen: `type-2-diabetes` is the condition `type_2_diabetes`."""
    return {pathway.programme.replace("-", "_"), pathway.arm} - {""}


def most_limiting_first(pathways: Iterable[Pathway], most_limiting: str) -> list[Pathway]:
    """The pathway of the condition that limits the citizen most, then the others as they were begun."""
    return sorted(
        pathways,
        key=lambda each: (most_limiting not in conditions_of_pathway(each), each.opened_at, each.pk or 0),
    )


def spoken_against(activities: Iterable[Activity], conditions: Collection[str]) -> list[Against]:
    """Activities going on whose service is not for somebody with one of these conditions."""
    found = []
    for activity in activities:
        if activity.state not in {Activity.State.PLANNED, Activity.State.ACTIVE} or not activity.service:
            continue
        offered = find(activity.programme, activity.service)
        if offered is None:
            continue
        found += [
            Against(
                activity,
                warned.condition,
                in_words(warned.title),
                in_words(warned.why),
                tuple(in_words(other.title) for other in warned.alternatives),
            )
            for warned in warnings(activity.programme, offered.service, conditions)
            if warned.known
        ]
    return found


def merged(plan: Plan) -> Merged:
    """A plan as its programmes make it together. Asks no policy: who shows it has asked for the kinds it shows."""
    activities = list(plan.activities.select_related("party"))
    return Merged(
        double=twice(activities),
        against=spoken_against(activities, known_conditions(plan.citizen_id, plan)),
        competing=list(plan.links.exclude(conflict="")),
    )
