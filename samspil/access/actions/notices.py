"""Telling citizens, practices, officers and relatives what they have to know, and marking it as read."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Citizen, Notice, Role, User
from samspil.access.policy import Resource


def tell_citizen(citizen: Citizen, kind: Notice.Kind, message: str, **values: Any) -> Notice:
    """A notice to a citizen; whoever has a power of proxy to see the page reads it too."""
    return Notice.objects.create(citizen=citizen, kind=kind, message=message, values=values, at=timezone.now())


def tell_practice(citizen: Citizen, kind: Notice.Kind, message: str, **values: Any) -> Notice | None:
    """A notice to the treating practice about a citizen; none when the citizen has no practice."""
    if citizen.practice_id is None:
        return None
    return Notice.objects.create(
        role=Role.GP,
        organisation_id=citizen.practice_id,
        about=citizen,
        kind=kind,
        message=message,
        values=values,
        at=timezone.now(),
    )


def tell_role(role: Role, about: Citizen, kind: Notice.Kind, message: str, **values: Any) -> Notice:
    """A notice to everybody with a role, about a citizen."""
    return Notice.objects.create(role=role, about=about, kind=kind, message=message, values=values, at=timezone.now())


def tell_user(user: User, kind: Notice.Kind, message: str, **values: Any) -> Notice:
    """A notice to one person."""
    return Notice.objects.create(user=user, kind=kind, message=message, values=values, at=timezone.now())


def mark_read(actor: Actor, notice: Notice) -> None:
    """Mark a notice as read: the citizen's own, or the practice's. A second time changes nothing."""
    if notice.citizen is not None:
        guard.require(actor, "write", Resource("notices", notice.citizen), "self")
    elif notice.user_id is not None:
        if notice.user_id != actor.user_id:
            guard.refuse(actor, "write", Resource("notices"), "self", "relation")
    else:
        resource = Resource("notices", practice_id=notice.organisation_id)
        guard.require(actor, "write", resource, "care")
    Notice.objects.filter(pk=notice.pk, read_at__isnull=True).update(read_at=timezone.now())
