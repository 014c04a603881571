"""Tasks that belong to a promise: given by an act of this room, done by who holds them.

A task of `access` is what opens data to its holder; `PlanTask` says what it is about. Tasks are given here by acts that
have asked the policy themselves: a referral, a follow-up, a discharge.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import CareTask, Citizen, Organisation, User
from samspil.access.policy import Resource
from samspil.plans.models import PlanTask


def open_task(
    asked_by: User,
    citizen: Citizen,
    organisation: Organisation,
    kind: str,
    title: str,
    due: dt.date | None,
    *,
    holder: User | None = None,
    due_at: dt.datetime | None = None,
    urgent: bool = False,
    **about: Any,
) -> PlanTask:
    """Open a task of a kind of `plan_format.yaml` for an organisation, or one person of it. Part of a larger act.

    `about` names what it belongs to: `plan`, `activity`, `referral`, `note`, `stay`. A deadline in hours is `due_at`.
    """
    task = CareTask.objects.create(
        citizen=citizen, organisation=organisation, holder=holder, title=title[:200], asked_by=asked_by, due=due
    )
    return PlanTask.objects.create(task=task, kind=kind, due_at=due_at, urgent=urgent, **about)


def close_tasks(**about: Any) -> int:
    """Close what is open of the tasks that match, such as `referral=…, kind="referral"`. Part of a larger act."""
    found = list(PlanTask.objects.filter(task__closed_at__isnull=True, **about).values_list("task", flat=True))
    closed = CareTask.objects.filter(pk__in=found).update(closed_at=timezone.now())
    _nothing_to_tell(found)
    return closed


def _nothing_to_tell(tasks: list[int]) -> None:
    """What told somebody that these were late is done with them."""
    told = CareTask.objects.filter(about__tells_of__task__in=tasks, closed_at__isnull=True)
    told.update(closed_at=timezone.now())


def finish(actor: Actor, about: PlanTask, answer: str = "") -> bool:
    """Mark a task as done, with an answer where one is asked for. False when it was done before. Raises Refused."""
    task = about.task
    resource = Resource("task", task.citizen, task=task)
    guard.check(actor, "write", resource, "care", detail=f"task {task.pk}")
    with transaction.atomic():
        done = CareTask.objects.filter(pk=task.pk, closed_at__isnull=True).update(closed_at=timezone.now()) == 1
        if done:
            PlanTask.objects.filter(pk=about.pk).update(answer=answer.strip())
            _nothing_to_tell([task.pk])
            guard.require(actor, "write", resource, "care", detail=f"task {task.pk}")
    actor.forget()
    return done
