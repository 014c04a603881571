"""Asking whoever is accountable to look at a plan that stands still: done by a command of the system, every day."""

from __future__ import annotations

from django.db import transaction

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.policy import Resource
from samspil.plans.actions.follow_ups import danish_title
from samspil.plans.actions.tasks import close_tasks, open_task
from samspil.plans.models import Plan, PlanTask
from samspil.plans.queries.movement import plans_with_movement, still_since


def ask_about_stalled(actor: Actor) -> int:
    """Give the accountable person of each plan that stands still one task about it; how many were given.

    A plan that has moved since is let be, and its task closed. Again on the same day changes nothing. Raises Refused.
    """
    guard.check(actor, "write", Resource("task"), "administration", detail="stalled")
    since = still_since()
    current = plans_with_movement(Plan.objects.filter(closed_at__isnull=True)).select_related(
        "citizen", "accountable__user", "accountable__organisation"
    )
    asked = set(
        PlanTask.objects.filter(kind="stalled", task__closed_at__isnull=True, plan__isnull=False).values_list(
            "plan_id", flat=True
        )
    )
    title = danish_title("stalled")
    given = 0
    for plan in current.filter(moved__lt=since).exclude(pk__in=asked).order_by("pk"):
        with transaction.atomic():
            user, place = plan.accountable.user, plan.accountable.organisation
            open_task(user, plan.citizen, place, "stalled", title, None, holder=user, plan=plan)
            guard.require(actor, "write", Resource("task", plan.citizen), "administration", detail=f"plan {plan.pk}")
            given += 1
    moving = current.filter(pk__in=asked, moved__gte=since).values_list("pk", flat=True)
    close_tasks(kind="stalled", plan__in=list(moving))
    return given
