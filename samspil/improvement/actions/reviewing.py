"""Answers from the journal about what data cannot know, and how long a sitting with the worksheet took."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Citizen
from samspil.improvement.bulletins import Bulletin
from samspil.improvement.models import JournalAnswer, JournalReview, PatientState
from samspil.improvement.queries.own_practice import bulletin, own_patients
from samspil.programmes.indicators import Reviewed

#: A sitting is part of a day.
MOST_MINUTES = 24 * 60


def answer(
    actor: Actor,
    citizen: Citizen,
    name: str,
    given: Mapping[str, tuple[str, dt.date | None]],
    *,
    known: int | None = None,
) -> list[JournalAnswer]:
    """Answer for one patient in one go: by variable the answer, and the day it was done where the question has one.

    An answer is never rewritten; the newest counts. `known` is the newest answer that was seen, 0 for none. Raises
    Refused for another practice's patient, LookupError for an unknown set, Conflict when a colleague has answered
    meanwhile, and Invalid for nothing, an unknown answer, and a day that is missing, or lies ahead or before birth.
    """
    resource = own_patients(actor, citizen)
    guard.check(actor, "write", resource, "improvement", detail=f"{name}/worksheet")
    assert actor.membership is not None, "only members of a practice are granted this"
    found = bulletin(name)
    if not given:
        raise Invalid("", _("Answer one question at least, or go on to the next patient."))
    for variable, (code, on) in given.items():
        _allowed(found, citizen, variable, code, on)
    with transaction.atomic():
        citizen = Citizen.objects.select_for_update().get(pk=citizen.pk)
        own = {"citizen": citizen, "practice_id": actor.organisation_id}
        if citizen.inactive or not PatientState.objects.filter(publication=found.publication, **own).exists():
            raise Invalid("", _("The patient is not among those of these figures."))
        newest = JournalAnswer.objects.filter(set=name, **own).select_related("by__user").order_by("-pk").first()
        if newest is not None and known is not None and newest.pk > known:
            raise Conflict(
                _("%(who)s has answered for this patient meanwhile. Look at the answers before you go on.")
                % {"who": newest.by.user.name}
            )
        now = timezone.now()
        made = [
            JournalAnswer.objects.create(
                set=name, variable=variable, answer=code, on=on, by=actor.membership, at=now, **own
            )
            for variable, (code, on) in given.items()
        ]
        guard.require(actor, "write", resource, "improvement", detail=f"{name}/worksheet")
    return made


def _allowed(found: Bulletin, citizen: Citizen, variable: str, code: str, on: dt.date | None) -> None:
    """That the question and the answer exist, and the day can be. Raises Invalid."""
    question = found.question(variable)
    if question is None or code not in question.answers:
        raise Invalid(variable, _("Choose one of the answers."))
    field = f"{variable}_on"
    if on is None:
        if _needs_day(question, code):
            raise Invalid(field, _("Write the day it was done."))
        return
    if not _needs_day(question, code):
        raise Invalid(field, _("Leave the day empty: the answer is not about something that was done."))
    if on > timezone.localdate():
        raise Invalid(field, _("The day lies ahead. Write the day it was done."))
    if on < citizen.birth_date:
        raise Invalid(field, _("That is before the patient was born."))


def _needs_day(question: Reviewed, code: str) -> bool:
    """Whether something was done on a day: without it nobody knows when it is due again."""
    return question.asks_day and question.states[code] == "met"


def end_sitting(actor: Actor, name: str, minutes: int, patients: int, *, on: dt.date | None = None) -> JournalReview:
    """A sitting with the worksheet: how many minutes it took, for how many patients (report 003 L-28).

    Raises Refused, LookupError for an unknown set, and Invalid for no time or more than a day, and a day ahead.
    """
    resource = own_patients(actor)
    guard.check(actor, "write", resource, "improvement", detail=f"{name}/sitting")
    assert actor.membership is not None, "only members of a practice are granted this"
    bulletin(name)
    day = on or timezone.localdate()
    if day > timezone.localdate():
        raise Invalid("on", _("The day lies ahead. Write the day of the sitting."))
    if not 1 <= minutes <= MOST_MINUTES:
        raise Invalid("minutes", _("Write how many minutes it took, from 1 to 1440."))
    if patients < 0:
        raise Invalid("patients", _("Write for how many patients."))
    with transaction.atomic():
        made = JournalReview.objects.create(
            practice=actor.membership.organisation,
            set=name,
            on=day,
            minutes=minutes,
            patients=patients,
            by=actor.membership,
        )
        guard.require(actor, "write", resource, "improvement", detail=f"{name}/sitting")
    return made
