"""A secretary's afternoon in a browser: overview, overdue patients, a call, the worksheet; every page before axe."""

from __future__ import annotations

import datetime as dt

import pytest

from samspil.improvement.actions.flagging import set_flag
from samspil.improvement.actions.outreach import record_attempt
from samspil.improvement.models import JournalAnswer, JournalReview, OutreachAttempt
from tests import care
from tests.improvement import made
from tests.improvement.quality_house import SET, House
from tests.in_browser import be, look

pytestmark = pytest.mark.django_db(transaction=True)
KNOWN = {"annual_review": "met", "eye_exam": "met", "municipal_rehabilitation": "met", "smoking_registered": "met"}


@pytest.fixture
def house(transactional_db) -> House:
    house = House()
    house.figures()
    late = ("overdue", {"since": dt.date(2022, 3, 1), "last": dt.date(2020, 3, 1)})
    house.karen = house.patient("Karen Holm", **KNOWN | {"foot_exam": late, "annual_review": "overdue"})
    house.ole = house.patient("Ole Madsen", **KNOWN | {"foot_exam": "no_data"})
    house.birthe = house.patient("Birthe Kjær", **KNOWN | {"foot_exam": "no_data"})
    house.patient(
        "Jens Thomsen", **KNOWN, foot_exam="met", hba1c_own_target=("not_met", {"value": 60.0, "target": 53.0})
    )
    made.lost(house.publication, house.karen, dt.date(2021, 2, 1))
    return house


def tab_to(page, name: str) -> None:
    """Press Tab until the link, button or summary of that name has the focus."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.locator("a:focus, button:focus, summary:focus").filter(has_text=name).count():
            return
    raise AssertionError(f"Tab never comes to {name}")


def test_a_secretary_s_afternoon_with_the_keyboard_alone(page, live_server, house):
    be(page, live_server, house.staff)
    page.goto("/quality/")
    page.get_by_role("heading", name="Vores kvalitet: Type 2-diabetes").wait_for()

    # Whom do the ten overdue mean? Karen, since March.
    tab_to(page, "10 overskredet")
    page.keyboard.press("Enter")
    page.get_by_text("Overskredet siden 01-03-2022").wait_for()
    tab_to(page, "Karen Holm")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Karen Holm", level=1).wait_for()
    page.get_by_label("Hvad kom der ud af det?").select_option("no_answer")
    page.get_by_label("Bemærkning").fill("Ringer igen tirsdag")
    tab_to(page, "Notér forsøget")
    page.keyboard.press("Enter")
    page.get_by_text("Forsøget er noteret for Karen Holm.").wait_for()
    assert OutreachAttempt.objects.get().words == "Ringer igen tirsdag"

    # On the list of the lost she waits now.
    page.goto(f"/quality/{SET}/lost/")
    tab_to(page, "Venter (1)")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Venter: 1").wait_for()
    assert page.get_by_text("Ringer igen tirsdag").is_visible()
    tab_to(page, "Notér et forsøg")
    page.keyboard.press("Enter")
    page.get_by_label("Hvad kom der ud af det?").select_option("booked")
    tab_to(page, "Notér forsøget")
    page.keyboard.press("Enter")
    page.get_by_text("Forsøget er noteret for Karen Holm.").wait_for()

    # The worksheet: the first answer has the focus, arrows choose, Enter saves, and the next patient is there.
    page.goto(f"/quality/{SET}/worksheet/")
    tab_to(page, "Begynd med Birthe Kjær")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Birthe Kjær", level=1).wait_for()
    assert page.evaluate("document.activeElement.type") == "radio"
    for _ in range(6):
        page.keyboard.press("ArrowDown")
        if page.evaluate("document.activeElement.value") == "declined":
            break
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Ole Madsen", level=1).wait_for()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.get_by_text("Skriv den dag, det blev gjort.").wait_for()
    page.get_by_label("Dagen, det blev gjort").fill("2022-04-04")
    page.keyboard.press("Enter")
    page.get_by_text("Der er ikke mere tilbage. Tak.").wait_for()
    answers = {each.citizen.name: each.answer for each in JournalAnswer.objects.select_related("citizen")}
    assert answers == {"Birthe Kjær": "declined", "Ole Madsen": "done"}
    tab_to(page, "Notér tiden")
    page.keyboard.press("Enter")
    page.get_by_text("Tiden er noteret.").wait_for()
    assert JournalReview.objects.get().patients == 2

    # The practice sees what its answers make of the share, beside what was published.
    page.goto("/quality/")
    assert page.get_by_text("Med journalgennemgang: 78 % (43 af 55)").is_visible()
    assert page.get_by_text("42 af 56").first.is_visible()


def test_every_page_passes_axe_at_both_widths(page, live_server, axe, house):
    set_flag(house.actor, house.karen, SET, "vulnerable", "Bor alene, kommer sjældent ud")
    record_attempt(house.actor, house.karen, SET, "phone", "no_answer", words="Ringer igen tirsdag")
    be(page, live_server, house.doctor)
    key = house.karen.pk
    look(
        page,
        axe,
        ["/quality/", f"/quality/{SET}/foot_exam/", f"/quality/{SET}/foot_exam/?shared=1",
         f"/quality/{SET}/hba1c_own_target/", f"/quality/{SET}/lost/?show=waiting", f"/quality/{SET}/worksheet/",
         f"/quality/{SET}/worksheet/{house.ole.pk}/", f"/quality/{SET}/worksheet/{key}/?all=1",
         f"/quality/{SET}/screening/", f"/quality/{SET}/patients/{key}/", f"/citizens/{key}/flags/"],
    )  # fmt: skip
    # What is folded together is looked at too.
    page.goto("/quality/")
    for summary in page.locator("main summary").all()[:6]:
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert not page.evaluate(axe + "; axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag22aa']})")["violations"]


def test_a_municipal_professional_says_that_a_citizen_is_vulnerable(page, live_server, axe, house):
    nurse = care.member(role=care.Role.MUNICIPAL, name="Hanne Hjemmesygeplejerske")
    care.task(house.karen, nurse.organisation, house.doctor.user)
    care.consent(house.karen, "sharing", house.doctor.user)
    be(page, live_server, nurse)
    page.goto(f"/citizens/{house.karen.pk}/")
    page.get_by_role("link", name="Markeringer").click()
    page.get_by_label("Sårbar").check()
    page.get_by_label("Hvorfor").fill("Åbner ikke døren")
    page.get_by_role("button", name="Sæt markeringen").click()
    page.get_by_text("Markeringen er sat.").wait_for()
    look(page, axe, [f"/citizens/{house.karen.pk}/flags/"])
    be(page, live_server, house.doctor)
    page.goto(f"/quality/{SET}/screening/")
    page.goto(f"/quality/{SET}/patients/{house.karen.pk}/")
    assert page.get_by_text("Åbner ikke døren").is_visible()
