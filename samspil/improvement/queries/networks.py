"""Networks, and who may see what of them: a practice its own, other sectors and leadership any (report 003 P-3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.policy import Kind, Resource, Verb, may
from samspil.improvement.models import IndicatorPublication, Network, NetworkPractice


@dataclass(frozen=True)
class Opened:
    """A network that somebody may see. `member`: the viewer's own practice is in it today."""

    network: Network
    member: bool


def members_on(day: dt.date) -> QuerySet[NetworkPractice]:
    """Entries of practices that are in a network on a day: joined by then, and not left by then."""
    return NetworkPractice.objects.filter(Q(left__isnull=True) | Q(left__gt=day), joined__lte=day)


def resource(actor: Actor, network: Network, kind: Kind) -> Resource:
    """What the policy is asked about: something of a network, in the actor's own practice when it is a member today."""
    return Resource(kind, practice_id=actor.organisation_id if _is_member(actor, network) else None)


def memberships(actor: Actor, network: Network) -> list[NetworkPractice]:
    """Every entry of a practice into the network, with the practice, read once for a request."""
    key = ("network", network.pk)
    if key not in actor.known:
        actor.known[key] = list(NetworkPractice.objects.filter(network=network).select_related("practice"))
    found: list[NetworkPractice] = actor.known[key]
    return found


def in_it(membership: NetworkPractice, day: dt.date) -> bool:
    """Whether a practice is in its network on a day, by one of its entries."""
    return membership.joined <= day and (membership.left is None or membership.left > day)


def _is_member(actor: Actor, network: Network) -> bool:
    today = timezone.localdate()
    return any(each.practice_id == actor.organisation_id and in_it(each, today) for each in memberships(actor, network))


def open_network(actor: Actor, key: int, kind: Kind = "network_report", verb: Verb = "read") -> Opened:
    """A network that the actor may see. Raises Network.DoesNotExist and Refused."""
    network = Network.objects.get(pk=key)
    guard.require(actor, verb, resource(actor, network, kind), "improvement")
    return Opened(network, _is_member(actor, network))


def may_discuss(actor: Actor, network: Network) -> bool:
    """Whether the actor may write notes, meetings and tests of change, for showing the forms."""
    return bool(may(actor, "write", resource(actor, network, "network_discussion"), "improvement"))


@dataclass(frozen=True)
class Listed:
    """A network on the list, and how many practices it has today."""

    network: Network
    practices: int


def networks_of(actor: Actor) -> list[Listed]:
    """The networks somebody may see, by name. Raises Refused."""
    any_network = may(actor, "read", Resource("network_report"), "improvement")
    found = Network.objects.all()
    today = members_on(timezone.localdate())
    if not any_network:
        own = Resource("network_report", practice_id=actor.organisation_id)
        guard.require(actor, "read", own, "improvement")
        found = found.filter(pk__in=today.filter(practice_id=actor.organisation_id).values("network_id"))
    networks = list(found)
    counts = dict(
        today.filter(network__in=networks)
        .values_list("network_id")
        .annotate(Count("practice", distinct=True))
        .order_by()
    )
    return [Listed(network, counts.get(network.pk, 0)) for network in networks]


def newest_publications(sets: Iterable[str] | None = None) -> list[IndicatorPublication]:
    """The newest publication of each set, by the name of the set; without what is long and not shown."""
    found = IndicatorPublication.objects.defer("checks", "versions")
    if sets is not None:
        found = found.filter(set__in=list(sets))
    newer = IndicatorPublication.objects.filter(set=OuterRef("set")).filter(
        Q(as_of__gt=OuterRef("as_of")) | Q(as_of=OuterRef("as_of"), pk__gt=OuterRef("pk"))
    )
    return list(found.filter(~Exists(newer)).order_by("set"))
