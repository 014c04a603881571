"""Asking the policy and writing the log in one step: what every query and action of the care plane begins with."""

from __future__ import annotations

from collections.abc import Iterable

from samspil.access import log
from samspil.access.actor import Actor
from samspil.access.log import Refused
from samspil.access.policy import Decision, Purpose, Resource, Verb, may


def require(actor: Actor, verb: Verb, resource: Resource, purpose: Purpose, *, detail: str = "") -> Decision:
    """The policy's yes, logged when it is about a citizen. Raises Refused, which carries its row of the log."""
    decision = may(actor, verb, resource, purpose)
    record = log.entry(actor, verb, resource, purpose, decision, detail=detail)
    if not decision:
        raise Refused(decision, record)
    if resource.citizen is not None:
        log.append([record])
    return decision


def seen(
    actor: Actor,
    verb: Verb,
    resource: Resource,
    purpose: Purpose,
    decision: Decision,
    citizens: Iterable[int],
    *,
    detail: str = "",
) -> None:
    """Log that a page about several citizens was seen, one row for each of them."""
    log.append(
        [
            log.entry(actor, verb, resource, purpose, decision, citizen_id=citizen, detail=detail)
            for citizen in citizens
        ]
    )
