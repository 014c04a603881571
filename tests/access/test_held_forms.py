"""A form sent after the session expired: nothing is lost, nobody else sees it, nobody puts words into it."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from samspil.access.models import HeldForm, Membership, Role
from tests import care

pytestmark = pytest.mark.django_db
PASSWORD = "kaffe-og-rundstykker"
ORIGIN = "http://testserver"


@pytest.fixture(autouse=True)
def _fresh_counts():
    cache.clear()


@pytest.fixture
def admin():
    """An administrator with a password, who may make organisations."""
    return with_password(care.member(role=Role.ADMINISTRATOR, name="Peter Nygårds").user)


@pytest.fixture
def browser():
    """A client that is checked for forged requests as browsers are."""
    return Client(enforce_csrf_checks=True)


def with_password(user):
    user.set_password(PASSWORD)
    user.save()
    return user


def token(browser, path):
    """The hidden field of the first form on a page."""
    page = browser.get(path)
    return page.context["csrf_token"] if page.context else ""


def log_in(browser, user, then=""):
    """Through the page, with the second factor counted as used, since it is not what is tried here."""
    answer = browser.post(
        "/accounts/login/",
        {
            "login": user.username,
            "password": PASSWORD,
            "csrfmiddlewaretoken": token(browser, "/accounts/login/"),
            "next": then,
        },
    )
    session = browser.session
    session["account_authentication_methods"] = [{"method": "second_factor", "at": 0, "by": "test"}]
    session.save()
    return answer


def expire_session():
    Session.objects.update(expire_date=timezone.now() - dt.timedelta(seconds=1))


FORM = {"kind": "ngo", "name": "Besøgsvennerne på Fyn", "provider_number": "", "doctors": "", "phone": "62 21 00 00"}


def send(browser, **headers):
    """A new organisation, from a page that was opened before the session expired."""
    old = token(browser, "/organisations/new/")
    expire_session()
    return browser.post("/organisations/new/", FORM | {"csrfmiddlewaretoken": old}, headers=headers)


def test_what_was_typed_is_kept_shown_after_log_in_and_sent_with_one_click(browser, admin):
    log_in(browser, admin)
    answer = send(browser)
    held = HeldForm.objects.get()
    assert answer.headers["Location"] == f"/accounts/login/?next=%2Fheld%2F{held.token}%2F"
    assert "Det, du skrev, er gemt" in browser.get(answer.headers["Location"]).text
    back = log_in(browser, admin, then=f"/held/{held.token}/")
    assert back.headers["Location"] == f"/held/{held.token}/"
    page = browser.get(f"/held/{held.token}/")
    assert "Besøgsvennerne på Fyn" in page.text
    fields = FORM | {"csrfmiddlewaretoken": page.context["csrf_token"]}
    sent = browser.post(f"/held/{held.token}/", fields)
    assert (sent.status_code, sent.headers["Location"]) == (307, "/organisations/new/")
    assert browser.post(sent.headers["Location"], fields).headers["Location"] == "/organisations/"
    assert "Besøgsvennerne på Fyn" in browser.get("/organisations/").text
    assert not HeldForm.objects.exists()


def test_the_token_of_the_form_is_not_kept(browser, admin):
    log_in(browser, admin)
    send(browser)
    assert HeldForm.objects.get().fields == {name: [value] for name, value in FORM.items()}


def test_somebody_else_sees_nothing_of_it(browser, admin):
    log_in(browser, admin)
    send(browser)
    other = with_password(care.member(role=Role.ADMINISTRATOR, name="Ulla Fjordbak").user)
    path = f"/held/{HeldForm.objects.get().token}/"
    log_in(browser, other, then=path)
    page = browser.get(path)
    assert page.status_code == 404
    assert "Besøgsvennerne" not in page.text
    assert "Besøgsvennerne" not in browser.get("/account/").text
    fresh = token(browser, "/account/")
    assert browser.post(path, {"csrfmiddlewaretoken": fresh}).status_code == 404
    assert browser.post(f"{path}discard/", {"csrfmiddlewaretoken": fresh}).status_code == 404
    assert HeldForm.objects.exists()


def test_it_is_found_on_the_account_when_the_log_in_went_another_way(browser, admin):
    log_in(browser, admin)
    send(browser)
    log_in(browser, admin)
    assert f"/held/{HeldForm.objects.get().token}/" in browser.get("/account/").text


def test_it_can_be_thrown_away(browser, admin):
    log_in(browser, admin)
    send(browser)
    path = f"/held/{HeldForm.objects.get().token}/"
    log_in(browser, admin)
    browser.post(f"{path}discard/", {"csrfmiddlewaretoken": token(browser, path)})
    assert not HeldForm.objects.exists()


def test_a_script_that_sent_the_form_is_told_to_load_the_log_in_page(browser, admin):
    log_in(browser, admin)
    answer = send(browser, **{"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/accounts/login/?next=%2Fheld%2F")
    assert HeldForm.objects.exists()


def test_a_script_that_only_read_comes_back_to_the_page_it_was_on(browser, admin):
    log_in(browser, admin)
    expire_session()
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/people/?q=an"}
    answer = browser.get("/organisations/", headers=headers)
    assert answer.headers["HX-Redirect"] == "/accounts/login/?next=%2Fpeople%2F%3Fq%3Dan"
    headers["HX-Current-URL"] = "http://elsewhere.example/people/"
    assert browser.get("/organisations/", headers=headers).headers["HX-Redirect"] == "/accounts/login/"


def test_a_form_from_elsewhere_is_not_kept(browser, admin):
    """The check against forged requests comes first: without the token of our own page nothing is kept."""
    log_in(browser, admin)
    expire_session()
    answer = browser.post("/organisations/new/", FORM, headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    answer = browser.post("/organisations/new/", FORM)
    assert answer.status_code == 403
    assert not HeldForm.objects.exists()


def test_a_form_opened_before_logging_in_in_another_window_is_kept_too(browser, admin):
    """Logging in makes a new token, so the form in the first window has an old one, though it is from our own page."""
    log_in(browser, admin)
    old = token(browser, "/organisations/new/")
    browser.post("/accounts/logout/", {"csrfmiddlewaretoken": old})
    log_in(browser, admin)
    answer = browser.post("/organisations/new/", FORM | {"csrfmiddlewaretoken": old}, headers={"Origin": ORIGIN})
    held = HeldForm.objects.get()
    assert answer.headers["Location"] == f"/held/{held.token}/"
    assert "Besøgsvennerne" in browser.get(f"/held/{held.token}/").text


def test_after_logging_out_nothing_is_kept_for_anybody(browser, admin):
    log_in(browser, admin)
    old = token(browser, "/organisations/new/")
    browser.post("/accounts/logout/", {"csrfmiddlewaretoken": old})
    browser.post("/organisations/new/", FORM | {"csrfmiddlewaretoken": old})
    assert not HeldForm.objects.exists()


def test_passwords_are_never_kept(browser, admin):
    log_in(browser, admin)
    old = token(browser, "/account/")
    expire_session()
    fields = {"oldpassword": PASSWORD, "password1": "x", "password2": "x", "csrfmiddlewaretoken": old}
    assert browser.post("/accounts/password/", fields).headers["Location"] == "/accounts/login/"
    assert not HeldForm.objects.exists()


def test_nobody_can_say_that_they_are_somebody_else(browser, admin):
    old = token(browser, "/accounts/login/")
    browser.cookies["last_user"] = str(admin.pk)
    browser.post("/organisations/new/", FORM | {"csrfmiddlewaretoken": old})
    assert not HeldForm.objects.exists()


def test_what_nobody_came_back_for_is_gone_after_a_day(browser, admin):
    log_in(browser, admin)
    send(browser)
    HeldForm.objects.update(at=timezone.now() - dt.timedelta(seconds=settings.HELD_FORM_AGE + 1))
    path = f"/held/{HeldForm.objects.get().token}/"
    assert log_in(browser, admin).status_code == 302
    assert browser.get(path).status_code == 404
    assert not HeldForm.objects.exists()


def test_not_more_is_kept_than_somebody_can_look_through(browser, admin):
    log_in(browser, admin)
    old = token(browser, "/organisations/new/")
    expire_session()
    for number in range(25):
        browser.post("/organisations/new/", FORM | {"name": f"Nr. {number}", "csrfmiddlewaretoken": old})
    assert HeldForm.objects.count() == 20
    assert json.dumps(HeldForm.objects.first().fields["name"]) == '["Nr. 24"]'


def test_a_session_in_use_does_not_expire(client, admin):
    care.log_in(client, Membership.objects.get())
    nearly = timezone.now() + dt.timedelta(seconds=60)
    Session.objects.update(expire_date=nearly)
    client.get("/people/")
    assert Session.objects.get().expire_date > nearly + dt.timedelta(minutes=25)


def test_an_idle_session_expires_after_half_an_hour(client, admin):
    care.log_in(client, Membership.objects.get())
    client.get("/people/")
    age = Session.objects.get().expire_date - timezone.now()
    assert dt.timedelta(minutes=29) < age <= dt.timedelta(minutes=30)
    expire_session()
    assert client.get("/people/").headers["Location"] == "/accounts/login/?next=/people/"
