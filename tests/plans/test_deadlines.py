"""The monitor: each referral in one count, per service, provider and sector; and what referrals come to in numbers."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from samspil.access.log import Refused
from samspil.access.models import Role
from samspil.plans.actions import epicrisis, referrals, service_decisions
from samspil.plans.models import Appointment, Coordination, Referral
from samspil.plans.queries import deadlines, referral_counts
from samspil.plans.queries.referrals import is_late
from samspil.plans.working_days import after_working_days
from tests import care
from tests.plans import made
from tests.plans.test_referrals import Two

pytestmark = pytest.mark.django_db
State = Referral.State
D = dt.date
DAY = dt.timedelta(days=1)


@pytest.fixture
def keeper():
    return care.acting(care.member(role=Role.SECRETARIAT))


def sent(
    doctor, place, service="psychologist", *, on: dt.date | None = None, started: int | None = None,
    state: str | None = None, due: int | None = 5, **fields,
) -> Referral:  # fmt: skip
    """A referral as it would stand now: sent on a day, started so many working days later."""
    on = on or timezone.localdate() - 60 * DAY
    one = made.referral(care.citizen(doctor.organisation), doctor, place, service)
    start = after_working_days(on, started) if started is not None else None
    Referral.objects.filter(pk=one.pk).update(
        sent_at=care.moment(on),
        start_due=after_working_days(on, due) if due is not None else None,
        started_on=start,
        state=state or (State.STARTED if start else State.RECEIVED),
        **fields,
    )
    one.refresh_from_db()
    return one


def test_t_svc_3_every_referral_is_in_exactly_one_count(keeper) -> None:
    doctor, place = care.member(), made.provider(name="Psykologerne Torvet").organisation
    today = timezone.localdate()
    sent(doctor, place, started=3)
    sent(doctor, place, started=5)
    sent(doctor, place, started=6)
    sent(doctor, place)
    sent(doctor, place, on=today)
    sent(doctor, place, state=State.REJECTED)
    sent(doctor, place, due=None)
    found = deadlines.monitor(keeper)
    (row,) = found.services
    counts = (row.in_time, row.late, row.overdue, row.waiting, row.never_started, row.no_deadline)
    assert counts == (2, 1, 1, 1, 1, 1)
    assert row.sent == sum(counts) == found.total.sent
    assert (row.median_days, row.decided) == (5, 4)
    assert [each.title for each in found.providers] == ["Psykologerne Torvet"]
    assert [each.title for each in found.sectors] == ["Privat leverandør"]


def test_without_an_agreed_deadline_nothing_is_kept_or_broken(keeper) -> None:
    doctor, ward = care.member(), made.provider("hospital_department").organisation
    sent(doctor, ward, "geriatric_assessment", started=40, due=None)
    (row,) = deadlines.monitor(keeper).services
    assert (row.no_deadline, row.share, row.median_days) == (1, None, 40)


def test_a_period_counts_the_day_of_sending(keeper) -> None:
    doctor, place = care.member(), made.provider().organisation
    for day in (D(2026, 3, 31), D(2026, 4, 1), D(2026, 4, 30), D(2026, 5, 1)):
        sent(doctor, place, on=day, started=1)
    assert deadlines.monitor(keeper, since=D(2026, 4, 1), until=D(2026, 4, 30)).total.sent == 2


def test_two_statements_however_many_referrals(keeper, django_assert_max_num_queries) -> None:
    doctor = care.member()
    for _ in range(12):
        sent(doctor, made.provider().organisation, started=2)
    with django_assert_max_num_queries(2):
        deadlines.monitor(keeper)


def test_late_are_those_that_wait_past_their_day_or_started_after_it() -> None:
    doctor, place = care.member(), made.provider().organisation
    today = timezone.localdate()
    waits, started_late = sent(doctor, place, on=today - 20 * DAY), sent(doctor, place, started=30)
    rejected, no_day = sent(doctor, place, state=State.REJECTED), sent(doctor, place, due=None)
    due_today = sent(doctor, place, on=today - DAY)
    Referral.objects.filter(pk=due_today.pk).update(start_due=today)
    due_today.refresh_from_db()
    late = [is_late(each, today) for each in (waits, started_late, rejected, no_day, due_today)]
    assert late == [True, True, False, False, False]


def test_everybody_who_takes_part_may_look_and_nobody_else() -> None:
    for role in (Role.GP, Role.PRACTICE_STAFF, Role.MUNICIPAL, Role.HOSPITAL, Role.PSYCHOLOGIST, Role.NGO,
                 Role.TEAM_CHAIR, Role.SECRETARIAT):  # fmt: skip
        deadlines.monitor(care.actor(role))
    for role in (Role.ANALYST, Role.CITIZEN, Role.RELATIVE, Role.DATA_PROTECTION_OFFICER):
        with pytest.raises(Refused):
            deadlines.monitor(care.actor(role))


def test_t_ref_7_ten_before_and_25_after_are_a_ratio_of_two_and_a_half(keeper) -> None:
    """Report 002 L1381, L1402-1403: per referrer, service and stratum."""
    doctor, place = care.member(), made.provider().organisation
    turn = D(2026, 6, 1)
    for _ in range(10):
        sent(doctor, place, on=turn - DAY, band="red")
    for _ in range(25):
        sent(doctor, place, on=turn, band="red")
    sent(doctor, place, on=turn, band="yellow")
    found = referral_counts.before_and_after(keeper, turn, since=turn - 10 * DAY, until=turn + 4 * DAY)
    assert (found.turn, found.days_before, found.days_after) == (turn, 10, 5)
    red, yellow = found.patterns
    assert (red.referrer, red.service, red.band) == (doctor.organisation.name, "psychologist", "red")
    assert (red.before, red.after, red.ratio, red.stratum) == (10, 25, 2.5, "rød")
    assert (yellow.before, yellow.after, yellow.ratio) == (0, 1, None)


def test_going_on_elsewhere_is_no_new_referral(keeper) -> None:
    two = Two()
    first = two.send()
    referrals.rematch(two.gp, first, first.version, made.provider().organisation, "Flyttet")
    today = timezone.localdate()
    (only,) = referral_counts.before_and_after(keeper, today - DAY, since=today - 9 * DAY, until=today).patterns
    assert (only.before, only.after) == (0, 1)


def test_practices_with_the_same_name_are_two(keeper) -> None:
    place, turn = made.provider().organisation, D(2026, 6, 1)
    for _ in range(2):
        sent(care.member(care.practice("Lægehuset")), place, on=turn)
    found = referral_counts.before_and_after(keeper, turn, since=turn - DAY, until=turn)
    assert [(row.referrer, row.before, row.after) for row in found.patterns] == [("Lægehuset", 0, 1)] * 2


def test_ref_6_the_share_of_right_patients_is_of_those_answered(keeper) -> None:
    doctor, place = care.member(), made.provider().organisation
    for answer in ("yes", "yes", "yes", "too_ill", ""):
        sent(doctor, place, right_patient=answer)
    (found,) = referral_counts.fit_of_services(keeper)
    assert (found.answered, found.share, found.too_ill, found.too_well) == (4, 0.75, 1, 0)


def test_counts_as_they_are_are_for_who_keeps_the_catalogue_in_order() -> None:
    for role in (Role.GP, Role.MUNICIPAL, Role.TEAM_CHAIR):
        with pytest.raises(Refused):
            referral_counts.before_and_after(care.actor(role), D(2026, 6, 1), since=D(2026, 5, 1), until=D(2026, 6, 30))
        with pytest.raises(Refused):
            referral_counts.participation(care.actor(role))


def test_three_outcomes_that_are_never_added_together(keeper) -> None:
    """Report 002 L1374-1377."""
    doctor = care.member()
    gp, citizen = care.acting(doctor), care.citizen(doctor.organisation)
    for outcome, given in (
        ("not_referred", {"words": "Ikke aktuelt"}),
        ("declined", {"reason": "too_far"}),
        ("declined", {"reason": "not_said"}),
        ("not_offered_health", {"words": "For åndenød"}),
    ):
        service_decisions.decide(gp, citizen, made.PROGRAMME, "psychologist", outcome, **given)
    (found,) = referral_counts.fit_of_services(keeper)
    assert (found.not_referred, found.declined, found.not_offered_health) == (1, 2, 1)


def test_t_pat_7_unknown_attendance_is_not_nobody(keeper, django_assert_num_queries) -> None:
    """Report 002 L3443-3456: enrolled 12, came at least once 10, completed 8."""
    doctor, nurse = care.member(), made.provider()
    receiver = care.acting(nurse)
    enrolled = []
    for number in range(12):
        one = made.referral(care.citizen(doctor.organisation), doctor, nurse.organisation)
        for state in (State.RECEIVED, State.ACCEPTED):
            referrals.move(receiver, one, one.version, state, right_patient="yes")
        if number < 8:
            referrals.move(receiver, one, one.version, State.STARTED)
            epicrisis.write(receiver, one, one.version, conclusion="Færdig", nothing_for_gp=True)
        enrolled.append(one)
    made.referral(care.citizen(doctor.organisation), doctor, nurse.organisation)
    (before,) = referral_counts.participation(keeper)
    assert (before.enrolled, before.attended, before.completed) == (12, None, 8)

    def appointment(one: Referral, state: str) -> None:
        Appointment.objects.create(
            citizen=one.citizen, referral=one, organisation=nurse.organisation, what="Samtale", category="health",
            at=timezone.now() - DAY, state=state, by=nurse, made_at=timezone.now(),
        )  # fmt: skip

    appointment(enrolled[11], "missed")
    (nobody,) = referral_counts.participation(keeper)
    assert nobody.attended == 0
    for one in (*enrolled[:10], enrolled[0]):
        appointment(one, "kept")
    with django_assert_num_queries(3):
        (found,) = referral_counts.participation(keeper)
    assert found.attended == 10, "one came twice and is one"
    assert round(found.completion, 2) == 0.67


def test_coord_14_with_and_without_a_coordinator(keeper) -> None:
    two = Two()
    plan = made.plan(two.citizen, two.doctor)
    Coordination.objects.create(
        plan=plan, coordinator=two.doctor, need="Mange aftaler", ends_when="Ro", since=timezone.localdate() - DAY,
        review_on=timezone.localdate() + 90 * DAY, by=two.doctor,
    )  # fmt: skip
    two.to(two.send(plan=plan, goal=made.goal(plan)), State.RECEIVED, State.ACCEPTED)
    two.citizen = care.citizen(two.doctor.organisation)
    two.to(two.send(), State.RECEIVED, State.ACCEPTED)
    found = referral_counts.participation(keeper)
    assert [(row.coordinated, row.enrolled, row.completed) for row in found] == [(True, 1, 0), (False, 1, 0)]
