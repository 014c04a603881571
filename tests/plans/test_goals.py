"""Goals: whose words, what is suggested until the citizen says yes, dates, and two who change the same one."""

from __future__ import annotations

import pytest
from django.db import transaction

from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.plans.actions import goals, work
from samspil.plans.actions.evaluations import hand_over_evaluations
from samspil.plans.actions.parts import WrittenMeanwhile
from samspil.plans.models import Draft, Goal, Plan, PlanTask
from tests import care
from tests.plans.desk import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return Desk()


def add(desk: Desk, actor=None, **fields) -> Goal:
    given = {"words": "Jeg vil sove om natten", "domain": "mental", "stated_by": "professional"}
    return goals.add(actor or desk.actor, desk.plan, **given | fields)


def plan_of(desk: Desk) -> Plan:
    return Plan.objects.get(pk=desk.plan.pk)


def test_a_suggested_goal_is_the_citizens_only_after_a_yes_to_what_was_read(desk):
    goal = add(desk)
    with pytest.raises(Conflict):
        goals.confirm(desk.actor, desk.plan, {goal.pk: goal.version + 1})
    goals.confirm(desk.actor, desk.plan, {goal.pk: goal.version})
    goal.refresh_from_db()
    assert goal.stated_by == "citizen"
    assert plan_of(desk).confirmed_at is not None


def test_a_new_or_reworded_goal_asks_for_a_new_yes(desk):
    goal = add(desk)
    goals.confirm(desk.own, desk.plan, {goal.pk: goal.version})
    goal.refresh_from_db()
    goals.change(desk.actor, goal, goal.version, measure="Otte timer")
    assert plan_of(desk).confirmed_at is not None
    goal.refresh_from_db()
    goals.change(desk.actor, goal, goal.version, words="Jeg vil sove hele natten")
    assert plan_of(desk).confirmed_at is None


def test_nobody_says_yes_to_nothing(desk):
    with pytest.raises(Invalid):
        goals.confirm(desk.actor, desk.plan, {})


def test_pat_1_the_citizens_goal_is_the_citizens_to_reword(desk):
    goal = add(desk, desk.own, words="Jeg vil danse igen")
    assert goal.stated_by == "citizen"
    with pytest.raises(Invalid):
        goals.change(desk.actor, goal, goal.version, words="Patienten skal øge mobilitet")
    changed = goals.change(desk.actor, goal, goal.version, baseline="Går med stok", final_on=desk.later())
    goals.change(desk.own, goal, changed.version, words="Jeg vil danse til brylluppet")
    assert Goal.objects.get().words == "Jeg vil danse til brylluppet"


def test_what_the_citizen_rewords_is_stated_by_the_citizen(desk):
    goal = add(desk)
    assert goals.change(desk.own, goal, goal.version, words="Jeg vil sove").stated_by == "citizen"


def test_plan_4_dates_are_in_order(desk):
    with pytest.raises(Invalid) as told:
        add(desk, midterm_on=desk.later(60), final_on=desk.later(30))
    assert told.value.field == "final_on"


@pytest.mark.parametrize("wrong", [{"words": "  "}, {"domain": "astrology"}, {"stated_by": "nobody"}])
def test_what_cannot_be_a_goal_is_told(desk, wrong):
    with pytest.raises(Invalid):
        add(desk, **wrong)
    assert not Goal.objects.exists()


def test_who_changes_a_goal_second_is_told_who_was_first(desk):
    goal = add(desk)
    goals.change(desk.staff, goal, 0, words="Jeg vil sove til klokken syv")
    add(desk, words="Et andet mål")
    with pytest.raises(WrittenMeanwhile) as met:
        goals.change(desk.actor, goal, 0, words="Jeg vil sove længe")
    assert (met.value.theirs, met.value.by) == ("Jeg vil sove til klokken syv", desk.nurse.user)
    assert Draft.objects.get(section=f"goal-{goal.pk}").text == "Jeg vil sove længe"


def test_nothing_changed_is_no_version(desk):
    goal = add(desk)
    before = plan_of(desk).version
    goals.change(desk.actor, goal, 0, words=goal.words)
    assert plan_of(desk).version == before


def test_another_practice_changes_no_goal(desk):
    goal = add(desk)
    with pytest.raises(Refused):
        goals.change(care.acting(care.member()), goal, 0, words="Noget andet")
    with pytest.raises(Refused):
        add(desk, desk.carer)


def test_r_plan_03_a_goal_let_go_changes_nothing_else(desk):
    goal = add(desk)
    before = plan_of(desk).state
    goals.change(desk.own, goal, 0, state="let_go")
    assert plan_of(desk).state == before


def evaluations(desk: Desk) -> dict[str, object]:
    """What is open to be looked at: the day of each kind."""
    open_now = PlanTask.objects.filter(plan=desk.plan, goal__isnull=False, task__closed_at__isnull=True)
    return {about.kind: about.task.due for about in open_now.select_related("task")}


def test_plan_4_the_accountable_person_has_a_task_on_each_day_of_a_goal(desk):
    goal = add(desk, midterm_on=desk.later(30), final_on=desk.later(60))
    assert evaluations(desk) == {"goal_midway": desk.later(30), "goal_final": desk.later(60)}
    assert {about.task.holder for about in PlanTask.objects.all()} == {desk.doctor.user}
    goals.change(desk.actor, goal, 0, midterm_on=desk.later(40))
    assert evaluations(desk) == {"goal_midway": desk.later(40), "goal_final": desk.later(60)}
    goals.change(desk.actor, goal, 1, midterm="Sover fire timer")
    assert evaluations(desk) == {"goal_final": desk.later(60)}
    goals.change(desk.actor, goal, 2, state="reached")
    assert evaluations(desk) == {}


def test_what_is_to_be_looked_at_goes_with_the_plan_to_somebody_else(desk):
    add(desk, final_on=desk.later(60))
    colleague = care.member(desk.house)
    Plan.objects.filter(pk=desk.plan.pk).update(accountable=colleague)
    with transaction.atomic():
        hand_over_evaluations(desk.doctor.user, plan_of(desk))
    (about,) = PlanTask.objects.filter(task__closed_at__isnull=True)
    assert (about.task.holder, about.task.organisation) == (colleague.user, desk.house)
    with pytest.raises(Invalid):
        work.done(care.acting(colleague), about)
