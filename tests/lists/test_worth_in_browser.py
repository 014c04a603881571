"""The pages on what lists are worth in a browser: accessible, within the window, and nothing forbidden is asked."""

from __future__ import annotations

import pytest
from django.test import Client
from playwright.sync_api import sync_playwright

from samspil.access.models import Role
from tests import care
from tests.in_browser import is_fault
from tests.lists import made
from tests.lists.test_worth_pages import House

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = (390, 1280)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ADDRESSES = {
    Role.SECRETARIAT: [
        "/worth/practices/", "/worth/practices/{practice}/", "/worth/model-review/",
        "/worth/rounds/", "/worth/overrides/",
    ],
    Role.TEAM_CHAIR: ["/worth/practices/"],
    Role.GP: ["/worth/own/"],
}  # fmt: skip


def test_accessible_and_within_the_window_at_any_width(chromium, axe, live_server, monkeypatch):
    house = House("Lægerne Vestergade", 14)
    for number, entry in enumerate(house.names):
        made.review(entry, house.doctor, "invite" if number < 2 else "not_relevant", "" if number < 2 else "not_now")
    house.enrol(2, house.doctor)
    house.enrol(7, house.colleague)
    made.check(made.inclusion(house.doctor), house.doctor, override_reason="data_wrong", blocked_by=["age"])
    people = {role: house.doctor if role == Role.GP else care.member(role=role) for role in ADDRESSES}
    cookies = {role: care.log_in(Client(), who).cookies for role, who in people.items()}
    # Playwright runs a loop in this thread, in which Django would otherwise refuse the database.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for role, addresses in ADDRESSES.items():
            context = browser.new_context(base_url=live_server.url, locale="da-DK")
            context.add_cookies(
                [{"name": name, "value": one.value, "url": live_server.url} for name, one in cookies[role].items()]
            )
            page, said = context.new_page(), []
            page.on("console", lambda message, said=said: said.append(message.text) if is_fault(message) else None)
            for address in addresses:
                for width in WIDTHS:
                    page.set_viewport_size({"width": width, "height": 900})
                    answer = page.goto(address.format(practice=house.practice.pk))
                    assert answer.status == 200
                    assert page.evaluate("document.documentElement.scrollWidth") <= width
                context.new_cdp_session(page).send("Runtime.evaluate", {"expression": axe})
                faults = page.evaluate("(rules) => axe.run({runOnly: rules})", WCAG)["violations"]
                assert not [(fault["id"], fault["nodes"][0]["html"]) for fault in faults]
            assert not said
            context.close()
        browser.close()
