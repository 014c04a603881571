"""What plans tell of a course: services asked for and events with the plan, as they were known on a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from samspil.access import guard
from samspil.access.actor import private
from samspil.access.demo_clock import Clock
from samspil.access.models import OrganisationKind, Role
from samspil.access.policy import Resource
from samspil.plans import harvest, harvest_events
from samspil.plans.actions import contacts, epicrisis, notes
from samspil.plans.actions import referrals as acts
from samspil.plans.models import Addressee, Appointment, FollowUp, Goal, Pathway, Referral, ReferralStep
from samspil.plans.queries.own import own_plan
from tests import care
from tests.plans import made

pytestmark = pytest.mark.django_db
BEGUN, D = dt.date(2016, 11, 1), dt.date(2016, 12, 31)
State = Referral.State


def on(day, month=11):
    return dt.date(2016, month, day)


@pytest.fixture
def doctor():
    return care.member()


@pytest.fixture
def pathway(doctor):
    """A course with a plan, both from the first of November."""
    return course_of(care.citizen(doctor.organisation), doctor)


def course_of(who, doctor, day=BEGUN, **fields):
    at = care.moment(day)
    plan = fields.pop("plan", None) or made.plan(who, doctor, opened_at=at, activated_at=at)
    return made.pathway(who, doctor, plan=plan, opened_at=at, **fields)


def sent(pathway, doctor, day=None, to=None, **fields):
    """A referral sent on a day, the second when none is given, by hand: with its first step."""
    day = day or on(2)
    place = to or made.provider().organisation
    given = {"service": "psychologist", "start_due": on(9), "programme": pathway.programme}
    given |= {
        "plan": pathway.plan,
        "definition": {"service": "psychologist", "needs": ["talk", "rest"]},
        "category": "mental_health",
        "reason": "",
        "from_organisation": doctor.organisation,
        "by": doctor,
    }
    referral = Referral.objects.create(
        citizen=pathway.citizen, to_organisation=place, sent_at=care.moment(day), **given | fields
    )
    came_to(referral, "sent", day, doctor)
    return referral


def came_to(referral, state, day, by, **fields):
    """The receiver's click on a day."""
    ReferralStep.objects.create(referral=referral, state=state, on=day, by=by, at=care.moment(day))
    closed = {"closed_at": care.moment(day)} if state in {"completed", "withdrawn", "rejected", "dropped_out"} else {}
    started = {"started_on": day} if state == "started" else {}
    Referral.objects.filter(pk=referral.pk).update(state=state, **closed, **started, **fields)
    referral.refresh_from_db()


def services(until=D):
    return harvest.services(harvest.courses(until), until)


def events(until=D):
    return [(row.date, row.event, row.sector) for row in harvest_events.events(harvest.courses(until), until)]


def test_a_course_runs_from_enrolment_and_has_not_ended_before_it_did(doctor, pathway):
    Pathway.objects.filter(pk=pathway.pk).update(
        state=Pathway.State.COMPLETED, end_reason="completed", ended_at=care.moment(on(15))
    )
    (course,) = harvest.courses(D)
    assert (course.since, course.until, course.end_reason, course.arm) == (BEGUN, on(15), "completed", "sad")
    assert (course.provider_number, course.programme) == (doctor.organisation.provider_number, "odense-ic")
    (course,) = harvest.courses(on(14))
    assert (course.until, course.end_reason) == (None, None)
    assert harvest.courses(dt.date(2016, 10, 31)) == []
    assert harvest.courses(BEGUN), "the day itself is seen"


def test_a_day_is_a_day_in_denmark(doctor):
    late = dt.datetime(2016, 11, 30, 23, 30, tzinfo=dt.UTC)
    made.pathway(care.citizen(doctor.organisation), doctor, opened_at=late)
    (course,) = harvest.courses(D)
    assert course.since == dt.date(2016, 12, 1)
    assert harvest.courses(on(30)) == []


