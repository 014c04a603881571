"""Stays: those around the citizen hear of an admission; a discharge hands over, and what is not confirmed is told."""

import datetime as dt

import pytest
from dateutil.relativedelta import relativedelta
from django.utils import timezone

from samspil.access.actor import system
from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.access.models import Notice, OrganisationKind, Role
from samspil.plans.actions import activities, reminders, stays, work
from samspil.plans.models import Coordination, PlanTask, Stay
from samspil.plans.queries import stays as reading
from tests import care
from tests.plans import made

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
TODAY = timezone.localdate


def now():
    return timezone.now()


class Around:
    """A citizen with an active plan: the doctor is accountable, home care and a psychologist carry something out."""

    def __init__(self):
        self.doctor = care.member(name="Lis Læge")
        self.anna = care.citizen(self.doctor.organisation, "Anna Poulsen")
        self.plan = made.plan(self.anna, self.doctor)
        self.home_care = made.provider(OrganisationKind.MUNICIPAL_UNIT, "Hjemmeplejen Syd")
        self.psychologist = made.provider()
        self.ward = made.provider(OrganisationKind.HOSPITAL_DEPARTMENT, "Geriatrisk")
        for party, category in ((self.home_care, "health"), (self.psychologist, "mental_health")):
            activities.agree(
                care.acting(self.doctor),
                self.plan,
                what="Det aftalte",
                category=category,
                goal=made.goal(self.plan),
                party=party.organisation,
            )

    def let(self, **fields):
        care.consent(self.anna, "sharing", self.doctor.user, **fields)

    def admit(self, at=None):
        return stays.admit(care.acting(self.ward), self.anna, at or now() - 5 * DAY)

    def go_home(self, stay, at=None, **more):
        return stays.discharge(care.acting(self.ward), stay, at or now(), **more)

    def hand_over(self, stay, at=None, **more):
        return self.go_home(stay, at, handover_to=self.home_care.organisation, words="Ny medicin, se listen", **more)


@pytest.fixture
def around():
    return Around()


def asked(kind):
    return PlanTask.objects.filter(kind=kind).select_related("task__organisation")


def places(kind):
    return sorted(asked(kind).values_list("task__organisation__name", flat=True))


def test_plan_11_an_admission_reaches_every_active_member_of_the_team(around):
    """002 PLAN-11 (L27-29)."""
    around.let()
    around.admit()
    assert asked("visit_admitted").get().task.holder == around.doctor.user
    assert places("admitted") == sorted([around.home_care.organisation.name, around.psychologist.organisation.name])
    assert Notice.objects.get(message="admitted").organisation == around.doctor.organisation


def test_who_may_not_know_of_health_is_not_told(around):
    around.let(organisation=around.home_care.organisation)
    around.admit()
    assert places("admitted") == ["Hjemmeplejen Syd"]


def test_without_a_plan_the_practice_is_told(around):
    bent = care.citizen(around.doctor.organisation)
    stays.admit(care.acting(around.ward), bent, now())
    assert Notice.objects.filter(message="admitted", about=bent).exists()
    assert not PlanTask.objects.filter(task__citizen=bent).exists()


def test_only_a_hospital_tells_of_stays_and_only_of_its_own(around):
    for member in (around.doctor, around.home_care):
        with pytest.raises(Refused):
            stays.admit(care.acting(member), around.anna, now())
    stay = around.admit()
    other = care.member(role=Role.HOSPITAL)
    for act in (
        lambda: stays.discharge(care.acting(other), stay, now()),
        lambda: stays.ready(care.acting(other), stay, now()),
    ):
        with pytest.raises(Refused):
            act()


def test_nobody_is_in_two_hospitals_at_once(around):
    around.admit()
    other = care.member(role=Role.HOSPITAL)
    with pytest.raises(Conflict) as raised:
        stays.admit(care.acting(other), around.anna, now())
    assert "Geriatrisk" in raised.value.message
    assert Stay.objects.count() == 1


