"""Other practices of the demonstration: so that providers have a work list, and deadlines something to count."""

from __future__ import annotations

import random

from django.db import transaction
from django.utils import timezone

from samspil.access.demo_clock import Clock
from samspil.access.models import Membership, Organisation, Role
from samspil.plans.demo.cast import Cast
from samspil.plans.demo.course import Course
from samspil.plans.demo.texts import texts
from samspil.plans.models import Pathway, Plan, Referral
from samspil.plans.working_days import after_working_days

#: How many pathways of other practices have a plan; the rest wait for theirs, some of them for long.
_PLANS = 22
_SERVICES = {
    "sad": ("psychologist", "psychologist", "psychologist", "job_centre", "occupational_medicine"),
    "daemp": ("home_nursing", "rehabilitation", "daneage", "geriatric_assessment", "psychologist_daemp"),
}
State = Referral.State


def work(own: Organisation, people: Cast, clock: Clock) -> int:
    """Let doctors elsewhere make plans and refer; how far each referral has come is luck. Returns plans begun."""
    doctors = Membership.objects.filter(role=Role.GP).exclude(organisation=own).select_related("user", "organisation")
    by_practice = {member.organisation_id: member for member in doctors}
    begun = Plan.objects.exclude(practice=own).count()
    waiting = Pathway.objects.filter(
        practice__in=by_practice, ended_at__isnull=True, plan__isnull=True, citizen__inactive=False
    ).select_related("citizen__practice", "practice")
    there = [each for each in waiting.order_by("pk") if each.citizen.practice_id == each.practice_id]
    chosen = random.Random("elsewhere").sample(there, min(max(_PLANS - begun, 0), len(there)))
    for number, pathway in enumerate(chosen, begun):
        chance = random.Random(number)
        with transaction.atomic():
            _plan(Course(pathway, by_practice[pathway.practice_id], people, clock, chance), number)
    return len(chosen)


def _plan(course: Course, number: int) -> None:
    chance, arm = course.chance, course.pathway.arm
    course.ago(chance.randint(15, 110))
    course.agree_to_share()
    course.begin()
    # The daughter in one of the texts is the demonstration's own relative.
    found = [each for each in texts().of_arm(arm) if each.text != "stairs"]
    course.fill(found[number % len(found)])
    course.activate(chance.randint(20, 90))
    service = chance.choice(_SERVICES[arm])
    to = course.cast.provider(service)
    if service == "psychologist" and chance.random() < 0.5:
        to = course.cast.other_psychologist
    _refer(course, course.refer(service, to), to)


def _refer(course: Course, sent: Referral, to: Membership) -> None:
    """How far it has come, and how fast."""
    chance = course.chance
    luck = chance.random()
    _working_days_later(course, chance.choice((0, 0, 1, 1, 2)))
    course.move(sent, to, State.RECEIVED)
    if luck < 0.1:
        return
    if luck < 0.2:
        course.move(
            sent, to, State.REJECTED, reason="not_target_group",
            words="Egen læge er den rette at tale med om det. I er velkomne til at ringe.",
        )  # fmt: skip
        return
    course.move(sent, to, State.ACCEPTED, right_patient="yes")
    # Most begin in time, some a week too late.
    _working_days_later(course, chance.choice((1, 2, 3, 3, 7, 8)))
    course.sessions(sent, to, chance.randint(1, 3))
    if luck > 0.75 and sent.steps.filter(state=State.STARTED).exists():
        course.complete(sent, to, read=luck > 0.8)


def _working_days_later(course: Course, number: int) -> None:
    """The morning of that day; on the same day a while later, so that nothing is received before it is sent."""
    if number == 0:
        course.clock.later(minutes=course.chance.randint(5, 50))
        return
    course.clock.to(after_working_days(timezone.localdate(), number), 9, course.chance.randint(0, 50))
