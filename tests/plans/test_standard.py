"""The standard check: what each rule asks for, and that a plan with all of it lacks nothing."""

from __future__ import annotations

import pytest

from samspil.access.errors import Invalid
from samspil.plans import standard
from samspil.plans.actions import activities, contacts, goals, sections
from samspil.plans.models import Pathway, Plan
from samspil.plans.programme import plan_format
from tests.plans import made
from tests.plans.desk import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return Desk(words=False, state=Plan.State.DRAFT, next_follow_up=None)


def lacking(desk: Desk) -> list[str]:
    return [each.rule for each in standard.missing(Plan.objects.get(pk=desk.plan.pk))]


def filled(desk: Desk) -> None:
    """Everything that the standard asks of an Odense plan."""
    for section in ("own_words", "needs", "what_matters", "situation", "citizen_part", "relatives_part", "mental"):
        sections.write(desk.actor, desk.plan, section, 0, f"Tekst om {section}")
    for section in ("somatic", "social", "employment"):
        sections.write(desk.actor, desk.plan, section, 0, "", not_assessed=True)
    goal = goals.add(desk.actor, desk.plan, words="Jeg vil sove", domain="mental", stated_by="citizen")
    goals.confirm(desk.actor, desk.plan, {goal.pk: goal.version})
    activities.agree(
        desk.actor, desk.plan, what="Samtale", category="health", party=desk.house, goal=goal, due=desk.later()
    )
    contacts.add(desk.actor, desk.plan, name="Anne Lund", relation="læge", phone="65 12 34 56")
    sections.choose_involvement(desk.actor, desk.plan, "", "others")
    Plan.objects.filter(pk=desk.plan.pk).update(next_follow_up=desk.later())


def test_an_empty_plan_lacks_everything_and_says_how_to_mend_it(desk):
    found = standard.missing(desk.plan)
    assert [each.rule for each in found] == [
        "own_words", "needs", "what_matters", "situation", "somatic", "mental", "social", "employment",
        "citizen_part", "relatives_part", "involvement", "shared_goal", "next_follow_up", "contact",
    ]  # fmt: skip
    assert all(each.title and each.mend and each.place for each in found)


def test_a_plan_with_all_of_it_lacks_nothing(desk):
    filled(desk)
    assert lacking(desk) == []


def test_not_assessed_answers_a_domain_and_nothing_else_does(desk):
    filled(desk)
    sections.write(desk.actor, desk.plan, "social", 1, "")
    assert lacking(desk) == ["social"]


def test_r_plan_02_an_activity_without_a_goal_warns_and_a_duty_does_not(desk):
    filled(desk)
    activities.agree(desk.actor, desk.plan, what="Gåtur", category="health", by_citizen=True)
    activities.agree(desk.actor, desk.plan, what="Møde", category="employment", party=desk.house, statutory=True)
    found = standard.missing(Plan.objects.get(pk=desk.plan.pk))
    assert [(each.rule, each.about) for each in found] == [
        ("activity_serves_goal", "Gåtur"),
        ("activity_has_due", "Gåtur"),
    ]


def test_a_referral_without_an_agreed_start_needs_no_day(desk):
    filled(desk)
    provider, goal = made.provider("hospital_department"), desk.plan.goals.get()
    made.referral(
        desk.plan.citizen, desk.doctor, provider.organisation, "occupational_medicine", plan=desk.plan, goal=goal
    )
    assert desk.plan.activities.get(referral__isnull=False).due is None, "nothing was agreed, and nothing is invented"
    assert lacking(desk) == []


def test_what_is_done_or_stopped_lacks_nothing(desk):
    filled(desk)
    walk = activities.agree(desk.actor, desk.plan, what="Gåtur", category="health", by_citizen=True)
    activities.set_state(desk.actor, walk, "stopped")
    assert lacking(desk) == []


def test_a_suggested_goal_waits_for_the_citizens_yes(desk):
    filled(desk)
    goals.add(desk.actor, desk.plan, words="Mindre smerte", domain="somatic", stated_by="professional")
    assert "goal_confirmed" in lacking(desk)


def test_l17_without_a_shared_goal_the_plan_falls_short_and_a_referral_is_named(desk):
    found = next(each for each in standard.missing(desk.plan) if each.rule == "shared_goal")
    assert "henvisning" in found.mend


def test_plan_4_goals_of_the_chronic_programmes_have_baseline_midterm_and_final(desk):
    filled(desk)
    Pathway.objects.update(programme="copd", arm="")
    assert "goal_dates" in lacking(desk)
    goal = desk.plan.goals.get()
    goals.change(
        desk.actor, goal, goal.version, baseline="Fire timer", midterm_on=desk.later(30), final_on=desk.later(60)
    )
    assert "goal_dates" not in lacking(desk)


def test_r_plan_07_the_crisis_plan_is_asked_for_where_the_programme_has_one(desk):
    filled(desk)
    Pathway.objects.update(programme="act-dual-diagnosis", arm="")
    assert [rule for rule in lacking(desk) if rule.startswith("crisis")] == [
        "crisis_signs", "crisis_own", "crisis_team", "crisis_joint", "crisis_call"
    ]  # fmt: skip


def test_what_limits_most_is_asked_of_citizens_with_several_illnesses(desk):
    filled(desk)
    Pathway.objects.update(programme="multimorbidity", arm="")
    assert "most_limiting" in lacking(desk)


def test_coord_9_no_plan_without_a_version_that_the_citizen_can_read(desk):
    with pytest.raises(Invalid):
        standard.require_citizen_version(desk.plan)
    sections.write(desk.actor, desk.plan, "what_matters", 0, "At kunne gå i haven")
    with pytest.raises(Invalid):
        standard.require_citizen_version(desk.plan)
    made.goal(desk.plan)
    standard.require_citizen_version(desk.plan)


def test_every_kind_of_rule_is_looked_at(desk):
    """A rule of a kind that nobody looks at would be kept by every plan."""
    filled(desk)
    known = {*standard._ACTIVITIES, *standard._GOALS, *standard._PLAN, "section", "domain_answered"}
    assert {rule.kind for rule in plan_format().standard} <= known


def test_the_check_costs_the_same_however_much_there_is(desk, django_assert_num_queries):
    filled(desk)
    for number in range(10):
        activities.agree(desk.actor, desk.plan, what=f"Nr. {number}", category="health", by_citizen=True)
    plan = Plan.objects.get(pk=desk.plan.pk)
    with django_assert_num_queries(5):
        standard.missing(plan)
