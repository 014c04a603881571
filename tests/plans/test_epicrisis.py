"""The reply: conclusion first, then what the GP goes on with (report 003 L831-841)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.access.models import CareTask
from samspil.plans.actions import epicrisis, referrals, work
from samspil.plans.models import Epicrisis, PlanTask, Referral
from samspil.plans.programme import plan_format
from tests import care
from tests.plans import made
from tests.plans.test_referrals import Two

pytestmark = pytest.mark.django_db
State = Referral.State


@pytest.fixture
def two() -> Two:
    return Two()


@pytest.fixture
def started(two: Two) -> Referral:
    return two.to(two.send(), State.RECEIVED, State.ACCEPTED, State.STARTED)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"conclusion": " \n "}, "conclusion"),
        ({"conclusion": "Bedre.\n\nForløbet begyndte i august."}, "conclusion"),
        ({"conclusion": "ord " * 500}, "conclusion"),
        ({"gp_actions": [" "]}, "gp_actions"),
        ({"nothing_for_gp": True}, "nothing_for_gp"),
    ],
)
def test_tc3_33_what_is_missing_is_told_at_its_field(two: Two, started: Referral, wrong: dict, field: str) -> None:
    given = {"conclusion": "Sover igen.", "gp_actions": ["Se på medicinen om en måned"]} | wrong
    with pytest.raises(Invalid) as told:
        epicrisis.write(two.psychologist, started, started.version, **given)
    assert told.value.field == field
    assert not Epicrisis.objects.exists()


def test_r_epi_what_the_gp_must_do_becomes_tasks_of_the_practice(two: Two, started: Referral) -> None:
    epicrisis.write(
        two.psychologist,
        started,
        started.version,
        conclusion="Sover igen og er på arbejde på halv tid.",
        gp_actions=["Trappe sovemedicin ud", "", "Se på sygemeldingen 1. februar"],
        course="Otte samtaler.",
    )
    assert started.state == State.COMPLETED
    open_now = CareTask.objects.filter(closed_at__isnull=True, organisation=two.doctor.organisation)
    assert sorted(open_now.values_list("about__kind", "title")) == [
        ("after_service", "Samtaler med en psykolog"),
        ("gp_action", "Se på sygemeldingen 1. februar"),
        ("gp_action", "Trappe sovemedicin ud"),
        ("referral_reply", "Samtaler med en psykolog"),
    ]
    assert started.reply_read_at is None
    referrals.read_reply(two.gp, started)
    assert set(open_now.values_list("about__kind", flat=True)) == {"gp_action", "after_service"}, "reading is not doing"


def test_nothing_for_the_gp_is_said_outright(two: Two, started: Referral) -> None:
    made_now = epicrisis.write(
        two.psychologist, started, started.version, conclusion="Ingen grund til mere.", nothing_for_gp=True
    )
    assert (made_now.gp_actions, made_now.nothing_for_gp) == ([], True)
    assert not CareTask.objects.filter(about__kind="gp_action").exists()


def test_l_52_without_a_plan_the_practice_talks_with_the_citizen_some_time_after(two: Two, started: Referral) -> None:
    """003 L1268-1271: citizens were satisfied; what they lacked was keeping up what they had begun."""
    epicrisis.write(two.psychologist, started, started.version, conclusion="Bedre.", nothing_for_gp=True)
    about = PlanTask.objects.select_related("task").get(kind="after_service")
    days = plan_format().rules.after_service_days.value
    assert (about.task.organisation, about.task.due) == (
        two.doctor.organisation,
        timezone.localdate() + dt.timedelta(days=days),
    )
    with pytest.raises(Invalid):
        work.done(two.gp, about)
    assert work.done(two.gp, about, "Går stadig til yoga.")


def test_a_plan_that_runs_has_its_own_follow_up_after_a_service(two: Two) -> None:
    plan = made.plan(two.citizen, two.doctor)
    sent = two.to(two.send(plan=plan, goal=made.goal(plan)), State.RECEIVED, State.ACCEPTED, State.STARTED)
    epicrisis.write(two.psychologist, sent, sent.version, conclusion="Bedre.", nothing_for_gp=True)
    assert not PlanTask.objects.filter(kind="after_service").exists()


def test_what_a_hospital_asked_for_goes_to_the_citizens_own_practice(two: Two) -> None:
    ward = made.provider("hospital_department")
    plan = made.plan(two.citizen, ward)
    care.consent(two.citizen, "one_plan", two.doctor.user)
    sent = made.referral(two.citizen, ward, two.receiver.organisation, plan=plan, goal=made.goal(plan))
    two.to(sent, State.RECEIVED, State.ACCEPTED, State.STARTED)
    epicrisis.write(two.psychologist, sent, sent.version, conclusion="Bedre.", gp_actions=["Ring om en uge"])
    kinds = dict(CareTask.objects.filter(closed_at__isnull=True).values_list("about__kind", "organisation"))
    assert kinds == {"gp_action": two.doctor.organisation_id, "referral_reply": ward.organisation_id}


def test_only_the_receiver_writes_it_and_only_of_what_has_started(two: Two, started: Referral) -> None:
    with pytest.raises(Refused):
        epicrisis.write(two.gp, started, started.version, conclusion="Bedre.", nothing_for_gp=True)
    two.click(started, State.DROPPED_OUT, reason="moved")
    with pytest.raises(Conflict):
        epicrisis.write(two.psychologist, started, started.version, conclusion="Bedre.", nothing_for_gp=True)