@pytest.mark.parametrize("at", [now() + DAY], ids=["ahead"])
def test_a_stay_is_told_of_when_it_has_happened(around, at):
    with pytest.raises(Invalid):
        around.admit(at)
    stay = around.admit()
    with pytest.raises(Invalid):
        around.go_home(stay, at)
    with pytest.raises(Invalid):
        around.go_home(stay, stay.admitted_at - HOUR)
    stays.ready(care.acting(around.ward), stay, now() - DAY)
    stay.refresh_from_db()
    with pytest.raises(Invalid):
        around.go_home(stay, now() - 2 * DAY)


def test_a_discharge_asks_for_a_follow_up_within_72_hours(around):
    """004 L138-142."""
    at = now() - HOUR
    around.go_home(around.admit(), at)
    about = asked("discharge_follow_up").get()
    assert about.due_at == at + 72 * HOUR
    assert about.task.due == timezone.localdate(at + 72 * HOUR)
    assert (about.task.organisation, about.task.holder) == (around.doctor.organisation, around.doctor.user)


def test_a_discharge_ends_what_the_admission_asked_for(around):
    around.let()
    around.go_home(around.admit())
    for kind in ("visit_admitted", "admitted"):
        assert all(about.task.closed_at is not None for about in asked(kind))


def test_coord_3_the_coordinator_follows_up_half_a_year_later(around):
    """002 COORD-3 (L1779-1780): discharge + 6 months."""
    coordinator = care.member(role=Role.HOSPITAL)
    Coordination.objects.create(
        plan=around.plan, coordinator=coordinator, need="x", ends_when="y", since=TODAY(), review_on=TODAY(),
        by=around.doctor,
    )  # fmt: skip
    at = now()
    around.go_home(around.admit(), at)
    about = asked("half_year_follow_up").get()
    assert about.task.due == timezone.localdate(at) + relativedelta(months=6)
    assert about.task.holder == coordinator.user


def test_home_care_confirms_the_handover(around):
    """001 R-COMM-08 (L2226-2227)."""
    around.let()
    stay = around.hand_over(around.admit())
    about = asked("home_care_handover").get()
    assert (about.task.organisation, about.urgent) == (around.home_care.organisation, True)
    actor = care.acting(around.home_care)
    with pytest.raises(Invalid):
        work.done(actor, about)
    assert work.done(actor, about, "Nanna kommer kl. 16")
    stay.refresh_from_db()
    assert stay.handover_confirmed_by == around.home_care.user
    assert reading.one_stay(care.acting(around.ward), stay.pk).promises[-1].title


def test_a_handover_says_what_and_goes_to_home_care_that_may_know(around):
    stay = around.admit()
    with pytest.raises(Invalid) as raised:
        around.hand_over(stay)  # the citizen has not said yes to sharing
    assert raised.value.field == "handover_to"
    around.let()
    with pytest.raises(Invalid) as raised:
        around.go_home(stay, handover_to=around.home_care.organisation)
    assert raised.value.field == "words"
    with pytest.raises(Invalid):
        around.go_home(stay, handover_to=around.psychologist.organisation, words="x")
    stay.refresh_from_db()
    assert stay.discharged_at is None


def test_r_comm_04_a_handover_that_nobody_confirms_raises_the_alarm(around):
    """001 R-COMM-04 (L2372-2388): at the department that handed over, and at the accountable person; once."""
    around.let()
    at = now() - 30 * HOUR
    around.hand_over(around.admit(), at)
    reminders.escalate(system(), at + 23 * HOUR)
    assert not asked("overdue").exists()
    reminders.escalate(system(), at + 25 * HOUR)
    reminders.escalate(system(), at + 26 * HOUR)
    assert places("overdue") == sorted(["Geriatrisk", around.doctor.organisation.name])
    assert all(about.urgent for about in asked("overdue"))
    work.done(care.acting(around.home_care), asked("home_care_handover").get(), "Vi er på vej")
    assert all(about.task.closed_at is not None for about in asked("overdue"))


