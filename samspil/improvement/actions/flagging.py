"""Flags: what a professional says of a patient and no data can. Set and taken away with a reason, never inferred.

Report 003 L999-1013: "vulnerable" is said by the practice, or by a municipal professional who has a task.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Citizen
from samspil.improvement.models import PatientFlag
from samspil.improvement.queries.own_practice import bulletin, flags_about


def set_flag(actor: Actor, citizen: Citizen, name: str, flag: str, reason: str) -> PatientFlag:
    """Set a flag of a set on a citizen.

    Raises Refused, Invalid for an unknown set or flag and without a reason, and Conflict when it is set already.
    """
    resource = flags_about(citizen)
    guard.check(actor, "write", resource, "care", detail=f"{name}/{flag}")
    assert actor.membership is not None, "only members of an organisation are granted this"
    try:
        known = {each.flag for each in bulletin(name).set.flags}
    except LookupError:
        known = set()
    if flag not in known:
        raise Invalid("flag", _("Choose one of the flags."))
    if not reason.strip():
        raise Invalid("reason", _("Write why. Whoever reads it has to understand."))
    with transaction.atomic():
        Citizen.objects.select_for_update().get(pk=citizen.pk)
        already = PatientFlag.objects.filter(citizen=citizen, set=name, flag=flag, removed_at__isnull=True)
        first = already.select_related("by__user").first()
        if first is not None:
            raise Conflict(_("%(who)s has set it already.") % {"who": first.by.user.name})
        made = PatientFlag.objects.create(
            citizen=citizen, set=name, flag=flag, reason=reason.strip(), by=actor.membership, at=timezone.now()
        )
        guard.require(actor, "write", resource, "care", detail=f"{name}/{flag}")
    return made


def remove_flag(actor: Actor, flag: PatientFlag, reason: str) -> None:
    """Take a flag away; it stays in the history with both reasons.

    Raises Refused, Invalid without a reason, and Conflict when somebody was first.
    """
    resource = flags_about(flag.citizen)
    guard.check(actor, "write", resource, "care", detail=f"{flag.set}/{flag.flag}")
    if not reason.strip():
        raise Invalid("reason", _("Write why. Whoever reads it has to understand."))
    with transaction.atomic():
        open_still = PatientFlag.objects.filter(pk=flag.pk, removed_at__isnull=True)
        if not open_still.update(removed_by=actor.membership, removed_at=timezone.now(), removed_reason=reason.strip()):
            flag.refresh_from_db()
            who = flag.removed_by.user.name if flag.removed_by is not None else ""
            raise Conflict(_("%(who)s has taken it away already.") % {"who": who})
        guard.require(actor, "write", resource, "care", detail=f"{flag.set}/{flag.flag}")
    flag.refresh_from_db()
