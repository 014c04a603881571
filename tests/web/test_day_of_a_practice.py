"""A practice's day in a browser: a list gone through with keys, a citizen the gate stops, a citizen who looks back."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from samspil.access.actions.consent import record_consent
from samspil.access.models import Category, Consent, Role
from samspil.lists.models import Entry, Inclusion, Review, RiskList, UnmetNeed
from tests import care
from tests.in_browser import be, look
from tests.lists import made

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


class Town:
    """A practice with two doctors, lists of both models, a municipal nurse and a citizen with a log-in."""

    def __init__(self, names: int = 25) -> None:
        self.house = care.practice("Lægerne Torvet", doctors=2, phone="65 12 34 56")
        self.doctor = care.member(self.house, Role.GP, "Anne Lund")
        self.colleague = care.member(self.house, Role.GP, "Bo Friis")
        self.nurse = care.member(role=Role.MUNICIPAL, name="Hanne Ravn")
        care.legal_basis("case_finding")
        self.daemp, self.sad = made.publication("daemp"), made.publication("sad")
        self.names = made.names(self.daemp, self.house, names)
        born = dt.date(timezone.localdate().year - 40, 1, 1)
        self.young = care.citizen(self.house, "Karen Holm", birth_date=born)
        made.standing(self.young, self.sad, score=2, in_target=False)
        self.old = self.names[0].citizen
        self.old.name = "Gerda Madsen"
        self.old.save()


@pytest.fixture
def town():
    return Town()


def test_a_list_of_25_is_gone_through_with_25_keys(page, live_server, town):
    be(page, live_server, town.doctor)
    page.goto("/lists/")
    page.get_by_role("link", name="Gennemgå 25 borgere").click()
    keys = [*"iiiii1234567", *"iskiiiiiii111"]
    assert len(keys) == 25
    for number, key in enumerate(keys):
        expect(page.get_by_text(re.compile(rf"^\s*{25 - number} borgere? tilbage"))).to_be_visible()
        # The words are there before the script that listens for keys; a card that was swapped in is focused by it.
        expect(page.locator("#who")).to_be_focused() if number else page.wait_for_load_state()
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name="Der er ikke flere at gennemgå")).to_be_focused()
    kinds = Counter(Review.objects.values_list("kind", flat=True))
    assert kinds == {"invite": 13, "not_relevant": 10, "later": 1, "ask": 1}
    assert Review.objects.filter(seconds__isnull=True).count() == 0
    assert set(Review.objects.filter(kind="not_relevant").values_list("reason", flat=True)) == {
        "wrong_diagnosis", "well_coordinated", "too_complex", "declines", "moved_or_dead", "not_now", "other"
    }  # fmt: skip
    assert Inclusion.objects.count() == 13, "chosen, and nobody enrolled"
    be(page, live_server, town.colleague)
    page.goto("/lists/daemp/review/")
    expect(page.get_by_text("Bo Friis er spurgt til råds om borgeren.")).to_be_visible()


def test_undo_by_key_brings_the_name_back(page, live_server, town):
    be(page, live_server, town.doctor)
    page.goto("/lists/daemp/review/")
    first = page.locator("#who").inner_text()
    page.keyboard.press("1")
    expect(page.locator("#who")).not_to_have_text(first)
    expect(page.locator("#who")).to_be_focused()
    page.keyboard.press("u")
    expect(page.locator("#who")).to_have_text(first)
    expect(page.locator("#who")).to_be_focused()
    assert Entry.objects.exclude(state=Entry.State.OPEN).count() == 0


def test_keys_can_be_switched_off_and_do_nothing_while_somebody_types(page, live_server, town):
    be(page, live_server, town.doctor)
    page.goto("/lists/daemp/review/")
    page.get_by_label("Senere, den").press("i")
    page.get_by_text("Genvejstaster slået til").click()
    page.locator("h1").click()
    page.keyboard.press("i")
    page.reload()
    expect(page.get_by_label("Genvejstaster slået til")).not_to_be_checked()
    assert not Review.objects.exists()


def test_the_second_doctor_is_told_who_was_first(browser, live_server, town):
    pages = [browser.new_page(base_url=live_server.url, locale="da-DK") for _ in range(2)]
    for page, who in zip(pages, (town.doctor, town.colleague), strict=True):
        be(page, live_server, who)
        page.goto("/lists/daemp/review/")
    shown = pages[1].locator("#who").inner_text()
    pages[0].keyboard.press("3")
    expect(pages[0].locator("#who")).not_to_have_text(shown)
    pages[1].keyboard.press("i")
    expect(pages[1].get_by_text("En anden kom først")).to_be_visible()
    expect(pages[1].get_by_text(f"Anne Lund tog stilling til {shown}")).to_be_visible()
    assert Review.objects.count() == 1


def test_without_scripts_every_button_still_works(browser, live_server, town):
    page = browser.new_context(java_script_enabled=False, base_url=live_server.url, locale="da-DK").new_page()
    be(page, live_server, town.doctor)
    page.goto("/lists/daemp/review/")
    page.get_by_role("button", name="Inviter").click()
    expect(page.get_by_text("24 borgere tilbage")).to_be_visible()
    page.get_by_role("button", name="Allerede godt koordineret").click()
    expect(page.get_by_text("23 borgere tilbage")).to_be_visible()
    page.get_by_role("button", name="Fortryd").click()
    expect(page.get_by_text("Fortrudt. Borgeren står, som før du tog stilling.")).to_be_visible()
    assert Counter(Entry.objects.values_list("state", flat=True)) == {"open": 24, "invited": 1}


def test_the_gate_stops_a_student_who_was_to_be_entered_off_the_list(page, live_server, town):
    be(page, live_server, town.doctor)
    page.goto("/inclusions/")
    page.get_by_role("link", name="Inkluder en ny-syg borger").click()
    page.get_by_label("CPR-nummer").fill(town.young.cpr_text)
    page.get_by_label("Hvad skal den fælles indsats hjælpe med?").fill("Tilbage til studiet")
    page.get_by_role("button", name="Fortsæt").click()
    expect(page.get_by_text("Der er noget, du skal svare på først")).to_be_visible()
    page.wait_for_load_state()
    for group in page.locator("#gate ~ details fieldset").all():
        answer = "Ja" if "Studerende" in group.locator("legend").inner_text() else "Nej"
        group.get_by_text(answer, exact=True).click()
    page.get_by_role("button", name="Gem svarene, og vurder").click()
    expect(page.get_by_text("Nej. Lov ikke borgeren noget.")).to_be_visible()
    expect(page.get_by_role("button", name="Notér kontakten")).to_have_count(0)
    expect(page.get_by_role("button", name="Notér samtalen")).to_have_count(0)
    assert Inclusion.objects.get().stage == "to_invite"

    page.get_by_text("Afslut forløbet", exact=True).click()
    page.get_by_text("Hører ikke til målgruppen", exact=True).click()
    page.get_by_label("Har borgeren brug for noget andet?").fill("Studievejledning")
    page.get_by_label("Hvor hjælpes borgeren videre?").select_option("municipality")
    page.get_by_role("button", name="Afslut", exact=True).click()
    expect(page.get_by_text("Forløbet er afsluttet.")).to_be_visible()
    assert UnmetNeed.objects.get().need == "Studievejledning"


def test_from_the_list_to_enrolment_by_mouse_on_a_phone(browser, live_server, town):
    page = browser.new_page(base_url=live_server.url, locale="da-DK", viewport={"width": 390, "height": 844})
    be(page, live_server, town.doctor)
    page.goto(f"/lists/names/{town.names[0].pk}/")
    page.get_by_role("button", name="Inviter").click()
    expect(page.get_by_text("inviteres")).to_be_visible()
    page.goto("/inclusions/")
    made.standing(town.old, town.daemp)
    page.get_by_role("link", name="Gerda Madsen").click()
    page.get_by_role("button", name="Notér kontakten").click()
    expect(page.get_by_text("Kontakten er noteret.")).to_be_visible()
    page.get_by_label("Hvad den fælles indsats skal hjælpe med").fill("Færre steder at ringe")
    page.get_by_role("button", name="Notér samtalen").click()
    page.get_by_role("link", name="Skriv svarene ned").click()
    expect(page.get_by_role("heading", name="Samtykker for Gerda Madsen")).to_be_visible()
    page.get_by_role("link", name=re.compile("Læs og svar.*At være med")).click()
    page.get_by_text("Ja", exact=True).click()
    page.get_by_role("button", name="Gem svaret").click()
    expect(page.get_by_text("Svaret er skrevet ned.")).to_be_visible()
    page.goto(f"/inclusions/{Inclusion.objects.get().pk}/")
    page.get_by_role("button", name="Borgeren vil være med: fortsæt").click()
    page.get_by_role("button", name="Inkluder", exact=True).click()
    expect(page.get_by_text("Borgeren er inkluderet.")).to_be_visible()


def test_a_citizen_reads_who_looked_and_takes_a_consent_back_at_once(browser, page, live_server, town):
    nurse = browser.new_page(base_url=live_server.url, locale="da-DK")
    care.task(town.old, town.nurse.organisation, town.doctor.user)
    record_consent(care.acting(town.doctor), town.old, made.PROGRAMME, "sharing", True, category=Category.HEALTH)
    be(nurse, live_server, town.nurse)
    assert nurse.goto(f"/citizens/{town.old.pk}/").status == 200
    expect(nurse.get_by_text("kontakter til lægen")).to_be_visible()

    be(page, live_server, care.citizen_account(town.old))
    page.goto("/me/")
    page.get_by_role("link", name="Hvem har set mine oplysninger?").click()
    expect(page.get_by_text("Hanne Ravn").first).to_be_visible()
    page.goto("/me/consents/")
    page.get_by_role("button", name="Træk tilbage").first.click()
    expect(page.get_by_text("Samtykket er trukket tilbage.")).to_be_visible()
    assert not Consent.objects.filter(purpose="sharing", withdrawn_at__isnull=True, given=True).exists()

    assert nurse.goto(f"/citizens/{town.old.pk}/").status == 403
    page.goto("/me/log/")
    expect(page.get_by_text("Fik ikke adgang").first).to_be_visible()


def test_every_page_of_the_day_is_accessible_and_fits_a_phone(page, live_server, axe, town):
    account = care.citizen_account(town.old)
    be(page, live_server, town.doctor)
    page.goto(f"/lists/names/{town.names[1].pk}/")
    page.get_by_role("button", name="Inviter").click()
    expect(page.get_by_text("inviteres")).to_be_visible()
    inclusion = Inclusion.objects.get()
    doctors = ["/", "/lists/", "/lists/daemp/", "/lists/daemp/review/", "/lists/daemp/?show=decided", "/inclusions/"]
    doctors += ["/inclusions/new/", f"/inclusions/{inclusion.pk}/", f"/inclusions/{inclusion.pk}/letters/letter/"]
    doctors += [
        f"/citizens/{town.old.pk}/",
        f"/citizens/{town.old.pk}/consents/",
        f"/citizens/{town.old.pk}/tasks/new/",
    ]
    doctors += ["/citizens/find/", "/work/", "/notices/"]
    officer, secretariat = care.member(role=Role.DATA_PROTECTION_OFFICER), care.member(role=Role.SECRETARIAT)
    for who, addresses in (
        (town.doctor, doctors),
        (town.nurse, ["/", "/nominations/", "/work/", f"/citizens/{town.young.pk}/"]),
        (account, ["/me/", "/me/log/", "/me/consents/", "/me/relatives/", "/me/notices/"]),
        (secretariat, ["/worth/", "/oversight/legal-bases/"]),
        (officer, ["/oversight/log/", "/oversight/break-glass/", "/oversight/legal-bases/new/"]),
    ):
        be(page, live_server, who)
        look(page, axe, addresses)


def test_the_skip_link_and_the_order_of_tabs(page, live_server, town):
    be(page, live_server, town.doctor)
    page.goto("/lists/daemp/review/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Gå til indholdet")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Den ældre medicinske patient (DÆMP)")).to_be_focused()


def test_a_list_prints_without_menus_and_buttons(page, live_server, town):
    be(page, live_server, town.doctor)
    page.goto("/lists/daemp/")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Hovedmenu")).to_be_hidden()
    expect(page.get_by_role("cell", name="Gerda Madsen").or_(page.get_by_text("Gerda Madsen"))).to_be_visible()
    assert RiskList.objects.count() == 1
