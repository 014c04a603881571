"""Walking a long course in a browser: be somebody, fill in what a page asks, press its button, see what came of it.

course = Walk(page, live_server, clock)
course.be(doctor, "/plans/3/")
course.press("Henvis til et tilbud")
course.send("Send henvisningen", reason="Stress", agreed=True)

Time passes by the clock of the demonstration, which the served pages see too. A log-in is as old as the clock says, so
whoever goes on after a while logs in again.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from samspil.access.demo_clock import Clock
from samspil.access.models import Membership, User
from tests.in_browser import WCAG, be


class Walk:
    """A page, whoever is in front of it, and the clock on the wall."""

    def __init__(self, page: Page, live_server: Any, clock: Clock, axe: str) -> None:
        self.page, self.live_server, self.clock, self.axe = page, live_server, clock, axe
        self.looked: set[str] = set()

    def be(self, who: Membership | User, path: str) -> None:
        """Go on as somebody, at a page that is theirs to see."""
        be(self.page, self.live_server, who)
        self.go(path)

    def go(self, path: str) -> None:
        """To a page that answers; axe looks at every page once."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == 200, (path, answer.status, self.page.locator("main").inner_text()[:500])
        self._look()

    def press(self, name: str | re.Pattern[str], within: str = "main") -> None:
        """Follow a link to the page that it leads to."""
        link = self.page.locator(within).get_by_role("link", name=name).first
        assert link.count(), (self.page.url, name, self.page.locator("main").inner_text()[:1500])
        with self.page.expect_navigation():
            link.click()
        self._look()

    def send(self, button: str | re.Pattern[str], form: str = "", **values: Any) -> None:
        """Fill in the form with this button, and press it; a form that lies folded away is unfolded first.

        Values are by field, whatever the form's prefix; a list ticks several boxes. `form` narrows it down.
        """
        found = self._form(button, form)
        for name, value in values.items():
            self._fill(found, name, value)
        with self.page.expect_navigation():
            found.get_by_role("button", name=button).first.click()
        self._look()

    def sees(self, text: str | re.Pattern[str]) -> None:
        """That a text can be seen somewhere on the page."""
        expect(self.page.locator("main").get_by_text(text).first).to_be_visible()

    def later(self, **time: int) -> None:
        """Let time pass."""
        self.clock.later(**time)

    def to(self, day: dt.date, hour: int = 10) -> None:
        """Go on at an hour of a day."""
        self.clock.to(day, hour)

    @property
    def key(self) -> int:
        """The number in the page's address."""
        found = re.search(r"/(\d+)/", self.page.url)
        assert found is not None, self.page.url
        return int(found[1])

    def _form(self, button: str | re.Pattern[str], form: str) -> Locator:
        forms = self.page.locator(f'main form[action*="{form}"]' if form else "main form")
        buttons = forms.get_by_role("button", name=button, include_hidden=True)
        assert buttons.count(), (self.page.url, button, self.page.locator("main").inner_text()[:1500])
        found = buttons.first.locator("xpath=ancestor::form[1]")
        folded = found.locator("xpath=ancestor::details[not(@open)]/summary")
        if folded.count():
            folded.first.click()
        return found

    def _fill(self, form: Locator, name: str, value: Any) -> None:
        field = form.locator(f'[name="{name}"], [name$="-{name}"]').first
        assert field.count(), (self.page.url, name, form.inner_html()[:1500])
        real = field.get_attribute("name")
        kind = field.evaluate("e => e.tagName === 'INPUT' ? e.type : e.tagName")
        if kind == "SELECT":
            field.select_option(value if isinstance(value, str) else str(value))
        elif kind in {"radio", "checkbox"}:
            wanted = value if isinstance(value, list | tuple) else [value]
            boxes = form.locator(f'[name="{real}"]')
            for box in boxes.all():
                on = any(each is True for each in wanted) or box.get_attribute("value") in {
                    str(each) for each in wanted
                }
                if box.is_checked() != on and (kind == "checkbox" or on):
                    # People press the words; the box itself may be drawn by the style.
                    form.locator(f'label[for="{box.get_attribute("id")}"]').first.click()
        else:
            field.fill(value.isoformat() if isinstance(value, dt.date) else str(value))

    def _look(self) -> None:
        """No fault that axe knows of, on every page once."""
        place = re.sub(r"\d+", "n", self.page.url.partition("?")[0])
        if place in self.looked:
            return
        self.looked.add(place)
        found = self.page.evaluate(self.axe + f"; axe.run({{runOnly: {WCAG}}})")["violations"]
        assert not found, [(place, fault["id"], fault["nodes"][0]["html"]) for fault in found]
