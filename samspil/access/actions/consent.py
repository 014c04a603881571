"""Giving, declining and withdrawing consent.

Nothing is overwritten: an answer is a new record, and what it replaces is marked as withdrawn (report 001 R-CONS-01,
R-CONS-02). A withdrawal closes at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import product

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actions.notices import tell_citizen, tell_practice
from samspil.access.actor import Actor
from samspil.access.asked import question
from samspil.access.errors import Invalid
from samspil.access.models import Citizen, Consent, Notice, Organisation
from samspil.access.policy import Purpose, Resource
from samspil.definitions import SamspilError
from samspil.programmes.consent import AskedConsent


def handling_purpose(actor: Actor) -> Purpose:
    """For what somebody handles consents: professionals in the conversation before inclusion, others for themselves."""
    return "inclusion" if actor.role.is_professional else "self"


def record_consent(
    actor: Actor,
    citizen: Citizen,
    programme: str,
    purpose: str,
    given: bool,
    *,
    organisation: Organisation | None = None,
    sector: str = "",
    category: str = "",
    until: dt.date | None = None,
) -> Consent:
    """One answer about one recipient and one category; empty is all of them.

    It replaces earlier answers that say nothing more than it does. A broader answer stays, and where the two overlap
    the newer counts. Raises Refused, and Invalid for something that the programme does not ask.
    """
    resource = Resource("consent", citizen)
    guard.check(actor, "write", resource, handling_purpose(actor), detail=purpose)
    asked = _asked(programme, purpose)
    sectors = [organisation.sector] if organisation is not None else [sector] if sector else []
    _check_limits(asked, sectors, [category] if category else [])
    ends = _ends(asked, given, until)
    with transaction.atomic():
        earlier = [
            answer
            for answer in _standing(citizen, programme, purpose).select_related("organisation")
            if answer.within(organisation, sector, category)
        ]
        ended = _end(actor, earlier)
        answer = _write(actor, citizen, asked, programme, given, ends, organisation, sector, category)
        _tell(actor, citizen, purpose, given, withdrawn=ended and not given)
        guard.require(actor, "write", resource, handling_purpose(actor), detail=purpose)
    actor.forget()
    return answer


def answer_consent(
    actor: Actor,
    citizen: Citizen,
    programme: str,
    purpose: str,
    given: bool,
    *,
    sectors: Sequence[str] = (),
    categories: Sequence[str] = (),
    until: dt.date | None = None,
) -> list[Consent]:
    """The whole answer to one question: it replaces every earlier answer to it.

    A yes holds for every one of `sectors` with every one of `categories`; empty, or all that can be chosen, is no
    limit. Raises Refused, and Invalid for something that the programme does not ask.
    """
    resource = Resource("consent", citizen)
    guard.check(actor, "write", resource, handling_purpose(actor), detail=purpose)
    asked = _asked(programme, purpose)
    _check_limits(asked, sectors, categories)
    ends = _ends(asked, given, until)
    chosen_sectors = _limits(sectors, asked.recipients) if given else [""]
    chosen_categories = _limits(categories, asked.categories) if given else [""]
    with transaction.atomic():
        ended = _end(actor, _standing(citizen, programme, purpose))
        answers = [
            _write(actor, citizen, asked, programme, given, ends, None, sector, category)
            for sector, category in product(chosen_sectors, chosen_categories)
        ]
        _tell(actor, citizen, purpose, given, withdrawn=ended and not given)
        guard.require(actor, "write", resource, handling_purpose(actor), detail=purpose)
    actor.forget()
    return answers


def withdraw_consent(actor: Actor, consent: Consent) -> None:
    """Take a yes back, at once. Taking it back a second time changes nothing. Raises Refused."""
    citizen, purpose = consent.citizen, handling_purpose(actor)
    guard.check(actor, "write", Resource("consent", citizen), purpose, detail=consent.purpose)
    with transaction.atomic():
        # Whoever enrols the citizen holds them until it is written, and what was written is then what is withdrawn.
        Citizen.objects.select_for_update().get(pk=citizen.pk)
        answers = Consent.objects.filter(pk=consent.pk, given=True, withdrawn_at__isnull=True)
        if _end(actor, answers):
            _tell(actor, citizen, consent.purpose, False, withdrawn=True)
            guard.require(actor, "write", Resource("consent", citizen), purpose, detail=consent.purpose)
    actor.forget()


def _asked(programme: str, purpose: str) -> AskedConsent:
    try:
        return question(programme, purpose)
    except SamspilError as error:
        raise Invalid("", _("The programme does not ask for this consent.")) from error


def _check_limits(asked: AskedConsent, sectors: Iterable[str], categories: Iterable[str]) -> None:
    if not set(sectors) <= set(asked.recipients) or not set(categories) <= set(asked.categories):
        raise Invalid("", _("This consent cannot be limited in that way."))


def _limits(chosen: Sequence[str], possible: Sequence[str]) -> list[str]:
    """What was chosen, or one empty limit when that is everything."""
    return [""] if not chosen or set(chosen) == set(possible) else sorted(set(chosen))


def _ends(asked: AskedConsent, given: bool, until: dt.date | None) -> dt.date | None:
    """The last day of a yes: the day asked for, at most the period that the programme allows."""
    if not given:
        return None
    today = timezone.localdate()
    longest = today + relativedelta(months=asked.months) if asked.months is not None else None
    if until is None:
        return longest
    if until < today:
        raise Invalid("until", _("The last day has already passed."))
    return min(until, longest) if longest is not None else until


def _standing(citizen: Citizen, programme: str, purpose: str) -> QuerySet[Consent]:
    """Answers to one question that nothing has replaced, locked together with the citizen until this one is written."""
    Citizen.objects.select_for_update().get(pk=citizen.pk)
    return Consent.objects.filter(citizen=citizen, programme=programme, purpose=purpose, withdrawn_at__isnull=True)


def _end(actor: Actor, answers: Iterable[Consent]) -> bool:
    """Mark answers as replaced; whether one of them was a yes."""
    found = list(answers)
    Consent.objects.filter(pk__in=[answer.pk for answer in found]).update(
        withdrawn_at=timezone.now(), withdrawn_by=actor.user
    )
    return any(answer.given for answer in found)


def _write(
    actor: Actor,
    citizen: Citizen,
    asked: AskedConsent,
    programme: str,
    given: bool,
    until: dt.date | None,
    organisation: Organisation | None,
    sector: str,
    category: str,
) -> Consent:
    today = timezone.localdate()
    assert actor.user is not None, "the policy lets nobody answer who is not logged in"
    return Consent.objects.create(
        citizen=citizen,
        programme=programme,
        purpose=asked.purpose,
        given=given,
        organisation=organisation,
        sector="" if organisation is not None else sector,
        category=category,
        since=today,
        until=until,
        text_version=asked.text(today).version,
        recorded_by=actor.user,
    )


def _tell(actor: Actor, citizen: Citizen, purpose: str, given: bool, *, withdrawn: bool) -> None:
    """Tell the citizen what others wrote down, and the practice what was withdrawn elsewhere."""
    values = {"name": actor.name, "purpose": purpose}
    if actor.citizen_id != citizen.pk:
        message = "consent_given" if given else "consent_withdrawn" if withdrawn else "consent_declined"
        tell_citizen(citizen, Notice.Kind.CONSENT, message, **values)
    if withdrawn and (actor.organisation_id is None or actor.organisation_id != citizen.practice_id):
        tell_practice(citizen, Notice.Kind.CONSENT, "consent_withdrawn", **values)
