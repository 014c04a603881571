"""What lists know of a programme, as rows for evaluation: decisions about names, how a course came about, and which
practices use it.

Plain facts with their days and codes, as they were known at the end of a day D. No note, no need in words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Min, Q
from django.utils import timezone

from samspil.access.models import Citizen, Membership
from samspil.lists.models import Inclusion, Review, RiskList, Source
from samspil.plans.harvest import Course, end_of

#: Decisions that are one; asking a colleague leaves the name as it was.
DECISIONS = (Review.Kind.INVITE, Review.Kind.NOT_RELEVANT, Review.Kind.LATER)


@dataclass(frozen=True)
class ReviewRow:
    """A decision about a name that nobody had taken back by then, with its coded reason."""

    citizen: Citizen
    practice_id: int
    date: dt.date
    programme: str
    model: str
    decision: str
    reason: str | None


@dataclass(frozen=True)
class TakingPartRow:
    """A practice in a programme since a day; `first_used` is its first decision, or its first course."""

    programme: str
    provider_number: str
    since: dt.date
    first_used: dt.date | None


def reviews(until: dt.date) -> list[ReviewRow]:
    """Every decision by `until`, in the order they were made. One statement."""
    before = end_of(until)
    made = Review.objects.filter(kind__in=DECISIONS, at__lt=before).exclude(undone_at__lt=before)
    found = made.select_related("entry__citizen", "entry__publication").order_by("at", "pk")
    return [
        ReviewRow(
            citizen=each.entry.citizen,
            practice_id=each.entry.practice_id,
            date=timezone.localdate(each.at),
            programme=each.entry.publication.programme,
            model=each.entry.model,
            decision=each.kind,
            reason=each.reason or None,
        )
        for each in found.defer("note", "entry__criteria", "entry__publication__definition")
    ]


def inclusions(of: Iterable[Course]) -> dict[int, str]:
    """How the citizen of each course was found, by the course's key: `list` or `off_list`. One statement.

    A course that no inclusion led to was found without a list. Of several the last enrolment by the course's first day
    counts: that of the course.
    """
    enrolled = Inclusion.objects.filter(enrolled_at__isnull=False).order_by("enrolled_at", "pk")
    by_course: dict[tuple[int, str, str], list[tuple[dt.date, str]]] = {}
    for citizen, programme, model, at, source in enrolled.values_list(
        "citizen_id", "programme", "model", "enrolled_at", "source"
    ):
        by_course.setdefault((citizen, programme, model), []).append((timezone.localdate(at), source))
    found = {}
    for course in of:
        known = by_course.get((course.citizen.pk, course.programme, course.arm), [])
        sources = [source for day, source in known if day <= course.since]
        found[course.key] = "list" if sources and sources[-1] == Source.LIST else "off_list"
    return found


def taking_part(of: Iterable[Course], until: dt.date) -> list[TakingPartRow]:
    """The practices that take part in each programme: with a course, or with a list and somebody who can open it.

    A list alone says nothing: publishing makes one for every practice of the region. Four statements.
    """
    before = end_of(until)
    since: dict[tuple[str, str], dt.date] = {}
    used: dict[tuple[str, str], dt.date] = {}
    members = dict(
        Membership.objects.filter(since__lte=until).values_list("organisation_id").annotate(Min("since")).order_by()
    )
    listed = RiskList.objects.filter(publication__published_at__lt=before).values_list(
        "publication__programme", "practice_id", "practice__provider_number"
    )
    for programme, practice, number, at in listed.annotate(Min("publication__published_at")).order_by():
        if practice in members:
            since[programme, number or ""] = max(timezone.localdate(at), members[practice])
    begun = Inclusion.objects.filter(opened_at__lt=before).values_list("programme", "practice__provider_number")
    decided = Review.objects.filter(Q(kind__in=DECISIONS), at__lt=before).values_list(
        "entry__publication__programme", "entry__practice__provider_number"
    )
    acts = [
        *begun.annotate(Min("opened_at")).order_by(),
        *decided.annotate(Min("at")).order_by(),
    ]
    for programme, number, at in acts:
        _earlier(used, (programme, number or ""), timezone.localdate(at))
    for course in of:
        _earlier(since, (course.programme, course.provider_number), course.since)
        _earlier(used, (course.programme, course.provider_number), course.since)
    return [TakingPartRow(*key, day, used.get(key)) for key, day in sorted(since.items())]


def _earlier(days: dict[tuple[str, str], dt.date], key: tuple[str, str], day: dt.date) -> None:
    days[key] = min(days.get(key, day), day)
