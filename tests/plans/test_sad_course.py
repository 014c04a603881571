"""A course of stress, anxiety or depression from the list to its end, walked by everybody who has a part in it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from samspil.access.demo_clock import Clock
from samspil.access.models import AccessRecord, CareTask, OrganisationKind, Role
from samspil.lists.models import Inclusion
from samspil.plans.models import Activity, Addressee, Appointment, Goal, Pathway, Plan, PlanTask, Referral
from samspil.plans.working_days import after_working_days, is_working_day
from tests import care
from tests.lists import made as lists_made
from tests.plans.walking import Walk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

_DAY = dt.timedelta(days=1)
WORDS = {
    "citizen": {
        "own_words": "Jeg vågner klokken fire og tænker på alt det, jeg ikke nåede.",
        "needs": "Én at tale med, og ro fra arbejdet.",
        "what_matters": "At være der for børnene om aftenen.",
        "situation": "Lærer, sygemeldt i seks uger. Gift, to børn.",
    },
    "domain": {
        "mental": "Stress med dårlig søvn. Ingen tanker om ikke at ville leve.",
        "employment": "Kan en times stille arbejde om dagen. Jeg ser på det igen om fire uger.",
    },
    "involvement": {
        "citizen_part": "Går en tur hver formiddag.",
        "relatives_part": "Manden er med til samtalerne.",
    },
}


class Town:
    """A practice with a list, a psychologist, the job centre, and Karen, who has been ill with stress for six weeks."""

    def __init__(self) -> None:
        self.house = care.practice("Lægerne Torvet", doctors=1, phone="65 12 34 56")
        self.doctor = care.member(self.house, Role.GP, "Anne Lund")
        place = care.organisation(OrganisationKind.PSYCHOLOGIST, "Psykolog Østerby")
        self.psychologist = care.member(place, Role.PSYCHOLOGIST, "Camilla Østerby")
        self.job_centre = care.member(
            care.organisation(OrganisationKind.MUNICIPAL_UNIT, "Jobcentret"), Role.MUNICIPAL, "Torben Hedegaard"
        )
        care.legal_basis("case_finding")
        born = dt.date(timezone.localdate().year - 41, 5, 4)
        self.karen = care.citizen(self.house, "Karen Holm", birth_date=born)
        self.account = care.citizen_account(self.karen)
        listed = lists_made.publication("sad")
        lists_made.entry(lists_made.risk_list(listed, self.house), self.karen)
        lists_made.standing(self.karen, listed)


@pytest.fixture
def town(transactional_db):
    return Town()


def test_from_the_list_to_completion_with_every_promise_kept(page, live_server, axe, town):
    begin = after_working_days(timezone.localdate() - 130 * _DAY, 1)
    with Clock(begin) as clock:
        walk = Walk(page, live_server, clock, axe)
        plan = _enrolled_with_a_plan(walk, town)
        sent = _psychologist_and_job_centre(walk, town, plan)
        _ten_sessions(walk, town, sent)
        _a_note_that_the_job_centre_does_not_get(walk, town, sent)
        _the_job_centre_does_its_part(walk, town)
        _her_own_page(walk, town, plan)
        _reply_and_end(walk, town, plan, sent)
        _the_log_is_hers_to_read(walk, town)


def _enrolled_with_a_plan(walk: Walk, town: Town) -> Plan:
    """Reviewed, invited, talked with, asked, enrolled; then a plan with one accountable person, in her words."""
    walk.be(town.doctor, "/lists/sad/review/")
    expect(walk.page.locator("#who")).to_have_text("Karen Holm")
    walk.page.keyboard.press("i")
    expect(walk.page.get_by_role("heading", name="Der er ikke flere at gennemgå")).to_be_focused()
    inclusion = Inclusion.objects.get(citizen=town.karen)
    walk.go(f"/inclusions/{inclusion.pk}/")
    answers = {
        name.get_attribute("name"): "no" for name in walk.page.locator('#gate ~ details [name^="answer_"]').all()
    }
    if answers:
        walk.send("Gem svarene, og vurder", **answers)
    walk.send("Notér kontakten", kind="letter")
    walk.later(days=7)
    walk.be(town.doctor, f"/inclusions/{inclusion.pk}/")
    walk.send("Notér samtalen", purpose="At få ro og komme tilbage til min klasse.")
    for purpose, more in (
        ("participation", {}),
        ("one_plan", {}),
        ("sharing", {"sectors": ["private", "municipality"], "categories": ["mental_health", "employment"]}),
    ):
        walk.go(f"/citizens/{town.karen.pk}/consents/odense-ic/{purpose}/")
        walk.send("Gem svaret", answer="yes", **more)
    walk.go(f"/inclusions/{inclusion.pk}/")
    walk.send("Borgeren vil være med: fortsæt")
    walk.send("Inkluder")
    assert Pathway.objects.get().state == Pathway.State.ENROLMENT

    walk.press("Begynd planen")
    expect(walk.page.locator('[name="accountable"]:checked')).to_have_count(0)
    walk.send("Begynd planen", accountable=town.doctor.pk)
    plan = Plan.objects.get(citizen=town.karen)
    assert plan.accountable == town.doctor
    for group, texts in WORDS.items():
        walk.go(f"/plans/{plan.pk}/write/{group}/")
        given = {f"{section}-text": words for section, words in texts.items()}
        if group == "domain":
            given |= {"somatic-not_assessed": True, "social-not_assessed": True}
        walk.send("Gem", **given)
    walk.go(f"/plans/{plan.pk}/")
    walk.send("Gem", form="involvement", involvement="together")
    walk.press("Tilføj et mål")
    walk.send("Gem målet", words="Jeg vil sove igennem om natten", domain="mental", stated_by="citizen")
    walk.go(f"/plans/{plan.pk}/contacts/new/")
    walk.send("Gem", name="Anne Lund", relation="din læge", phone="65 12 34 56", first=True)
    walk.go(f"/plans/{plan.pk}/")
    walk.send("Borgeren siger ja til målene")
    walk.press("Sæt planen i kraft")
    walk.send("Sæt planen i kraft", next_follow_up=timezone.localdate() + 42 * _DAY)
    plan.refresh_from_db()
    assert plan.state == Plan.State.ACTIVE
    return plan


def _psychologist_and_job_centre(walk: Walk, town: Town, plan: Plan) -> Referral:
    """A referral with five working days to its start, and something that the job centre does."""
    walk.go(f"/plans/{plan.pk}/")
    walk.press("Henvis til et tilbud")
    walk.press("Samtaler med en psykolog")
    walk.send(
        "Send henvisningen",
        to_organisation=town.psychologist.organisation_id,
        reason="Stress med dårlig søvn. Ønsker samtaler.",
        agreed=True,
    )
    sent = Referral.objects.get()
    assert sent.start_due == after_working_days(timezone.localdate(), 5)
    walk.go(f"/plans/{plan.pk}/activities/new/")
    walk.send(
        "Gem indsatsen",
        what="Samtale om en rolig vej tilbage",
        goal=Goal.objects.get().pk,
        who=town.job_centre.organisation_id,
        category="employment",
        due=timezone.localdate() + 90 * _DAY,
    )
    assert PlanTask.objects.filter(kind="activity", task__organisation=town.job_centre.organisation).count() == 1
    return sent


def _ten_sessions(walk: Walk, town: Town, sent: Referral) -> None:
    """Received, accepted, begun in time; ten sessions are held, and there is no eleventh."""
    walk.later(days=1)
    walk.be(town.psychologist, "/work/")
    walk.press(re.compile(": Svar på en henvisning"))
    walk.send("Modtaget")
    walk.send("Ja", form="accepted")
    day = after_working_days(timezone.localdate(), 1)
    for number in range(10):
        walk.send("Aftal tiden", day=day, time="13:00", place="Albanigade 12")
        walk.to(day, 14)
        walk.be(town.psychologist, f"/referrals/{sent.pk}/")
        walk.send(re.compile(r"^Kom \d"))
        day = _working(day + 7 * _DAY)
        assert Appointment.objects.filter(state="kept").count() == number + 1
    sent.refresh_from_db()
    assert sent.state == Referral.State.STARTED
    assert sent.started_on <= sent.start_due
    walk.sees("10 af 10 holdt, 0 aftalt")
    expect(walk.page.get_by_role("button", name="Aftal tiden")).to_have_count(0)


def _a_note_that_the_job_centre_does_not_get(walk: Walk, town: Town, sent: Referral) -> None:
    """The psychologist writes to the doctor and the job centre; Karen sees it first, and keeps it from one of them."""
    walk.go(f"/citizens/{town.karen.pk}/notes/")
    walk.send(
        "Send",
        text="Vi har talt om det, der skete på arbejdet i foråret.",
        category="mental_health",
        addressees=[town.house.pk, town.job_centre.organisation_id],
    )
    assert Addressee.objects.filter(note__shown_at__isnull=True).count() == 2
    walk.be(town.account, "/me/")
    walk.press(re.compile("note om dig venter"))
    kept = Addressee.objects.get(organisation=town.job_centre.organisation)
    walk.send("Jeg har set den", not_to=[kept.pk])
    walk.sees("du sagde nej")
    walk.be(town.doctor, f"/citizens/{town.karen.pk}/notes/")
    walk.sees("Vi har talt om det, der skete på arbejdet i foråret.")


def _the_job_centre_does_its_part(walk: Walk, town: Town) -> None:
    """On its own work list, and without seeing what was kept from it."""
    walk.be(town.job_centre, f"/citizens/{town.karen.pk}/notes/")
    expect(walk.page.get_by_text("Vi har talt om det, der skete")).to_have_count(0)
    walk.go("/work/")
    walk.sees("Samtale om en rolig vej tilbage")
    walk.send(re.compile(": Indsats i planen"))
    expect(walk.page.get_by_text("Samtale om en rolig vej tilbage")).to_have_count(0)
    assert Activity.objects.get(service="").state == Activity.State.DONE
    assert not CareTask.objects.filter(organisation=town.job_centre.organisation, closed_at__isnull=True).exists()


def _her_own_page(walk: Walk, town: Town, plan: Plan) -> None:
    """Her doctor suggests a goal, she adds one of her own, and says yes to all of them."""
    walk.be(town.doctor, f"/plans/{plan.pk}/goals/new/")
    walk.send("Gem målet", words="Jeg vil undervise tre timer om dagen", domain="employment", stated_by="professional")
    plan.refresh_from_db()
    assert plan.confirmed_at is None, "what somebody else suggests, she is asked about"
    walk.be(town.account, "/me/plan/")
    walk.press("Tilføj et mål")
    walk.send("Gem målet", words="Jeg vil synge i koret igen", domain="social")
    walk.send("Ja, det er mine mål")
    plan.refresh_from_db()
    assert plan.confirmed_at is not None
    assert plan.goals.get(words="Jeg vil synge i koret igen").by == town.account


def _reply_and_end(walk: Walk, town: Town, plan: Plan, sent: Referral) -> None:
    """The reply begins with its conclusion, is read by who referred, and becomes a task; then the pathway ends."""
    walk.later(days=1)
    walk.be(town.psychologist, f"/referrals/{sent.pk}/")
    walk.send(
        "Send svaret og afslut",
        conclusion="Sover godt og arbejder tre timer om dagen.",
        gp_actions="Se hende om fire uger",
    )
    walk.be(town.doctor, "/work/")
    walk.press(re.compile(": Læs svar på en henvisning"))
    walk.sees("Sover godt og arbejder tre timer om dagen.")
    walk.send(re.compile("Jeg har læst"))
    sent.refresh_from_db()
    assert sent.reply_read_by == town.doctor.user
    walk.go("/work/")
    walk.send(re.compile(": Det skal egen læge gøre videre"))
    walk.go(f"/plans/{plan.pk}/follow-ups/")
    walk.send(
        "Notér opfølgningen",
        held_on=timezone.localdate(),
        words="Har nået det, hun ville.",
        next_on=timezone.localdate() + 30 * _DAY,
    )
    pathway = Pathway.objects.get()
    walk.go(f"/pathways/{pathway.pk}/")
    expect(walk.page.get_by_text("Det her er lovet borgeren")).to_have_count(0)
    walk.send("Afslut forløbet", reason="completed", words="Du har nået det, du ville. Ring, hvis det bliver svært.")
    pathway.refresh_from_db()
    plan.refresh_from_db()
    assert (pathway.state, plan.state) == (Pathway.State.COMPLETED, Plan.State.CLOSED)
    assert not CareTask.objects.filter(citizen=town.karen, closed_at__isnull=True).exists(), "every promise is kept"


def _the_log_is_hers_to_read(walk: Walk, town: Town) -> None:
    """Everybody who had a part in it stands in her log; the job centre's look at nothing more than it was shown."""
    walk.be(town.account, "/me/log/")
    for name in ("Anne Lund", "Camilla Østerby", "Torben Hedegaard"):
        walk.sees(name)
    assert not AccessRecord.objects.filter(outcome=AccessRecord.Outcome.REFUSED).exists()


def _working(day: dt.date) -> dt.date:
    return day if is_working_day(day) else after_working_days(day, 1)
