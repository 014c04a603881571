"""Referrals that come back: every click, who may make it, what it asks of others, and how the loop closes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.access.models import CareTask, Notice, Role
from samspil.access.policy import Resource, may
from samspil.plans.actions import epicrisis, referrals
from samspil.plans.models import Activity, PlanTask, Referral
from samspil.plans.working_days import after_working_days
from tests import care
from tests.plans import made

pytestmark = pytest.mark.django_db
State = Referral.State


class Two:
    """A doctor with a citizen, and a psychologist."""

    def __init__(self) -> None:
        self.doctor = care.member()
        self.citizen = care.citizen(self.doctor.organisation)
        self.receiver = made.provider()
        self.gp, self.psychologist = care.acting(self.doctor), care.acting(self.receiver)

    def send(self, **fields) -> Referral:
        return made.referral(self.citizen, self.doctor, self.receiver.organisation, **fields)

    def click(self, sent: Referral, state: str, **given) -> Referral:
        return referrals.move(self.psychologist, sent, sent.version, state, **given)

    def complete(self, sent: Referral, conclusion: str = "Færdig.") -> None:
        epicrisis.write(self.psychologist, sent, sent.version, conclusion=conclusion, nothing_for_gp=True)

    def to(self, sent: Referral, *states: str) -> Referral:
        for state in states:
            self.click(sent, state, right_patient="yes" if state == State.ACCEPTED else "")
        return sent


@pytest.fixture
def two() -> Two:
    return Two()


def tasks(sent: Referral, kind: str) -> list[CareTask]:
    """Open tasks of a kind about a referral."""
    return list(CareTask.objects.filter(about__referral=sent, about__kind=kind, closed_at__isnull=True))


def test_t_svc_5_the_whole_way_until_the_referrer_has_read_the_reply(two: Two) -> None:
    sent = two.send()
    assert (sent.state, sent.plan) == (State.SENT, None)
    two.to(sent, State.RECEIVED, State.ACCEPTED, State.BOOKED, State.STARTED)
    assert sent.started_on == timezone.localdate()
    with pytest.raises(Invalid, match="svar"):
        two.click(sent, State.COMPLETED, words="Har fået ro på og sover igen.")
    two.complete(sent, "Har fået ro på og sover igen.")
    assert sent.closed_at is not None
    assert sent.reply_read_at is None, "completed is not the end"
    assert referrals.read_reply(two.gp, sent) is True
    assert sent.reply_read_by == two.doctor.user
    assert referrals.read_reply(two.gp, sent) is False
    assert [step.state for step in sent.steps.all()] == [
        State.SENT, State.RECEIVED, State.ACCEPTED, State.BOOKED, State.STARTED, State.COMPLETED,
    ]  # fmt: skip
    left = CareTask.objects.filter(about__referral=sent, closed_at__isnull=True)
    assert list(left.values_list("about__kind", flat=True)) == ["after_service"]


def test_the_receiver_sees_the_citizen_while_the_referral_is_open_and_not_after(two: Two) -> None:
    care.consent(two.citizen, "sharing", two.doctor.user)
    record = Resource("citizen_record", two.citizen)
    assert not may(two.psychologist, "read", record, "care")
    two.psychologist.forget()
    sent = two.send()
    assert may(two.psychologist, "read", record, "care")
    two.to(sent, State.RECEIVED)
    two.click(sent, State.REJECTED, reason="no_capacity", words="Psykologerne i Vestergade har plads.")
    assert not may(two.psychologist, "read", record, "care")


def test_five_working_days_are_counted_from_the_day_it_was_sent(two: Two) -> None:
    assert two.send().start_due == after_working_days(timezone.localdate(), 5)


def test_no_deadline_is_invented_where_none_is_agreed(two: Two) -> None:
    ward = made.provider("hospital_department")
    sent = made.referral(two.citizen, two.doctor, ward.organisation, "geriatric_assessment")
    assert sent.start_due is None
    assert [task.due for task in tasks(sent, "referral")] == [None]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"agreed": False}, "agreed"),
        ({"service": "astrology"}, "service"),
        ({"arm": "daemp"}, "service"),
        ({"service": "home_nursing"}, "to_organisation"),
    ],
)
def test_what_cannot_be_sent_names_the_field(two: Two, wrong: dict, field: str) -> None:
    with pytest.raises(Invalid) as told:
        two.send(**wrong)
    assert told.value.field == field
    assert not Referral.objects.exists()
    assert not CareTask.objects.exists()


def test_nobody_is_referred_to_a_place_where_nobody_works(two: Two) -> None:
    two.receiver.until = timezone.localdate() - dt.timedelta(days=1)
    two.receiver.save()
    with pytest.raises(Invalid) as told:
        two.send()
    assert told.value.field == "to_organisation"


def test_only_a_doctor_of_the_own_practice_refers(two: Two) -> None:
    for who in (care.member(), care.member(two.doctor.organisation, Role.PRACTICE_STAFF), two.receiver):
        with pytest.raises(Refused):
            made.referral(two.citizen, who, two.receiver.organisation)


def test_nothing_is_sent_twice(two: Two) -> None:
    two.send()
    with pytest.raises(Conflict):
        two.send()
    another = made.provider()
    with pytest.raises(Conflict):
        made.referral(two.citizen, two.doctor, another.organisation)
    assert Referral.objects.count() == 1


def test_each_side_has_its_own_clicks(two: Two) -> None:
    sent = two.send()
    with pytest.raises(Refused):
        referrals.move(two.gp, sent, sent.version, State.RECEIVED)
    with pytest.raises(Refused):
        referrals.move(care.acting(made.provider()), sent, sent.version, State.RECEIVED)
    with pytest.raises(Refused):
        two.click(sent, State.WITHDRAWN, words="Nej")
    colleague = care.acting(care.member(two.receiver.organisation, Role.PSYCHOLOGIST))
    assert referrals.move(colleague, sent, sent.version, State.RECEIVED).state == State.RECEIVED


def test_whoever_comes_second_is_told_who_was_first(two: Two) -> None:
    sent = two.send()
    seen = sent.version
    two.click(sent, State.RECEIVED)
    with pytest.raises(Conflict) as told:
        referrals.move(two.psychologist, sent, seen, State.RECEIVED)
    assert two.receiver.user.name in told.value.message
    assert sent.steps.count() == 2


def test_nothing_jumps_over_a_state(two: Two) -> None:
    sent = two.send()
    for state in (State.ACCEPTED, State.STARTED, State.COMPLETED):
        with pytest.raises(Conflict):
            two.click(sent, state, words="Slut", right_patient="yes")


def test_a_rejection_says_why_and_where_instead_and_the_referrer_has_to_read_it(two: Two) -> None:
    sent = two.to(two.send(), State.RECEIVED)
    for wrong, field in (({"words": "Andet sted"}, "reason"), ({"reason": "no_capacity"}, "words")):
        with pytest.raises(Invalid) as told:
            two.click(sent, State.REJECTED, **wrong)
        assert told.value.field == field
    two.click(sent, State.REJECTED, reason="too_ill", words="Psykiatrien kan hjælpe.")
    assert (sent.outcome_reason, sent.right_patient) == ("too_ill", "too_ill")
    assert [task.organisation for task in tasks(sent, "referral_reply")] == [two.doctor.organisation]
    assert not tasks(sent, "referral")


def test_a_question_goes_back_and_its_answer_forth_without_stopping_the_clock(two: Two) -> None:
    sent = two.to(two.send(), State.RECEIVED)
    due = sent.start_due
    two.click(sent, State.RETURNED, words="Er borgeren sygemeldt?")
    (question,) = tasks(sent, "referral_question")
    assert question.organisation == two.doctor.organisation
    with pytest.raises(Invalid):
        referrals.answer(two.gp, sent, sent.version, "")
    referrals.answer(two.gp, sent, sent.version, "Ja, siden august.")
    assert (sent.state, sent.start_due) == (State.RECEIVED, due)
    assert not tasks(sent, "referral_question")
    assert len(tasks(sent, "referral")) == 1
    two.to(sent, State.ACCEPTED)


def test_ref_6_the_right_patient_is_said_at_the_latest_when_it_starts(two: Two) -> None:
    sent = two.to(two.send(), State.RECEIVED)
    two.click(sent, State.ACCEPTED)
    with pytest.raises(Invalid) as told:
        two.click(sent, State.STARTED)
    assert told.value.field == "right_patient"
    two.click(sent, State.STARTED, right_patient="too_well")
    assert sent.right_patient == "too_well"


def test_days_that_lie_ahead_or_before_it_was_sent_are_none(two: Two) -> None:
    sent = two.to(two.send(), State.RECEIVED, State.ACCEPTED)
    for days in (1, -1):
        with pytest.raises(Invalid) as told:
            two.click(sent, State.STARTED, on=timezone.localdate() + dt.timedelta(days=days))
        assert told.value.field == "on"


def test_dropping_out_has_a_reason(two: Two) -> None:
    sent = two.to(two.send(), State.RECEIVED, State.ACCEPTED, State.STARTED)
    with pytest.raises(Invalid):
        two.click(sent, State.DROPPED_OUT)
    two.click(sent, State.DROPPED_OUT, reason="unfit_form")
    assert sent.closed_at is not None
    assert len(tasks(sent, "referral_reply")) == 1


def test_the_referrer_can_withdraw_and_then_there_is_no_reply_to_read(two: Two) -> None:
    sent = two.send()
    referrals.move(two.gp, sent, sent.version, State.WITHDRAWN, words="Borgeren har det bedre.")
    assert sent.reply_read_at is not None
    assert not CareTask.objects.filter(closed_at__isnull=True).exists()


def test_a_reply_is_read_by_the_referrer_and_once_there_is_one(two: Two) -> None:
    sent = two.send()
    with pytest.raises(Conflict):
        referrals.read_reply(two.gp, sent)
    two.to(sent, State.RECEIVED)
    two.click(sent, State.REJECTED, reason="no_capacity", words="Prøv naboen.")
    with pytest.raises(Refused):
        referrals.read_reply(two.psychologist, sent)


def test_ref_3_each_step_is_told_to_the_referrer_and_the_citizen_hears_what_matters(two: Two) -> None:
    sent = two.to(two.send(), State.RECEIVED, State.ACCEPTED, State.BOOKED, State.STARTED)
    told = set(Notice.objects.filter(user=two.doctor.user).values_list("message", flat=True))
    assert told == {f"referral_{state}" for state in ("received", "accepted", "booked", "started")}
    heard = set(Notice.objects.filter(citizen=two.citizen).values_list("message", flat=True))
    assert heard == {"referral_sent_citizen", "referral_accepted_citizen"}
    assert sent.citizen.name not in str(list(Notice.objects.filter(user=two.doctor.user).values_list("values")))


def test_in_a_plan_it_serves_a_goal_and_its_activity_keeps_step(two: Two) -> None:
    plan = made.plan(two.citizen, two.doctor)
    with pytest.raises(Invalid) as told:
        two.send(plan=plan)
    assert told.value.field == "goal"
    sent = two.send(plan=plan, goal=made.goal(plan))
    activity = Activity.objects.get()
    assert (sent.activity, activity.party, activity.state) == (activity, two.receiver.organisation, "planned")
    assert PlanTask.objects.filter(activity=activity).count() == 1, "one task, the referral's"
    two.to(sent, State.RECEIVED, State.ACCEPTED, State.STARTED)
    activity.refresh_from_db()
    assert activity.state == Activity.State.ACTIVE
    two.complete(sent)
    activity.refresh_from_db()
    assert activity.state == Activity.State.DONE


def test_a_referral_of_a_plan_that_was_closed_goes_on(two: Two) -> None:
    plan = made.plan(two.citizen, two.doctor)
    sent = two.send(plan=plan, goal=made.goal(plan))
    plan.refresh_from_db()
    plan.state, plan.closed_at = plan.State.CLOSED, timezone.now()
    plan.save()
    assert two.to(sent, State.RECEIVED, State.ACCEPTED, State.STARTED).state == State.STARTED


def test_l_33_another_provider_without_losing_the_clock(two: Two) -> None:
    sent = two.to(two.send(), State.RECEIVED, State.ACCEPTED)
    Referral.objects.filter(pk=sent.pk).update(start_due=dt.date(2026, 1, 5))
    another = made.provider()
    new = referrals.rematch(two.gp, sent, sent.version, another.organisation, "Ønsker en kvindelig psykolog.")
    assert (sent.state, new.state, new.continues) == (State.WITHDRAWN, State.SENT, sent)
    assert new.start_due == dt.date(2026, 1, 5)
    assert not tasks(sent, "referral")
    assert [task.organisation for task in tasks(new, "referral")] == [another.organisation]
    with pytest.raises(Conflict):
        referrals.rematch(two.gp, sent, sent.version, made.provider().organisation, "Igen")


def test_another_provider_after_a_start_has_the_agreed_days_again(two: Two) -> None:
    sent = two.to(two.send(), State.RECEIVED, State.ACCEPTED, State.STARTED)
    new = referrals.rematch(two.gp, sent, sent.version, made.provider().organisation, "Passede ikke sammen.")
    assert new.start_due == after_working_days(timezone.localdate(), 5)


def test_a_practice_that_does_it_itself_need_not_receive_it(two: Two) -> None:
    sent = made.referral(two.citizen, two.doctor, two.doctor.organisation, "talk_therapy")
    assert (sent.state, sent.right_patient) == (State.ACCEPTED, "yes")
    referrals.move(two.gp, sent, sent.version, State.STARTED)
    epicrisis.write(two.gp, sent, sent.version, conclusion="Færdig.", nothing_for_gp=True)
    assert sent.reply_read_at is not None


def test_who_answers_for_the_plan_refers_when_the_citizen_agrees_to_one_plan(two: Two) -> None:
    nurse = made.provider("municipal_unit")
    made.plan(two.citizen, nurse)
    with pytest.raises(Refused):
        made.referral(two.citizen, nurse, two.receiver.organisation)
    care.consent(two.citizen, "one_plan", two.doctor.user)
    sent = made.referral(two.citizen, nurse, two.receiver.organisation)
    assert (sent.plan, sent.from_organisation) == (None, nurse.organisation)
