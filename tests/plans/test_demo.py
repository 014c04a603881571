"""The demonstration's plans: every state there is, made by the acts themselves, in a past that looks like one."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import call_command
from django.utils import timezone

from samspil.access import demo as people
from samspil.access.actions.consent import record_consent
from samspil.access.demo_clock import Clock
from samspil.access.models import AccessRecord, Category, User
from samspil.access.policy import Resource, may
from samspil.plans import demo, standard
from samspil.plans.actions.pathways import open_pathway
from samspil.plans.models import (
    Addressee,
    Coordination,
    Handover,
    Note,
    Pathway,
    Plan,
    PlanTask,
    Referral,
    Stay,
)
from tests import care

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(scope="module")
def lived(django_db_setup, django_db_blocker):
    """The demonstration, made once for all tests here; each of its acts in a transaction of its own, as in life.

    In one for all, PostgreSQL would have to look through every version of the log's heads again and again.
    """
    with django_db_blocker.unblock():
        practice = make()
    yield practice
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)


def make():
    """The demonstration on its own: two practices with pathways as the lists' work opens them."""
    today = timezone.localdate()
    with Clock(today - dt.timedelta(days=200)):
        own, other = care.practice("Lægerne Storegade"), care.practice("Lægerne Lillegade")
        citizens = [care.citizen(own, f"Borger {number:02}") for number in range(30)]
        away = [care.citizen(other, f"Naboborger {number}") for number in range(6)]
        people.seed_demo_people(own, citizens[0])
        doctors = {
            own: care.acting(people_of("gp")),
            other: care.acting(care.member(other, since=today - dt.timedelta(days=300))),
        }
    for number, citizen in enumerate([*citizens[:24], *away]):
        with Clock(today - dt.timedelta(days=150 - number * 3)):
            doctor = doctors[citizen.practice]
            for purpose in ("participation", "one_plan"):
                record_consent(doctor, citizen, "odense-ic", purpose, True)
            open_pathway(doctor, citizen, "odense-ic", "sad" if number in range(12, 24) or number == 26 else "daemp")
    for citizen in citizens[24:]:
        citizen.birth_date = today - dt.timedelta(days=80 * 366)
        citizen.save()
    demo.live(own)
    return own


def people_of(key):
    return User.objects.get(username=f"demo-{key}").memberships.select_related("organisation", "user").get()


def test_there_is_one_of_everything(lived):
    assert set(Pathway.objects.values_list("state", flat=True)) == set(Pathway.State)
    assert set(Plan.objects.values_list("state", flat=True)) == set(Plan.State)
    own = Referral.objects.filter(from_organisation=lived)
    assert set(own.values_list("state", flat=True)) == set(Referral.State)
    replies = Referral.objects.filter(from_organisation=lived, state="completed")
    assert replies.filter(reply_read_at__isnull=True).exists()
    assert replies.filter(reply_read_at__isnull=False).exists()
    assert set(Pathway.objects.exclude(onboarding="").values_list("onboarding", flat=True)) == set(Pathway.Onboarding)
    assert Stay.objects.filter(discharged_at__isnull=True).count() == 1
    assert Stay.objects.filter(discharged_at__isnull=False, handover_confirmed_at__isnull=True).count() == 1
    assert Handover.objects.filter(answered_at__isnull=True).count() == 1
    assert Coordination.objects.filter(ended_on__isnull=True).exclude(need="").count() == 1
    assert set(Note.objects.values_list("shown", flat=True)) == {"", *Note.Shown}
    assert Addressee.objects.filter(refused_at__isnull=False).exists()
    assert Note.objects.filter(answers__isnull=False).exists()


def test_two_programmes_share_one_plan(lived):
    shared = {plan.pk: set(plan.pathways.values_list("programme", flat=True)) for plan in Plan.objects.all()}
    assert {"odense-ic", "copd"} in shared.values()
    assert {"odense-ic", "type-2-diabetes"} in shared.values()


