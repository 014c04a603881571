"""Whom a citizen's plan names as accountable or as coordinator, for rooms that do not know plans."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from samspil.access.actor import Actor
from samspil.access.models import Citizen

#: What other rooms know of who is named for a citizen: keys of memberships. Each room adds its own.
NAMED: list[Callable[[Citizen], Iterable[int]]] = []


def named_for(actor: Actor, citizen: Citizen) -> frozenset[int]:
    """The memberships that are named for a citizen, for `Resource.named`. Looked up once for an actor.

    Empty for those who need no name: the treating practice, and who is in no organisation.
    """
    if actor.organisation_id is None or actor.organisation_id == citizen.practice_id:
        return frozenset()
    key = ("named", citizen.pk)
    if key not in actor.known:
        actor.known[key] = frozenset(membership for known in NAMED for membership in known(citizen))
    found: frozenset[int] = actor.known[key]
    return found
