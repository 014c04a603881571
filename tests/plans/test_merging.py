"""One plan for several programmes: doubles, what does not go together, the most limiting one first (002 ALG-8)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from samspil.access.models import Role
from samspil.plans.catalogue import offered
from samspil.plans.merging import merged, most_limiting_first
from samspil.plans.models import Activity, Plan, PlanLink
from samspil.plans.programme import plan_format
from tests import care
from tests.plans import made

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def plan() -> Plan:
    """A citizen with COPD and heart disease in one plan."""
    doctor = care.member(role=Role.GP)
    citizen = care.citizen(doctor.organisation)
    found = made.plan(citizen, doctor, words=False)
    for number, programme in enumerate(("heart-disease", "copd")):
        made.pathway(
            citizen, doctor, arm="", programme=programme, plan=found, opened_at=timezone.now() - (9 - number) * DAY
        )
    return found


def activity(plan: Plan, programme: str, service: str, days_ago: int = 0, **fields) -> Activity:
    given = {"what": "Hold", "category": "health", "party": plan.practice, "by": plan.accountable.user}
    return Activity.objects.create(
        plan=plan, programme=programme, service=service, at=timezone.now() - days_ago * DAY, **given | fields
    )


def test_the_most_limiting_condition_comes_first(plan):
    ways = list(plan.pathways.all())
    assert [way.programme for way in most_limiting_first(ways, "")] == ["heart-disease", "copd"]
    assert [way.programme for way in most_limiting_first(ways, "copd")] == ["copd", "heart-disease"]


@pytest.mark.parametrize(("apart", "double"), [(0, True), (89, True), (91, False)])
def test_the_same_service_of_two_programmes_within_the_time_is_double(plan, apart, double):
    assert plan_format().rules.same_activity_days.value == 90
    activity(plan, "copd", "smoking_cessation", apart)
    activity(plan, "heart-disease", "smoking_cessation")
    assert bool(merged(plan).double) is double


def test_what_is_done_with_is_not_double(plan):
    activity(plan, "copd", "smoking_cessation", state=Activity.State.DONE)
    activity(plan, "heart-disease", "smoking_cessation")
    assert not merged(plan).anything


def test_a_service_that_one_of_the_conditions_speaks_against_is_told_with_what_to_use_instead(plan):
    activity(plan, *against())
    found = merged(plan).against
    assert [each.condition for each in found] == ["copd"]
    assert found[0].alternatives


def against() -> tuple[str, str]:
    """The service of the heart programme that is not for somebody with COPD (002 L4289-4291)."""
    return next(
        ("heart-disease", each.service.service)
        for each in offered("heart-disease")
        if any(rule.condition == "copd" for rule in each.service.contraindications)
    )


def test_other_plans_that_pull_another_way_are_told(plan):
    fields = {"kind": "employment_plan", "title": "Aftaler", "owner": "Jobcentret", "at": timezone.now()}
    PlanLink.objects.create(plan=plan, **fields)
    assert not merged(plan).competing
    PlanLink.objects.create(plan=plan, conflict="Kræver fuld tid nu", **fields)
    assert len(merged(plan).competing) == 1
