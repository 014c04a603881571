"""The work list, notes, medicine and stays in Chromium: clicked through, looked at by axe, on a desk and on a phone."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from samspil.access.actor import system
from samspil.access.models import OrganisationKind, Role
from samspil.plans.actions import medicine, notes, reminders, stays
from samspil.plans.models import PlanTask
from tests import care
from tests.in_browser import be, look
from tests.plans import made

pytestmark = pytest.mark.slow
DAY = dt.timedelta(days=1)


class Around:
    """A citizen with a plan in the middle of things: notes, lists that differ, a discharge, promises that are late."""

    def __init__(self):
        self.doctor = care.member(care.practice("Lægerne Vestergade"), name="Lis Læge")
        self.anna = care.citizen(self.doctor.organisation, "Anna Poulsen", birth_date=dt.date(1941, 5, 2))
        care.citizen_account(self.anna)
        self.plan = made.plan(self.anna, self.doctor)
        self.nurse = made.provider(OrganisationKind.MUNICIPAL_UNIT, "Hjemmeplejen Syd")
        self.ward = made.provider(OrganisationKind.HOSPITAL_DEPARTMENT, "Geriatrisk Afdeling")
        self.secretary = care.member(role=Role.SECRETARIAT)
        care.consent(self.anna, "sharing", self.doctor.user)
        today = timezone.localdate()
        for kind, due, urgent in (
            ("activity", today - 9 * DAY, False),
            ("call_gp", today + DAY, True),
            ("other", None, False),
        ):
            made.ask(self.anna, self.nurse.organisation, self.doctor, kind, due, urgent=urgent, plan=self.plan)
        made.ask(self.anna, self.ward.organisation, self.doctor, "guide_by_phone", today, plan=self.plan)
        self._write(today)
        self._stay()
        reminders.escalate(system())

    def _write(self, today):
        to = [self.nurse.organisation, self.ward.organisation]
        asked = notes.write(
            care.acting(self.doctor), self.anna, "Anna er svimmel om morgenen.\nKan I måle blodtrykket?",
            "health", to, answer_by=notes.answer_by_default(today), shown_together=True,
        )  # fmt: skip
        notes.write(care.acting(self.ward), self.anna, "Ja, vi måler i morgen.", "health", [self.doctor.organisation],
                    answers=asked)  # fmt: skip
        notes.write(care.acting(self.doctor), self.anna, "Datteren flytter ind i weekenden.", "social", to)
        morning = {"drug": "Furosemid", "atc": "C03CA01", "dose": "40 mg morgen"}
        medicine.record(care.acting(self.doctor), self.anna, today, [morning])
        more = {"drug": "Metformin", "atc": "A10BA02", "dose": "500 mg 2 gange dagligt"}
        medicine.record(care.acting(self.ward), self.anna, today, [morning | {"dose": "80 mg morgen"}, more])

    def _stay(self):
        now = timezone.now()
        self.stay = stays.admit(care.acting(self.ward), self.anna, now - 6 * DAY)
        stays.ready(care.acting(self.ward), self.stay, now - 4 * DAY)
        stays.discharge(care.acting(self.ward), self.stay, now - 2 * DAY, handover_to=self.nurse.organisation,
                        words="Ny medicin fra i går.", joint_visit=True)  # fmt: skip
        self.running = stays.admit(
            care.acting(self.ward), care.citizen(self.doctor.organisation, "Bent Ravn"), now - DAY
        )


@pytest.fixture
def around(transactional_db):
    return Around()


def test_every_page_is_fit_for_everybody(page, live_server, axe, around):
    anna = f"/citizens/{around.anna.pk}"
    handover = PlanTask.objects.get(kind="home_care_handover").task_id
    visit = PlanTask.objects.get(kind="joint_visit").task_id
    be(page, live_server, around.nurse)
    look(
        page,
        axe,
        ["/work/", "/work/?overdue=on&whose=unit", f"/work/{handover}/", "/work/reminders/", f"{anna}/notes/"],
    )
    be(page, live_server, around.doctor)
    look(page, axe, ["/work/", f"/work/{visit}/", f"{anna}/notes/", f"{anna}/medicine/", f"{anna}/stays/", f"{anna}/"])
    be(page, live_server, around.ward)
    look(page, axe, ["/stays/", f"/stays/{around.stay.pk}/", f"/stays/{around.running.pk}/"])
    be(page, live_server, around.secretary)
    look(page, axe, ["/work/broken/"])


def test_a_nurse_works_her_list_by_keyboard(page, live_server, around):
    be(page, live_server, around.nurse)
    page.goto("/work/")
    before = page.locator(".asked > li").count()
    done = page.get_by_role("button", name=re.compile("Udført.*Ring til egen læge, Anna Poulsen"))
    done.focus()
    page.keyboard.press("Enter")
    page.get_by_text("Løst: Ring til egen læge.").wait_for()
    assert page.locator(".asked > li").count() == before - 1
    page.get_by_role("link", name=re.compile("Svar.*Bekræft overlevering til hjemmeplejen, Anna Poulsen")).click()
    assert page.get_by_text("Ny medicin fra i går.").is_visible()
    page.get_by_label("Hvad kom der ud af det?").fill("Nanna kommer kl. 16 i dag")
    page.get_by_role("button", name="Udført").click()
    page.get_by_text("Løst: Bekræft overlevering til hjemmeplejen.").wait_for()
    around.stay.refresh_from_db()
    assert around.stay.handover_confirmed_by == around.nurse.user


def test_a_question_is_answered_and_lists_are_settled(page, live_server, around):
    be(page, live_server, around.nurse)
    page.goto(f"/citizens/{around.anna.pk}/notes/")
    page.get_by_role("link", name=re.compile("Svar.*Lis Læge")).click()
    page.get_by_label("Noten", exact=True).fill("Målt: 150/80 liggende, 118/70 stående.")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Noten er sendt.").wait_for()
    be(page, live_server, around.doctor)
    page.goto(f"/citizens/{around.anna.pk}/notes/")
    assert page.get_by_text("118/70 stående").is_visible()
    page.goto(f"/citizens/{around.anna.pk}/medicine/")
    page.get_by_role("button", name="Denne liste gælder").click()
    page.get_by_text("Listen gælder fra nu af.").wait_for()
    assert not PlanTask.objects.filter(kind="medication_divergence", task__closed_at__isnull=True).exists()