def test_active_plans_meet_their_standard_and_have_a_next_follow_up(lived):
    for plan in Plan.objects.filter(state=Plan.State.ACTIVE):
        assert plan.next_follow_up is not None
        faults = [each for each in standard.missing(plan) if each.rule not in {"goal_confirmed", "goal_dates"}]
        assert not faults, (plan, faults)


def test_a_promise_was_broken_and_those_who_answer_for_it_know(lived):
    late = Referral.objects.get(from_organisation=lived, state="received", service="psychologist")
    assert late.start_due < timezone.localdate()
    asked = PlanTask.objects.get(referral=late, kind="referral")
    assert None not in {asked.reminded_at, asked.escalated_at, asked.reported_at}
    told = PlanTask.objects.get(tells_of=asked)
    assert told.task.holder == late.plan.accountable.user
    assert PlanTask.objects.filter(kind="stalled", task__closed_at__isnull=True).exists()


@pytest.mark.parametrize(
    "key", ["gp", "gp2", "municipal", "home_nurse", "job_centre", "hospital", "occupational", "psychologist", "ngo"]
)
def test_everybody_one_can_log_in_as_has_something_to_do(lived, key):
    member = people_of(key)
    here = PlanTask.objects.filter(task__organisation=member.organisation, task__closed_at__isnull=True)
    assert here.filter(task__holder__isnull=True).exists() or here.filter(task__holder=member.user).exists()


def test_the_citizen_has_a_plan_with_something_next_a_note_to_look_at_and_an_own_goal(lived):
    account = User.objects.get(username="demo-citizen")
    citizen = account.citizen
    plan = Plan.objects.get(citizen=citizen)
    assert plan.state == Plan.State.ACTIVE
    assert citizen.appointments.filter(at__gt=timezone.now()).count() == 2
    assert Note.objects.filter(citizen=citizen, shown_at__isnull=True).exists()
    assert plan.goals.filter(by=account).exists()
    relative = care.acting(people_of("gp"))
    assert may(relative, "read", Resource("plan", citizen), "care")


def test_the_job_centre_does_not_read_what_the_citizen_kept_from_it(lived):
    place = people_of("job_centre").organisation
    kept = Addressee.objects.get(organisation=place, refused_at__isnull=False)
    assert kept.note.category == Category.MENTAL_HEALTH
    assert kept.read_at is None


def test_nothing_lies_ahead_of_now_and_every_act_is_in_the_log(lived):
    now = timezone.now()
    for model, field in ((Plan, "opened_at"), (Pathway, "opened_at"), (Note, "at"), (AccessRecord, "at")):
        assert not model.objects.filter(**{f"{field}__gt": now}).exists()
    assert AccessRecord.objects.filter(detail__startswith="referral").count() >= Referral.objects.count()
    assert not AccessRecord.objects.filter(outcome=AccessRecord.Outcome.REFUSED).exists()


def test_one_that_was_broken_off_goes_on_where_it_was(lived, monkeypatch):
    """As after a crash before the last story: what was told stays, and only the rest is told."""
    before = set(Plan.objects.values_list("pk", flat=True))
    monkeypatch.setattr(demo.sad, "STORIES", (*demo.sad.STORIES, demo.sad.just_sent))
    assert demo.live(lived) == 1
    assert Plan.objects.exclude(pk__in=before).count() == 1


def test_again_it_changes_nothing(lived):
    before = (Plan.objects.count(), Referral.objects.count(), PlanTask.objects.count(), AccessRecord.objects.count())
    assert demo.live(lived) == 0
    after = (Plan.objects.count(), Referral.objects.count(), PlanTask.objects.count(), AccessRecord.objects.count())
    assert before == after


def test_the_clock_tells_a_moment_of_the_past_and_never_one_ahead():
    real, today = timezone.now(), timezone.localdate()
    with Clock(today - dt.timedelta(days=10)) as clock:
        assert timezone.localdate() == today - dt.timedelta(days=10)
        clock.later(days=3)
        assert timezone.localdate() == today - dt.timedelta(days=7)
        clock.later(days=300)
        assert real <= timezone.now() <= real + dt.timedelta(minutes=5)
    assert timezone.localdate() == today
