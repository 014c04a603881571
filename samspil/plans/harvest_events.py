"""What was done with the plans of courses, as rows for evaluation: see `harvest.py` for what is seen, and how."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from samspil.access.models import AccessRecord, Role
from samspil.plans.harvest import AT_A_TIME, Course, courses_of_citizens, end_of
from samspil.plans.models import FollowUp, Goal, Note, Plan, Revision
from samspil.plans.queries.own_visits import PAGE


@dataclass(frozen=True)
class EventRow:
    """Something that was done with the plan of a course, by a sector; None where the citizen or a relative did it."""

    course: Course
    date: dt.date
    event: str
    sector: str | None


def events(of: Iterable[Course], until: dt.date) -> list[EventRow]:
    """What was done with the plans of the courses by `until`, in order of days. A plan's act counts in each of its
    courses that ran then. A few statements more for every 2,000 notes."""
    all_courses = list(of)
    by_plan: dict[int, list[Course]] = defaultdict(list)
    for course in all_courses:
        if course.plan_id is not None:
            by_plan[course.plan_id].append(course)
    by_citizen = courses_of_citizens(all_courses)
    rows = [
        *_activated(by_plan, until),
        *_followed_up(by_plan, until),
        *_notes(by_citizen, until),
        *_goals(by_plan, until),
        *_opened(by_citizen, until),
        *_relatives(by_plan, by_citizen, until),
    ]
    return sorted(rows, key=lambda row: (row.date, row.course.key, row.event, row.sector or ""))


def _activated(by_plan: dict[int, list[Course]], until: dt.date) -> Iterator[EventRow]:
    active = Plan.objects.filter(activated_at__lt=end_of(until)).select_related("practice")
    for plan in active:
        for course in by_plan.get(plan.pk, []):
            # A later course that joins an active plan has one from its first day.
            day = max(timezone.localdate(plan.activated_at), course.since)
            if course.runs_on(day):
                yield EventRow(course, day, "plan_activated", plan.practice.sector)


def _followed_up(by_plan: dict[int, list[Course]], until: dt.date) -> Iterator[EventRow]:
    held = FollowUp.objects.filter(held_on__lte=until, at__lt=end_of(until))
    for plan, day, sector in held.values_list("plan_id", "held_on", "by__organisation__sector"):
        for course in by_plan.get(plan, []):
            if course.runs_on(day):
                yield EventRow(course, day, "follow_up", sector)


def _notes(by_citizen: dict[int, list[Course]], until: dt.date) -> Iterator[EventRow]:
    """A note once as written, and once as read: when the first of those it went to had read it."""
    before = end_of(until)
    written = Note.objects.filter(at__lt=before).select_related("by__organisation")
    for note in written.prefetch_related("addressees__organisation").defer("text").iterator(AT_A_TIME):
        day = timezone.localdate(note.at)
        read = [each for each in note.addressees.all() if each.read_at is not None and each.read_at < before]
        first = min(read, key=lambda each: (each.read_at or before, each.pk), default=None)
        for course in by_citizen.get(note.citizen_id, []):
            if not course.runs_on(day) or note.plan_id not in (None, course.plan_id):
                continue
            yield EventRow(course, day, "note_written", note.by.organisation.sector)
            if first is not None:
                yield EventRow(course, timezone.localdate(first.read_at), "note_read", first.organisation.sector)


def _goals(by_plan: dict[int, list[Course]], until: dt.date) -> Iterator[EventRow]:
    stated = Goal.objects.filter(stated_by=Goal.StatedBy.CITIZEN, at__lt=end_of(until))
    for plan, at in stated.values_list("plan_id", "at"):
        for course in by_plan.get(plan, []):
            if course.runs_on(timezone.localdate(at)):
                yield EventRow(course, timezone.localdate(at), "goal_by_citizen", None)


def _opened(by_citizen: dict[int, list[Course]], until: dt.date) -> Iterator[EventRow]:
    """The citizen's own visits to the whole plan, read from the access log; those of a day are one."""
    for citizen, day in _visits(Role.CITIZEN, until):
        for course in by_citizen.get(citizen, []):
            if course.runs_on(day):
                yield EventRow(course, day, "opened_by_citizen", None)


def _visits(role: Role, until: dt.date) -> list[tuple[int, dt.date]]:
    looks = AccessRecord.objects.filter(
        Q(role=role, resource="plan", verb="read", detail=PAGE, outcome=AccessRecord.Outcome.ALLOWED),
        at__lt=end_of(until),
        citizen_id__isnull=False,
    )
    return sorted({(citizen or 0, timezone.localdate(at)) for citizen, at in looks.values_list("citizen_id", "at")})


def _relatives(
    by_plan: dict[int, list[Course]], by_citizen: dict[int, list[Course]], until: dt.date
) -> Iterator[EventRow]:
    """The first day in a course on which a relative stood in the plan as taking part, or read it by proxy."""
    first: dict[int, tuple[Course, dt.date]] = {}

    def seen(course: Course, day: dt.date) -> None:
        day = max(day, course.since)
        if course.runs_on(day) and (course.key not in first or day < first[course.key][1]):
            first[course.key] = course, day

    in_plan: set[int] = set()
    revisions = Revision.objects.filter(at__lt=end_of(until)).order_by("at", "pk")
    # The contacts alone are asked for: nobody's words leave the database.
    for plan, contacts, at in revisions.values_list("plan_id", "content__contacts", "at").iterator():
        if plan not in in_plan and any(each.get("is_relative") for each in (contacts or {}).values()):
            in_plan.add(plan)
            for course in by_plan.get(plan, []):
                seen(course, timezone.localdate(at))
    for citizen, day in _visits(Role.RELATIVE, until):
        for course in by_citizen.get(citizen, []):
            if course.runs_on(day):
                seen(course, day)
    for course, day in first.values():
        yield EventRow(course, day, "relative_took_part", None)
