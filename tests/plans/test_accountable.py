"""Exactly one named accountable person; a handover that nobody has accepted stays with the sender (001 R-TEAM-11)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, Membership, Notice, Role
from samspil.access.policy import may
from samspil.plans.actions import accountable, plans
from samspil.plans.actions.changing import resource_of
from samspil.plans.models import Plan, PlanTask
from samspil.plans.queries import responsible
from tests import care
from tests.plans import made

pytestmark = pytest.mark.django_db


class House:
    """A practice, a citizen with an active plan, and a nurse of the municipality whom the citizen said yes to."""

    def __init__(self) -> None:
        self.practice = care.practice("Lægerne Torvet")
        self.doctor = care.member(self.practice, Role.GP, "Anne Lund")
        self.colleague = care.member(self.practice, Role.GP, "Bo Friis")
        self.citizen = care.citizen(self.practice)
        self.plan = made.plan(self.citizen, self.doctor)
        made.pathway(self.citizen, self.doctor, plan=self.plan)
        care.consent(self.citizen, "one_plan", self.doctor.user)
        self.nurse = care.member(role=Role.MUNICIPAL, name="Carl Holm")

    def propose(self, to: Membership | None = None):
        return accountable.propose(care.acting(self.doctor), self.plan, to or self.nurse, "Bor nu på plejehjem")

    def names(self) -> Membership:
        self.plan.refresh_from_db()
        return self.plan.accountable


@pytest.fixture
def house() -> House:
    return House()


def test_a_plan_without_an_accountable_person_cannot_be_written(house):
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.filter(pk=house.plan.pk).update(accountable=None)


def test_until_it_is_accepted_the_sender_is_accountable(house):
    handover = house.propose()
    assert house.names() == house.doctor
    assert not may(care.acting(house.nurse), "write", resource_of(house.plan), "care")
    accountable.answer(care.acting(house.nurse), handover, accept=True)
    assert house.names() == house.nurse
    assert may(care.acting(house.nurse), "write", resource_of(house.plan), "care")


def test_a_no_says_why_and_changes_nothing(house):
    handover = house.propose()
    with pytest.raises(Invalid):
        accountable.answer(care.acting(house.nurse), handover, accept=False, words=" ")
    accountable.answer(care.acting(house.nurse), handover, accept=False, words="Kender ikke borgeren")
    assert house.names() == house.doctor
    assert (handover.accepted, handover.answer) == (False, "Kender ikke borgeren")
    assert Notice.objects.filter(user=house.doctor.user, message="handover_declined").exists()


def test_the_receiver_is_asked_by_a_task_that_goes_with_the_answer(house):
    handover = house.propose()
    about = PlanTask.objects.get(kind="handover_accountable")
    assert (about.task.holder, about.task.closed_at) == (house.nurse.user, None)
    accountable.answer(care.acting(house.nurse), handover, accept=False, words="Nej")
    about.task.refresh_from_db()
    assert about.task.closed_at is not None


def test_the_next_follow_up_goes_with_the_accountable_person(house):
    plans.hold_follow_up(
        care.acting(house.doctor), house.plan, timezone.localdate(), "Talt", timezone.localdate() + dt.timedelta(9)
    )
    accountable.answer(care.acting(house.nurse), house.propose(), accept=True)
    asked = PlanTask.objects.filter(kind="follow_up", task__closed_at__isnull=True)
    assert [each.task.holder for each in asked] == [house.nurse.user]


def test_nobody_answers_for_somebody_else(house):
    handover = house.propose()
    near = care.member(house.nurse.organisation, Role.MUNICIPAL)
    for who in (near, house.doctor, house.colleague, care.member(role=Role.HOSPITAL)):
        with pytest.raises(Refused):
            accountable.answer(care.acting(who), handover, accept=True)
        with pytest.raises(Refused):
            responsible.handover(care.acting(who), handover.pk)
    assert house.names() == house.doctor


def test_one_proposal_at_a_time_and_it_can_be_taken_back(house):
    handover = house.propose()
    with pytest.raises(Conflict):
        house.propose(house.colleague)
    accountable.withdraw(care.acting(house.doctor), handover)
    with pytest.raises(Conflict):
        accountable.answer(care.acting(house.nurse), handover, accept=True)
    second = house.propose(house.colleague)
    accountable.answer(care.acting(house.colleague), second, accept=True)
    assert house.names() == house.colleague


def test_a_second_answer_is_a_conflict(house):
    handover = house.propose()
    accountable.answer(care.acting(house.nurse), handover, accept=True)
    with pytest.raises(Conflict):
        accountable.answer(care.acting(house.nurse), handover, accept=False, words="Alligevel ikke")
    assert house.names() == house.nurse


def test_a_consent_withdrawn_meanwhile_stops_the_handover_and_nothing_is_half_done(house):
    handover = house.propose()
    house.citizen.consents.update(withdrawn_at=timezone.now(), withdrawn_by=house.doctor.user)
    with pytest.raises(Invalid):
        accountable.answer(care.acting(house.nurse), handover, accept=True)
    handover.refresh_from_db()
    assert handover.answered_at is None
    assert house.names() == house.doctor


def test_it_is_not_proposed_to_who_could_not_open_the_plan_or_is_accountable(house):
    house.citizen.consents.all().delete()
    for to in (house.nurse, house.doctor):
        with pytest.raises(Invalid) as fault:
            house.propose(to)
        assert fault.value.field == "to"


def test_when_the_accountable_person_has_left_it_is_shown_and_the_practice_can_go_on(house):
    house.doctor.until = timezone.localdate() - dt.timedelta(days=1)
    house.doctor.save()
    actor = care.acting(house.colleague)
    assert responsible.accountability(actor, house.plan).left
    handover = accountable.propose(actor, house.plan, house.colleague, "Anne er stoppet")
    accountable.answer(actor, handover, accept=True)
    assert house.names() == house.colleague


def test_the_citizen_is_told_and_every_step_is_logged(house):
    handover = house.propose()
    accountable.answer(care.acting(house.nurse), handover, accept=True)
    assert Notice.objects.filter(citizen=house.citizen, message="accountable_changed").count() == 1
    details = set(AccessRecord.objects.values_list("detail", flat=True))
    assert {f"handover {handover.pk} proposed", f"handover {handover.pk} accepted", "accountable_changed"} <= details


def test_strangers_propose_nothing_and_see_nothing(house):
    for stranger in (care.actor(Role.GP), care.actor(Role.MUNICIPAL), care.actor(Role.SECRETARIAT)):
        with pytest.raises(Refused):
            accountable.propose(stranger, house.plan, house.colleague, "Fordi")
        with pytest.raises(Refused):
            responsible.accountability(stranger, house.plan)
