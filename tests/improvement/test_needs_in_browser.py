"""Assessing a citizen in a browser: with the keyboard alone, for a nurse and a doctor; and every page before axe."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from samspil.access.models import Role
from samspil.improvement.actions.assessing import Look
from samspil.improvement.models import NeedAssessment
from tests.improvement.needs_house import Needs, rows
from tests.in_browser import be, look

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def karen(transactional_db) -> Needs:
    return Needs()


def tab_to(page, name: str) -> None:
    """Press Tab until the link, button or summary of that name has the focus."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.locator("a:focus, button:focus, summary:focus").filter(has_text=name).count():
            return
    raise AssertionError(f"Tab never comes to {name}")


def choose(page, group: str, down: int) -> None:
    """Press Tab until a choice of the group has the focus, and go so many down."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.locator("fieldset:has(:focus)").filter(has_text=group).count():
            page.keyboard.press("Space")
            for _step in range(down):
                page.keyboard.press("ArrowDown")
            return
    raise AssertionError(f"Tab never comes to {group}")


def test_a_home_nurse_assesses_self_care_with_the_keyboard_alone(page, live_server, karen):
    be(page, live_server, karen.with_task(Role.MUNICIPAL))
    page.goto(f"/citizens/{karen.karen.pk}/")
    tab_to(page, "Behov")
    page.keyboard.press("Enter")
    tab_to(page, "Vurdér egenomsorgskapacitet")
    page.keyboard.press("Enter")
    choose(page, "Hvilken faggruppe", 0)
    tab_to(page, "Fortsæt")
    page.keyboard.press("Enter")
    page.get_by_text("Du vurderer som sygeplejerske.").wait_for()
    page.get_by_label("Lav", exact=True).focus()
    page.keyboard.press("Space")
    page.get_by_label("Socialt netværk", exact=True).select_option("burdens")
    page.get_by_label("Hvad der ses: Socialt netværk").fill("Ser ingen")
    page.get_by_label("Eget skøn").focus()
    page.keyboard.press("Space")
    tab_to(page, "Gem vurderingen")
    page.keyboard.press("Enter")
    page.get_by_text("Vurderingen er gemt").wait_for()
    page.get_by_role("heading", name="Egenomsorgskapacitet: lav").wait_for()
    made = NeedAssessment.objects.get()
    assert (made.profession, made.values["complexity"], made.values["self_care"]) == ("nurse", None, "low")
    assert made.values["inputs"] == {"network": {"bearing": "burdens", "words": "Ser ingen"}}


def test_a_doctor_sees_what_follows_before_choosing_another_level(page, live_server, karen):
    be(page, live_server, karen.doctor)
    page.goto(f"/citizens/{karen.karen.pk}/needs/integration/")
    for row, value in rows("none").items():
        page.locator(f"input[name=row_{row}][value={value}]").check()
    page.get_by_label("Eget skøn").check()
    page.get_by_role("button", name="Vis, hvad der følger").click()
    page.get_by_text("Intet niveau passer til alle rækker. Det kræver en klinisk vurdering.").wait_for()
    assert not NeedAssessment.objects.exists()
    assert page.locator("input[name=row_stability][value=not_stable]").is_checked()
    page.get_by_label("Fuldt integreret").check()
    page.get_by_role("button", name="Gem vurderingen").click()
    page.get_by_text("Skriv, hvorfor et andet niveau end det foreslåede er det rette.").wait_for()
    page.get_by_label("Hvorfor et andet niveau end det foreslåede").fill("Ustabil og alene")
    page.get_by_role("button", name="Gem vurderingen").click()
    page.get_by_text("Vurderingen er gemt").wait_for()
    assert page.get_by_text("Ustabil og alene").is_visible()
    assert NeedAssessment.objects.get().override == "fully_integrated"


def test_every_page_passes_axe_at_both_widths(page, live_server, axe, karen):
    today = timezone.localdate()
    karen.square("low", "high", at=today - dt.timedelta(days=500))
    karen.square("high", "high", method="structured", score=55, at=today - dt.timedelta(days=200))
    last = karen.square("high", "low", inputs={"network": Look("burdens", "Ser ingen"), "age": Look("none")})
    karen.integration(rows("linked"), at=today - dt.timedelta(days=100))
    needed = karen.integration(
        rows("none"), level="fully_integrated", reason="Ustabil og alene",
        complexity={"clinical": 2, "social": 1}, evidence={"clinical": "KOL og diabetes", "social": "Bor alene"},
    )  # fmt: skip
    at = f"/citizens/{karen.karen.pk}/needs/"
    be(page, live_server, karen.doctor)
    look(
        page,
        axe,
        [at, f"{at}square/", f"{at}integration/", f"{at}square/?as=-", f"{at}{last.pk}/", f"{at}{needed.pk}/"],
    )
    # What is folded together, what is broken, and what is shown before it is saved are looked at too.
    page.goto(at)
    for summary in page.locator("main summary").all():
        summary.click()
    check = axe + "; axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag22aa']})"
    assert not page.evaluate(check)["violations"]
    page.goto(f"{at}square/")
    page.get_by_label("Hvad der ses: Etnicitet").fill("Fra Bosnien")
    page.get_by_role("button", name="Gem vurderingen").click()
    page.get_by_text("Skriv, hvad det betyder for egenomsorgen.").wait_for()
    assert not page.evaluate(check)["violations"]
    page.goto(f"{at}integration/")
    page.get_by_label("Eget skøn").check()
    page.get_by_role("button", name="Vis, hvad der følger").click()
    page.get_by_text("Endnu ikke kendt.").wait_for()
    assert not page.evaluate(check)["violations"]
    be(page, live_server, karen.with_task(Role.MUNICIPAL))
    look(page, axe, [at, f"{at}square/?as=pedagogue"])
