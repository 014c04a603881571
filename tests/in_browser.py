"""What tests in a browser do on any page: be somebody, and look at pages as axe and a phone see them."""

from __future__ import annotations

import re

from django.test import Client

from tests import care

WIDTHS = (390, 1280)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def is_fault(message):
    """Whether a line on the console tells of a fault; a page that is refused or not there is an answer."""
    return message.type == "error" and not re.search(r"status of (403|404|409|422) ", message.text)


def be(page, live_server, who):
    """Go on as somebody of a membership, a citizen or a relative; how they log in has tests of its own."""
    cookie = care.log_in(Client(), who).cookies["sessionid"]
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])


def look(page, axe, paths):
    """Each page at each width: axe finds nothing, and nothing sticks out to the right."""
    for path in paths:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(path)
            found = page.evaluate(axe + f"; axe.run({{runOnly: {WCAG}}})")["violations"]
            assert not found, [(path, width, fault["id"], fault["nodes"][0]["html"]) for fault in found]
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
