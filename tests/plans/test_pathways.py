"""A citizen's way through programmes with one plan: opened with consent, active with a follow-up, ended by somebody."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, Notice, Role
from samspil.lists.actions import ending
from samspil.lists.actions import inclusion as including
from samspil.lists.models import Inclusion, Stage
from samspil.plans.actions import pathways, plans, referrals, work
from samspil.plans.actions.activities import agree
from samspil.plans.actions.tasks import open_task
from samspil.plans.models import Activity, Pathway, Plan, PlanTask, Referral
from samspil.plans.programme import plan_rules
from tests import care
from tests.lists import made as lists
from tests.plans import made

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
DAY = dt.timedelta(days=1)
LATER = dt.timedelta(days=30)


class Clinic:
    """A practice with a doctor, and a citizen who has said yes to taking part."""

    def __init__(self) -> None:
        self.house = care.practice("Lægerne Torvet")
        self.doctor = care.member(self.house, Role.GP, "Anne Lund")
        self.other = care.member(self.house, Role.GP, "Bo Friis")
        self.citizen = care.citizen(self.house, "Karen Holm")
        for programme in ("odense-ic", "copd"):
            care.consent(self.citizen, "participation", self.doctor.user, programme=programme)

    @property
    def actor(self):
        return care.acting(self.doctor)

    def pathway(self, programme: str = "odense-ic", arm: str = "sad") -> Pathway:
        return pathways.open_pathway(self.actor, self.citizen, programme, arm=arm, purpose="Færre at ringe til")

    def plan(self, *ways: Pathway) -> Plan:
        """A plan that meets its standard, not yet in force."""
        return made.up_to_standard(plans.begin(self.actor, self.citizen, self.doctor, list(ways) or [self.pathway()]))

    def active(self, *ways: Pathway) -> Plan:
        found = self.plan(*ways)
        plans.activate(self.actor, found, TODAY() + LATER)
        return found

    def follow_ups(self) -> list[PlanTask]:
        return list(PlanTask.objects.filter(kind="follow_up", task__closed_at__isnull=True))


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


# Opening.


def test_a_pathway_needs_consent_to_taking_part_in_that_programme(clinic):
    somebody = care.citizen(clinic.house)
    care.consent(somebody, "participation", clinic.doctor.user, programme="copd")
    with pytest.raises(Invalid):
        pathways.open_pathway(clinic.actor, somebody, "odense-ic", arm="sad")
    assert not Pathway.objects.exists()


def test_one_pathway_per_programme_and_the_second_is_told_who_was_first(clinic):
    clinic.pathway()
    with pytest.raises(Conflict, match="Anne Lund"):
        pathways.open_pathway(care.acting(clinic.other), clinic.citizen, "odense-ic", arm="sad")


def test_a_closed_programme_takes_in_nobody_and_those_in_it_finish(clinic, monkeypatch):
    plan = clinic.active()
    rules = plan_rules("odense-ic")
    closed = rules.model_copy(
        update={"closure": rules.closure.model_copy(update={"no_new_from": TODAY(), "arms": ("daemp",)})}
    )
    monkeypatch.setattr(pathways, "plan_rules", lambda _name: closed)
    somebody = care.citizen(clinic.house)
    care.consent(somebody, "participation", clinic.doctor.user)
    with pytest.raises(Invalid):
        pathways.open_pathway(clinic.actor, somebody, "odense-ic", arm="daemp")
    pathways.open_pathway(clinic.actor, somebody, "odense-ic", arm="sad")
    plans.hold_follow_up(clinic.actor, plan, TODAY(), "Det går fremad", TODAY() + LATER)


def test_a_pathway_keeps_which_content_it_began_with(clinic):
    first, second = clinic.pathway(), clinic.pathway("copd", "")
    assert len(first.content_version) == 64
    assert first.content_version != second.content_version


# One plan.


def test_one_current_plan_and_programmes_share_it(clinic):
    plan = clinic.active()
    joined = plans.begin(clinic.actor, clinic.citizen, clinic.doctor, [clinic.pathway("copd", "")])
    assert joined == plan
    assert Plan.objects.count() == 1
    assert {way.state for way in plan.pathways.all()} == {"active", "enrolment"}


def test_a_second_plan_with_somebody_else_accountable_is_a_conflict_in_words(clinic):
    clinic.plan()
    with pytest.raises(Conflict, match="Anne Lund"):
        plans.begin(clinic.actor, clinic.citizen, clinic.other, [clinic.pathway("copd", "")])


def test_a_pathway_is_taken_into_a_plan_once(clinic):
    way = clinic.pathway()
    clinic.plan(way)
    with pytest.raises(Conflict, match="Anne Lund"):
        plans.begin(clinic.actor, clinic.citizen, clinic.doctor, [way])


def test_nobody_becomes_accountable_who_could_not_open_the_plan(clinic):
    nurse = care.member(role=Role.MUNICIPAL)
    way = clinic.pathway()
    with pytest.raises(Invalid) as fault:
        plans.begin(clinic.actor, clinic.citizen, nurse, [way])
    assert fault.value.field == "accountable"
    care.consent(clinic.citizen, "one_plan", clinic.doctor.user)
    assert plans.begin(clinic.actor, clinic.citizen, nurse, [way]).accountable == nurse


def test_somebody_who_has_left_is_not_made_accountable(clinic):
    gone = care.member(clinic.house, until=TODAY() - DAY)
    with pytest.raises(Invalid):
        plans.begin(clinic.actor, clinic.citizen, gone, [clinic.pathway()])


def test_a_plan_is_put_into_force_only_when_it_meets_the_standard(clinic):
    plan = plans.begin(clinic.actor, clinic.citizen, clinic.doctor, [clinic.pathway()])
    with pytest.raises(Invalid, match=r"(egne ord|own words)"):
        plans.activate(clinic.actor, plan, TODAY() + LATER)
    made.up_to_standard(plan)
    with pytest.raises(Invalid):
        plans.activate(clinic.actor, plan, TODAY() - DAY)
    plans.activate(clinic.actor, plan, TODAY() + LATER)
    assert plan.state == Plan.State.ACTIVE
    assert plan.pathways.get().state == Pathway.State.ACTIVE


def test_without_consent_a_plan_is_not_put_into_force(clinic):
    plan = clinic.plan()
    clinic.citizen.consents.update(withdrawn_at=timezone.now(), withdrawn_by=clinic.doctor.user)
    with pytest.raises(Invalid):
        plans.activate(clinic.actor, plan, TODAY() + LATER)


def test_an_active_plan_always_has_a_next_follow_up_on_the_accountable_persons_list(clinic):
    plan = clinic.active()
    assert [task.task.holder for task in clinic.follow_ups()] == [clinic.doctor.user]
    with pytest.raises(Invalid):
        plans.hold_follow_up(clinic.actor, plan, TODAY(), "Talt sammen", TODAY() - DAY)
    plans.hold_follow_up(clinic.actor, plan, TODAY(), "Talt sammen", TODAY() + 2 * LATER)
    assert plan.next_follow_up == TODAY() + 2 * LATER
    assert [task.task.due for task in clinic.follow_ups()] == [TODAY() + 2 * LATER]


def test_a_plan_goes_round_as_often_as_it_is_needed(clinic):
    plan = clinic.active()
    for _ in range(5):
        plans.hold_follow_up(clinic.actor, plan, TODAY(), "Nye mål", TODAY() + LATER)
    assert plan.follow_ups.count() == 5
    assert plan.state == Plan.State.ACTIVE


def test_a_programme_that_joins_becomes_active_when_the_plan_is_put_into_force_anew(clinic):
    plan = clinic.active()
    plans.begin(clinic.actor, clinic.citizen, clinic.doctor, [clinic.pathway("copd", "")])
    with pytest.raises(Invalid, match=r"(midtvejs|mid-term)"):
        plans.activate(clinic.actor, plan, TODAY() + LATER)
    plan.goals.update(baseline="Går 200 meter", midterm_on=TODAY() + LATER, final_on=TODAY() + 2 * LATER)
    plans.activate(clinic.actor, plan, TODAY() + LATER)
    assert {way.state for way in plan.pathways.all()} == {"active"}
    with pytest.raises(Conflict):
        plans.activate(clinic.actor, plan, TODAY() + LATER)


# Ends.


def test_nothing_ends_because_somebody_did_not_come_or_a_day_passed(clinic):
    plan = clinic.active()
    Plan.objects.filter(pk=plan.pk).update(next_follow_up=TODAY() - 400 * DAY)
    plan.refresh_from_db()
    assert (plan.state, plan.pathways.get().state) == ("active", "active")


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("completed", ""),
        ("completed", "well_placed"),
        ("withdrawn", "motivation"),
        ("withdrawn", "no_energy"),
        ("wrongly_included", ""),
        ("moved", ""),
        ("died", ""),
        ("withdrawn", "other"),
    ],
)
def test_an_end_has_a_reason_that_goes_with_its_state_and_closes_the_plan(clinic, state, reason):
    plan = clinic.active()
    way = plan.pathways.get()
    pathways.end(clinic.actor, way, way.version, state, reason=reason, words="Det har vi talt om")
    plan.refresh_from_db()
    assert (way.state, way.end_reason) == (state, reason or state)
    assert (plan.state, plan.closed_at is not None, plan.next_follow_up) == ("closed", True, None)
    assert clinic.follow_ups() == []


@pytest.mark.parametrize(
    ("state", "reason", "words"),
    [
        ("withdrawn", "", "Talt"),
        ("withdrawn", "withdrawn", "Talt"),
        ("completed", "motivation", "Talt"),
        ("completed", "nonsense", "Talt"),
        ("active", "", "Talt"),
        ("completed", "other", " "),
        ("wrongly_included", "", ""),
    ],
)
def test_an_end_without_its_reason_or_words_is_none(clinic, state, reason, words):
    way = clinic.active().pathways.get()
    with pytest.raises(Invalid):
        pathways.end(clinic.actor, way, way.version, state, reason=reason, words=words)
    way.refresh_from_db()
    assert way.state == Pathway.State.ACTIVE


def test_of_two_who_end_it_the_second_is_told(clinic):
    way = clinic.active().pathways.get()
    version = way.version
    pathways.end(clinic.actor, way, version, "completed")
    with pytest.raises(Conflict, match="Anne Lund"):
        pathways.end(care.acting(clinic.other), way, version, "completed")


def test_the_plan_goes_on_with_the_programmes_that_are_left(clinic):
    plan = clinic.active()
    plans.begin(clinic.actor, clinic.citizen, clinic.doctor, [clinic.pathway("copd", "")])
    first, second = plan.pathways.order_by("programme")
    pathways.end(clinic.actor, first, first.version, "completed")
    plan.refresh_from_db()
    assert plan.state == Plan.State.ACTIVE
    pathways.end(clinic.actor, second, second.version, "completed")
    plan.refresh_from_db()
    assert plan.state == Plan.State.CLOSED


def _promises(clinic: Clinic, plan: Plan) -> tuple[Referral, Activity, PlanTask]:
    """Something of each kind that somebody has promised."""
    psychologist = made.provider()
    care.consent(clinic.citizen, "sharing", clinic.doctor.user)
    care.consent(clinic.citizen, "one_plan", clinic.doctor.user)
    sent = made.referral(
        clinic.citizen, clinic.doctor, psychologist.organisation, plan=plan, goal=plan.goals.get(), arm="sad"
    )
    activity = agree(
        clinic.actor,
        plan,
        what="Træning",
        category="health",
        goal=plan.goals.get(),
        party=clinic.house,
        due=TODAY() + LATER,
    )
    task = open_task(clinic.doctor.user, clinic.citizen, clinic.house, "other", "Ring til borgeren", None, plan=plan)
    return sent, activity, task


def test_what_is_promised_never_stops_silently(clinic):
    plan = clinic.active()
    sent, activity, task = _promises(clinic, plan)
    way = plan.pathways.get()
    with pytest.raises(Invalid) as fault:
        pathways.end(clinic.actor, way, way.version, "completed")
    assert "Træning" in fault.value.message
    keys = {f"referral-{sent.pk}": "go_on", f"activity-{activity.pk}": "stop", f"task-{task.pk}": "go_on"}
    with pytest.raises(Invalid) as fault:
        pathways.end(clinic.actor, way, way.version, "completed", answers=keys)
    assert fault.value.field == "words", "what stops is told to the citizen"
    pathways.end(clinic.actor, way, way.version, "completed", answers=keys, words="Træningen stopper")
    for record in (sent, activity, task.task):
        record.refresh_from_db()
    assert sent.state == Referral.State.SENT
    assert activity.state == Activity.State.STOPPED
    assert task.task.closed_at is None


def test_what_goes_on_runs_to_its_end_without_the_plan(clinic):
    """L-46: at the end of an effort everybody finishes what has been planned."""
    plan = clinic.active()
    sent, activity, task = _promises(clinic, plan)
    way = plan.pathways.get()
    keys = dict.fromkeys((f"referral-{sent.pk}", f"activity-{activity.pk}", f"task-{task.pk}"), "go_on")
    pathways.end(clinic.actor, way, way.version, "completed", answers=keys)
    receiver = care.acting(care.member(sent.to_organisation, Role.PSYCHOLOGIST))
    for state in ("received", "accepted", "started"):
        sent.refresh_from_db()
        referrals.move(receiver, sent, sent.version, state, right_patient="yes")
    sent.refresh_from_db()
    assert sent.state == Referral.State.STARTED
    for about in PlanTask.objects.filter(task__closed_at__isnull=True, task__organisation=clinic.house):
        assert work.done(clinic.actor, about)


def test_a_death_stops_everything_and_tells_the_citizen_nothing(clinic):
    plan = clinic.active()
    sent, activity, task = _promises(clinic, plan)
    way, told = plan.pathways.get(), Notice.objects.filter(citizen=clinic.citizen).count()
    pathways.end(clinic.actor, way, way.version, "died")
    for record in (sent, activity, task.task):
        record.refresh_from_db()
    assert (sent.state, activity.state) == ("withdrawn", "stopped")
    assert not clinic.citizen.tasks.filter(closed_at__isnull=True).exists()
    assert not Notice.objects.filter(citizen=clinic.citizen, message="pathway_ended").exists()
    assert told <= Notice.objects.filter(citizen=clinic.citizen).count()


def test_a_plan_is_closed_with_all_its_programmes(clinic):
    plan = clinic.active()
    plans.begin(clinic.actor, clinic.citizen, clinic.doctor, [clinic.pathway("copd", "")])
    plans.close(clinic.actor, plan, "completed")
    assert plan.state == Plan.State.CLOSED
    assert {way.state for way in plan.pathways.all()} == {"completed"}


# Who may.


def test_a_stranger_opens_begins_and_ends_nothing(clinic):
    plan = clinic.active()
    way = plan.pathways.get()
    for stranger in (care.actor(Role.GP), care.actor(Role.MUNICIPAL), care.actor(Role.SECRETARIAT)):
        for act in (
            lambda who: pathways.open_pathway(who, clinic.citizen, "copd"),
            lambda who: plans.begin(who, clinic.citizen, clinic.doctor, [way]),
            lambda who: plans.activate(who, plan, TODAY() + LATER),
            lambda who: plans.hold_follow_up(who, plan, TODAY(), "Talt", TODAY() + LATER),
            lambda who: pathways.end(who, way, way.version, "completed"),
            lambda who: plans.close(who, plan, "completed"),
        ):
            with pytest.raises(Refused):
                act(stranger)


def test_staff_follow_up_and_leave_the_decisions_to_the_doctor(clinic):
    plan = clinic.active()
    nurse = care.acting(care.member(clinic.house, Role.PRACTICE_STAFF))
    plans.hold_follow_up(nurse, plan, TODAY(), "Talt sammen", TODAY() + LATER)
    way = plan.pathways.get()
    with pytest.raises(Refused):
        pathways.end(nurse, way, way.version, "completed")


def test_every_act_leaves_a_row_in_the_log(clinic):
    plan = clinic.active()
    plans.hold_follow_up(clinic.actor, plan, TODAY(), "Talt sammen", TODAY() + LATER)
    way = plan.pathways.get()
    pathways.end(clinic.actor, way, way.version, "completed")
    done = list(AccessRecord.objects.filter(resource="plan").order_by("id").values_list("detail", flat=True))
    assert done == ["pathway odense-ic", "opened", "activated", "followed_up", f"pathway {way.pk} completed"]


# With the inclusion that opened it.


def _enrolled(clinic: Clinic) -> Inclusion:
    care.legal_basis("case_finding")
    bulletin = lists.publication("daemp")
    entry = lists.names(bulletin, clinic.house, 1, citizen=clinic.citizen)[0]
    lists.standing(clinic.citizen, bulletin)
    inclusion = lists.inclusion(clinic.doctor, entry=entry, stage=Stage.CONSENTED, purpose="Mere ro")
    including.enrol(clinic.actor, inclusion, inclusion.version)
    return inclusion


def test_enrolment_opens_the_pathway_with_arm_band_and_purpose(clinic):
    inclusion = _enrolled(clinic)
    way = Pathway.objects.get()
    assert (way.programme, way.arm, way.band) == ("odense-ic", "daemp", inclusion.entry.band)
    assert (way.purpose, way.state) == ("Mere ro", Pathway.State.ENROLMENT)


def test_the_inclusion_ends_with_the_pathway(clinic):
    inclusion = _enrolled(clinic)
    way = Pathway.objects.get()
    pathways.end(clinic.actor, way, way.version, "withdrawn", reason="motivation", words="Orker ikke mere")
    inclusion.refresh_from_db()
    assert (inclusion.stage, inclusion.end_reason, inclusion.end_note) == ("ended", "motivation", "Orker ikke mere")


@pytest.mark.parametrize(
    ("reason", "state"),
    [("no_need", "completed"), ("wrongly_included", "wrongly_included"), ("died", "died"), ("moved", "moved")],
)
def test_the_pathway_ends_with_the_inclusion(clinic, reason, state):
    inclusion = _enrolled(clinic)
    ending.end(clinic.actor, inclusion, inclusion.version, reason)
    assert Pathway.objects.get().state == state


def test_an_inclusion_with_promises_in_its_plan_is_not_ended_over_them(clinic):
    inclusion = _enrolled(clinic)
    plan = clinic.active(Pathway.objects.get())
    _promises(clinic, plan)
    with pytest.raises(Invalid):
        ending.end(clinic.actor, inclusion, inclusion.version, "no_need")
    inclusion.refresh_from_db()
    assert inclusion.stage == Stage.ENROLLED


def test_a_practice_that_the_citizen_has_left_ends_its_inclusion_and_not_the_pathway(clinic):
    inclusion = _enrolled(clinic)
    clinic.citizen.practice = care.practice()
    clinic.citizen.save()
    inclusion = Inclusion.objects.select_related("citizen").get(pk=inclusion.pk)
    ending.end(clinic.actor, inclusion, inclusion.version, "moved")
    assert Pathway.objects.get().ended_at is None