def test_coord_5_a_joint_visit_has_both_or_a_reason(around):
    """002 COORD-5 (L1750-1752, L1782-1789)."""
    around.go_home(around.admit(), joint_visit=True)
    about, actor = asked("joint_visit").get(), care.acting(around.doctor)
    with pytest.raises(Invalid):
        work.done(actor, about, "Vi var der")
    with pytest.raises(Invalid) as raised:
        stays.hold_joint_visit(actor, about, gp=True, home_nurse=False, words="Aftalt gangtræning")
    assert raised.value.field == "reason"
    with pytest.raises(Invalid):
        stays.hold_joint_visit(actor, about, gp=False, home_nurse=False, words="x", reason="syg")
    assert stays.hold_joint_visit(
        actor, about, gp=True, home_nurse=False, words="Aftalt gangtræning", reason="Sygeplejersken var syg"
    )
    about.refresh_from_db()
    assert "Sygeplejersken var syg" in about.answer


@pytest.mark.parametrize(("ready", "home", "days"), [(4, 1, 3), (1, 1, 0), (None, 1, None)])
def test_r_comm_09_waiting_days_count_from_the_end_of_treatment(around, ready, home, days):
    """001 R-COMM-09 (L2274)."""
    stay = around.admit(care.moment(TODAY() - 6 * DAY))
    if ready is not None:
        stays.ready(care.acting(around.ward), stay, care.moment(TODAY() - ready * DAY, 9))
    stay = around.go_home(stay, care.moment(TODAY() - home * DAY, 10))
    assert reading.days_waited(stay) == days


def test_who_may_read_of_a_stay(around):
    around.let(organisation=around.home_care.organisation)
    stay = around.admit()
    for member in (around.doctor, around.home_care, around.ward):
        assert reading.one_stay(care.acting(member), stay.pk).stay == stay
    for member in (around.psychologist, care.member(), care.member(role=Role.HOSPITAL)):
        with pytest.raises(Refused):
            reading.one_stay(care.acting(member), stay.pk)


def typed(prefix, name, at):
    local = timezone.localtime(at)
    start = f"{prefix}-" if prefix else ""
    return {f"{start}{name}_0": f"{local:%Y-%m-%d}", f"{start}{name}_1": f"{local:%H:%M}"}


def test_the_whole_stay_on_the_pages(client, around):
    around.let()
    care.log_in(client, around.ward)
    assert client.post("/stays/", {"cpr": "0101014321"} | typed("", "admitted_at", now() - DAY)).status_code == 422
    answer = client.post("/stays/", {"cpr": around.anna.cpr} | typed("", "admitted_at", now() - DAY))
    stay = Stay.objects.get()
    assert answer.url == f"/stays/{stay.pk}/"
    assert client.post(f"/stays/{stay.pk}/ready/", typed("ready", "ready_at", now() - HOUR)).status_code == 302
    given = {
        "discharge-handover_to": around.home_care.organisation_id,
        "discharge-words": "Ny medicin",
        "discharge-joint_visit": "on",
    }
    assert client.post(f"/stays/{stay.pk}/discharge/", given).status_code == 422
    sent = given | typed("discharge", "discharged_at", now() - dt.timedelta(minutes=2))
    assert client.post(f"/stays/{stay.pk}/discharge/", sent).status_code == 302
    assert "Hjemmeplejen Syd" in client.get(f"/stays/{stay.pk}/").content.decode()
    assert "Anna Poulsen" in client.get("/stays/").content.decode()
    care.log_in(client, around.home_care)
    about = asked("home_care_handover").get()
    assert "Ny medicin" in client.get(f"/work/{about.task_id}/").content.decode()
    assert client.post(f"/work/{about.task_id}/", {"answer": "Kl. 16"}).status_code == 302
    care.log_in(client, around.doctor)
    assert f"/stays/{stay.pk}/" in client.get(f"/citizens/{around.anna.pk}/stays/").content.decode()
    visit = asked("joint_visit").get()
    assert client.post(f"/work/{visit.task_id}/", {"gp": "on", "words": "x"}).status_code == 422
    both = {"gp": "on", "home_nurse": "on", "words": "Aftalt gangtræning"}
    assert client.post(f"/work/{visit.task_id}/", both).status_code == 302


def test_a_practice_does_not_tell_of_stays(client, around):
    care.log_in(client, around.doctor)
    assert client.get("/stays/").status_code == 403
    assert client.post("/stays/", {"cpr": around.anna.cpr} | typed("", "admitted_at", now())).status_code == 403