def test_a_programme_with_one_target_group_is_its_own_arm(doctor):
    course_of(care.citizen(doctor.organisation), doctor, arm="", programme="type-2-diabetes")
    (course,) = harvest.courses(D)
    assert course.arm == "type_2_diabetes"


def test_a_course_is_named_by_nothing_that_a_page_shows(pathway):
    (course,) = harvest.courses(D)
    assert course.course_id == harvest.courses(D)[0].course_id
    assert len(course.course_id) == 16
    assert str(pathway.pk) != course.course_id


def test_a_service_has_its_promise_its_start_and_its_end(doctor, pathway):
    """Deadlines kept, by who promised (report 000 R-SVC-3)."""
    there = made.provider()
    referral = sent(pathway, doctor, to=there.organisation)
    (row,) = services().rows
    assert (row.date, row.service, row.component, row.sector) == (on(2), "psychologist", "talk", "private")
    assert (row.due, row.started, row.completed, row.minutes) == (on(9), None, None, None)
    came_to(referral, "started", on(8), there)
    came_to(referral, "completed", on(20), there)
    (row,) = services().rows
    assert (row.due, row.started, row.completed) == (on(9), on(8), True)


def test_what_came_after_the_day_is_not_seen(doctor, pathway):
    there = made.provider()
    referral = sent(pathway, doctor, to=there.organisation)
    came_to(referral, "started", on(8), there)
    came_to(referral, "completed", on(20), there)
    assert [(row.started, row.completed) for row in services(on(19)).rows] == [(on(8), None)]
    assert [(row.started, row.completed) for row in services(on(7)).rows] == [(None, None)]
    assert services(on(1)).rows == []


@pytest.mark.parametrize("state", ["rejected", "withdrawn", "dropped_out"])
def test_what_was_called_off_before_it_began_was_neither_kept_nor_broken(doctor, pathway, state):
    """As the monitor of deadlines counts it."""
    came_to(sent(pathway, doctor), state, on(5), doctor)
    assert [(row.due, row.started, row.completed) for row in services().rows] == [(None, None, False)]
    assert [row.due for row in services(on(4)).rows] == [on(9)], "nobody knew of it on the day before"


def test_another_provider_is_the_same_service_and_time_runs_on(doctor, pathway):
    """Report 000 L-33: one row, with the first promise, the first start and the last provider."""
    first, second = made.provider(), made.provider(OrganisationKind.HOSPITAL_DEPARTMENT)
    referral = sent(pathway, doctor, to=first.organisation)
    came_to(referral, "withdrawn", on(4), doctor)
    again = sent(pathway, doctor, on(4), to=second.organisation, continues=referral)
    came_to(again, "started", on(11), second)
    (row,) = services().rows
    assert (row.date, row.due, row.started, row.completed) == (on(2), on(9), on(11), None)
    assert row.sector == "hospital"


def test_minutes_are_those_of_the_appointments_kept_and_missing_is_not_zero(doctor, pathway):
    referral = sent(pathway, doctor)
    for day, state, minutes in ((10, "kept", 50), (12, "missed", 50), (14, "kept", 40), (16, "cancelled", 10)):
        made.appointment(
            pathway.citizen, doctor, referral=referral, at=care.moment(on(day)), state=state, minutes=minutes
        )
    assert [row.minutes for row in services().rows] == [90]
    assert [row.minutes for row in services(on(13)).rows] == [50]
    made.appointment(pathway.citizen, doctor, referral=referral, at=care.moment(on(20)), state="kept", minutes=None)
    assert [row.minutes for row in services().rows] == [None], "a sum that lacks one is not given"
    Appointment.objects.filter(minutes__isnull=True).update(state="planned")
    assert [row.minutes for row in services().rows] == [90]


