"""A draft from templates: nothing that is not ticked, nothing twice, nothing in the citizen's mouth."""

from __future__ import annotations

import pytest
from django.utils import timezone

from samspil.access.errors import Invalid
from samspil.access.log import Refused
from samspil.access.models import OrganisationKind
from samspil.plans.actions.composing import compose
from samspil.plans.models import Activity, Goal, Pathway, PlanTask, Revision, Section
from samspil.plans.programme import programmes_with_plans
from samspil.plans.templates_of import phrases, prompts, suggestions, templates_of
from samspil.plans.working_days import after_working_days
from tests.plans import made
from tests.plans.desk import Desk

pytestmark = pytest.mark.django_db
CALM = "odense-ic/sad/calm"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def join(desk: Desk, programme: str, arm: str = "") -> None:
    """The citizen is in another programme too, with the same plan."""
    Pathway.objects.create(
        citizen=desk.citizen, programme=programme, arm=arm, practice=desk.house, plan=desk.plan, state="active",
        content_version="1", opened_at=timezone.now(), opened_by=desk.doctor,
    )  # fmt: skip


def test_the_template_of_the_arm_suggests_and_helps_with_the_texts(desk):
    found = templates_of(desk.plan)
    assert [template.template for _name, template in found] == ["sad"]
    assert "kræfter" in prompts(found)["citizen_part"][0]
    assert phrases(found)
    assert [goal.key for goal in suggestions(desk.plan)] == [
        CALM,
        "odense-ic/sad/back_to_work",
        "odense-ic/sad/everyday",
    ]


def test_what_is_ticked_is_added_and_marked_as_suggested(desk):
    psychologist = made.provider(OrganisationKind.PSYCHOLOGIST).organisation
    done = compose(desk.actor, desk.plan, {CALM}, {f"{CALM}/psychologist": psychologist, f"{CALM}/talk_therapy": None})
    (goal,) = done.goals
    assert (goal.stated_by, goal.words) == ("professional", "Jeg vil have ro i hovedet og sove om natten")
    talks, own = done.activities
    assert (talks.party, talks.service, talks.due) == (psychologist, "psychologist", after_working_days(desk.today, 5))
    assert own.party == desk.house
    # The psychologist is asked by the referral; the practice by its own list of tasks.
    assert [about.activity for about in PlanTask.objects.all()] == [own]
    assert Revision.objects.get().what == "composed"


def test_pressing_twice_adds_nothing_and_what_is_there_is_not_suggested(desk):
    chosen = {f"{CALM}/talk_therapy": None}
    compose(desk.actor, desk.plan, {CALM}, chosen)
    again = compose(desk.actor, desk.plan, {CALM}, chosen)
    assert (again.goals, again.activities) == ([], [])
    assert (Goal.objects.count(), Activity.objects.count(), Revision.objects.count()) == (1, 1, 1)
    calm = next(goal for goal in suggestions(desk.plan) if goal.key == CALM)
    assert calm.existing == Goal.objects.get()
    assert [each.service for each in calm.activities] == ["psychologist"]


def test_an_activity_without_its_goal_or_without_anybody_is_refused(desk):
    for goals, chosen in (
        (set(), {f"{CALM}/talk_therapy": None}),
        ({CALM}, {f"{CALM}/psychologist": None}),
        ({CALM}, {f"{CALM}/psychologist": desk.helper.organisation}),
    ):
        with pytest.raises(Invalid):
            compose(desk.actor, desk.plan, goals, chosen)
    assert not Goal.objects.exists()


def test_plan_3_goals_may_be_chosen_before_the_needs_and_services_may_not(desk):
    Section.objects.filter(section="what_matters").delete()
    with pytest.raises(Invalid):
        compose(desk.actor, desk.plan, {CALM}, {f"{CALM}/talk_therapy": None})
    assert compose(desk.actor, desk.plan, {CALM}, {}).goals


def test_r_plan_12_two_programmes_in_one_plan_suggest_nothing_twice():
    known = [name for name in programmes_with_plans() if name != "odense-ic"]
    desk = Desk(arm="daemp")
    for name in known:
        join(desk, name)
    found = suggestions(desk.plan)
    goals = [goal.words.casefold() for goal in found]
    activities = [each.same for goal in found for each in goal.activities]
    assert len(goals) == len(set(goals))
    assert len(activities) == len(set(activities))
    assert len({goal.key.split("/")[0] for goal in found}) > 1


def test_everything_of_two_programmes_at_once_has_no_duplicates():
    desk = Desk(arm="daemp")
    join(desk, "copd")
    places = {
        kind: made.provider(kind).organisation
        for kind in ("municipal_unit", "hospital_department", "psychologist", "ngo")
    }
    found = suggestions(desk.plan)
    chosen = {each.key: places.get(each.party) for goal in found for each in goal.activities}
    compose(desk.actor, desk.plan, {goal.key for goal in found}, chosen)
    services = list(Activity.objects.exclude(service="").values_list("service", flat=True))
    assert services
    assert len(services) == len(set(services))
    assert not suggestions(desk.plan)


def test_the_band_decides_where_it_is_known():
    assert templates_of(Desk(arm="daemp", band="green").plan) == []
    assert templates_of(Desk(arm="daemp", band="red").plan)
    assert templates_of(Desk(arm="daemp").plan)


def test_only_who_writes_in_the_plan_composes(desk):
    with pytest.raises(Refused):
        compose(desk.carer, desk.plan, {CALM}, {})
