"""What every change of a plan is made of: asking the policy, holding the plan, and keeping what it was.

with transaction.atomic():
    held = hold(plan)                # nobody else changes the plan until the end of the transaction
    …                                # the rules of the change
    revise(actor, held, "goal_added")
"""

from __future__ import annotations

from django.utils import timezone

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Membership, Role
from samspil.access.policy import Purpose, Resource, Verb
from samspil.plans.content import content_of
from samspil.plans.models import Plan, Revision
from samspil.plans.prints import ask_to_print


def resource_of(plan: Plan) -> Resource:
    """What the policy is asked about: the plan of a citizen, with those whom it names."""
    coordinators = plan.coordinations.filter(ended_on__isnull=True).values_list("coordinator_id", flat=True)
    return Resource("plan", plan.citizen, named=frozenset({plan.accountable_id, *coordinators}))


def purpose_of(actor: Actor) -> Purpose:
    """What somebody works in a plan for: professionals to care, citizens and relatives for themselves."""
    return "self" if actor.role in {Role.CITIZEN, Role.RELATIVE} else "care"


def member(actor: Actor, verb: Verb, resource: Resource, detail: str) -> Membership:
    """The membership that a professional acts in, when the policy allows it. Nothing is logged yet. Raises Refused."""
    guard.check(actor, verb, resource, "care", detail=detail)
    assert actor.membership is not None, "only members of an organisation are granted anything for care"
    return actor.membership


def hold(plan: Plan) -> Plan:
    """The plan as it is now, kept from changing until the transaction is over."""
    return Plan.objects.select_for_update(of=("self",)).select_related("citizen", "accountable__user").get(pk=plan.pk)


def revise(
    actor: Actor,
    plan: Plan,
    what: str,
    *,
    kind: Revision.Kind = Revision.Kind.EDIT,
    why: str = "",
    verb: Verb = "write",
    asked: bool = False,
) -> Revision:
    """Keep a held plan as it has become, and log the change. `what` is a code of `words.CHANGES`. Raises Refused.

    `asked` when the act that this is part of has asked the policy and logged itself: a receiver who marks a referral
    as completed changes the plan by that, and has no right to write in it.
    """
    assert actor.user is not None, "the policy lets nobody change a plan who is not logged in"
    now = timezone.now()
    plan.version += 1
    plan.changed_at = now
    plan.save()
    made = Revision.objects.create(
        plan=plan,
        number=plan.version,
        kind=Revision.Kind.CITIZEN if actor.role == Role.CITIZEN else kind,
        what=what,
        why=why.strip(),
        content=content_of(plan),
        by=actor.user,
        role=actor.role,
        organisation=actor.organisation.name if actor.organisation else "",
        at=now,
    )
    ask_to_print(actor.user, plan)
    if not asked:
        guard.require(actor, verb, resource_of(plan), purpose_of(actor), detail=what)
    return made
