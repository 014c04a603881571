"""The population's pages in a browser: accessible, within the window, and the gate walked with the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import sync_playwright

from samspil.access.models import Role
from samspil.improvement.models import ProposedFunction
from tests import care
from tests.improvement import made, population_house
from tests.in_browser import be, is_fault, look

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ("", "segments/", "segments/?unit=480", "cost/", "indicators/t2d/foot_exam/", "functions/", "functions/new/")


def _to(page, name: str) -> None:
    """Go on with the tabulator until a control with this name has the focus."""
    for _step in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()").startswith(name):
            return
    raise AssertionError(name)


def test_accessible_within_the_window_and_walked_with_the_keyboard(chromium, axe, live_server, monkeypatch):
    # Playwright runs a loop in this thread, in which Django would otherwise refuse the database.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    t2d = made.publication("t2d")
    made.result(t2d, None, "foot_exam", met=970, overdue=30)
    made.result(t2d, "461", "foot_exam", met=900, overdue=20)
    made.result(t2d, "480", "foot_exam", hidden=True)
    population_house.segments()
    cost = population_house.cost()
    house = care.practice("Lægerne Torvet")
    care.legal_basis("quality")
    for rank in range(1, 16):
        population_house.costly(cost, care.citizen(house), rank)
    leader, doctor = care.member(role=Role.LEADERSHIP), care.member(house, Role.GP)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        page = browser.new_page(base_url=live_server.url, locale="da-DK")
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if is_fault(message) else None)
        be(page, live_server, leader)
        look(page, axe, [f"/population/{path}" for path in PAGES])
        _walk(page)
        look(page, axe, [f"/population/functions/{ProposedFunction.objects.get().pk}/"])
        be(page, live_server, doctor)
        look(page, axe, ["/quality/costs/"])
        assert not said
        browser.close()


def _walk(page) -> None:
    """From the overview to a proposal, its four numbers confirmed, and a question answered."""
    page.goto("/population/")
    _to(page, "Nye funktioner")
    page.keyboard.press("Enter")
    page.wait_for_url("**/functions/")
    _to(page, "Foreslå en funktion")
    page.keyboard.press("Enter")
    page.wait_for_url("**/new/")
    page.focus("#id_title")
    page.keyboard.type("Rehabilitering")
    page.focus("#id_target")
    page.keyboard.type("KOL, S3b")
    page.focus("#id_capacity")
    page.keyboard.type("300")
    page.focus("#id_about")
    page.keyboard.type("Holdtræning nær borgeren")
    _to(page, "Foreslå")
    page.keyboard.press("Enter")
    page.get_by_text("Der er 331 borgere, og funktionen kan tage 300.").wait_for()
    _to(page, "Jeg har set de fire tal")
    page.keyboard.press("Enter")
    page.get_by_text("Det er bekræftet, at de fire tal er set.").wait_for()
    page.locator("#q-found summary").focus()
    page.keyboard.press("Enter")
    page.locator("#id_found-yes_0").focus()
    page.keyboard.press("Space")
    page.focus("#id_found-words")
    page.keyboard.type("Praksis kan finde dem")
    _to(page, "Gem svaret")
    page.keyboard.press("Enter")
    page.get_by_text("Praksis kan finde dem").wait_for()
