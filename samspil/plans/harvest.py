"""What plans know of the courses of a programme, as rows for evaluation: the courses, and the services asked for.

Plain facts with their days and codes. Nobody's words are read: no purpose, note, goal, reason in words or plan text.
Everything is as it was known at the end of a day D: nothing after D is seen, and what ended after D has not ended.
The verb `harvest` brings the rows to the contract `integrated_care` and leaves out who has not agreed to evaluation.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.crypto import salted_hmac

from samspil.access.models import Citizen
from samspil.plans.actions.referral_course import CLOSED, State
from samspil.plans.models import Appointment, Pathway, Referral

#: Records whose parts are fetched with one statement: a database takes only so many keys in one.
AT_A_TIME = 2000


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
    """What was asked for in the courses by `until`, in the order it was. A statement more for every 2,000 referrals."""
    before = end_of(until)
    by_citizen = courses_of_citizens(of)
    found = Referral.objects.filter(sent_at__lt=before).select_related("to_organisation").order_by("sent_at", "pk")
    sent = list(found.prefetch_related("steps").iterator(AT_A_TIME))
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


def courses_of_citizens(of: Iterable[Course]) -> dict[int, list[Course]]:
    """The courses of each citizen, by the citizen's key."""
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
