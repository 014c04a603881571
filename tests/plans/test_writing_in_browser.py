"""Writing a plan in a browser: accessible pages, a killed browser that takes nothing with it, two who meet."""

from __future__ import annotations

import pytest

from samspil.plans.actions import activities, contacts, goals, links, sections
from samspil.plans.models import Draft, Section
from tests.in_browser import be, look
from tests.plans.desk import Desk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(transactional_db) -> Desk:
    """Karen's plan, with something in every part."""
    desk = Desk(words=False)
    by, plan = desk.actor, desk.plan
    for section, text in {
        "own_words": "Jeg er helt tømt. Jeg vågner klokken tre og kan ikke sove igen.",
        "needs": "Hjælp til at sove, og en at tale med om arbejdet.",
        "what_matters": "At kunne være noget for børnene igen. Arbejdet må gerne vente lidt.",
        "mental": "Søvnløs siden maj, angst om morgenen. Ingen tanker om ikke at ville leve.",
        "employment": "Pædagog, sygemeldt siden 3. maj. Kan for tiden ikke være i larm.",
        "duties": "Opfølgningssamtale i jobcentret hver ottende uge.",
        "citizen_part": "Går en tur hver dag.",
        "crisis_signs": "Går ikke ud, svarer ikke telefonen.",
        "crisis_call": "Dorte, så egen læge, så 1813.",
    }.items():
        sections.write(by, plan, section, 0, text)
    sections.write(by, plan, "somatic", 0, "", not_assessed=True)
    goal = goals.add(
        by, plan, words="Jeg vil sove om natten", domain="mental", stated_by="citizen", baseline="Tre timer",
        midterm_on=desk.later(30), final_on=desk.later(60),
    )  # fmt: skip
    work = goals.add(by, plan, words="Jeg vil tilbage i eget tempo", domain="employment", stated_by="professional")
    agreed = {"goal": goal, "due": desk.later(5)}
    activities.agree(by, plan, what="Samtaler hos din egen læge", category="mental_health", party=desk.house, **agreed)
    activities.agree(by, plan, what="En tur hver dag", category="health", by_citizen=True, **agreed)
    place = desk.helper.organisation
    activities.agree(by, plan, what="Samtale om vejen tilbage", category="employment", party=place, goal=work)
    activities.agree(by, plan, what="Blodprøver", category="health", party=desk.house)
    activities.agree(by, plan, what="Møde i jobcentret", category="employment", party=place, statutory=True)
    contacts.add(by, plan, name="Dorte Holm", relation="datter", phone="20 30 40 50", is_relative=True)
    contacts.add(by, plan, name="Anne Lund", relation="læge", phone="65 12 34 56", when="hverdage kl. 8-9")
    links.add(
        by, plan, kind="employment_plan", title="Min Plan", owner="Jobcentret", conflict="Regner med 37 timer nu."
    )
    return desk


@pytest.mark.slow
def test_every_page_is_accessible_and_fits_a_phone(page, live_server, axe, desk):
    be(page, live_server, desk.doctor)
    goal = desk.plan.goals.first()
    pages = [
        "", "write/citizen/", "write/domain/", "goals/new/", f"goals/{goal.pk}/", "activities/new/", "compose/",
        "contacts/new/", "links/new/", "versions/", "versions/difference/?from=1&to=12", "texts/", "print/",
    ]  # fmt: skip
    look(page, axe, [desk.address(rest) for rest in pages])


def test_a_killed_browser_takes_nothing_with_it(browser, live_server, desk):
    opened = browser.new_context(base_url=live_server.url, locale="da-DK")
    page = opened.new_page()
    be(page, live_server, desk.doctor)
    page.goto(desk.address("write/citizen/"))
    page.get_by_label("Borgerens situation").fill("Bor alene med to børn, og")
    page.get_by_text("Gemt som kladde").wait_for()
    # No good-bye: the process behind the page is gone.
    opened.close()
    assert Draft.objects.get().text == "Bor alene med to børn, og"

    again = browser.new_page(base_url=live_server.url, locale="da-DK")
    be(again, live_server, desk.doctor)
    again.goto(desk.address())
    again.get_by_role("link", name="Se, hvad du havde skrevet").click()
    again.get_by_text("Bor alene med to børn, og").wait_for()
    again.get_by_role("link", name="Fortsæt").click()
    field = again.get_by_label("Borgerens situation")
    assert field.input_value() == "Bor alene med to børn, og"
    field.fill("Bor alene med to børn, og Dorte hjælper.")
    again.get_by_role("button", name="Gem", exact=True).click()
    again.get_by_text("Gemt.").wait_for()
    assert Section.objects.get(section="situation").text == "Bor alene med to børn, og Dorte hjælper."
    assert not Draft.objects.exists()


def test_two_who_write_the_same_see_both_texts(page, live_server, axe, desk):
    be(page, live_server, desk.doctor)
    page.goto(desk.address("write/citizen/"))
    sections.write(desk.staff, desk.plan, "needs", 1, "Hjælp til at sove. Aflastning i weekenden.")
    page.get_by_label("Behov").fill("Hjælp til at sove, straks.")
    page.get_by_role("button", name="Gem", exact=True).click()
    page.get_by_text("Bo Friis gemte").first.wait_for()
    page.get_by_role("button", name="Sæt dette under mit").click()
    text = page.get_by_label("Behov").input_value()
    assert text == "Hjælp til at sove, straks.\n\nHjælp til at sove. Aflastning i weekenden."
    page.get_by_role("button", name="Gem", exact=True).click()
    page.get_by_text("Gemt.").wait_for()
    assert Section.objects.get(section="needs").text == text


def test_without_connection_the_page_says_that_nothing_is_kept(browser, live_server, desk):
    opened = browser.new_context(base_url=live_server.url, locale="da-DK")
    page = opened.new_page()
    be(page, live_server, desk.doctor)
    page.goto(desk.address("write/citizen/"))
    opened.set_offline(True)
    page.get_by_label("Behov").fill("Noget nyt")
    page.get_by_text("Ikke gemt").wait_for()
    assert not Draft.objects.exists()
