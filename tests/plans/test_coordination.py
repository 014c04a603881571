"""A coordinator only for documented special needs, for a while, one of them leading (002 ALG-7, COORD-1, -8, -10)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.access.models import Notice, Role
from samspil.plans.actions import coordination
from samspil.plans.coordination_gate import judge
from samspil.plans.models import Coordination, PlanTask
from samspil.plans.programme import plan_format
from samspil.plans.queries import responsible
from tests import care
from tests.plans import made

DAY = dt.timedelta(days=1)


def gate(*, circumstances=(), conditions=()):
    return judge(plan_format().coordination, circumstances, conditions)


@pytest.mark.parametrize(
    ("conditions", "fits"),
    [
        ({"diabetes", "copd", "hypertension"}, True),
        ({"diabetes", "copd"}, False),
        ({"asthma", "osteoporosis", "hypertension"}, False),
        ({"copd", "diabetes", "arthrosis", "dementia"}, False),
        ({"copd", "diabetes", "arthrosis", "severe_mental_illness"}, False),
        (set(), False),
        ({"diabetes", "copd", "nonsense"}, False),
    ],
)
def test_alg_7_soroe_profile(conditions, fits):
    assert gate(conditions=conditions).open is fits


def test_alg_7_a_documented_special_circumstance_opens_the_gate():
    for circumstance in ("multimorbidity", "low_self_care", "misuse", "social_challenges"):
        assert gate(circumstances={circumstance}).open
    assert not gate(circumstances={"lonely"}).open


def test_alg_7_very_severe_copd_needs_specialist_nursing_instead():
    found = gate(circumstances={"low_self_care"}, conditions={"very_severe_copd", "diabetes", "hypertension"})
    assert found.needs_specialist_nursing
    assert not found.open


def test_coord_1_nobody_gets_a_coordinator_automatically():
    assert gate(conditions={"diabetes", "copd"}).multimorbid
    assert not gate(conditions={"diabetes", "copd"}).open


# In a plan.


class House:
    """A citizen with a plan, and a nurse of the municipality who can be named in it."""

    def __init__(self) -> None:
        self.doctor = care.member(care.practice(), Role.GP, "Anne Lund")
        self.citizen = care.citizen(self.doctor.organisation)
        self.plan = made.plan(self.citizen, self.doctor)
        care.consent(self.citizen, "one_plan", self.doctor.user)
        self.nurse = care.member(role=Role.MUNICIPAL, name="Carl Holm")

    @property
    def actor(self):
        return care.acting(self.doctor)

    def start(self, who=None, **given) -> Coordination:
        fields = {
            "kind": "continuous",
            "need": "Finder ikke selv vej",
            "ends_when": "Når aftalerne ligger fast",
            "circumstances": ["low_self_care"],
        }
        return coordination.start(self.actor, self.plan, who or self.nurse, **fields | given)


@pytest.fixture
def house(db) -> House:
    return House()


def test_coord_10_it_has_a_start_a_review_day_and_an_end_criterion(house):
    found = house.start()
    days = plan_format().rules.coordinator_review_days.value
    assert (found.since, found.review_on) == (timezone.localdate(), timezone.localdate() + days * DAY)
    task = PlanTask.objects.get(kind="review_coordinator").task
    assert (task.holder, task.due) == (house.doctor.user, found.review_on)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"circumstances": []}, "circumstances"),
        ({"conditions": ["very_severe_copd"]}, "conditions"),
        ({"need": " "}, "need"),
        ({"ends_when": ""}, "ends_when"),
        ({"kind": "for ever"}, "kind"),
        ({"review_on": dt.date(2020, 1, 1)}, "review_on"),
    ],
)
def test_nothing_of_it_can_be_left_out(house, given, field):
    with pytest.raises(Invalid) as fault:
        house.start(**given)
    assert fault.value.field == field
    assert not Coordination.objects.exists()


def test_the_accountable_person_stays_accountable(house):
    house.start()
    house.plan.refresh_from_db()
    assert house.plan.accountable == house.doctor


def test_an_expired_assignment_has_to_be_looked_at(house):
    found = house.start()
    Coordination.objects.filter(pk=found.pk).update(review_on=timezone.localdate())
    assert responsible.coordination(house.actor, house.plan).current[0].overdue
    coordination.review(house.actor, found, timezone.localdate() + 30 * DAY, "Behovet er der stadig")
    assert not responsible.coordination(house.actor, house.plan).current[0].overdue
    due = PlanTask.objects.filter(kind="review_coordinator", task__closed_at__isnull=True)
    assert [each.task.due for each in due] == [timezone.localdate() + 30 * DAY]


def test_of_several_coordinators_exactly_one_leads(house):
    first = house.start()
    second = house.start(care.member(role=Role.HOSPITAL), lead=False)
    assert [each.coordination.lead for each in responsible.coordination(house.actor, house.plan).current] == [
        True,
        False,
    ]
    coordination.make_lead(house.actor, second)
    first.refresh_from_db()
    assert (first.lead, second.lead) == (False, True)
    coordination.end(house.actor, second, "Udskrevet")
    first.refresh_from_db()
    assert first.lead


def test_nobody_coordinates_the_same_plan_twice(house):
    house.start()
    with pytest.raises(Conflict, match="Carl Holm"):
        house.start()


def test_coord_8_more_than_two_coordinators_in_a_year_are_warned_of(house):
    for number in range(3):
        assert responsible.coordination(house.actor, house.plan).too_many == 0
        found = house.start(care.member(role=Role.MUNICIPAL))
        if number < 2:
            coordination.end(house.actor, found, "Skiftede job")
    assert responsible.coordination(house.actor, house.plan).too_many == 3
    Coordination.objects.filter(ended_on__isnull=False).update(ended_on=timezone.localdate() - 366 * DAY)
    assert responsible.coordination(house.actor, house.plan).too_many == 0


def test_a_coordinator_ends_the_own_task_and_is_in_the_plan_no_more(house):
    found = house.start()
    coordination.end(care.acting(house.nurse), found, "Det går selv nu")
    assert found.ended_on == timezone.localdate()
    with pytest.raises(Refused):
        responsible.coordination(care.acting(house.nurse), house.plan)
    with pytest.raises(Conflict):
        coordination.end(house.actor, found, "Igen")
    assert Notice.objects.filter(citizen=house.citizen, message="coordinator_ended").exists()


def test_strangers_give_nobody_a_coordinator(house):
    for stranger in (care.actor(Role.GP), care.actor(Role.MUNICIPAL), care.actor(Role.SECRETARIAT)):
        with pytest.raises(Refused):
            coordination.start(
                stranger, house.plan, house.nurse, kind="relay", need="x", ends_when="y", circumstances=["misuse"]
            )
