"""Appointments: what counts as a session, where the limit is, and what a missed one asks of whom."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.access.models import CareTask, Notice
from samspil.plans.actions import appointments, referrals
from samspil.plans.models import Appointment, Pathway, Referral
from samspil.plans.sessions import sessions_of
from tests import care
from tests.plans import made
from tests.plans.test_referrals import Two

pytestmark = pytest.mark.django_db
State = Referral.State
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def two() -> Two:
    return Two()


def accepted(two: Two) -> Referral:
    return two.to(two.send(), State.RECEIVED, State.ACCEPTED)


def been(sent: Referral, number: int = 1, state: str = "kept", at: dt.datetime | None = None) -> list[Appointment]:
    """So many appointments that have been."""
    return [
        Appointment.objects.create(
            citizen=sent.citizen, referral=sent, plan=sent.plan, organisation=sent.to_organisation, what="Samtale",
            category=sent.category, at=at or timezone.now() - HOUR, state=state, by=sent.by, made_at=timezone.now(),
        )
        for _ in range(number)
    ]  # fmt: skip


def test_the_first_time_agreed_makes_it_booked_and_the_first_kept_makes_it_started(two: Two) -> None:
    sent = accepted(two)
    at = timezone.now() + DAY
    first = appointments.book(two.psychologist, at, referral=sent, place="Vestergade 4")
    assert (sent.state, first.organisation) == (State.BOOKED, two.receiver.organisation)
    assert Notice.objects.filter(citizen=two.citizen, message="appointment_booked").count() == 1
    with pytest.raises(Invalid):
        appointments.keep(two.psychologist, first)
    Appointment.objects.update(at=timezone.now() - HOUR)
    first.refresh_from_db()
    appointments.keep(two.psychologist, first)
    sent.refresh_from_db()
    assert (sent.state, sent.started_on) == (State.STARTED, timezone.localtime(first.at).date())
    with pytest.raises(Conflict):
        appointments.miss(two.psychologist, first)


def test_nothing_is_agreed_before_it_is_accepted_nor_in_the_past(two: Two) -> None:
    sent = two.send()
    with pytest.raises(Conflict):
        appointments.book(two.psychologist, timezone.now() + DAY, referral=sent)
    two.to(sent, State.RECEIVED, State.ACCEPTED)
    with pytest.raises(Invalid) as told:
        appointments.book(two.psychologist, timezone.now() - DAY, referral=sent)
    assert told.value.field == "at"
    with pytest.raises(Refused):
        appointments.book(two.gp, timezone.now() + DAY, referral=sent)


def test_t_svc_4_ten_sessions_with_the_psychologist_and_not_an_eleventh(two: Two) -> None:
    sent = two.to(accepted(two), State.STARTED)
    been(sent, 9)
    been(sent, 3, "missed")
    been(sent, 2, "cancelled")
    tenth = appointments.book(two.psychologist, timezone.now() + DAY, referral=sent)
    with pytest.raises(Invalid) as told:
        appointments.book(two.psychologist, timezone.now() + 2 * DAY, referral=sent)
    assert "10" in told.value.message
    appointments.cancel(two.psychologist, tenth)
    appointments.book(two.psychologist, timezone.now() + 2 * DAY, referral=sent)


def test_keeping_beyond_the_limit_is_refused_with_the_reason(two: Two) -> None:
    sent = two.to(accepted(two), State.STARTED)
    (extra,) = been(sent, 1, "planned")
    been(sent, 10)
    with pytest.raises(Invalid) as told:
        appointments.keep(two.psychologist, extra)
    assert "10" in told.value.message


def test_l_33_another_psychologist_goes_on_counting(two: Two) -> None:
    sent = two.to(accepted(two), State.STARTED)
    been(sent, 4)
    new = referrals.rematch(two.gp, sent, sent.version, made.provider().organisation, "Passede ikke sammen.")
    third = referrals.rematch(two.gp, new, new.version, made.provider().organisation, "Flyttet.")
    for each in (sent, new, third):
        assert sessions_of(each, timezone.localdate()).left == 6


@pytest.fixture
def talks(two: Two) -> Referral:
    """Talk therapy in the own practice, under way."""
    sent = made.referral(two.citizen, two.doctor, two.doctor.organisation, "talk_therapy")
    return referrals.move(two.gp, sent, sent.version, State.STARTED)


def test_talk_therapy_seven_in_a_calendar_year(two: Two, talks: Referral) -> None:
    """Report 000 L4335-4343. Those of another year do not count."""
    now = timezone.now()
    been(talks, 6)
    been(talks, 5, at=now - 400 * DAY)
    today = timezone.localdate()
    assert (sessions_of(talks, today).limit, sessions_of(talks, today).left) == (7, 1)
    been(talks)
    with pytest.raises(Invalid) as told:
        appointments.keep(two.gp, been(talks, 1, "planned")[0])
    assert "7" in told.value.message


@pytest.mark.parametrize(("arm", "limit"), [("sad", 12), ("daemp", 7)])
def test_talk_therapy_twelve_with_a_sad_plan(two: Two, talks: Referral, arm: str, limit: int) -> None:
    plan = made.plan(two.citizen, two.doctor)
    Pathway.objects.create(
        citizen=two.citizen, programme=made.PROGRAMME, arm=arm, practice=two.doctor.organisation, plan=plan,
        state="active", content_version="1", opened_at=timezone.now(), opened_by=two.doctor,
    )  # fmt: skip
    assert sessions_of(talks, timezone.localdate()).limit == limit


def test_a_draft_is_no_plan_yet(two: Two, talks: Referral) -> None:
    plan = made.plan(two.citizen, two.doctor, state="draft")
    Pathway.objects.create(
        citizen=two.citizen, programme=made.PROGRAMME, arm="sad", practice=two.doctor.organisation, plan=plan,
        content_version="1", opened_at=timezone.now(), opened_by=two.doctor,
    )  # fmt: skip
    assert sessions_of(talks, timezone.localdate()).limit == 7


def test_coord_4_a_missed_appointment_is_a_task_of_the_same_day_and_ends_nothing(two: Two) -> None:
    sent = accepted(two)
    appointments.miss(two.psychologist, been(sent, 1, "planned")[0], "Kom ikke, tager ikke telefonen")
    sent.refresh_from_db()
    assert (sent.state, sent.closed_at) == (State.ACCEPTED, None)
    task = CareTask.objects.get(about__kind="missed_contact")
    assert (task.organisation, task.holder, task.due) == (two.doctor.organisation, None, timezone.localdate())


def test_in_a_plan_the_accountable_person_is_asked(two: Two) -> None:
    nurse = made.provider("municipal_unit")
    plan = made.plan(two.citizen, nurse)
    sent = two.send(plan=plan, goal=made.goal(plan))
    two.to(sent, State.RECEIVED, State.ACCEPTED)
    appointments.miss(two.psychologist, been(sent, 1, "planned")[0])
    task = CareTask.objects.get(about__kind="missed_contact")
    assert (task.organisation, task.holder) == (nurse.organisation, nurse.user)
    assert (task.about.plan, task.about.referral) == (plan, None), "led to the plan, the referral is not hers to open"


def test_an_appointment_of_a_plan_needs_no_referral(two: Two) -> None:
    plan = made.plan(two.citizen, two.doctor)
    made_now = appointments.book(two.gp, timezone.now() + DAY, plan=plan, what="Opfølgning")
    assert (made_now.organisation, made_now.referral) == (two.doctor.organisation, None)
    with pytest.raises(Refused):
        appointments.book(two.psychologist, timezone.now() + DAY, plan=plan, what="Opfølgning")
    appointments.cancel(two.gp, made_now)
    assert Notice.objects.filter(citizen=two.citizen, message="appointment_cancelled").exists()


def test_two_who_book_the_last_session_do_not_both_get_it(two: Two) -> None:
    """The referral is held while sessions are counted; here one after the other, as the lock makes them."""
    sent = two.to(accepted(two), State.STARTED)
    been(sent, 9)
    stale = Referral.objects.get(pk=sent.pk)
    appointments.book(two.psychologist, timezone.now() + DAY, referral=sent)
    with pytest.raises(Invalid):
        appointments.book(care.acting(care.member(two.receiver.organisation, two.psychologist.role)),
                          timezone.now() + DAY, referral=stale)  # fmt: skip
