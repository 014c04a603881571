"""Who is accountable for a plan and who coordinates it: now, before, and who could be."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from samspil.access import guard
from samspil.access.actions.tasks import task_roles
from samspil.access.actor import Actor
from samspil.access.models import Membership, Organisation
from samspil.access.policy import Resource, may
from samspil.plans.actions.accountable import works_today
from samspil.plans.actions.changing import resource_of
from samspil.plans.models import Coordination, Handover, Plan
from samspil.plans.programme import in_words, plan_format
from samspil.plans.queries.pathway import require_whole


def people_at(organisation: Organisation | None) -> list[Membership]:
    """Those who can be named in a plan in an organisation today, by name."""
    if organisation is None:
        return []
    working = Membership.objects.current(timezone.localdate()).filter(
        organisation=organisation, role__in=task_roles(), user__is_active=True
    )
    return list(working.select_related("user", "organisation").order_by("user__name", "pk"))


@dataclass
class Accountability:
    """Who is accountable, the proposal that waits for its answer, and those before."""

    plan: Plan
    left: bool
    waiting: Handover | None
    before: list[Handover]
    may_decide: bool


def accountability(actor: Actor, plan: Plan) -> Accountability:
    """Who is accountable for a plan, with every handover. Logged. Raises Refused."""
    resource = resource_of(plan)
    require_whole(actor, resource, "accountable")
    handovers = list(plan.handovers.select_related("from_member__user", "to_member__user", "to_member__organisation"))
    return Accountability(
        plan=plan,
        left=not works_today(plan.accountable),
        waiting=next((each for each in handovers if each.answered_at is None), None),
        before=[each for each in handovers if each.answered_at is not None],
        may_decide=bool(may(actor, "decide", resource, "care")),
    )


def handover(actor: Actor, key: int) -> Handover:
    """A proposal, for who is to answer it. Logged. Raises Handover.DoesNotExist, and Refused for everybody else."""
    found = Handover.objects.select_related(
        "plan__citizen", "plan__accountable", "task", "by__user", "from_member__user", "to_member__user"
    ).get(pk=key)
    resource = Resource("task", found.plan.citizen, task=found.task)
    if actor.membership is None or actor.membership.pk != found.to_member_id:
        guard.refuse(actor, "read", resource, "care", "relation")
    guard.require(actor, "read", resource, "care", detail=f"handover {key}")
    return found


@dataclass
class Coordinated:
    """One coordinator of a plan, with the circumstances in words."""

    coordination: Coordination
    circumstances: list[str]
    #: The day has come to look at whether the citizen still needs one (report 002 COORD-10).
    overdue: bool


@dataclass
class CoordinationOf:
    """Every coordinator of a plan, and whether there were too many within some time (report 002 COORD-8)."""

    plan: Plan
    current: list[Coordinated]
    before: list[Coordinated]
    too_many: int
    review_on: dt.date
    may_decide: bool


def coordination(actor: Actor, plan: Plan) -> CoordinationOf:
    """The coordinators of a plan, the one who leads first. Logged. Raises Refused."""
    resource = resource_of(plan)
    require_whole(actor, resource, "coordinator")
    rules, today = plan_format().coordination, timezone.localdate()
    found = list(plan.coordinations.select_related("coordinator__user", "coordinator__organisation"))
    titles = {each.circumstance: in_words(each.title) for each in rules.special_circumstances}
    titles |= {each.condition: in_words(each.title) for each in rules.chronic_conditions}
    shown = [
        Coordinated(
            each,
            [titles.get(code, code) for code in (*each.circumstances, *each.conditions)],
            each.ended_on is None and each.review_on <= today,
        )
        for each in found
    ]
    return CoordinationOf(
        plan=plan,
        current=sorted(
            (each for each in shown if each.coordination.ended_on is None), key=lambda each: not each.coordination.lead
        ),
        before=[each for each in shown if each.coordination.ended_on is not None],
        too_many=too_many(plan),
        review_on=today + dt.timedelta(days=plan_format().rules.coordinator_review_days.value),
        may_decide=bool(may(actor, "decide", resource, "care")),
    )


def too_many(plan: Plan) -> int:
    """How many coordinators the citizen has had within the time of the rules, when it is more than they allow; else 0.

    Counted over all of the citizen's plans: continuity is the citizen's (report 002 L1987-1990).
    """
    rules = plan_format().coordination
    if rules.most_coordinators is None or rules.most_within_days is None:
        return 0
    since = timezone.localdate() - dt.timedelta(days=rules.most_within_days.value)
    number = (
        Coordination.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=since), plan__citizen=plan.citizen)
        .values("coordinator__user")
        .distinct()
        .count()
    )
    return number if number > rules.most_coordinators.value else 0
