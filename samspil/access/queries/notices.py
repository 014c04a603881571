"""What somebody has been told."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from samspil.access import guard, words
from samspil.access.actor import Actor
from samspil.access.models import Citizen, Notice, Role
from samspil.access.paging import page_of
from samspil.access.policy import Resource, may


@dataclass(frozen=True)
class Told:
    """A notice in words."""

    notice: Notice
    text: str


@dataclass(frozen=True)
class Telling:
    """A page of notices, newest first, and the key that the next one begins after; empty when there is none."""

    told: list[Told]
    following: str


def notices_of_citizen(actor: Actor, citizen: Citizen, after: str = "") -> Telling:
    """What a citizen has been told. Logged. Raises Refused."""
    guard.require(actor, "read", Resource("notices", citizen), "self")
    return _page(Notice.objects.filter(citizen=citizen), after)


def notices_of_actor(actor: Actor, after: str = "") -> Telling:
    """What somebody has been told in the capacity they act in: as a person, and as part of their practice or role.

    A practice is told about citizens of its own only; those who have moved since are left out. Logged for each
    citizen. Raises Refused for somebody who is not logged in.
    """
    if actor.user is None:
        guard.refuse(actor, "read", Resource("notices"), "care", "role")
    mine = Q(user=actor.user)
    resource = Resource("notices", practice_id=actor.organisation_id)
    of_practice = may(actor, "read", resource, "care")
    of_officer = may(actor, "read", Resource("officer_notices"), "oversight")
    if of_practice:
        mine |= Q(role=Role.GP, organisation_id=actor.organisation_id, about__practice_id=actor.organisation_id)
    if of_officer:
        mine |= Q(role=Role.DATA_PROTECTION_OFFICER, organisation__isnull=True)
    found = _page(Notice.objects.filter(mine).select_related("about"), after)
    about = sorted({one.notice.about_id for one in found.told if one.notice.about_id is not None})
    if of_officer:
        guard.seen(actor, "read", Resource("officer_notices"), "oversight", of_officer, about)
    else:
        guard.seen(actor, "read", resource, "care", of_practice, about)
    return found


def can_mark(actor: Actor, citizen: Citizen) -> bool:
    """Whether the actor may mark a citizen's notices as read, for showing the buttons."""
    return bool(may(actor, "write", Resource("notices", citizen), "self"))


def _page(notices: QuerySet[Notice], after: str) -> Telling:
    page = page_of(notices, after)
    return Telling([Told(notice, words.notice(notice)) for notice in page.rows], page.following)
