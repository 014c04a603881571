"""Courses that stand still, and follow-ups that were not held, are found (report 000 L-08, L-09)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from samspil.access.actor import system
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, CareTask, Role
from samspil.plans.actions.stalled import ask_about_stalled
from samspil.plans.models import Note, Plan, PlanTask, Referral, ReferralStep
from samspil.plans.programme import plan_format
from samspil.plans.queries import pathways as queries
from samspil.plans.queries.stalled import counts
from tests import care
from tests.plans import made

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def ago(days: int) -> dt.datetime:
    return timezone.now() - days * DAY


@pytest.fixture
def doctor():
    return care.member(care.practice("Lægerne Torvet"), Role.GP, "Anne Lund")


def still(doctor, days: int, **fields) -> Plan:
    """A plan that nothing has happened to for so many days."""
    citizen = care.citizen(doctor.organisation)
    found = made.plan(citizen, doctor, opened_at=ago(days), changed_at=ago(days), **fields)
    made.pathway(citizen, doctor, plan=found)
    return found


def stalled(doctor) -> list[Plan]:
    return [row.plan for row in queries.plans_of(care.acting(doctor), show="stalled").rows]


def test_a_plan_stands_still_after_the_days_of_the_format(doctor):
    days = plan_format().rules.stall_after_days.value
    assert stalled(doctor) == []
    found = still(doctor, days + 1)
    still(doctor, days - 1)
    assert stalled(doctor) == [found]


def test_those_that_stood_still_longest_come_first(doctor):
    plans = [still(doctor, days) for days in (40, 90, 60)]
    assert stalled(doctor) == [plans[1], plans[2], plans[0]]
    assert [row.days_still for row in queries.plans_of(care.acting(doctor), show="stalled").rows] == [90, 60, 40]


def test_a_referral_step_a_note_a_kept_appointment_or_a_finished_task_is_movement(doctor):
    for move in (_referral_step, _note, _kept_appointment, _finished_task):
        found = still(doctor, 60)
        move(found, doctor)
        assert found not in stalled(doctor), move.__name__


def _referral_step(plan: Plan, by) -> None:
    sent = Referral.objects.create(
        citizen=plan.citizen,
        programme="odense-ic",
        service="psychologist",
        definition={},
        category="mental_health",
        by=by,
        from_organisation=by.organisation,
        to_organisation=made.provider().organisation,
        reason="Søvn",
        sent_at=ago(50),
    )
    ReferralStep.objects.create(referral=sent, state="received", on=timezone.localdate(), by=by, at=ago(3))


def _note(plan: Plan, by) -> None:
    Note.objects.create(citizen=plan.citizen, plan=plan, text="Ringet", category="health", by=by, at=ago(3))


def _kept_appointment(plan: Plan, by) -> None:
    made.appointment(plan.citizen, by, days=-3, category="health", state="kept")


def _finished_task(plan: Plan, by) -> None:
    care.task(plan.citizen, by.organisation, by.user, closed_at=ago(3))


def test_an_open_task_a_missed_appointment_and_a_login_are_no_movement(doctor):
    found = still(doctor, 60)
    made.appointment(found.citizen, doctor, days=-3, category="health", state="missed")
    care.task(found.citizen, doctor.organisation, doctor.user)
    assert stalled(doctor) == [found]


def test_a_follow_up_whose_day_has_passed_is_on_the_list_too(doctor):
    found = still(doctor, 5, next_follow_up=timezone.localdate() - DAY)
    row = queries.plans_of(care.acting(doctor), show="stalled").rows[0]
    assert (row.plan, row.late, row.stalled) == (found, True, False)


def test_somebody_enrolled_without_a_plan_waits_and_stands_still(doctor):
    citizen = care.citizen(doctor.organisation)
    made.pathway(citizen, doctor, opened_at=ago(45))
    made.pathway(care.citizen(doctor.organisation), doctor)
    listed = queries.plans_of(care.acting(doctor))
    assert [each.stalled for each in listed.waiting] == [True, False]
    waiting = queries.plans_of(care.acting(doctor), show="stalled").waiting
    assert [each.pathway.citizen for each in waiting] == [citizen]


def test_closed_plans_stand_still_in_peace(doctor):
    still(doctor, 400, state="closed", closed_at=ago(300), next_follow_up=None)
    assert stalled(doctor) == []
    assert len(queries.plans_of(care.acting(doctor), show="closed").rows) == 1


# Asking about it.


def test_the_accountable_person_is_asked_once_and_no_more_when_it_moves(doctor):
    found = still(doctor, 60)
    assert ask_about_stalled(system()) == 1
    assert ask_about_stalled(system()) == 0
    about = PlanTask.objects.get(kind="stalled")
    assert (about.plan, about.task.holder) == (found, doctor.user)
    assert found in stalled(doctor), "being asked is no movement"
    _note(found, doctor)
    ask_about_stalled(system())
    assert CareTask.objects.get().closed_at is not None


def test_only_the_system_asks(doctor):
    still(doctor, 60)
    with pytest.raises(Refused):
        ask_about_stalled(care.acting(doctor))


# Whose lists.


def test_a_practice_has_its_own_and_others_those_that_name_them(doctor):
    mine, other = still(doctor, 1), still(care.member(role=Role.GP), 1)
    nurse = care.member(role=Role.MUNICIPAL)
    Plan.objects.filter(pk=mine.pk).update(accountable=nurse)
    care.consent(mine.citizen, "one_plan", doctor.user)
    assert [row.plan for row in queries.plans_of(care.acting(doctor)).rows] == [mine]
    assert [row.plan for row in queries.plans_of(care.acting(nurse)).rows] == [mine]
    assert queries.plans_of(care.acting(care.member(role=Role.HOSPITAL))).rows == []
    assert [row.plan for row in queries.plans_of(care.acting(other.accountable)).rows] == [other]


def test_without_consent_a_plan_is_counted_and_not_shown(doctor):
    found = still(doctor, 1)
    nurse = care.member(role=Role.MUNICIPAL)
    Plan.objects.filter(pk=found.pk).update(accountable=nurse)
    listed = queries.plans_of(care.acting(nurse))
    assert (listed.rows, listed.hidden) == ([], 1)
    assert not AccessRecord.objects.filter(user_id=nurse.user_id).exists()


@pytest.mark.parametrize("role", [Role.SECRETARIAT, Role.ANALYST, Role.TEAM_CHAIR, Role.ADMINISTRATOR])
def test_those_who_treat_nobody_have_no_list_of_plans(role):
    with pytest.raises(Refused):
        queries.plans_of(care.actor(role))


def test_every_citizen_of_the_list_is_logged_and_the_number_of_statements_is_fixed(doctor, django_assert_num_queries):
    for _ in range(3):
        still(doctor, 1)
    queries.plans_of(care.acting(doctor))
    with django_assert_num_queries(STATEMENTS):
        queries.plans_of(care.acting(doctor))
    for _ in range(20):
        still(doctor, 1)
    with django_assert_num_queries(STATEMENTS):
        assert len(queries.plans_of(care.acting(doctor)).rows) == 23
    assert AccessRecord.objects.filter(resource="plan", verb="read").count() == 29


#: Plans, pathways, coordinators, those waiting, consents, tasks, glass, handovers, and the log with its savepoints.
STATEMENTS = 13


def test_a_long_list_is_paged_without_losing_anybody(doctor, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 2)
    plans = {still(doctor, 1).pk for _ in range(5)}
    seen, page = [], 1
    while page:
        listed = queries.plans_of(care.acting(doctor), page=page)
        seen += [row.plan.pk for row in listed.rows]
        page = listed.following
    assert (set(seen), len(seen)) == (plans, 5)


# The secretariat.


def test_the_secretariat_sees_numbers_per_practice_with_most_standing_still_first(doctor):
    still(doctor, 60)
    still(doctor, 60, next_follow_up=timezone.localdate() - DAY)
    made.pathway(care.citizen(doctor.organisation), doctor, opened_at=ago(45))
    still(care.member(care.practice("Lægerne Havnen"), Role.GP), 1)
    rows, total = counts(care.actor(Role.SECRETARIAT))
    assert [(row.practice, row.current, row.stalled, row.late) for row in rows] == [
        ("Lægerne Torvet", 2, 2, 1),
        ("Lægerne Havnen", 1, 0, 0),
    ]
    assert (total.current, total.stalled, total.waiting, total.waiting_stalled) == (3, 2, 1, 1)
    with pytest.raises(Refused):
        counts(care.acting(doctor))
