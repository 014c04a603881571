"""What every page of the practice's own quality begins with: the publications there are, and the practice's patients.

A practice sees its own patients alone (report 003 L2623-2626, TC3-18); who has moved to another practice since the
figures were made, has died or has emigrated is not shown any more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Category, Citizen
from samspil.access.policy import Decision, Resource, may
from samspil.improvement.bulletins import Bulletin
from samspil.improvement.journal import Stand, as_published, newest_answers, with_journal
from samspil.improvement.models import (
    IndicatorPublication,
    JournalAnswer,
    OutreachAttempt,
    PatientFlag,
    PatientState,
)

#: Patients on one page, and on the page to print.
PAGE = 50
PRINTED = 500


def own_figures(actor: Actor) -> Resource:
    """The figures of the practice somebody works in."""
    return Resource("practice_figures", practice_id=actor.organisation_id)


def own_patients(actor: Actor, citizen: Citizen | None = None) -> Resource:
    """The patients of the practice somebody works in, or one citizen, who has to be one of them.

    Indicators are data on health: a basis that is limited to another kind opens nothing here.
    """
    if citizen is not None:
        return Resource("quality_patients", citizen, category=Category.HEALTH)
    return Resource("quality_patients", practice_id=actor.organisation_id, category=Category.HEALTH)


def flags_about(citizen: Citizen) -> Resource:
    """What is said of a citizen for a set of indicators, which is on health whatever it says."""
    return Resource("patient_flag", citizen, category=Category.HEALTH)


def newest() -> list[Bulletin]:
    """The newest publication of each set, by the set's name."""
    later = IndicatorPublication.objects.filter(set=OuterRef("set")).filter(
        Q(as_of__gt=OuterRef("as_of")) | Q(as_of=OuterRef("as_of"), pk__gt=OuterRef("pk"))
    )
    return [Bulletin(found) for found in IndicatorPublication.objects.filter(~Exists(later)).order_by("set")]


def bulletin(name: str) -> Bulletin:
    """The newest publication of a set. Raises LookupError where there is none."""
    found = IndicatorPublication.objects.filter(set=name).first()
    if found is None:
        raise LookupError(name)
    return Bulletin(found)


def open_list(actor: Actor) -> Decision:
    """The policy's yes to the practice's own patients, before any of them is read. Raises Refused."""
    return guard.require(actor, "read", own_patients(actor), "improvement")


def may_see_patients(actor: Actor) -> bool:
    """Whether the actor may see the practice's patients, for showing the way to them."""
    return bool(may(actor, "read", own_patients(actor), "improvement"))


def log_seen(actor: Actor, decision: Decision, citizens: Iterable[int], detail: str) -> None:
    """One row of the log for each patient that a page shows."""
    guard.seen(actor, "read", own_patients(actor), "improvement", decision, dict.fromkeys(citizens), detail=detail)


def states_of(actor: Actor, found: Bulletin) -> QuerySet[PatientState]:
    """The published states of the practice's patients of today."""
    return PatientState.objects.filter(
        publication=found.publication,
        practice_id=actor.organisation_id,
        citizen__practice_id=F("practice_id"),
        citizen__inactive=False,
    )


def answers_of(actor: Actor, name: str, citizen: int | None = None) -> dict[int, dict[str, JournalAnswer]]:
    """By citizen and variable the newest answer that the practice gave."""
    found = JournalAnswer.objects.filter(practice_id=actor.organisation_id, set=name).select_related("by__user")
    return newest_answers(found if citizen is None else found.filter(citizen_id=citizen))


@dataclass
class Patient:
    """One patient of a set with every stand, published and with the journal."""

    citizen: Citizen
    published: dict[str, Stand] = field(default_factory=dict)
    answers: dict[str, JournalAnswer] = field(default_factory=dict)
    stands: dict[str, Stand] = field(default_factory=dict)


def everybody(actor: Actor, found: Bulletin, indicators: Iterable[str]) -> list[Patient]:
    """Every patient of the practice in a set with their stands by some of its indicators, by name.

    Three statements; who has none of these stands is there too. The caller logs who is shown.
    """
    answers = answers_of(actor, found.name)
    states = states_of(actor, found)
    people = Citizen.objects.filter(pk__in=states.values("citizen")).order_by("name", "pk")
    patients = {citizen.pk: Patient(citizen) for citizen in people}
    for state in states.filter(indicator__in=list(indicators)):
        if state.citizen_id in patients:
            patients[state.citizen_id].published[state.indicator] = as_published(state)
    for key, patient in patients.items():
        complete(patient, answers.get(key, {}), found)
    return list(patients.values())


def complete(patient: Patient, answers: dict[str, JournalAnswer], found: Bulletin) -> None:
    """Give a patient the answers of the journal, and what they make of each stand."""
    patient.answers = answers
    patient.stands = {
        name: with_journal(stand, answers, found.set, found.as_of) for name, stand in patient.published.items()
    }


def flags_of(citizens: Iterable[int], name: str) -> dict[int, list[PatientFlag]]:
    """By citizen the flags that are set, the newest first."""
    flags: dict[int, list[PatientFlag]] = {}
    found = PatientFlag.objects.filter(citizen__in=list(citizens), set=name, removed_at__isnull=True)
    for flag in found.select_related("by__user", "by__organisation"):
        flags.setdefault(flag.citizen_id, []).append(flag)
    return flags


def attempts_of(actor: Actor, name: str, citizens: Iterable[int] | None = None) -> dict[int, list[OutreachAttempt]]:
    """By citizen what the practice has tried for a set, the newest first."""
    found = OutreachAttempt.objects.filter(practice_id=actor.organisation_id, set=name)
    if citizens is not None:
        found = found.filter(citizen__in=list(citizens))
    attempts: dict[int, list[OutreachAttempt]] = {}
    for each in found.select_related("by__user"):
        attempts.setdefault(each.citizen_id, []).append(each)
    return attempts


@dataclass
class Page:
    """Which rows of a list a page shows, counted from one."""

    number: int
    pages: int
    total: int
    #: How many come before the first of the page.
    before: int = 0

    @property
    def earlier(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def later(self) -> int | None:
        return self.number + 1 if self.number < self.pages else None


def paged(total: int, wanted: int | None, size: int = PAGE) -> tuple[Page, slice]:
    """The page that is wanted, or the nearest there is, and its rows."""
    pages = max(1, -(-total // size))
    number = min(max(1, wanted or 1), pages)
    before = (number - 1) * size
    return Page(number, pages, total, before), slice(before, before + size)
