"""A citizen and those around her in a browser: reading who has looked, taking a consent back, emergency access."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from samspil.access import guard
from samspil.access.actions.break_glass import break_glass
from samspil.access.actions.consent import answer_consent
from samspil.access.actions.tasks import give_task
from samspil.access.actor import private
from samspil.access.models import Role
from samspil.access.policy import Resource, may
from tests import care
from tests.in_browser import be, look

pytestmark = pytest.mark.django_db(transaction=True)
ODENSE = "odense-ic"


@pytest.fixture
def doctor(transactional_db):
    return care.member(care.practice("Lægerne Vestergade"), Role.GP, "Lise Holm")


@pytest.fixture
def anna(doctor):
    return care.citizen(doctor.organisation, "Anna Poulsen", cpr="0101461236")


@pytest.fixture
def account(anna):
    return care.citizen_account(anna)


@pytest.fixture
def nurse(anna, doctor):
    """A municipal nurse who has seen Anna's record, with task and consent."""
    nurse = care.member(role=Role.MUNICIPAL, name="Nanna Friis")
    give_task(care.acting(doctor), anna, nurse.organisation, "Besøg i hjemmet", timezone.localdate())
    return nurse


def test_a_citizen_reads_her_log_and_takes_a_consent_back(page, live_server, anna, account, nurse):
    be(page, live_server, account)
    page.goto("/me/consents/")
    page.get_by_role("link", name=re.compile("Læs og svar.*At dele med dem")).click()
    page.get_by_label("Ja", exact=True).check()
    page.get_by_label("Psykisk helbred").uncheck()
    page.get_by_role("button", name="Gem svaret").click()
    expect(page.get_by_text("Svaret er skrevet ned.")).to_be_visible()
    record = Resource("citizen_record", anna)
    guard.require(care.acting(nurse), "read", record, "care")

    page.get_by_role("link", name="Hvem har set oplysningerne").click()
    row = page.get_by_role("listitem").filter(has_text="Nanna Friis").first
    expect(row).to_contain_text("så overblikket over helbred og forløb.")
    expect(row).to_contain_text("borgeren har givet samtykke")

    page.get_by_role("link", name="Samtykker").click()
    buttons = page.get_by_role("button", name="Træk tilbage")
    for left in (2, 1, 0):
        expect(buttons).to_have_count(left + 1)
        buttons.first.click()
    expect(buttons).to_have_count(0)
    expect(page.get_by_text("Samtykket er trukket tilbage.")).to_be_visible()
    assert may(care.acting(nurse), "read", record, "care").reason == "consent_withdrawn"


def test_the_keyboard_alone_answers_a_question(page, live_server, account):
    be(page, live_server, account)
    page.goto(f"/me/consents/{ODENSE}/evaluation/")
    page.get_by_label("Ja", exact=True).focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Gem svaret").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Svaret er skrevet ned.")).to_be_visible()
    expect(page.locator("section").filter(has_text="klogere").get_by_text("Nej", exact=True)).to_be_visible()


@pytest.mark.slow
def test_every_page_is_accessible_and_fits_a_phone(page, live_server, axe, doctor, anna, account, nurse):
    mette = care.proxy(anna, scopes=("read", "log", "consent")).relative
    medic = care.member(role=Role.HOSPITAL, name="Bo Juul")
    officer = care.member(role=Role.DATA_PROTECTION_OFFICER)
    care.legal_basis("care", title="Gammel dispensation", until=dt.date(2020, 1, 1))
    care.legal_basis("case_finding", title="Frikommuneforsøg Odense")
    answer_consent(private(account, Role.CITIZEN), anna, ODENSE, "sharing", True, sectors=["hospital"])
    answer_consent(care.acting(doctor), anna, ODENSE, "evaluation", False)
    break_glass(care.acting(medic), anna, "Fundet bevidstløs i opgangen, kender ikke medicin.")
    number = anna.pk
    sharing = f"consents/{ODENSE}/sharing/"
    pages = {
        account: [f"/me/{rest}" for rest in ("consents/", sharing, "log/?own=1", "notices/", "relatives/")],
        mette: ["/for/", "/notices/"]
        + [f"/for/{number}/{rest}" for rest in ("consents/", sharing, "log/", "notices/")],
        doctor: [f"/citizens/{number}/{rest}" for rest in ("consents/", sharing, "tasks/new/")]
        + [f"/citizens/{number}/tasks/new/?organisation={nurse.organisation_id}", "/citizens/find/", "/notices/"],
        nurse: ["/work/", f"/citizens/{number}/break-glass/", f"/citizens/{number}/"],
        officer: [f"/oversight/{rest}" for rest in ("log/", "break-glass/", "legal-bases/", "legal-bases/new/")],
    }
    for who, paths in pages.items():
        be(page, live_server, who)
        look(page, axe, paths)
