"""Tests of pages in Chromium: a browser, a page whose console stays empty, logging in, and accessibility."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from samspil.access.models import Membership, User
from tests import care

#: A phone and a desk.
WIDTHS = (390, 1280)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def browser(chromium, monkeypatch):
    """A Chromium. Playwright runs a loop in this thread, in which Django would otherwise refuse the database."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    cache.clear()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser, live_server):
    """A page whose console stays empty: what our own policy of contents forbids would show there."""
    opened = browser.new_page(base_url=live_server.url, locale="da-DK")
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text) if _is_fault(message) else None)
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    assert not said


def _is_fault(message: Any) -> bool:
    """A page that is refused, not there, or has something to mend is an answer, not a fault."""
    return message.type == "error" and not re.search(r"status of (403|404|409|422) ", message.text)


def be(page: Page, who: Membership | User) -> None:
    """Log the page in as somebody, with a second factor used."""
    client = care.log_in(Client(), who)
    page.context.clear_cookies()
    address = page.evaluate("location.origin") if page.url.startswith("http") else _base(page)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}])


def _base(page: Page) -> str:
    page.goto("/")
    return str(page.evaluate("location.origin"))


def width_of(page: Page) -> int:
    """How wide the page's content is."""
    return int(page.evaluate("document.documentElement.scrollWidth"))


def faults_of(page: Page, axe: str) -> list[str]:
    """What axe finds against WCAG 2.2 AA, each with the element."""
    found = page.evaluate(axe + f"; axe.run({{runOnly: {WCAG}}})")["violations"]
    return [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in found]
