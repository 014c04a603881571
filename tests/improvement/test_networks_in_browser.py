"""A network's pages in a browser: accessible, within the window, and a meeting prepared with the keyboard alone."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import sync_playwright

from samspil.access.models import Role
from samspil.improvement.actions import change_tests, discussing, meetings
from tests import care
from tests.improvement import made
from tests.improvement.network_house import Cluster
from tests.in_browser import be, is_fault, look

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = (
    "", "t2d/", "t2d/annual_review/", "t2d/eye_exam/", "t2d/urine_albumin/", "t2d/statin/", "t2d/print/", "meetings/",
    "meetings/import/", "meetings/?stated=8", "tests/",
)  # fmt: skip


def filled() -> Cluster:
    """A network with notes, meetings, tests of change, categories, a hidden practice and a hidden category."""
    cluster = Cluster()
    cluster.hide(cluster.practices[2])
    made.result(cluster.publication, cluster.network, "urine_albumin", not_met=1200, no_data=83)
    for name, persons in (("A", 900), ("B", 280), ("C", None), ("D", 20)):
        made.category(cluster.publication, cluster.network, "urine_albumin", name, persons, hidden=persons is None)
    for month in range(1, 13):
        met = 950 if month == 9 else 800 + 7 * (month % 3)
        day = dt.date(2021, month, 28)
        made.result(cluster.publication, cluster.network, "statin", day=day, met=met, not_met=1000 - met)
    made.result(cluster.publication, cluster.network, "statin", met=1020, not_met=263)
    actor = care.acting(cluster.doctor)
    held = meetings.register(
        actor,
        cluster.network,
        meetings.Held(
            dt.date(2021, 9, 14), 120, "physical", {"municipality": 5, "hospital": 5, "general_practice": 15},
            "Vidensdelingsmøde", "Data og fælles mål",
        ),
    )  # fmt: skip
    struck = meetings.Held(dt.date(2021, 11, 30), 120, "virtual", {"general_practice": 8}, "Vidensdelingsmøde")
    meetings.cancel(actor, meetings.register(actor, cluster.network, struck), "Aflyst på grund af corona")
    for indicator, text in (("", "Vi ser på øjnene næste gang."), ("eye_exam", "Øjenlægen har ventetid.")):
        discussing.add_note(actor, cluster.network, cluster.publication, text, indicator=indicator, meeting=held)
    change_tests.begin(
        actor, cluster.network, title="Ring til dem, der mangler", aim="Flere får set øjnene", least_volume=20,
        began_on=dt.date(2020, 9, 1), indicator="eye_exam",
    )  # fmt: skip
    return cluster


def test_accessible_within_the_window_and_walked_with_the_keyboard(chromium, axe, live_server, monkeypatch):
    cluster = filled()
    test = cluster.network.tests.get()
    # Playwright runs a loop in this thread, in which Django would otherwise refuse the database.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(base_url=live_server.url, locale="da-DK").new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if is_fault(message) else None)
        be(page, live_server, cluster.doctor)
        look(page, axe, ["/networks/", *(cluster.address(rest) for rest in (*PAGES, f"tests/{test.pk}/"))])
        _walk(page, cluster)
        be(page, live_server, care.member(role=Role.ANALYST))
        look(page, axe, [cluster.address("t2d/eye_exam/")])
        assert page.locator("form[action$='notes/']").count() == 0
        assert not said
        browser.close()


def _to(page, name: str) -> None:
    """Go on with the tabulator until a control with this name has the focus."""
    for _step in range(90):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()").startswith(name):
            return
    raise AssertionError(name)


def _walk(page, cluster: Cluster) -> None:
    """From the report to an indicator, how it is computed, and a note at the meeting; then a meeting is entered."""
    page.goto(cluster.address("t2d/"))
    _to(page, "Andel af lokal population med diabetes, som har været til årskontrol")
    page.keyboard.press("Enter")
    page.wait_for_url("**/annual_review/")
    _to(page, "Sådan er det beregnet")
    page.keyboard.press("Enter")
    assert page.get_by_text("Nævner", exact=True).is_visible()
    page.focus("#id_text")
    page.keyboard.type("Vi prøver en fælles dag i marts.")
    _to(page, "Tilføj noten")
    page.keyboard.press("Enter")
    page.wait_for_url("**/annual_review/#notes")
    assert page.get_by_text("Vi prøver en fælles dag i marts.").is_visible()
    page.goto(cluster.address("meetings/"))
    _to(page, "Skriv et møde ind")
    page.keyboard.press("Enter")
    for field, value in (("held_on", "Forår 2020"), ("kind", "Patientkonference"), ("minutes", "30 min")):
        page.focus(f"#id_{field}")
        page.keyboard.type(value)
    page.focus("#id_form_1")
    page.keyboard.press("Space")
    for field, value in (("municipality", "2"), ("hospital", "3"), ("general_practice", "10")):
        page.focus(f"#id_{field}")
        page.keyboard.type(value)
    _to(page, "Skriv mødet ind")
    page.keyboard.press("Enter")
    page.get_by_text("Mødet er skrevet ind.").wait_for()
    assert page.get_by_role("rowheader", name="Forår 2020").is_visible()
