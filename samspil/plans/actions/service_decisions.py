"""Why somebody was not referred: not referred, declined by the citizen, or not offered for health reasons.

Three things that look alike and mean different things when referrals are counted (report 002 L1374-1377; report 003
L1262-1268, L-51). They are never mixed, and each has its reason.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.errors import Invalid
from samspil.access.models import Citizen
from samspil.plans.actions.referrals import to_refer
from samspil.plans.catalogue import find
from samspil.plans.models import Plan, ServiceDecision
from samspil.plans.programme import plan_format

Outcome = ServiceDecision.Outcome


def decide(
    actor: Actor,
    citizen: Citizen,
    programme: str,
    service: str,
    outcome: str,
    *,
    reason: str = "",
    words: str = "",
    plan: Plan | None = None,
) -> ServiceDecision:
    """Write down that a citizen was not referred to a service, which of the three it was, and why.

    A citizen who declined has a reason of the list, also "has not said why"; the others have words. Raises Refused, and
    Invalid with the field to mend.
    """
    resource = to_refer(citizen, plan)
    guard.check(actor, "give", resource, "care", detail=f"{programme}/{service}")
    offer = find(programme, service)
    if offer is None:
        raise Invalid("service", _("This service is not offered any more. Choose another."))
    if outcome not in Outcome.values:
        raise Invalid("outcome", _("Choose which of the three it was."))
    if outcome == Outcome.DECLINED and reason not in {each.reason for each in plan_format().decline_reasons}:
        raise Invalid("reason", _("Choose what the citizen gave as the reason."))
    if outcome != Outcome.DECLINED:
        if reason:
            raise Invalid("reason", _("A reason of the list is for a citizen who declined. Write it in words here."))
        if not words.strip():
            raise Invalid("words", _("Write why."))
    assert actor.membership is not None, "only members of an organisation are granted to refer"
    with transaction.atomic():
        made = ServiceDecision.objects.create(
            citizen=citizen,
            plan=plan,
            programme=programme,
            service=service,
            category=offer.service.category,
            outcome=outcome,
            reason=reason,
            words=words.strip(),
            by=actor.membership,
            at=timezone.now(),
        )
        guard.require(actor, "give", resource, "care", detail=f"{outcome} {programme}/{service}")
    return made
