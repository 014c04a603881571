"""Powers of proxy, as the citizen and the relative see them."""

from __future__ import annotations

from django.utils import timezone

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Citizen, Proxy
from samspil.access.policy import Resource, could


def proxies_of(actor: Actor, citizen: Citizen) -> list[Proxy]:
    """Every power of proxy that a citizen has given, newest first. Logged. Raises Refused."""
    guard.require(actor, "read", Resource("proxies", citizen), "self")
    return list(citizen.proxies.select_related("relative"))


def acts_for(actor: Actor) -> list[Proxy]:
    """The powers of proxy that a relative has today. Logged for each citizen.

    Raises Refused for anybody who acts as something else.
    """
    if not could(actor, "read", "acting_for", "self"):
        guard.refuse(actor, "read", Resource("acting_for"), "self", "role")
    current = Proxy.objects.current(timezone.localdate()).filter(relative=actor.user)
    found = list(current.select_related("citizen").order_by("citizen__name", "pk"))
    for proxy in found:
        # What the policy would look up for each citizen in turn has been read here for all of them.
        actor.known[("proxies", proxy.citizen_id)] = [each for each in found if each.citizen_id == proxy.citizen_id]
    citizens = {proxy.citizen_id: proxy.citizen for proxy in found}
    guard.require_all(actor, "read", [Resource("acting_for", citizen) for citizen in citizens.values()], "self")
    return found
