"""What plans know of the courses of a programme, as rows for evaluation: courses, services, and what was done.

Plain facts with their days and codes. Nobody's words are read: no purpose, note, goal, reason in words or plan text.
Everything is as it was known at the end of a day D: nothing after D is seen, and what ended after D has not ended.
The verb `harvest` brings the rows to the contract `integrated_care` and leaves out who has not agreed to evaluation.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from samspil.access.models import AccessRecord, Citizen, Role
from samspil.plans.actions.referral_course import CLOSED, State
from samspil.plans.models import Appointment, FollowUp, Goal, Note, Pathway, Plan, Referral, Revision
from samspil.plans.queries.own_visits import PAGE


@dataclass(frozen=True)
class Course:
    """A pathway. `arm` is the programme itself where the programme has one target group only.

    `course_id` is a keyed digest, so that nobody who sees the analysis zone finds the pathway's page by it.
    """

    key: int
    course_id: str
    citizen: Citizen
    plan_id: int | None
    programme: str
    arm: str
    provider_number: str
    since: dt.date
    until: dt.date | None
    end_reason: str | None
    content_version: str

    def runs_on(self, day: dt.date) -> bool:
        """Whether the course runs on `day`, its first and last day too."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class ServiceRow:
    """A service that was asked for in a course; a change of provider is the same service, since time runs on.

    `due` is the day it was promised by, None where none was agreed or it was called off before it began. `minutes` are
    those of the appointments kept, None unless each of them has its length.
    """

    course: Course
    date: dt.date
    service: str
    component: str
    sector: str
    due: dt.date | None
    started: dt.date | None
    completed: bool | None
    minutes: int | None


@dataclass(frozen=True)
class EventRow:
    """Something that was done with the plan of a course, by a sector; None where the citizen or a relative did it."""

    course: Course
    date: dt.date
    event: str
    sector: str | None


@dataclass(frozen=True)
class Services:
    """The services of courses, and how many were asked for outside any course."""

    rows: list[ServiceRow]
    outside: int


def end_of(until: dt.date) -> dt.datetime:
    """The first moment that is not seen."""
    return timezone.make_aware(dt.datetime.combine(until + dt.timedelta(days=1), dt.time()))


def courses(until: dt.date) -> list[Course]:
    """Every course begun by `until`, in the order they began. One statement."""
    found = Pathway.objects.filter(opened_at__lt=end_of(until)).select_related("citizen", "practice")
    return [_course(each, until) for each in found.order_by("opened_at", "pk")]


def _course(pathway: Pathway, until: dt.date) -> Course:
    ended = timezone.localdate(pathway.ended_at) if pathway.ended_at is not None else None
    over = ended is not None and ended <= until
    return Course(
        key=pathway.pk,
        course_id=salted_hmac("samspil.plans.harvest", str(pathway.pk), algorithm="sha256").hexdigest()[:16],
        citizen=pathway.citizen,
        plan_id=pathway.plan_id,
        programme=pathway.programme,
        arm=pathway.arm or pathway.programme.replace("-", "_"),
        provider_number=pathway.practice.provider_number or "",
        since=timezone.localdate(pathway.opened_at),
        until=ended if over else None,
        end_reason=(pathway.end_reason or pathway.state) if over else None,
        content_version=pathway.content_version,
    )


def services(of: Iterable[Course], until: dt.date) -> Services:
    """What was asked for in the courses by `until`, in the order it was. Two statements."""
    before = end_of(until)
    by_citizen = _by_citizen(of)
    found = Referral.objects.filter(sent_at__lt=before).select_related("to_organisation").order_by("sent_at", "pk")
    sent = list(found.prefetch_related("steps"))
    follows = {each.continues_id: each for each in sent if each.continues_id is not None}
    minutes = _minutes(before)
    rows, outside = [], 0
    for first in (each for each in sent if each.continues_id is None):
        chain = [first]
        while chain[-1].pk in follows:
            chain.append(follows[chain[-1].pk])
        course = _course_of(by_citizen.get(first.citizen_id, []), first)
        if course is None:
            outside += 1
        else:
            rows.append(_service(course, chain, until, [m for each in chain for m in minutes.get(each.pk, [])]))
    return Services(rows, outside)


def _by_citizen(of: Iterable[Course]) -> dict[int, list[Course]]:
    found: dict[int, list[Course]] = defaultdict(list)
    for course in of:
        found[course.citizen.pk].append(course)
    return found


def _course_of(own: list[Course], referral: Referral) -> Course | None:
    """The course that a referral belongs to: of its programme, else the first that shares its plan."""
    running = [course for course in own if course.runs_on(timezone.localdate(referral.sent_at))]
    in_programme = (course for course in running if course.programme == referral.programme)
    in_plan = (course for course in running if referral.plan_id is not None and course.plan_id == referral.plan_id)
    return next(in_programme, None) or next(in_plan, None)


def _service(course: Course, chain: list[Referral], until: dt.date, minutes: list[int | None]) -> ServiceRow:
    first, last = chain[0], chain[-1]
    state = _state_at(last, until)
    started = min((e.started_on for e in chain if e.started_on is not None and e.started_on <= until), default=None)
    closed = state in CLOSED
    return ServiceRow(
        course=course,
        date=timezone.localdate(first.sent_at),
        service=first.service,
        component=first.definition["needs"][0],
        sector=last.to_organisation.sector,
        # As the monitor of deadlines counts: what was called off before it began was neither kept nor broken.
        due=None if closed and started is None else first.start_due,
        started=started,
        completed=state == State.COMPLETED if closed else None,
        minutes=_sum(minutes),
    )


def _state_at(referral: Referral, until: dt.date) -> str:
    """The state that a referral had come to at the end of a day."""
    steps = [each.state for each in referral.steps.all() if timezone.localdate(each.at) <= until]
    return steps[-1] if steps else State.SENT


def _minutes(before: dt.datetime) -> dict[int, list[int | None]]:
    """By referral, the minutes of each appointment that was kept."""
    found: dict[int, list[int | None]] = defaultdict(list)
    kept = Appointment.objects.filter(state=Appointment.State.KEPT, at__lt=before, referral__isnull=False)
    for referral, minutes in kept.values_list("referral_id", "minutes"):
        found[referral or 0].append(minutes)
    return found


def _sum(minutes: list[int | None]) -> int | None:
    """Missing is not zero: a sum that lacks some is not given."""
    known = [each for each in minutes if each is not None]
    return sum(known) if known and len(known) == len(minutes) else None


def events(of: Iterable[Course], until: dt.date) -> list[EventRow]:
    """What was done with the plans of the courses by `until`, in order of days. A plan's act counts in each of its
    courses that ran then. A fixed number of statements."""
    all_courses = list(of)
    by_plan: dict[int, list[Course]] = defaultdict(list)
    for course in all_courses:
        if course.plan_id is not None:
            by_plan[course.plan_id].append(course)
    by_citizen = _by_citizen(all_courses)
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
    for note in written.prefetch_related("addressees__organisation").defer("text"):
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
