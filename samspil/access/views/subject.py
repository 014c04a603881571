"""Whose pages these are: the citizen's own, those a relative sees for a citizen, or those of a practice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.shortcuts import get_object_or_404
from django.urls import reverse

from samspil.access import guard
from samspil.access.middleware import Request
from samspil.access.models import Citizen
from samspil.access.policy import Kind, Resource

Place = Literal["me", "for", "citizen"]


@dataclass(frozen=True)
class Subject:
    """A citizen as met in one of three places, each with its own addresses for the same pages."""

    citizen: Citizen
    place: Place

    def url(self, page: str, *parts: str) -> str:
        """The address of a page about this citizen in this place."""
        return reverse(f"{self.place}-{page}", args=(*([] if self.place == "me" else [self.citizen.pk]), *parts))

    @property
    def own(self) -> bool:
        """Whether the reader is the citizen."""
        return self.place == "me"


def subject_of(request: Request, place: Place, citizen_id: int | None, kind: Kind) -> Subject:
    """The citizen of a page. Raises Refused for somebody whose place it is not, and Http404 for nobody."""
    actor = request.actor
    if citizen_id is not None:
        citizen = get_object_or_404(Citizen, pk=citizen_id)
    else:
        own = Citizen.objects.filter(pk=actor.citizen_id).first() if actor.citizen_id is not None else None
        if own is None:
            guard.refuse(actor, "read", Resource(kind), "self", "role")
        citizen = own
    # Professionals meet a citizen in their practice, citizens and relatives for themselves.
    if actor.role.is_professional != (place == "citizen"):
        guard.refuse(actor, "read", Resource(kind, citizen), "inclusion" if place == "citizen" else "self", "role")
    return Subject(citizen, place)
