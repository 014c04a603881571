"""A course of an older medical patient with home nursing and the geriatric clinic, walked by all who have a part."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from samspil import verbs
from samspil.access.demo_clock import Clock
from samspil.access.models import CareTask, OrganisationKind, Role
from samspil.plans.models import Appointment, MedicineList, Pathway, Plan, PlanTask, Referral, Stay
from samspil.plans.working_days import after_working_days
from tests import care
from tests.plans import made
from tests.plans.walking import Walk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

_DAY = dt.timedelta(days=1)


class Town:
    """Gerda, 84, with a plan under way; her practice, home nursing, the geriatric clinic, and her daughter."""

    def __init__(self) -> None:
        self.house = care.practice("Lægerne Havnegade", phone="65 12 34 56")
        self.doctor = care.member(self.house, Role.GP, "Lise Holm")
        self.staff = care.member(self.house, Role.PRACTICE_STAFF, "Susanne Dam")
        nursing = care.organisation(OrganisationKind.MUNICIPAL_UNIT, "Hjemmesygeplejen Nord")
        self.nurse = care.member(nursing, Role.MUNICIPAL, "Inge-Lise Krogh")
        clinic = care.organisation(OrganisationKind.HOSPITAL_DEPARTMENT, "Geriatrisk Afdeling")
        self.geriatrician = care.member(clinic, Role.HOSPITAL, "Jens Åkjær")
        self.secretariat = care.member(
            care.organisation(OrganisationKind.SECRETARIAT, "Programsekretariatet"), Role.SECRETARIAT, "Trine Højlund"
        )
        born = dt.date(timezone.localdate().year - 84, 2, 18)
        self.gerda = care.citizen(self.house, "Gerda Madsen", birth_date=born)
        self.daughter = care.proxy(self.gerda, care.user("Karen Skovbo")).relative
        for purpose in ("participation", "one_plan", "sharing"):
            care.consent(self.gerda, purpose, self.doctor.user)
        self.plan = made.up_to_standard(made.plan(self.gerda, self.doctor))
        self.pathway = made.pathway(self.gerda, self.doctor, arm="daemp", plan=self.plan)

    @property
    def goal(self) -> int:
        return self.plan.goals.get().pk


def test_to_the_end_with_every_promise_kept_or_escalated(page, live_server, axe, transactional_db):
    with Clock(after_working_days(timezone.localdate() - 70 * _DAY, 1)) as clock:
        town = Town()
        walk = Walk(page, live_server, clock, axe)
        _on_paper_and_with_her_daughter(walk, town)
        _medicine_that_differs_is_settled(walk, town)
        nursing = _home_nursing_begins(walk, town)
        _late_and_told_to_the_secretariat(walk, town)
        _admitted_and_home_again(walk, town)
        _a_missed_appointment_ends_nothing(walk, town, nursing)
        _and_so_on_until_she_moves(walk, town, nursing)


def _on_paper_and_with_her_daughter(walk: Walk, town: Town) -> None:
    """How she follows the plan is settled at the conversation: on paper, read aloud; her daughter reads it herself."""
    walk.be(town.doctor, f"/pathways/{town.pathway.pk}/onboarding/")
    walk.send("Gem", language="da", read_aloud=True)
    walk.send("Skriv det ned", how="paper")
    town.pathway.refresh_from_db()
    assert town.pathway.onboarding == "paper"
    walk.go(f"/plans/{town.plan.pk}/paper/")
    walk.send("Print den nu")
    walk.sees("Jeg vil kunne gå til stranden igen")
    walk.be(town.daughter, "/for/")
    walk.press(re.compile("Gerda Madsen"))
    walk.go(f"/for/{town.gerda.pk}/plan/")
    walk.sees("Jeg vil kunne gå til stranden igen")
    expect(walk.page.get_by_role("link", name="Tilføj et mål")).to_have_count(0)


def _medicine_that_differs_is_settled(walk: Walk, town: Town) -> None:
    """The practice and the nurse tell different doses: an urgent task, one agreed list, and the task is done."""
    care.task(town.gerda, town.nurse.organisation, town.doctor.user, title="Første besøg")
    walk.be(town.doctor, f"/citizens/{town.gerda.pk}/medicine/")
    walk.send("Gem listen", drug="Furosemid", dose="40 mg morgen")
    walk.later(days=1)
    walk.be(town.nurse, f"/citizens/{town.gerda.pk}/medicine/")
    walk.send("Gem listen", drug="Furosemid", dose="80 mg morgen")
    walk.be(town.doctor, "/work/")
    walk.press(re.compile(": Medicinlister er ikke ens"))
    walk.sees("80 mg morgen")
    walk.send("Denne liste gælder", drug="Furosemid", dose="40 mg morgen")
    assert MedicineList.objects.get(agreed=True).lines[0]["dose"] == "40 mg morgen"
    assert not PlanTask.objects.filter(kind="medication_divergence", task__closed_at__isnull=True).exists()


def _home_nursing_begins(walk: Walk, town: Town) -> Referral:
    """Referred, received, accepted, and at her door."""
    walk.go(f"/citizens/{town.gerda.pk}/refer/?service=odense-ic/home_nursing")
    walk.send(
        "Send henvisningen",
        to_organisation=town.nurse.organisation_id,
        reason="Vægt og medicin tre gange om ugen.",
        goal=town.goal,
        agreed=True,
    )
    sent = Referral.objects.get(service="home_nursing")
    walk.be(town.nurse, "/work/")
    walk.press(re.compile(": Svar på en henvisning"))
    walk.send("Modtaget")
    walk.send("Ja", form="accepted")
    walk.send("Aftal tiden", day=after_working_days(timezone.localdate(), 1), time="09:00", place="Hjemme")
    walk.to(after_working_days(timezone.localdate(), 1), 11)
    walk.be(town.nurse, f"/referrals/{sent.pk}/")
    walk.send(re.compile(r"^Kom \d"))
    sent.refresh_from_db()
    assert sent.state == Referral.State.STARTED
    return sent


def _late_and_told_to_the_secretariat(walk: Walk, town: Town) -> None:
    """Subacute is three working days by agreement. Nobody at the clinic answers; everybody who has to know gets to."""
    walk.be(town.secretariat, "/services/odense-ic/geriatric_assessment/change/")
    walk.send("Gem", start_number=3, start_unit="working_days", why="Aftalt med Geriatrisk Afdeling.")
    walk.be(town.doctor, f"/citizens/{town.gerda.pk}/refer/?service=odense-ic/geriatric_assessment")
    walk.send(
        "Send henvisningen",
        to_organisation=town.geriatrician.organisation_id,
        reason="Vægttab og to fald på tre måneder.",
        goal=town.goal,
        agreed=True,
    )
    sent = Referral.objects.get(service="geriatric_assessment")
    assert sent.start_due == after_working_days(timezone.localdate(), 3)
    verbs.remind(mail=False)
    assert not PlanTask.objects.filter(kind="overdue").exists()
    walk.to(after_working_days(sent.start_due, 6), 8)
    verbs.remind(mail=False)
    walk.be(town.doctor, "/work/")
    walk.sees(re.compile("Geriatrisk Afdeling har ikke gjort dette"))
    walk.be(town.secretariat, "/work/broken/")
    walk.sees("Geriatrisk Afdeling")
    expect(walk.page.get_by_text("Gerda")).to_have_count(0)
    walk.go("/deadlines/")
    walk.be(town.geriatrician, "/work/")
    walk.press(re.compile(": Svar på en henvisning"))
    walk.send("Modtaget")
    walk.send("Ja", form="accepted")
    walk.send("Begyndt")
    told = CareTask.objects.filter(about__kind="overdue", about__referral=sent, closed_at__isnull=True)
    assert not told.exists(), "it has begun"


def _admitted_and_home_again(walk: Walk, town: Town) -> None:
    """Admission is told, discharge asks for a follow-up within 72 hours, and home care says that it has taken over."""
    walk.be(town.geriatrician, "/stays/")
    now = timezone.localtime()
    walk.send("Meld indlæggelsen", cpr=town.gerda.cpr, admitted_at_0=now.date(), admitted_at_1=f"{now:%H:%M}")
    stay = Stay.objects.get()
    assert {about.kind for about in stay.tasks.all()} == {"visit_admitted", "admitted"}
    walk.later(days=4)
    now = timezone.localtime()
    walk.be(town.geriatrician, f"/stays/{stay.pk}/")
    walk.send(
        "Meld udskrivningen",
        discharged_at_0=now.date(),
        discharged_at_1=f"{now:%H:%M}",
        handover_to=town.nurse.organisation_id,
        words="Ny blodfortyndende medicin. Mål blodtryk to gange om ugen.",
    )
    asked = PlanTask.objects.get(kind="discharge_follow_up")
    stay.refresh_from_db()
    assert asked.due_at - stay.discharged_at == dt.timedelta(hours=72)
    walk.later(hours=5)
    walk.be(town.nurse, "/work/")
    walk.press(re.compile(r"^Svar\s*: Bekræft overlevering"))
    walk.sees("Ny blodfortyndende medicin.")
    walk.send("Udført", answer="Inge-Lise kommer i morgen klokken 9.")
    stay.refresh_from_db()
    assert stay.handover_confirmed_by == town.nurse.user
    walk.later(hours=20)
    walk.be(town.doctor, "/work/")
    walk.send(re.compile(": Opfølgning efter udskrivning"))
    asked.task.refresh_from_db()
    assert asked.task.closed_at < asked.due_at
    verbs.remind(mail=False)
    assert not PlanTask.objects.filter(kind="overdue", stay=stay).exists(), "kept in time, so nobody is told"


def _a_missed_appointment_ends_nothing(walk: Walk, town: Town, nursing: Referral) -> None:
    """She was not at home: somebody is asked to call her the same day, and the nurse goes on coming."""
    day = after_working_days(timezone.localdate(), 2)
    walk.be(town.nurse, f"/referrals/{nursing.pk}/")
    walk.send("Aftal tiden", day=day, time="09:00", place="Hjemme")
    walk.to(day, 10)
    walk.be(town.nurse, f"/referrals/{nursing.pk}/")
    walk.send(re.compile(r"^Kom ikke"))
    assert Appointment.objects.filter(state="missed").count() == 1
    nursing.refresh_from_db()
    town.pathway.refresh_from_db()
    assert (nursing.state, town.pathway.state) == (Referral.State.STARTED, Pathway.State.ACTIVE)
    asked = PlanTask.objects.get(kind="missed_contact")
    assert (asked.task.holder, asked.task.due) == (town.doctor.user, timezone.localdate())
    walk.be(town.doctor, "/work/")
    walk.press(re.compile(r"^Svar\s*: Borgeren kom ikke"))
    walk.send("Udført", answer="Hun var hos frisøren og kommer gerne på torsdag.")


def _and_so_on_until_she_moves(walk: Walk, town: Town, nursing: Referral) -> None:
    """Assess, agree, act, follow up, and again; until she moves, and everything that is promised has an answer."""
    for words in ("Ingen fald siden sidst.", "Gik til bageren i går. Vi fortsætter."):
        walk.later(days=2)
        walk.be(town.doctor, f"/plans/{town.plan.pk}/follow-ups/")
        walk.send(
            "Notér opfølgningen",
            held_on=timezone.localdate(),
            words=words,
            next_on=timezone.localdate() + 30 * _DAY,
        )
        town.plan.refresh_from_db()
        assert town.plan.state == Plan.State.ACTIVE
        assert town.plan.next_follow_up == timezone.localdate() + 30 * _DAY
    assert PlanTask.objects.filter(kind="print_again", task__closed_at__isnull=True).count() == 1
    walk.go(f"/pathways/{town.pathway.pk}/")
    walk.sees("Det her er lovet borgeren. Sig for hvert, hvad der sker med det.")
    promised = walk.page.locator('main form[action*="/end/"] input[type="radio"][value="go_on"]')
    keys = [box.get_attribute("name") for box in promised.all()]
    assert f"referral-{nursing.pk}" in keys
    walk.send(
        "Afslut forløbet",
        reason="moved",
        words="Hjemmesygeplejen kommer, til du er flyttet. Planen er sendt til din nye læge.",
        **{key: "go_on" if key == f"referral-{nursing.pk}" else "stop" for key in keys},
    )
    town.pathway.refresh_from_db()
    town.plan.refresh_from_db()
    nursing.refresh_from_db()
    assert (town.pathway.state, town.plan.state) == (Pathway.State.MOVED, Plan.State.CLOSED)
    assert nursing.state == Referral.State.STARTED, "it goes on to its end"
    left = set(PlanTask.objects.filter(task__closed_at__isnull=True).values_list("kind", flat=True))
    assert left <= {"referral"}
