"""Plans and pathways as lists: the practice's, those somebody is named in, and what waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import BreakGlass, CareTask, Citizen, Consent
from samspil.access.policy import Resource, could, may
from samspil.plans.merging import most_limiting_first
from samspil.plans.models import Coordination, Handover, Pathway, Plan
from samspil.plans.programme import programme_title
from samspil.plans.queries.movement import pathways_with_movement, plans_with_movement, still_since

#: Plans on one page.
PAGE = 50


@dataclass
class Row:
    """One plan of a list, and what has to be done about it."""

    plan: Plan
    programmes: list[str]
    moved: dt.datetime
    #: Nothing has moved for longer than `stall_after_days` (report 000 L-09).
    stalled: bool
    #: The day of the next follow-up has passed (report 000 L-08).
    late: bool
    #: The accountable person does not work there any more: somebody has to take over.
    left: bool
    mine: bool
    coordinated: bool

    @property
    def days_still(self) -> int:
        """Whole days since anything moved."""
        return (timezone.now() - self.moved).days


@dataclass
class Waiting:
    """A citizen who is enrolled and has no plan yet."""

    pathway: Pathway
    title: str
    stalled: bool
    days_still: int


@dataclass
class Listed:
    """A page of plans. `hidden` are plans that somebody is named in and may not see: a consent is missing."""

    rows: list[Row]
    following: int | None
    waiting: list[Waiting]
    asked: list[Handover]
    hidden: int
    of_practice: bool
    #: Whether the actor decides that a plan is begun for those who wait for one.
    may_begin: bool


def own_plans(actor: Actor) -> Resource:
    """The plans of the practice somebody works in."""
    return Resource("plan", practice_id=actor.organisation_id)


def plans_of(actor: Actor, *, show: str = "current", page: int = 1) -> Listed:
    """A page of the plans of the own practice, and of those that name somebody as accountable or as coordinator.

    `show` is `current` by the next follow-up, `stalled` by how long nothing has moved, or `closed` by when it ended.
    A fixed number of statements; every citizen shown is logged. Raises Refused for a role that has no plans.
    """
    if not could(actor, "read", "plan", "care") or actor.membership is None:
        guard.refuse(actor, "read", own_plans(actor), "care", "role")
    of_practice = bool(may(actor, "read", own_plans(actor), "care"))
    found = _ordered(_concerning(actor, of_practice), show)
    first = (page - 1) * PAGE
    plans = list(found[first : first + PAGE + 1])
    waiting = _waiting(actor, show) if of_practice and page == 1 and show != "closed" else []
    look_up(actor, [*(plan.citizen for plan in plans), *(each.pathway.citizen for each in waiting)])
    shown, hidden = [], 0
    for plan in plans[:PAGE]:
        if may(actor, "read", _resource(plan), "care"):
            shown.append(plan)
        else:
            hidden += 1
    guard.require_all(
        actor,
        "read",
        [*(_resource(plan) for plan in shown), *(Resource("plan", each.pathway.citizen) for each in waiting)],
        "care",
    )
    return Listed(
        rows=[_row(actor, plan) for plan in shown],
        following=page + 1 if len(plans) > PAGE else None,
        waiting=waiting,
        asked=_asked(actor) if page == 1 else [],
        hidden=hidden,
        of_practice=of_practice,
        may_begin=bool(may(actor, "decide", own_plans(actor), "care")),
    )


def _concerning(actor: Actor, of_practice: bool) -> QuerySet[Any]:
    assert actor.membership is not None
    coordinated = Coordination.objects.filter(coordinator=actor.membership, ended_on__isnull=True)
    mine = Q(accountable=actor.membership) | Q(pk__in=coordinated.values("plan_id"))
    if of_practice:
        mine |= Q(citizen__practice_id=actor.organisation_id)
    return (
        plans_with_movement(Plan.objects.filter(mine))
        .select_related("citizen", "accountable__user", "accountable__organisation")
        .prefetch_related(
            "pathways", Prefetch("coordinations", Coordination.objects.filter(ended_on__isnull=True), to_attr="current")
        )
    )


def _ordered(plans: QuerySet[Any], show: str) -> QuerySet[Any]:
    match show:
        case "closed":
            return plans.filter(closed_at__isnull=False).order_by("-closed_at", "-pk")
        case "stalled":
            late = Q(next_follow_up__lt=timezone.localdate())
            return plans.filter(Q(moved__lt=still_since()) | late, closed_at__isnull=True).order_by("moved", "pk")
        case _:
            # Those still being made have no day yet: they come first.
            return plans.filter(closed_at__isnull=True).order_by("-state", "next_follow_up", "pk")


def _resource(plan: Plan) -> Resource:
    named = {plan.accountable_id, *(each.coordinator_id for each in plan.current)}  # type: ignore[attr-defined]
    return Resource("plan", plan.citizen, named=frozenset(named))


def _row(actor: Actor, plan: Plan) -> Row:
    today, running = timezone.localdate(), plan.closed_at is None
    assert actor.membership is not None
    ways = [way for way in plan.pathways.all() if not running or way.ended_at is None]
    until = plan.accountable.until
    moved: dt.datetime = plan.moved  # type: ignore[attr-defined]
    return Row(
        plan=plan,
        programmes=[programme_title(way.programme) for way in most_limiting_first(ways, plan.most_limiting)],
        moved=moved,
        stalled=running and moved < still_since(),
        late=running and plan.next_follow_up is not None and plan.next_follow_up < today,
        left=running and ((until is not None and until < today) or not plan.accountable.user.is_active),
        mine=plan.accountable_id == actor.membership.pk,
        coordinated=any(each.coordinator_id == actor.membership.pk for each in plan.current),  # type: ignore[attr-defined]
    )


def _waiting(actor: Actor, show: str) -> list[Waiting]:
    """Those of the practice who are enrolled and have no plan; the longest first. Courses stalled there (000 L-09)."""
    found = pathways_with_movement(
        Pathway.objects.filter(
            citizen__practice_id=actor.organisation_id, plan__isnull=True, state=Pathway.State.ENROLMENT
        )
    ).select_related("citizen")
    since, now = still_since(), timezone.now()
    if show == "stalled":
        found = found.filter(moved__lt=since)
    return [
        Waiting(each, programme_title(each.programme), each.moved < since, (now - each.moved).days)
        for each in found.order_by("moved", "pk")[:PAGE]
    ]


def _asked(actor: Actor) -> list[Handover]:
    """Plans that somebody has asked the actor to be accountable for. Of the citizen it tells nothing yet."""
    waiting = Handover.objects.filter(to_member=actor.membership, answered_at__isnull=True)
    return list(waiting.select_related("by__user", "from_member__user"))


def programmes_of(citizen: Citizen) -> list[str]:
    """The programmes whose questions concern a citizen, for `samspil.access.asked`: those with a pathway that runs."""
    running = Pathway.objects.filter(citizen=citizen, ended_at__isnull=True)
    return list(running.values_list("programme", flat=True))


def look_up(actor: Actor, citizens: Iterable[Citizen]) -> None:
    """Read once for all these citizens what the policy would look up for each in turn."""
    keys = {citizen.pk for citizen in citizens}
    consents: dict[int, list[Consent]] = {key: [] for key in keys}
    for consent in Consent.objects.filter(citizen__in=keys):
        consents[consent.citizen_id].append(consent)
    tasks = CareTask.objects.filter(
        Q(holder__isnull=True) | Q(holder_id=actor.user_id),
        citizen__in=keys,
        organisation=actor.organisation,
        closed_at__isnull=True,
    )
    held = dict(tasks.order_by("-pk").values_list("citizen_id", "pk"))
    glass = dict(
        BreakGlass.objects.filter(
            membership=actor.membership, citizen__in=keys, expires_at__gt=timezone.now()
        ).values_list("citizen_id", "pk")
        if actor.membership is not None
        else []
    )
    for key in keys:
        actor.known.setdefault(("consents", key), consents[key])
        actor.known.setdefault(("task", key), held.get(key))
        actor.known.setdefault(("glass", key), glass.get(key))
