"""Emergency access to one citizen, and the data protection officer's review of it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samspil.access import guard
from samspil.access.actions.notices import tell_citizen, tell_role
from samspil.access.actor import Actor
from samspil.access.errors import Invalid
from samspil.access.models import BreakGlass, Citizen, Notice, Role
from samspil.access.policy import Resource, policy


def break_glass(actor: Actor, citizen: Citizen, reason: str) -> BreakGlass:
    """Open a citizen's record for reading, for the minutes that the policy gives.

    The citizen and the data protection officer are told. Access that is still open is given again, not opened anew.
    Raises Refused, and Invalid for a reason too short to be one.
    """
    resource, rule = Resource("citizen_record", citizen), policy().break_glass
    guard.check(actor, "break_glass", resource, "emergency")
    reason = " ".join(reason.split())
    if len(reason) < rule.reason_letters:
        short = ngettext(
            "Write the reason in at least %(count)d letter.",
            "Write the reason in at least %(count)d letters.",
            rule.reason_letters,
        )
        raise Invalid("reason", short % {"count": rule.reason_letters})
    guard.require(actor, "break_glass", resource, "emergency")
    membership, now = actor.membership, timezone.now()
    assert membership is not None, "the policy lets only members of organisations break the glass"
    with transaction.atomic():
        Citizen.objects.select_for_update().get(pk=citizen.pk)
        still_open = BreakGlass.objects.filter(membership=membership, citizen=citizen, expires_at__gt=now).first()
        if still_open is not None:
            return still_open
        case = BreakGlass.objects.create(
            citizen=citizen,
            membership=membership,
            reason=reason,
            opened_at=now,
            expires_at=now + dt.timedelta(minutes=rule.minutes),
        )
        values = {
            "case": case.pk,
            "name": actor.name,
            "organisation": membership.organisation.name,
            "reason": reason,
            "until": f"{timezone.localtime(case.expires_at):%d-%m-%Y %H:%M}",
        }
        tell_citizen(citizen, Notice.Kind.BREAK_GLASS, "break_glass", **values)
        tell_role(Role.DATA_PROTECTION_OFFICER, citizen, Notice.Kind.BREAK_GLASS, "break_glass", **values)
    actor.forget()
    return case


def review_case(actor: Actor, case: BreakGlass, finding: str) -> None:
    """Write down what the data protection officer found; the first finding stands.

    Raises Refused, and Invalid when there is no finding or the case was reviewed before.
    """
    resource = Resource("break_glass", case.citizen)
    guard.check(actor, "write", resource, "oversight")
    finding = finding.strip()
    if not finding:
        raise Invalid("finding", _("Write what you found."))
    now = timezone.now()
    with transaction.atomic():
        reviewed = BreakGlass.objects.filter(pk=case.pk, reviewed_at__isnull=True).update(
            reviewed_at=now, reviewed_by=actor.user, finding=finding
        )
        if not reviewed:
            raise Invalid("", _("The case has already been reviewed."))
        guard.require(actor, "write", resource, "oversight", detail=f"case {case.pk}")
        told = Notice.objects.filter(role=Role.DATA_PROTECTION_OFFICER, message="break_glass", values__case=case.pk)
        told.filter(read_at__isnull=True).update(read_at=now)
