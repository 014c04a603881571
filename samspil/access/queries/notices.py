"""What somebody has been told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from samspil.access import guard, words
from samspil.access.actor import Actor
from samspil.access.models import Citizen, Notice, Role
from samspil.access.policy import Resource, may

#: A page shows the newest; older ones have been read or are of no use.
SHOWN = 100


@dataclass(frozen=True)
class Told:
    """A notice in words."""

    notice: Notice
    text: str


def notices_of_citizen(actor: Actor, citizen: Citizen) -> list[Told]:
    """What a citizen has been told, newest first. Logged. Raises Refused."""
    guard.require(actor, "read", Resource("notices", citizen), "self")
    return _in_words(Notice.objects.filter(citizen=citizen)[:SHOWN])


def notices_of_actor(actor: Actor) -> list[Told]:
    """What somebody has been told in the capacity they act in: as a person, and as part of their practice.

    A practice is told about citizens of its own only; those who have moved since are left out. Logged for each
    citizen. Raises Refused for somebody who is not logged in.
    """
    if actor.user is None:
        guard.refuse(actor, "read", Resource("notices"), "care", "role")
    mine = Q(user=actor.user)
    resource = Resource("notices", practice_id=actor.organisation_id)
    decision = may(actor, "read", resource, "care")
    if decision:
        mine |= Q(role=Role.GP, organisation_id=actor.organisation_id, about__practice_id=actor.organisation_id)
    found = list(Notice.objects.filter(mine).select_related("about")[:SHOWN])
    about = sorted({notice.about_id for notice in found if notice.about_id is not None})
    guard.seen(actor, "read", resource, "care", decision, about)
    return _in_words(found)


def can_mark(actor: Actor, citizen: Citizen) -> bool:
    """Whether the actor may mark a citizen's notices as read, for showing the buttons."""
    return bool(may(actor, "write", Resource("notices", citizen), "self"))


def _in_words(found: Iterable[Notice]) -> list[Told]:
    return [Told(notice, words.notice(notice)) for notice in found]
