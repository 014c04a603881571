"""The journal-review worksheet: what data cannot know of the practice's patients, and how long the review takes.

Report 003 L930-939 and L-28: the pass through all records is hard, so the worksheet asks only for what the data do not
have, and its minutes are to become fewer year by year.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models.functions import ExtractYear
from django.utils import timezone

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Citizen
from samspil.improvement.bulletins import Bulletin
from samspil.improvement.journal import Stand, State, asked
from samspil.improvement.models import JournalAnswer, JournalReview
from samspil.improvement.queries.own_patients import patient_of
from samspil.improvement.queries.own_practice import (
    PAGE,
    Page,
    Patient,
    bulletin,
    everybody,
    log_seen,
    open_list,
    own_patients,
    paged,
)
from samspil.programmes.indicators import Indicator, Reviewed


def still_asked(patient: Patient, found: Bulletin) -> list[str]:
    """The variables that nobody has answered in the year of the figures, or that are not known to be done before."""
    return [name for name in asked(found.set, patient.published) if not _settled(patient.answers.get(name), found)]


def _settled(answer: JournalAnswer | None, found: Bulletin) -> bool:
    """Whether an answer still says it: what was done stays done; everything else is asked again each year."""
    if answer is None:
        return False
    question = found.question(answer.variable)
    done = question is not None and question.states.get(answer.answer) == "met"
    return done or timezone.localdate(answer.at).year >= found.as_of.year


def indicators_asked(found: Bulletin) -> list[str]:
    """The indicators that say whether a question of the worksheet is known."""
    names = {question.variable for question in found.set.worksheet}
    return [each.indicator for each in found.set.indicators if names & set(each.needs)]


@dataclass(frozen=True)
class Waiting:
    """A patient with something to answer."""

    citizen: Citizen
    questions: list[Reviewed]


@dataclass(frozen=True)
class Year:
    """The review of one year."""

    year: int
    minutes: int
    patients: int
    sittings: int

    @property
    def per_patient(self) -> float | None:
        return self.minutes / self.patients if self.patients else None


@dataclass
class Worksheet:
    """How far the review has come, and who is next."""

    bulletin: Bulletin
    #: Patients that the data leave something open of; `done` of them are answered.
    all: int
    done: int
    waiting: list[Waiting]
    page: Page
    years: list[Year]

    @property
    def left(self) -> int:
        return self.all - self.done


def worksheet(actor: Actor, name: str, *, page: int | None = None) -> Worksheet:
    """The worksheet of a set. Each patient shown is logged. Raises Refused, and LookupError."""
    decision = open_list(actor)
    found = bulletin(name)
    everyone, waiting = 0, []
    for patient in everybody(actor, found, indicators_asked(found)):
        everyone += bool(asked(found.set, patient.published))
        left = still_asked(patient, found)
        if left:
            questions = [each for each in found.set.worksheet if each.variable in left]
            waiting.append(Waiting(patient.citizen, questions))
    where, part = paged(len(waiting), page, PAGE)
    shown = waiting[part]
    log_seen(actor, decision, [each.citizen.pk for each in shown], f"{name}/worksheet")
    return Worksheet(found, everyone, everyone - len(waiting), shown, where, years(actor, name))


def years(actor: Actor, name: str) -> list[Year]:
    """Minutes and patients of the practice's reviews by year, the newest first."""
    rows = (
        JournalReview.objects.filter(practice_id=actor.organisation_id, set=name)
        .annotate(year=ExtractYear("on"))
        .order_by("-year", "pk")
        .values_list("year", "minutes", "patients")
    )
    found: dict[int, list[tuple[int, int]]] = {}
    for year, minutes, patients in rows:
        found.setdefault(year, []).append((minutes, patients))
    return [
        Year(year, sum(m for m, _p in sittings), sum(p for _m, p in sittings), len(sittings))
        for year, sittings in found.items()
    ]


@dataclass(frozen=True)
class Known:
    """What the data say of one indicator that a question is about."""

    indicator: Indicator
    stand: Stand


@dataclass
class Question:
    """One question about one patient: what the data know, the newest answer, and whether it is still asked."""

    reviewed: Reviewed
    known: list[Known]
    answer: JournalAnswer | None
    open: bool


@dataclass
class Sheet:
    """The worksheet of one patient, and who is next."""

    bulletin: Bulletin
    citizen: Citizen
    questions: list[Question]
    following: int | None
    left: int
    newest_answer: int


def sheet(actor: Actor, name: str, key: int) -> Sheet:
    """The worksheet of one of the practice's patients.

    Raises Refused for another practice's, Citizen.DoesNotExist, and LookupError for who is not in the set.
    """
    citizen = Citizen.objects.select_related("practice").get(pk=key)
    guard.require(actor, "read", own_patients(actor, citizen), "improvement", detail=f"{name}/worksheet")
    found = bulletin(name)
    patient = patient_of(actor, found, citizen)
    if not patient.published:
        raise LookupError(name)
    left = still_asked(patient, found)
    everyone = [each for each in everybody(actor, found, indicators_asked(found)) if still_asked(each, found)]
    return Sheet(
        bulletin=found,
        citizen=citizen,
        questions=[_question(each, patient, found, left) for each in found.set.worksheet],
        following=_following(everyone, citizen),
        left=len(everyone),
        newest_answer=max((each.pk for each in patient.answers.values()), default=0),
    )


def _question(reviewed: Reviewed, patient: Patient, found: Bulletin, left: list[str]) -> Question:
    known = [
        Known(each, patient.published[each.indicator])
        for each in found.shown
        if reviewed.variable in each.needs
        and each.indicator in patient.published
        and patient.published[each.indicator].state != State.NO_DATA
    ]
    return Question(reviewed, known, patient.answers.get(reviewed.variable), reviewed.variable in left)


def _following(everyone: list[Patient], citizen: Citizen) -> int | None:
    """The next patient by name who has something to answer, beginning again after the last."""
    others = [each.citizen for each in everyone if each.citizen.pk != citizen.pk]
    after = [each for each in others if (each.name, each.pk) > (citizen.name, citizen.pk)]
    return next((each.pk for each in after or others), None)


def answered_since(actor: Actor, name: str, moment: dt.datetime) -> int:
    """How many patients the actor has answered for since a moment."""
    given = JournalAnswer.objects.filter(set=name, practice_id=actor.organisation_id, by=actor.membership)
    return given.filter(at__gte=moment).values("citizen").distinct().count()
