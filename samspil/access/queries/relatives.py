"""Powers of proxy, as the citizen and the relative see them."""

from __future__ import annotations

from django.utils import timezone

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Citizen, Proxy, Role
from samspil.access.policy import Resource


def proxies_of(actor: Actor, citizen: Citizen) -> list[Proxy]:
    """Every power of proxy that a citizen has given, newest first. Logged. Raises Refused."""
    guard.require(actor, "read", Resource("proxies", citizen), "self")
    return list(citizen.proxies.select_related("relative"))


def acts_for(actor: Actor) -> list[Proxy]:
    """The powers of proxy that a relative has today. Raises Refused for anybody who acts as something else."""
    if actor.role != Role.RELATIVE:
        guard.refuse(actor, "read", Resource("citizen_page"), "self", "role")
    current = Proxy.objects.current(timezone.localdate()).filter(relative=actor.user)
    return list(current.select_related("citizen").order_by("citizen__name", "pk"))
