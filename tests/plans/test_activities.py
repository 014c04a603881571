"""Activities: one party, needs before offers, duties apart, tasks that follow, a done-mark that everybody sees."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, CareTask, Role
from samspil.plans.actions import activities, goals
from samspil.plans.actions.parts import WrittenMeanwhile
from samspil.plans.models import Activity, Appointment, Goal, Plan, PlanTask, Section
from samspil.plans.overlaps import colliding, twice
from tests import care
from tests.plans import made
from tests.plans.desk import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return Desk()


def agree(desk: Desk, actor=None, **fields) -> Activity:
    given = {"what": "Besøg i hjemmet", "category": "health", "party": desk.helper.organisation}
    return activities.agree(actor or desk.actor, desk.plan, **given | fields)


def open_tasks() -> int:
    return CareTask.objects.filter(closed_at__isnull=True).count()


def test_who_does_it_has_a_task_with_the_day(desk):
    made_now = agree(desk, due=desk.later(), holder=desk.helper.user)
    about = PlanTask.objects.get()
    assert (about.kind, about.activity, about.plan) == ("activity", made_now, desk.plan)
    assert (about.task.organisation, about.task.holder, about.task.due) == (
        desk.helper.organisation, desk.helper.user, desk.later()
    )  # fmt: skip


def test_a_referral_opens_its_own_task(desk):
    agree(desk, task=False)
    assert not PlanTask.objects.exists()


def test_plan_3_offers_come_after_needs(desk):
    Section.objects.filter(plan=desk.plan, section="needs").update(text="")
    with pytest.raises(Invalid) as told:
        agree(desk, programme=made.PROGRAMME, service="home_nursing")
    assert told.value.field == "service"
    assert "Behov" in told.value.message
    agree(desk)  # what is no offer of a catalogue needs nothing before
    Section.objects.filter(plan=desk.plan, section="needs").update(text="Hjælp med sår")
    assert agree(desk, programme=made.PROGRAMME, service="home_nursing").service == "home_nursing"


def test_one_party_is_responsible_and_never_two(desk):
    for wrong in ({"by_citizen": True}, {"party": None}, {"holder": desk.doctor.user}):
        with pytest.raises(Invalid):
            agree(desk, **wrong)
    assert not Activity.objects.exists()


def test_r_plan_05_a_duty_by_law_serves_no_goal(desk):
    goal = made.goal(desk.plan)
    with pytest.raises(Invalid) as told:
        agree(desk, statutory=True, goal=goal)
    assert told.value.field == "goal"
    assert agree(desk, statutory=True).goal is None


def test_a_goal_of_another_plan_or_let_go_is_not_served(desk):
    foreign = made.goal(Desk().plan)
    own = made.goal(desk.plan, state=Goal.State.LET_GO)
    for goal in (foreign, own):
        with pytest.raises(Invalid):
            agree(desk, goal=goal)


def test_a_day_that_has_passed_is_refused(desk):
    with pytest.raises(Invalid):
        agree(desk, due=desk.today - dt.timedelta(days=1))


def test_pat_2_the_citizen_agrees_on_what_the_citizen_does(desk):
    goal = goals.add(desk.own, desk.plan, words="Jeg vil danse", domain="somatic", stated_by="citizen")
    walk = agree(desk, desk.own, what="En tur hver dag", party=None, by_citizen=True, goal=goal)
    activities.set_state(desk.own, walk, "done")
    assert walk.state == "done"
    with pytest.raises(Refused):
        agree(desk, desk.own)
    theirs = agree(desk)
    with pytest.raises(Refused):
        activities.set_state(desk.own, theirs, "done")
    with pytest.raises(Refused):
        activities.change(desk.own, theirs, 0, what="Ingenting")


def test_who_holds_the_task_marks_it_done_for_everybody_at_once(desk):
    activity = agree(desk)
    activities.set_state(desk.carer, activity, "active")
    assert open_tasks() == 1
    activities.set_state(desk.carer, activity, "done")
    assert (activity.state, activity.done_by, open_tasks()) == ("done", desk.helper.user, 0)
    assert Plan.objects.get(pk=desk.plan.pk).version == 3
    assert AccessRecord.objects.filter(resource="task", verb="write", citizen_id=desk.citizen.pk).count() == 2
    # The task is done, and with it what it opened.
    with pytest.raises(Refused):
        activities.set_state(desk.carer, activity, "planned")
    with pytest.raises(Refused):
        activities.set_state(care.acting(made.provider()), activity, "stopped")


def test_a_task_held_by_a_colleague_is_the_colleagues(desk):
    colleague = care.member(desk.helper.organisation, Role.MUNICIPAL)
    activity = agree(desk, holder=colleague.user)
    with pytest.raises(Refused):
        activities.set_state(desk.carer, activity, "done")


def test_the_task_follows_to_another_party_and_another_day(desk):
    activity = agree(desk, due=desk.later(10))
    activity = activities.change(desk.actor, activity, 0, due=desk.later(20), what="Besøg om morgenen")
    task = CareTask.objects.get()
    assert (task.due, task.title) == (desk.later(20), "Besøg om morgenen")
    activities.change(desk.actor, activity, 1, party=desk.house)
    assert list(CareTask.objects.filter(closed_at__isnull=True).values_list("organisation", flat=True)) == [
        desk.house.pk
    ]
    activities.change(desk.actor, activity, 2, party=None, by_citizen=True)
    assert open_tasks() == 0


def test_two_who_change_the_same_activity_are_told(desk):
    activity = agree(desk)
    activities.change(desk.staff, activity, 0, what="Besøg om aftenen")
    with pytest.raises(WrittenMeanwhile) as met:
        activities.change(desk.actor, activity, 0, what="Besøg om morgenen")
    assert (met.value.by, met.value.theirs) == (desk.nurse.user, "Besøg om aftenen")
    assert activities.change(desk.actor, activity, 1, what="Besøg om aftenen").version == 1


def test_nothing_is_agreed_in_a_closed_plan(desk):
    activity = agree(desk)
    Plan.objects.filter(pk=desk.plan.pk).update(state="closed", closed_at=desk.plan.opened_at)
    for act in (lambda: agree(desk), lambda: activities.set_state(desk.actor, activity, "done")):
        with pytest.raises(Conflict):
            act()


def test_plan_1_the_same_service_twice_is_seen_whatever_the_programme(desk):
    for programme in ("odense-ic", "copd"):
        agree(desk, what=programme, programme=programme, service="home_nursing")
    agree(desk, what="En tur", party=None, by_citizen=True)
    agree(desk, what="en tur", party=None, by_citizen=True)
    agree(desk, what="Noget helt andet")
    found = [(each.first.what, each.second.what) for each in twice(desk.plan.activities.all())]
    assert found == [("odense-ic", "copd"), ("En tur", "en tur")]


def test_r_plan_13_appointments_at_one_time_are_seen_whatever_the_programme():
    now = timezone.now()

    def at(minutes: int, length: int | None, key: int) -> Appointment:
        return Appointment(pk=key, at=now + dt.timedelta(minutes=minutes), minutes=length)

    assert colliding([at(0, 30, 1), at(20, 30, 2), at(60, None, 3), at(90, 10, 4)]) == {1, 2}
    assert colliding([at(0, None, 1), at(0, None, 2)]) == {1, 2}
    assert colliding([at(0, 30, 1), at(30, 30, 2)]) == set()
