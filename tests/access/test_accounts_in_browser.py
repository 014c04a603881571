"""The account pages in a browser: a passkey from set-up to log-in, a form kept, accessible at any width."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from samspil.access import demo
from samspil.access.models import HeldForm, Organisation, Role
from tests import care
from tests.in_browser import look

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "kaffe-og-rundstykker"


def with_password(user):
    user.set_password(PASSWORD)
    user.save()
    return user


def log_in(page, user):
    page.goto("/accounts/login/")
    log_in_here(page, user)


def log_in_here(page, user):
    """On the log-in page; a professional is asked for a second factor then."""
    page.get_by_label("Brugernavn").fill(user.username)
    page.get_by_label("Adgangskode").fill(PASSWORD)
    page.get_by_role("button", name="Log ind", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Et ekstra trin ved login")


def test_a_doctor_sets_up_a_passkey_and_logs_in_with_it(page):
    doctor = with_password(care.member(role=Role.GP, name="Mette Kjærsgaard").user)
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
    verified = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options | verified})

    log_in(page, doctor)
    page.get_by_role("link", name="Adgangsnøgle").click()
    page.get_by_label("Navn").fill("Min telefon")
    page.wait_for_load_state()  # the button is a script's
    page.get_by_text("Brug nøglen i stedet for adgangskode").click()
    page.get_by_role("button", name="Tilføj adgangsnøglen").click()
    expect(page.get_by_role("heading", name="Nødkoder")).to_be_visible()
    expect(page.locator(".recovery-codes code")).to_have_count(10)
    page.get_by_role("link", name="Fortsæt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hej Mette Kjærsgaard")

    page.get_by_role("button", name="Log ud").click()
    expect(page.get_by_role("button", name="Log ud")).to_have_count(0)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Log ind med adgangsnøgle").click()
    expect(page.get_by_role("heading", name="Hej Mette Kjærsgaard")).to_be_visible()
    page.goto("/accounts/two/passkeys/")
    expect(page.get_by_role("table")).to_contain_text("Min telefon")


def test_a_form_sent_too_late_is_sent_again_with_a_click(page):
    admin = with_password(care.member(role=Role.ADMINISTRATOR, name="Peter Nygårds").user)
    log_in(page, admin)
    _count_second_factor()
    page.goto("/organisations/new/")
    page.get_by_label("Type").select_option("ngo")
    page.get_by_label("Navn").fill("Besøgsvennerne på Fyn")
    Session.objects.update(expire_date=timezone.now() - dt.timedelta(seconds=1))
    page.get_by_role("button", name="Gem").click()
    expect(page.get_by_role("alert")).to_contain_text("Det, du skrev, er gemt")
    log_in_here(page, admin)
    _count_second_factor()
    page.goto(f"/held/{HeldForm.objects.get().token}/")
    page.get_by_role("button", name="Send det nu").click()
    expect(page.get_by_role("heading", name="Organisationer")).to_be_visible()
    assert Organisation.objects.filter(name="Besøgsvennerne på Fyn").exists()


def _count_second_factor():
    """The second factor has a test of its own."""
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415

    for row in Session.objects.filter(expire_date__gt=timezone.now()):
        session = SessionStore(row.session_key)
        session["account_authentication_methods"] = [{"method": "second_factor", "at": 0, "by": "test"}]
        session.save()


def test_every_page_is_accessible_and_fits_a_phone(page, axe, settings):
    settings.DEMO = True
    place = care.practice("Lægerne Havnegade")
    anna = care.citizen(place, "Anna Poulsen")
    demo.seed_demo_people(place, anna)
    open_pages = ["/", "/accounts/login/", "/demo/", "/accounts/provider/cancelled/", "/accounts/closed/", "/nowhere/"]
    doctors = ["/", "/account/", "/people/", "/accounts/logout/"]
    doctors += [f"/accounts/two/{rest}" for rest in ("", "app/add/", "passkeys/", "passkeys/add/")]
    held = HeldForm.objects.create(
        user_id=care.User.objects.get(username="demo-administrator").pk,
        path="/organisations/new/",
        fields={"name": ["Besøgsvennerne på Fyn"]},
        at=timezone.now(),
    )
    person = care.User.objects.get(username="demo-gp")
    membership = person.memberships.get()
    administrators = ["/people/", "/people/new/", f"/people/{person.pk}/", f"/memberships/{membership.pk}/end/"]
    administrators += ["/organisations/", "/organisations/new/", f"/organisations/{place.pk}/", f"/held/{held.token}/"]
    look(page, axe, open_pages)
    _be(page, "Praktiserende læge", "Mette Kjærsgaard")
    look(page, axe, doctors)
    _be(page, "Administrator", "Peter Nygårds")
    look(page, axe, administrators)


def _be(page, role, name):
    page.goto("/demo/")
    page.get_by_role("button", name=name).click()
    # Not on the page of the log-ins itself, where every role is named.
    expect(page.locator(".who")).to_contain_text(name)
    expect(page.locator(".who")).to_contain_text(role)
