"""The deadline of a referral is that of its start: what has begun is late for nobody, however long it goes on."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from samspil.access.actor import system
from samspil.access.demo_clock import Clock
from samspil.plans.actions import referrals
from samspil.plans.actions.reminders import escalate
from samspil.plans.models import PlanTask
from samspil.plans.working_days import after_working_days
from tests import care
from tests.plans import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent():
    """A referral to a psychologist, sent thirty days ago, and who receives it."""
    doctor, receiver = care.member(), made.provider()
    someone = care.citizen(doctor.organisation)
    with Clock(timezone.localdate() - dt.timedelta(days=30)):
        yield made.referral(someone, doctor, receiver.organisation), receiver


def move(sent, state, **said):
    referral, receiver = sent
    referral.refresh_from_db()
    referrals.move(care.acting(receiver), referral, referral.version, state, **said)


def test_what_began_in_time_is_never_late(sent):
    move(sent, "received")
    move(sent, "accepted", right_patient="yes")
    move(sent, "started")
    done = escalate(system(), timezone.now() + dt.timedelta(days=25))
    assert (done.reminded, done.told, done.reported) == (0, 0, 0)
    assert PlanTask.objects.get(kind="referral").task.closed_at is None, "the receiver goes on seeing the citizen"


def test_what_began_too_late_is_told_of_no_more(sent):
    referral, _receiver = sent
    late = after_working_days(referral.start_due, 8)
    escalate(system(), timezone.make_aware(dt.datetime.combine(late, dt.time(9))))
    assert PlanTask.objects.filter(kind="overdue", task__closed_at__isnull=True).exists()
    assert PlanTask.objects.get(kind="referral").reported_at is not None
    move(sent, "received")
    move(sent, "accepted", right_patient="yes")
    assert PlanTask.objects.filter(kind="overdue", task__closed_at__isnull=True).exists(), "it has not begun"
    move(sent, "started")
    assert not PlanTask.objects.filter(kind="overdue", task__closed_at__isnull=True).exists()
    assert PlanTask.objects.get(kind="referral").reported_at is None
