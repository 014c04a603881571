"""The pages of pathways, the accountable person and coordinators in a browser, wide and on a telephone."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import sync_playwright

from samspil.access.models import Role
from samspil.plans.actions import accountable, coordination
from tests import care
from tests.in_browser import be, is_fault, look
from tests.plans import made

pytestmark = pytest.mark.django_db(transaction=True)


def test_accessible_and_within_the_window_at_any_width(chromium, axe, live_server, monkeypatch):
    doctor = care.member(care.practice("Lægerne Vestergade", phone="65 43 21 09"), Role.GP, "Anne Lund")
    citizen, waiting = (care.citizen(doctor.organisation, name) for name in ("Karen Holm", "Ottilie Andersen"))
    for purpose in ("participation", "one_plan", "sharing"):
        care.consent(citizen, purpose, doctor.user)
    ago = timezone.now() - dt.timedelta(days=47)
    plan = made.plan(citizen, doctor, opened_at=ago, changed_at=ago)
    way = made.pathway(citizen, doctor, plan=plan)
    made.pathway(waiting, doctor, opened_at=ago)
    made.referral(citizen, doctor, made.provider().organisation, plan=plan, goal=made.goal(plan), arm="sad")
    nurse = care.member(role=Role.MUNICIPAL, name="Carl Holm")
    coordination.start(
        care.acting(doctor), plan, nurse, kind="relay", need="Finder vej", ends_when="Når det er lært",
        circumstances=["misuse"],
    )  # fmt: skip
    handover = accountable.propose(care.acting(doctor), plan, nurse, "Flyttet på plejehjem")
    secretariat = care.member(role=Role.SECRETARIAT)
    # Playwright runs a loop in this thread, in which Django would otherwise refuse the database.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    walks = {
        doctor: [
            "/plans/", "/plans/?show=stalled", f"/citizens/{waiting.pk}/plan/begin/", f"/pathways/{way.pk}/",
            f"/plans/{plan.pk}/follow-ups/", f"/plans/{plan.pk}/accountable/", f"/plans/{plan.pk}/coordination/",
        ],
        nurse: ["/plans/", f"/handovers/{handover.pk}/"],
        secretariat: ["/plans/standing-still/"],
    }  # fmt: skip
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page, said = browser.new_context(base_url=live_server.url, locale="da-DK").new_page(), []
        page.on("console", lambda message: said.append(message.text) if is_fault(message) else None)
        for who, paths in walks.items():
            be(page, live_server, who)
            look(page, axe, paths)
        browser.close()
    assert not said
