"""Karen, 82, and her daughter read the plan in a browser: on a telephone, by keyboard, enlarged, and before axe."""

from __future__ import annotations

import pytest
from django.utils import timezone

from samspil.plans.models import Goal
from tests import care
from tests.in_browser import be, look
from tests.plans import made
from tests.plans.own_world import Karen

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def karen(transactional_db) -> Karen:
    return Karen()


def tab_to(page, name: str) -> None:
    """Press Tab until the link or button of that name has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.locator("a:focus, button:focus").filter(has_text=name).count():
            return
    raise AssertionError(f"Tab never comes to {name}")


def test_karen_reads_her_plan_on_a_telephone_with_the_keyboard_alone(page, live_server, karen):
    karen.note()
    page.set_viewport_size({"width": 390, "height": 800})
    be(page, live_server, karen.account)
    page.goto("/me/")
    assert page.get_by_text("Samtale om medicinen").is_visible()
    tab_to(page, "Se hele planen")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Min plan", level=1).wait_for()

    tab_to(page, "Tilføj et mål")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Et nyt mål").wait_for()
    page.get_by_label("Hvad vil du gerne kunne?").focus()
    page.keyboard.type("Jeg vil i kirke om søndagen")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Gem målet")
    page.keyboard.press("Enter")
    page.get_by_text("Dit mål er gemt.").wait_for()
    goal = page.get_by_role("article", name="Jeg vil i kirke om søndagen")
    assert "Det har du selv skrevet." in goal.inner_text()

    tab_to(page, "Ja, det er mine mål")
    page.keyboard.press("Enter")
    page.get_by_text("Du har sagt ja til målene.").wait_for()
    tab_to(page, "Jeg har gjort det")
    page.keyboard.press("Enter")
    page.get_by_text("Godt gået. Det er markeret som gjort.").wait_for()

    # A note waits: she reads it, and does not let it go to the home nurses.
    tab_to(page, "Se den")
    page.keyboard.press("Enter")
    page.get_by_label("Ikke til Hjemmesygeplejen Nord").focus()
    page.keyboard.press("Space")
    tab_to(page, "Jeg har set den")
    page.keyboard.press("Enter")
    page.get_by_text("du sagde nej").wait_for()
    assert Goal.objects.count() == 2


def test_everything_is_within_reach_at_twice_the_size(page, live_server, karen):
    """WCAG 1.4.4 and 1.4.10: at 200 % a page of 1280 pixels has 640, and nothing is cut off or overlaps."""
    be(page, live_server, karen.account)
    page.set_viewport_size({"width": 640, "height": 512})
    page.goto("/me/plan/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    page.set_viewport_size({"width": 320, "height": 512})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    small = "[...document.querySelectorAll('main p, main li, main summary')].filter(each => each.offsetParent"
    small += " && parseFloat(getComputedStyle(each).fontSize) < 18).map(each => each.innerText)"
    assert page.evaluate(small) == []


def test_the_pages_pass_axe_with_colours_that_stand_out_too(page, live_server, axe, karen):
    karen.note()
    be(page, live_server, karen.account)
    look(
        page,
        axe,
        ["/me/", "/me/plan/", "/me/notes/", "/me/plan/goals/new/", f"/me/plan/goals/{karen.goal.pk}/",
         "/me/plan/write/own_words/"],
    )  # fmt: skip
    page.emulate_media(forced_colors="active")
    look(page, axe, ["/me/plan/"])


def test_where_there_is_no_plan_the_page_says_what_will_come(page, live_server, axe, karen):
    nobody = care.citizen(karen.house, "Uden Plan")
    made.pathway(nobody, karen.doctor)
    be(page, live_server, care.citizen_account(nobody))
    look(page, axe, ["/me/", "/me/plan/", "/me/notes/"])
    page.goto("/me/plan/")
    assert page.get_by_text("Du og din læge er ved at lave din plan.").is_visible()
    assert page.get_by_role("link", name="66 12 34 56").first.is_visible()


def test_her_daughter_reads_along(page, live_server, axe, karen):
    daughter = care.user("Dorte Holm")
    care.proxy(karen.citizen, daughter, ("read",))
    be(page, live_server, daughter)
    look(page, axe, [f"/for/{karen.citizen.pk}/", f"/for/{karen.citizen.pk}/plan/"])
    page.goto(f"/for/{karen.citizen.pk}/")
    page.get_by_role("link", name="Se hele planen").click()
    page.get_by_text("Du ser planen, som Karen Holm ser den.").wait_for()
    assert page.locator("main form").count() == 0


def test_the_practice_settles_it_and_prints(page, live_server, axe, karen):
    be(page, live_server, karen.secretary)
    look(page, axe, [f"/pathways/{karen.pathway.pk}/onboarding/", f"/plans/{karen.plan.pk}/paper/"])
    page.goto(f"/pathways/{karen.pathway.pk}/onboarding/")
    page.get_by_label("På papir").check()
    page.get_by_role("button", name="Skriv det ned").click()
    page.get_by_text("Borgeren læser planen på papir, og den er aldrig printet").wait_for()
    page.get_by_role("link", name="Print planen").click()
    page.get_by_role("button", name="Print den nu").click()
    page.get_by_text("Udskriften er skrevet ned.").wait_for()
    assert page.get_by_text(f"den {timezone.localdate().day}.").first.is_visible()
