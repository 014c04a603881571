"""Who can be given a task, and what it would open. What somebody holds is the work list of the room `plans`."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from samspil.access import guard, words
from samspil.access.actions.consent import handling_purpose
from samspil.access.actions.tasks import task_roles
from samspil.access.actor import Actor
from samspil.access.models import Category, Citizen, Membership, Organisation, User
from samspil.access.policy import Resource, opened_by_task


def organisations_for_tasks() -> list[Organisation]:
    """Organisations where somebody works today who can hold a task. Not about any citizen."""
    working = Membership.objects.current(timezone.localdate()).filter(role__in=task_roles())
    return list(Organisation.objects.filter(pk__in=working.values("organisation_id")))


def people_for_tasks(organisation: Organisation) -> list[User]:
    """Those who can hold a task in an organisation today."""
    working = Membership.objects.current(timezone.localdate()).filter(organisation=organisation, role__in=task_roles())
    return list(User.objects.filter(pk__in=working.values("user_id"), is_active=True))


@dataclass(frozen=True)
class Seen:
    """One kind of data that a task opens, and why, in words."""

    category: str
    why: str


def seen_with_task(actor: Actor, citizen: Citizen, organisation: Organisation) -> tuple[bool, list[Seen]]:
    """What an organisation would see of a citizen while it holds a task, and whether that is all there is.

    Tells how the citizen has answered about sharing, so it is logged as that. Raises Refused.
    """
    guard.require(actor, "read", Resource("consent", citizen), handling_purpose(actor), detail="sharing")
    opened = opened_by_task(organisation, citizen)
    seen = [Seen(words.category(category), words.basis(decision.basis, {})) for category, decision in opened.items()]
    return len(seen) == len(Category), seen


def citizen_for_task(actor: Actor, citizen: Citizen) -> None:
    """That the actor may give a task for the citizen, before the form is shown. Raises Refused."""
    guard.check(actor, "give", Resource("task", citizen), "care")
