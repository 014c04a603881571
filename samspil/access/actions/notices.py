"""Telling citizens, practices, officers and relatives what they have to know, and marking it as read."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Citizen, Notice, Role, User
from samspil.access.policy import Purpose, Resource


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
    """Mark a notice as read: the citizen's own, the practice's, the officer's or one's own. Logged when it is about a
    citizen. A second time changes nothing. Raises Refused.
    """
    if notice.user_id is not None:
        if notice.user_id != actor.user_id:
            guard.refuse(actor, "write", Resource("notices"), "self", "relation")
        _mark(notice)
        return
    purpose: Purpose
    if notice.citizen is not None:
        resource, purpose = Resource("notices", notice.citizen), "self"
    elif notice.organisation_id is not None:
        # A practice that the citizen has left is told no more, and the new one was not told this.
        guard.check(actor, "write", Resource("notices", practice_id=notice.organisation_id), "care")
        resource, purpose = Resource("notices", notice.about, practice_id=notice.organisation_id), "care"
    else:
        resource, purpose = Resource("officer_notices", notice.about), "oversight"
    guard.check(actor, "write", resource, purpose)
    with transaction.atomic():
        if _mark(notice):
            guard.require(actor, "write", resource, purpose)


def _mark(notice: Notice) -> bool:
    """Whether it was not marked before."""
    return Notice.objects.filter(pk=notice.pk, read_at__isnull=True).update(read_at=timezone.now()) == 1
