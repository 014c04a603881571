"""What a citizen has agreed to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from samspil.access import guard
from samspil.access.actions.consent import handling_purpose
from samspil.access.actor import Actor
from samspil.access.asked import asked_by, asking, question
from samspil.access.models import Citizen, Consent, Organisation
from samspil.access.policy import Resource, may
from samspil.definitions import SamspilError
from samspil.programmes.consent import AskedConsent, ConsentText
from samspil.programmes.in_use import programmes
from samspil.programmes.schema import Text


def has_consent(
    citizen: Citizen,
    programme: str,
    purpose: str,
    organisation: Organisation | None = None,
    category: str | None = None,
) -> bool:
    """Whether the newest answer that reaches `organisation` and `category` is a yes.

    Without an organisation, for questions that have no recipients; a yes to some of them is then a yes.
    """
    today = timezone.localdate()
    answers = Consent.objects.filter(citizen=citizen, programme=programme, purpose=purpose, withdrawn_at__isnull=True)
    if organisation is None and category is None:
        return answers.in_force(today).exists()
    found = next((answer for answer in answers if answer.decides(organisation, category, today)), None)
    return found is not None and found.given


@dataclass(frozen=True)
class Standing:
    """One question and how it stands today.

    `yes`, `limited` (yes to some), `no`, `expired`, `withdrawn` (taken back and not answered since) or `unanswered`.
    """

    programme: str
    asked: AskedConsent
    text: ConsentText
    state: str
    #: Answers that nothing has replaced, newest first.
    answers: tuple[Consent, ...]
    history: tuple[Consent, ...]

    @property
    def about(self) -> Text | None:
        """What the programme that asks is called; None when it is not in use any more."""
        found = programmes().get(self.programme)
        return found.definition.title if found is not None else None

    @property
    def given(self) -> tuple[Consent, ...]:
        """Every yes that holds."""
        return tuple(answer for answer in self.answers if answer.given)

    @property
    def sectors(self) -> set[str]:
        """The recipients that the yes names; empty is all."""
        return {answer.sector for answer in self.given} - {""}

    @property
    def categories(self) -> set[str]:
        """The kinds of data that the yes names; empty is all."""
        return {answer.category for answer in self.given} - {""}


def standings(actor: Actor, citizen: Citizen) -> list[Standing]:
    """Every question of the programmes that concern a citizen, with its state and history. Logged. Raises Refused."""
    guard.require(actor, "read", Resource("consent", citizen), handling_purpose(actor))
    answers = list(
        Consent.objects.filter(citizen=citizen).select_related("recorded_by", "withdrawn_by", "organisation")
    )
    programmes = asking(citizen, {answer.programme for answer in answers})
    return [_standing(programme, asked, answers) for programme in programmes for asked in asked_by(programme).asked]


def standing(actor: Actor, citizen: Citizen, programme: str, purpose: str) -> Standing | None:
    """One question with its state and history; None when it is not asked. Logged. Raises Refused."""
    guard.require(actor, "read", Resource("consent", citizen), handling_purpose(actor), detail=purpose)
    try:
        asked = question(programme, purpose)
    except SamspilError:
        return None
    answers = Consent.objects.filter(citizen=citizen, purpose=purpose)
    return _standing(programme, asked, list(answers.select_related("recorded_by", "withdrawn_by", "organisation")))


def can_answer(actor: Actor, citizen: Citizen) -> bool:
    """Whether the actor may write answers down, for showing the buttons."""
    return bool(may(actor, "write", Resource("consent", citizen), handling_purpose(actor)))


def _standing(programme: str, asked: AskedConsent, answers: list[Consent]) -> Standing:
    today = timezone.localdate()
    history = [answer for answer in answers if (answer.programme, answer.purpose) == (programme, asked.purpose)]
    kept = [answer for answer in history if answer.withdrawn_at is None]
    holding = [answer for answer in kept if answer.until is None or answer.until >= today]
    state = _state(history, kept, holding, today)
    return Standing(programme, asked, asked.text(today), state, tuple(holding), tuple(history))


def _state(history: list[Consent], kept: list[Consent], holding: list[Consent], today: dt.date) -> str:
    given = [answer for answer in holding if answer.given and answer.since <= today]
    if given:
        whole = any(not (answer.organisation_id or answer.sector or answer.category) for answer in given)
        return "yes" if whole and all(answer.given for answer in holding) else "limited"
    if holding:
        return "no"
    if kept:
        return "expired"
    return "withdrawn" if history else "unanswered"
