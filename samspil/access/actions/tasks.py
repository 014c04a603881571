"""Giving tasks to other organisations, and finishing them. An open task is a care relation; a finished one is not."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.errors import Invalid
from samspil.access.models import CareTask, Citizen, Membership, Organisation, User
from samspil.access.policy import Resource, policy


def task_roles() -> frozenset[str]:
    """The roles that can hold a task, as the policy says."""
    grants = [grant for grant in policy().grants if grant.resource == "task" and grant.relation == "task"]
    return frozenset(role.value for grant in grants for role in grant.roles)


def give_task(
    actor: Actor,
    citizen: Citizen,
    organisation: Organisation,
    title: str,
    due: dt.date | None,
    holder: User | None = None,
) -> CareTask:
    """Ask an organisation, or one person of it, to do something for a citizen. Raises Refused, and Invalid."""
    resource = Resource("task", citizen)
    guard.check(actor, "give", resource, "care")
    today = timezone.localdate()
    if not title.strip():
        raise Invalid("title", _("Write what is to be done."))
    if due is not None and due < today:
        raise Invalid("due", _("The day has already passed."))
    working = Membership.objects.current(today).filter(organisation=organisation, role__in=task_roles())
    if not working.exists():
        raise Invalid("organisation", _("Nobody there can take a task today."))
    if holder is not None and not working.filter(user=holder).exists():
        raise Invalid("holder", _("This person does not work there today."))
    assert actor.user is not None, "the policy lets nobody give a task who is not logged in"
    with transaction.atomic():
        task = CareTask.objects.create(
            citizen=citizen, organisation=organisation, holder=holder, title=title.strip(), asked_by=actor.user, due=due
        )
        guard.require(actor, "give", resource, "care", detail=f"organisation {organisation.pk}")
    actor.forget()
    return task


def close_task(actor: Actor, task: CareTask) -> None:
    """Mark a task as done, by who holds it or by the treating practice. A second time changes nothing.

    With the last open task the access that followed from it is gone. Raises Refused.
    """
    resource = Resource("task", task.citizen, task=task)
    guard.check(actor, "write", resource, "care", detail=f"task {task.pk}")
    with transaction.atomic():
        if CareTask.objects.filter(pk=task.pk, closed_at__isnull=True).update(closed_at=timezone.now()):
            guard.require(actor, "write", resource, "care", detail=f"task {task.pk}")
    actor.forget()
