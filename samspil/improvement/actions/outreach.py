"""Writing down that somebody tried to reach a patient, and what came of it (report 003 L941-944, L-29, L-31)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Citizen
from samspil.improvement.models import LostPatient, OutreachAttempt, PatientFlag, PatientState
from samspil.improvement.queries.own_practice import bulletin, own_patients

_Outcome, _Channel = OutreachAttempt.Outcome, OutreachAttempt.Channel


def record_attempt(
    actor: Actor,
    citizen: Citizen,
    name: str,
    channel: str,
    outcome: str,
    *,
    on: dt.date | None = None,
    words: str = "",
    known: int | None = None,
) -> OutreachAttempt:
    """An attempt to reach a patient of a set, on a day (today when none is given).

    `known` is the newest attempt that was seen, 0 for none: with a newer one by a colleague nobody rings twice. Raises
    Refused for another practice's patient, LookupError for an unknown set, Conflict when a colleague was first or the
    patient does not want to be contacted, and Invalid for a day that lies ahead or before the patient was born, an
    unknown channel or outcome, and somebody who is not in the set.
    """
    resource = own_patients(actor, citizen)
    guard.check(actor, "write", resource, "improvement", detail=f"{name}/{outcome}")
    assert actor.membership is not None, "only members of a practice are granted this"
    day = on or timezone.localdate()
    if day > timezone.localdate():
        raise Invalid("on", _("The day lies ahead. Write the day it was tried."))
    if day < citizen.birth_date:
        raise Invalid("on", _("That is before the patient was born."))
    if channel not in _Channel.values:
        raise Invalid("channel", _("Choose how it was tried."))
    if outcome not in _Outcome.values:
        raise Invalid("outcome", _("Choose what came of it."))
    found = bulletin(name)
    with transaction.atomic():
        # Held, so that two who ring at the same time are told of each other.
        citizen = Citizen.objects.select_for_update().get(pk=citizen.pk)
        own = {"publication": found.publication, "citizen": citizen, "practice_id": actor.organisation_id}
        lost = LostPatient.objects.filter(**own).exists()
        if citizen.inactive or not (lost or PatientState.objects.filter(**own).exists()):
            raise Invalid("", _("The patient is not among those of these figures."))
        newest = OutreachAttempt.objects.filter(
            citizen=citizen, practice_id=actor.organisation_id, set=name
        ).select_related("by__user")
        _nobody_before(newest.order_by("-pk").first(), known)
        _not_stopped(citizen, name, channel, [each.flag for each in found.set.flags if each.stops_outreach])
        made = OutreachAttempt.objects.create(
            citizen=citizen,
            practice=actor.membership.organisation,
            set=name,
            on=day,
            channel=channel,
            outcome=outcome,
            words=words.strip(),
            lost=lost,
            by=actor.membership,
            at=timezone.now(),
        )
        guard.require(actor, "write", resource, "improvement", detail=f"{name}/{outcome}")
    return made


def _nobody_before(newest: OutreachAttempt | None, known: int | None) -> None:
    """That nothing was tried after what was seen. Raises Conflict."""
    if newest is None or known is None or newest.pk <= known:
        return
    raise Conflict(
        _("%(who)s was first: %(channel)s on %(day)s, %(outcome)s. Look at it before you try again.")
        % {
            "who": newest.by.user.name,
            "channel": newest.get_channel_display(),
            "day": date_format(newest.on, "SHORT_DATE_FORMAT"),
            "outcome": newest.get_outcome_display(),
        }
    )


def _not_stopped(citizen: Citizen, name: str, channel: str, stopping: list[str]) -> None:
    """That the patient has not said no to being sought out. Raises Conflict; a talk when they came anyway is none."""
    if channel == _Channel.IN_PRACTICE:
        return
    if PatientFlag.objects.filter(citizen=citizen, set=name, flag__in=stopping, removed_at__isnull=True).exists():
        raise Conflict(_("The patient does not want to be sought out. Nothing was written down."))