def test_a_service_belongs_to_the_course_that_ran_when_it_was_asked_for(doctor, pathway):
    other = course_of(pathway.citizen, doctor, programme="copd", arm="", plan=pathway.plan)
    sent(pathway, doctor, service="own")
    sent(pathway, doctor, service="shared", programme="heart-disease")
    sent(pathway, doctor, service="theirs", programme="copd")
    sent(pathway, doctor, dt.date(2016, 10, 20), service="before")
    sent(pathway, doctor, service="simple", programme="multimorbidity", plan=None)
    found = services()
    assert {row.service: row.course.key for row in found.rows} == {
        "own": pathway.pk,
        "shared": pathway.pk,
        "theirs": other.pk,
    }
    assert found.outside == 2, "they are counted"


def test_an_act_on_a_plan_counts_in_each_course_that_ran_then(doctor, pathway):
    later = course_of(pathway.citizen, doctor, on(20), programme="copd", arm="", plan=pathway.plan)
    for day in (10, 25):
        FollowUp.objects.create(
            plan=pathway.plan, held_on=on(day), next_on=on(28), by=doctor, at=care.moment(on(day)), words="HEMMELIGT"
        )
    found = [(row.course.key, row.date, row.event) for row in harvest_events.events(harvest.courses(D), D)]
    assert found == [
        (pathway.pk, BEGUN, "plan_activated"),
        (pathway.pk, on(10), "follow_up"),
        (later.pk, on(20), "plan_activated"),
        (pathway.pk, on(25), "follow_up"),
        (later.pk, on(25), "follow_up"),
    ]
    assert (on(25), "follow_up", "general_practice") in events()
    assert len(events(on(24))) == 3


def test_a_note_is_written_once_and_read_when_the_first_has_read_it(doctor, pathway):
    """Notes that nobody reads are the programme's own failure (report 000 L-11)."""
    nurse, department = made.provider(OrganisationKind.MUNICIPAL_UNIT), made.provider("hospital_department")
    note = notes.Note.objects.create(
        citizen=pathway.citizen,
        plan=pathway.plan,
        text="HEMMELIGT",
        category="health",
        by=doctor,
        at=care.moment(on(3)),
    )
    unread = Addressee.objects.create(note=note, organisation=department.organisation)
    assert events()[1:] == [(on(3), "note_written", "general_practice")]
    Addressee.objects.create(note=note, organisation=nurse.organisation, read_at=care.moment(on(5)))
    written = [(on(3), "note_written", "general_practice")]
    assert events()[1:] == [*written, (on(5), "note_read", "municipality")]
    assert events(on(4))[1:] == written
    Addressee.objects.filter(pk=unread.pk).update(read_at=care.moment(on(4)))
    assert events()[1:] == [*written, (on(4), "note_read", "hospital")]


def test_a_note_belongs_to_the_courses_that_ran_with_its_plan(doctor, pathway):
    """One without a plan to every course of the citizen; read after the course ended, it was read all the same."""
    later = course_of(pathway.citizen, doctor, on(20), programme="copd", arm="", plan=pathway.plan)
    Pathway.objects.filter(pk=pathway.pk).update(ended_at=care.moment(on(25)), state="completed")
    elsewhere = made.pathway(pathway.citizen, doctor, programme="heart-disease", opened_at=care.moment(BEGUN))
    for day, plan in ((24, pathway.plan), (26, pathway.plan), (27, None)):
        note = notes.Note.objects.create(
            citizen=pathway.citizen, plan=plan, text="", category="health", by=doctor, at=care.moment(on(day))
        )
        Addressee.objects.create(note=note, organisation=doctor.organisation, read_at=care.moment(on(28)))
    rows = harvest_events.events(harvest.courses(D), D)
    written = [(row.date, row.course.key) for row in rows if row.event == "note_written"]
    assert written == [
        (on(24), pathway.pk),
        (on(24), later.pk),
        (on(26), later.pk),
        (on(27), later.pk),
        (on(27), elsewhere.pk),
    ]
    assert sorted(row.course.key for row in rows if row.event == "note_read") == sorted(key for _day, key in written)


