"""Asking the policy and writing the log in one step: what every query and action of the care plane begins with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from samspil.access import log
from samspil.access.actor import Actor
from samspil.access.log import Refused
from samspil.access.policy import Decision, Purpose, Reason, Resource, Verb, may


def require(actor: Actor, verb: Verb, resource: Resource, purpose: Purpose, *, detail: str = "") -> Decision:
    """The policy's yes, logged when it is about a citizen. Raises Refused, which carries its row of the log."""
    decision = check(actor, verb, resource, purpose, detail=detail)
    if resource.citizen is not None:
        log.append([log.entry(actor, verb, resource, purpose, decision, detail=detail)])
    return decision


def require_all(actor: Actor, verb: Verb, resources: Iterable[Resource], purpose: Purpose) -> None:
    """The policy's yes to each of several citizens' data, logged with its own basis for each. Raises Refused."""
    log.append(
        [log.entry(actor, verb, resource, purpose, check(actor, verb, resource, purpose)) for resource in resources]
    )


def check(actor: Actor, verb: Verb, resource: Resource, purpose: Purpose, *, detail: str = "") -> Decision:
    """The policy's yes, not yet logged: for an action that has rules of its own to look at first. Raises Refused."""
    decision = may(actor, verb, resource, purpose)
    if not decision:
        raise Refused(decision, log.entry(actor, verb, resource, purpose, decision, detail=detail))
    return decision


def refuse(actor: Actor, verb: Verb, resource: Resource, purpose: Purpose, reason: Reason) -> NoReturn:
    """Refuse what the policy leaves to a rule of an action, such as a colleague's own task. Raises Refused."""
    decision = Decision(False, reason=reason)
    raise Refused(decision, log.entry(actor, verb, resource, purpose, decision))


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
        [log.entry(actor, verb, resource, purpose, decision, citizen_id=citizen, detail=detail) for citizen in citizens]
    )
