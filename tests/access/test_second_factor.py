"""Professionals use two factors; citizens may."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache

from samspil.access.models import Role
from tests import care

pytestmark = pytest.mark.django_db
PASSWORD = "kaffe-og-rundstykker"


NOW = 1_700_000_000


@pytest.fixture(autouse=True)
def _fresh_counts():
    cache.clear()


@pytest.fixture(autouse=True)
def _one_moment(monkeypatch):
    """App and server look at the same clock, which stands: no code runs out between being read and being sent."""
    monkeypatch.setattr(auth, "time", SimpleNamespace(time=lambda: NOW))


def code(secret):
    """What an authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, NOW // 30))


def with_password(user):
    user.set_password(PASSWORD)
    user.save()
    return user


def log_in(client, user, **more):
    return client.post("/accounts/login/", {"login": user.username, "password": PASSWORD, **more})


@pytest.fixture
def doctor():
    return with_password(care.member(role=Role.GP, name="Mette Kjær").user)


@pytest.fixture
def app(doctor):
    """The doctor's authenticator app, by its secret."""
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(doctor, secret)
    return secret


@pytest.mark.parametrize("page", ["/", "/account/", "/people/", "/held/x/"])
def test_a_professional_with_only_a_password_gets_no_further_than_setting_up(client, doctor, page):
    log_in(client, doctor)
    assert client.get(page).headers["Location"] == "/account/second-factor/"
    assert client.post(page).headers["Location"] == "/account/second-factor/"


def test_the_way_to_set_up_and_out_is_open(client, doctor):
    log_in(client, doctor)
    assert "App på telefonen" in client.get("/account/second-factor/").text
    assert client.get("/accounts/two/app/add/").status_code == 200
    assert client.get("/accounts/two/passkeys/add/").status_code == 200
    assert client.post("/language/", {"language": "en"}).headers["Location"] == "/"
    assert client.post("/accounts/logout/").headers["Location"] == "/"


@pytest.mark.parametrize(
    "page", ["", "app/add/", "codes/", "codes/new/", "codes/download/", "passkeys/", "passkeys/add/"]
)
def test_a_log_in_from_before_the_factor_reaches_neither_its_codes_nor_another_factor(client, doctor, page):
    """Somebody else with the password, logged in since before it was set up."""
    log_in(client, doctor)
    assert client.get("/accounts/two/app/add/").status_code == 200
    TOTP.activate(doctor, "JBSWY3DPEHPK3PXP")
    for answer in (client.get(f"/accounts/two/{page}"), client.post(f"/accounts/two/{page}", {"code": "000000"})):
        assert answer.headers["Location"] == "/account/second-factor/"
    assert "Log ud og ind igen" in client.get("/account/second-factor/").text


@pytest.mark.django_db(transaction=True)  # what follows a change of factors follows its commit
def test_setting_up_an_app_opens_the_rest_and_leads_on_to_what_was_wanted(client, doctor):
    log_in(client, doctor)
    client.get("/account/?all=1")
    page = client.get("/accounts/two/app/add/")
    secret = page.context["form"].secret
    assert "data:image/svg+xml;base64," in page.text
    answer = client.post("/accounts/two/app/add/", {"code": code(secret)})
    assert answer.headers["Location"] == "/accounts/two/codes/"
    codes = client.get("/accounts/two/codes/")
    assert len(re.findall(r"<li><code>", codes.text)) == 10
    assert client.get("/account/second-factor/").headers["Location"] == "/account/?all=1"
    assert client.get("/account/").status_code == 200


def test_a_wrong_code_sets_nothing_up(client, doctor):
    log_in(client, doctor)
    client.get("/accounts/two/app/add/")
    assert "Koden er forkert" in client.post("/accounts/two/app/add/", {"code": "000000"}).text
    assert not Authenticator.objects.exists()
    assert client.get("/account/").status_code == 302


def test_with_an_app_the_password_alone_logs_nobody_in(client, doctor, app):
    assert log_in(client, doctor).headers["Location"] == "/accounts/two/authenticate/"
    assert "_auth_user_id" not in client.session
    assert "Koden er forkert" in client.post("/accounts/two/authenticate/", {"code": "000000"}).text
    assert client.post("/accounts/two/authenticate/", {"code": code(app)}).headers["Location"] == "/"
    assert client.get("/account/").status_code == 200


def test_a_code_cannot_be_used_twice(client, doctor, app):
    log_in(client, doctor)
    used = code(app)
    client.post("/accounts/two/authenticate/", {"code": used})
    client.post("/accounts/logout/")
    log_in(client, doctor)
    client.post("/accounts/two/authenticate/", {"code": used})
    assert "_auth_user_id" not in client.session


def test_codes_cannot_be_guessed_one_after_another(client, doctor, app):
    log_in(client, doctor)
    for _ in range(5):
        client.post("/accounts/two/authenticate/", {"code": "000000"})
    assert "for mange" in client.post("/accounts/two/authenticate/", {"code": code(app)}).text.lower()
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db(transaction=True)  # what follows a change of factors follows its commit
def test_a_recovery_code_lets_in_once(client, doctor):
    log_in(client, doctor)
    secret = client.get("/accounts/two/app/add/").context["form"].secret
    client.post("/accounts/two/app/add/", {"code": code(secret)})
    recovery = client.get("/accounts/two/codes/").context["unused_codes"][0]
    for expected in (True, False):
        client.post("/accounts/logout/")
        log_in(client, doctor)
        client.post("/accounts/two/authenticate/", {"code": recovery})
        assert ("_auth_user_id" in client.session) is expected


def test_removing_the_last_factor_closes_everything_again(client, doctor, app):
    log_in(client, doctor)
    client.post("/accounts/two/authenticate/", {"code": code(app)})
    assert client.get("/account/").status_code == 200
    client.post("/accounts/two/app/remove/")
    assert client.get("/account/").headers["Location"] == "/account/second-factor/"


def test_a_citizen_needs_no_second_factor(client):
    anna = with_password(care.citizen_account(care.citizen(care.practice())))
    log_in(client, anna)
    assert client.get("/account/").status_code == 200


def test_a_citizen_who_has_one_uses_it(client):
    anna = with_password(care.citizen_account(care.citizen(care.practice())))
    TOTP.activate(anna, "JBSWY3DPEHPK3PXP")
    assert log_in(client, anna).headers["Location"] == "/accounts/two/authenticate/"


def test_somebody_who_is_both_citizen_and_professional_needs_one(client):
    anna = with_password(care.citizen_account(care.citizen(care.practice())))
    care.member(role=Role.NGO, who=anna)
    log_in(client, anna)
    assert client.get("/account/").headers["Location"] == "/account/second-factor/"


def test_with_no_membership_left_today_none_is_needed(client):
    user = with_password(care.user())
    care.member(who=user, until=care.LONG_AGO)
    log_in(client, user)
    assert client.get("/account/").status_code == 200


def test_a_page_asked_for_by_a_script_is_sent_on_as_a_whole(client, doctor):
    log_in(client, doctor)
    answer = client.get("/account/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/account/second-factor/")


def test_changing_how_one_logs_in_asks_again_after_a_while(client, doctor, app):
    log_in(client, doctor)
    client.post("/accounts/two/authenticate/", {"code": code(app)})
    session = client.session
    session["account_authentication_methods"] = [
        record | {"at": record["at"] - 600} for record in session["account_authentication_methods"]
    ]
    session.save()
    answer = client.get("/accounts/two/app/remove/")
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert "Vis, at det er dig" in client.get(answer.headers["Location"]).text