def test_what_the_citizen_and_relatives_did(doctor, pathway):
    """Looks of one day are one visit (decision 37); a goal counts when the citizen stated it."""
    citizen = pathway.citizen
    account = care.citizen_account(citizen)
    daughter = care.proxy(citizen).relative
    made.goal(pathway.plan, at=care.moment(on(6)))
    made.goal(pathway.plan, at=care.moment(on(7)), stated_by=Goal.StatedBy.PROFESSIONAL)
    for day in (8, 8, 12):
        with Clock(on(day)):
            own_plan(private(account, Role.CITIZEN), citizen)
    with Clock(on(13)):
        guard.require(private(account, Role.CITIZEN), "read", Resource("plan", citizen), "self", detail="next steps")
    for day in (14, 15):
        with Clock(on(day)):
            own_plan(private(daughter, Role.RELATIVE), citizen)
    assert events()[1:] == [
        (on(6), "goal_by_citizen", None),
        (on(8), "opened_by_citizen", None),
        (on(12), "opened_by_citizen", None),
        (on(14), "relative_took_part", None),
    ]


def test_a_relative_takes_part_from_the_day_the_plan_names_them(doctor, pathway):
    with Clock(on(9)):
        contacts.add(
            care.acting(doctor), pathway.plan, name="Sygeplejerske", relation="sygeplejerske", phone="66 11 22 33"
        )
    with Clock(on(10)):
        contacts.add(
            care.acting(doctor),
            pathway.plan,
            name="HEMMELIGT",
            relation="datter",
            phone="66 11 22 34",
            is_relative=True,
        )
    later = course_of(pathway.citizen, doctor, on(20), programme="copd", arm="", plan=pathway.plan)
    found = [
        (row.course.key, row.date)
        for row in harvest_events.events(harvest.courses(D), D)
        if row.event == "relative_took_part"
    ]
    assert found == [(pathway.pk, on(10)), (later.pk, on(20))]
    assert not [each for each in events(on(9)) if each[1] == "relative_took_part"]


def test_the_number_of_statements_does_not_grow_with_the_courses(doctor, django_assert_num_queries):
    there = made.provider().organisation
    for _ in range(3):
        sent(course_of(care.citizen(doctor.organisation), doctor), doctor, to=there)
    with django_assert_num_queries(1):
        few = harvest.courses(D)
    with django_assert_num_queries(3):
        harvest.services(few, D)
    with django_assert_num_queries(7):
        harvest_events.events(few, D)
    for _ in range(10):
        sent(course_of(care.citizen(doctor.organisation), doctor), doctor, to=there)
    many = harvest.courses(D)
    with django_assert_num_queries(3):
        assert len(harvest.services(many, D).rows) == 13
    with django_assert_num_queries(7):
        harvest_events.events(many, D)


def test_what_the_acts_write_is_what_is_harvested(doctor, pathway):
    """A referral sent, started with another provider and completed by the acts themselves."""
    first, second = made.provider(), made.provider()
    goal = made.goal(made.up_to_standard(pathway.plan), at=care.moment(on(1)))
    with Clock(on(2)):
        referral = made.referral(pathway.citizen, doctor, first.organisation, plan=pathway.plan, goal=goal)
    (promised,) = services().rows
    assert (promised.date, promised.sector, promised.completed) == (on(2), "private", None)
    assert (promised.component, promised.due) == ("talk", on(9)), "five weekdays (report 000 L325-327)"
    with Clock(on(4)):
        again = acts.rematch(care.acting(doctor), referral, referral.version, second.organisation, "Passer ikke")
    for day, state in ((5, State.RECEIVED), (6, State.ACCEPTED), (10, State.STARTED)):
        with Clock(on(day)):
            more = {"right_patient": "yes"} if state == State.ACCEPTED else {}
            again = acts.move(care.acting(second), again, again.version, state, **more)
    with Clock(on(30)):
        epicrisis.write(care.acting(second), again, again.version, conclusion="Det hjalp", nothing_for_gp=True)
    assert services().rows == [replace(promised, started=on(10), completed=True)]
