"""What is still promised to a citizen when a pathway ends: nothing of it stops silently (report 000 L-06, L-46).

Referrals under way, activities agreed on, appointments to come and what people have been asked to do. Each is answered
before the pathway ends: it goes on to its end without the programme, or it stops and the citizen is told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise as Words
from django.utils.translation import gettext_lazy as _

from samspil.plans.catalogue import as_sent
from samspil.plans.models import Activity, Appointment, Pathway, PlanTask, Referral
from samspil.plans.programme import in_words

#: What can be answered about each.
ANSWERS: dict[str, Words] = {
    "go_on": _("goes on to its end"),
    "stop": _("stops, and the citizen has been told"),
}
#: Tasks about the plan itself: without it there is nothing to do.
OF_THE_PLAN = (
    "follow_up",
    "stalled",
    "handover_accountable",
    "review_coordinator",
    "competing_plans",
    "goal_midway",
    "goal_final",
    "print_again",
)
#: A referral that nobody waits for any more.
_CLOSED = (
    Referral.State.REJECTED,
    Referral.State.COMPLETED,
    Referral.State.DROPPED_OUT,
    Referral.State.WITHDRAWN,
)


@dataclass(frozen=True)
class Promise:
    """One thing that is promised; `key` names it in answers, as `referral-12`."""

    key: str
    record: Referral | Activity | Appointment | PlanTask
    what: str
    who: str
    due: dt.date | None = None

    @property
    def kind(self) -> str:
        """`referral`, `activity`, `appointment` or `task`."""
        return self.key.partition("-")[0]


def referrals_of(pathway: Pathway, *, last: bool) -> QuerySet[Referral]:
    """Referrals under way that belong to a pathway: those of its programme, and with the last one all of the plan."""
    own = Q(programme=pathway.programme)
    if last and pathway.plan_id is not None:
        own |= Q(plan_id=pathway.plan_id)
    return Referral.objects.filter(own, citizen_id=pathway.citizen_id).exclude(state__in=_CLOSED)


def promises_of(pathway: Pathway, *, last: bool) -> list[Promise]:
    """What is still promised and belongs to a pathway; with the `last` one of a plan, everything the plan promises.

    Other pathways of the plan carry on what is theirs and what is nobody's in particular.
    """
    found = [
        Promise(f"referral-{each.pk}", each, in_words(as_sent(each).title), each.to_organisation.name, each.start_due)
        for each in referrals_of(pathway, last=last).select_related("to_organisation").order_by("id")
    ]
    if pathway.plan_id is None:
        return found
    referred = {promise.record.pk for promise in found}
    activities = Activity.objects.filter(
        plan_id=pathway.plan_id, by_citizen=False, state__in=[Activity.State.PLANNED, Activity.State.ACTIVE]
    ).select_related("party", "referral")
    for each in activities if last else activities.filter(programme=pathway.programme):
        if getattr(each, "referral", None) is None or each.referral.pk not in referred:
            who = each.party.name if each.party is not None else ""
            found.append(Promise(f"activity-{each.pk}", each, each.what, who, each.due))
    return found + (_of_the_plan(pathway.plan_id) if last else [])


def _of_the_plan(plan: int) -> list[Promise]:
    """Appointments and tasks that no referral and no activity stands for."""
    appointments = Appointment.objects.filter(
        plan_id=plan, referral__isnull=True, state=Appointment.State.PLANNED, at__gte=timezone.now()
    ).select_related("organisation")
    tasks = (
        PlanTask.objects.filter(
            plan_id=plan, activity__isnull=True, referral__isnull=True, task__closed_at__isnull=True
        )
        .exclude(kind__in=OF_THE_PLAN)
        .select_related("task__organisation")
        .order_by("id")
    )
    return [
        *(
            Promise(f"appointment-{each.pk}", each, each.what, each.organisation.name, timezone.localdate(each.at))
            for each in appointments
        ),
        *(
            Promise(f"task-{each.pk}", each, each.task.title, each.task.organisation.name, each.task.due)
            for each in tasks
        ),
    ]


def unanswered(promises: Collection[Promise], answers: dict[str, str]) -> list[Promise]:
    """What has not been answered yet."""
    return [promise for promise in promises if answers.get(promise.key) not in ANSWERS]
