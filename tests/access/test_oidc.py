"""Logging in at an identity provider, which is a real one: what lets in, and everything that does not."""

from __future__ import annotations

import json
import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from samspil.access.models import Role, User
from samspil.config.identity import read_providers
from tests import care
from tests.access.oidc.broker import Person, Process

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def process(node):
    """The provider, with its clock right."""
    running = Process(node)
    yield running
    running.stop()


@pytest.fixture
def plug_in(settings):
    """Configures providers, as the file that SAMSPIL_OIDC names does."""
    cache.clear()

    def configure(*providers):
        settings.IDENTITY_PROVIDERS = providers
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [provider.as_app() for provider in providers]}}

    return configure


@pytest.fixture
def broker(process, plug_in):
    """The provider, plugged in."""
    plug_in(process.configured())
    return process


@pytest.fixture
def doctor():
    """A GP whom the provider knows as `mette`."""
    return link(care.member(role=Role.GP, name="Mette Kjær").user, "mette")


@pytest.fixture
def person(client):
    return Person(client)


def link(user, subject, provider="samspil"):
    SocialAccount.objects.create(user_id=user.pk, provider=provider, uid=subject)
    return user


def refused(person, answer, status=401):
    """A page in Danish that says so, nothing about how we are built, and nobody logged in."""
    assert answer.status_code == status, answer.text
    assert "Du blev ikke logget ind" in answer.text
    assert "Traceback" not in answer.text
    assert "Error" not in answer.text
    return not person.is_logged_in and person.client.get("/account/").status_code == 302


def test_the_log_in_page_offers_the_provider(client, broker):
    assert "Log ind med MitID" in client.get("/accounts/login/").text


def test_a_strong_log_in_counts_as_two_factors(broker, doctor, person):
    assert person.log_in(acr="substantial", **{"as": "mette"}).headers["Location"] == "/"
    page = person.client.get("/account/")
    assert page.status_code == 200
    assert "Din konto er knyttet til MitID" in page.text


def test_a_weak_log_in_counts_as_one(broker, doctor, person):
    assert person.log_in(acr="low", **{"as": "mette"}).status_code == 302
    assert person.client.get("/account/").headers["Location"] == "/account/second-factor/"


def test_a_weak_log_in_asks_for_the_accounts_own_second_factor(broker, doctor, person):
    TOTP.activate(doctor, "JBSWY3DPEHPK3PXP")
    assert person.log_in(acr="low", **{"as": "mette"}).headers["Location"] == "/accounts/two/authenticate/"
    assert not person.is_logged_in


def test_a_strong_log_in_does_not_ask_for_another_second_factor(broker, doctor, person):
    TOTP.activate(doctor, "JBSWY3DPEHPK3PXP")
    person.log_in(acr="substantial", **{"as": "mette"})
    assert person.client.get("/account/").status_code == 200


def test_without_a_claim_that_is_agreed_on_nothing_counts_as_two_factors(process, plug_in, doctor, person):
    plug_in(process.configured(strong={}))
    person.log_in(acr="substantial", **{"as": "mette"})
    assert person.client.get("/account/").headers["Location"] == "/account/second-factor/"


def test_every_claim_named_has_to_hold(process, plug_in, doctor, person):
    plug_in(process.configured(strong={"acr": ["substantial"], "amr": ["mfa"]}))
    person.log_in(acr="substantial", **{"as": "mette"})
    assert person.client.get("/account/").headers["Location"] == "/account/second-factor/"


def test_a_citizen_logs_in_too(broker, person):
    link(care.citizen_account(care.citizen(care.practice(), "Anna Poulsen")), "anna")
    person.log_in(acr="low", **{"as": "anna"})
    assert "Anna Poulsen" in person.client.get("/account/").text


def test_somebody_goes_on_to_the_page_they_wanted(broker, doctor, client):
    answer = client.post("/accounts/provider/samspil/", {"next": "/account/"})
    person = Person(client)
    back = person.at_provider(answer.headers["Location"], acr="substantial", **{"as": "mette"})
    assert person.come_back(back).headers["Location"] == "/account/"


def test_whom_we_do_not_know_is_told_so_and_gets_no_account(broker, person):
    answer = person.log_in(acr="substantial", **{"as": "nobody"})
    assert answer.status_code == 403
    assert "der er ikke knyttet nogen konto i Samspil til dig" in answer.text
    assert not person.is_logged_in
    assert not User.objects.exists()
    assert not SocialAccount.objects.exists()


def test_nobody_links_an_account_to_themselves(broker, person):
    """The library would link it when asked with `process=connect`; here an administrator does that."""
    user = care.user()
    person.client.force_login(user)
    answer = person.client.post("/accounts/provider/samspil/?process=connect", {"process": "connect"})
    back = person.at_provider(answer.headers["Location"], acr="substantial", **{"as": "nobody"})
    assert person.come_back(back).status_code == 403
    assert not SocialAccount.objects.exists()


def test_the_same_subject_at_another_provider_is_somebody_else(process, plug_in, doctor, client):
    plug_in(process.configured(), process.configured("other"))
    person = Person(client, "other")
    assert person.log_in(acr="substantial", **{"as": "mette"}).status_code == 403
    assert not person.is_logged_in


def test_a_closed_account_stays_closed(broker, doctor, person):
    doctor.is_active = False
    doctor.save()
    assert person.log_in(acr="substantial", **{"as": "mette"}).headers["Location"] == "/accounts/closed/"
    assert not person.is_logged_in


def test_nothing_of_what_the_provider_tells_is_kept(broker, doctor, person):
    person.log_in(acr="substantial", **{"as": "mette"})
    assert SocialAccount.objects.get().extra_data == {}
    assert "0101010000" not in json.dumps(dict(person.client.session))


def test_who_stops_at_the_provider_is_not_logged_in(broker, doctor, person):
    answer = person.log_in(error="access_denied")
    assert answer.headers["Location"] == "/accounts/provider/cancelled/"
    page = person.client.get(answer.headers["Location"])
    assert "Du afbrød login" in page.text
    assert not person.is_logged_in


def test_any_other_fault_at_the_provider_is_told(broker, doctor, person):
    assert refused(person, person.log_in(error="server_error"))


def test_an_answer_is_good_once(broker, doctor, person):
    back = person.at_provider(person.begin(), acr="substantial", **{"as": "mette"})
    assert person.come_back(back).headers["Location"] == "/"
    person.client.post("/accounts/logout/")
    assert refused(person, person.come_back(back))


def test_an_answer_is_good_in_the_browser_that_asked_for_it_only(broker, doctor, person):
    back = person.at_provider(person.begin(), acr="substantial", **{"as": "mette"})
    thief = Person(Client())
    assert refused(thief, thief.come_back(back))


def test_a_stolen_code_does_not_fit_anothers_log_in(broker, doctor, person):
    """The code is tied to the browser that asked for it (PKCE): with another's state it is worth nothing."""
    stolen = person.at_provider(person.begin(), acr="substantial", **{"as": "mette"})
    code = stolen.partition("code=")[2].partition("&")[0]
    thief = Person(Client())
    own = thief.at_provider(thief.begin(), acr="low", **{"as": "nobody"})
    mixed = own.replace(own.partition("code=")[2].partition("&")[0], code)
    assert refused(thief, thief.come_back(mixed))


@pytest.mark.parametrize("state", ["", "made-up"])
def test_a_tampered_state_is_refused(broker, doctor, person, state):
    back = person.at_provider(person.begin(), acr="substantial", **{"as": "mette"})
    before, _, after = back.partition("state=")
    tampered = f"{before}state={state}{after[after.find('&') :] if '&' in after else ''}"
    assert refused(person, person.come_back(tampered))
    assert person.come_back(back).headers["Location"] == "/", "the real answer is still good"


def test_an_id_token_made_for_another_log_in_is_refused(broker, doctor, person):
    back = person.at_provider(person.begin(nonce="another"), acr="substantial", **{"as": "mette"})
    assert refused(person, person.come_back(back))


def test_a_log_in_that_took_too_long_is_refused(process, plug_in, client):
    plug_in(process.configured("hurried"))
    link(care.citizen_account(care.citizen(care.practice())), "anna", "hurried")
    person = Person(client, "hurried")
    back = person.at_provider(person.begin(), acr="low", **{"as": "anna"})
    time.sleep(2.1)
    assert refused(person, person.come_back(back))


def test_an_expired_id_token_is_refused(node, plug_in, doctor, person):
    """The provider's clock is an hour behind, so that what it issues has expired when it comes."""
    late = Process(node, shift=-3600)
    try:
        plug_in(late.configured())
        assert refused(person, person.log_in(acr="substantial", **{"as": "mette"}))
    finally:
        late.stop()


def test_an_id_token_from_the_future_is_refused(node, plug_in, doctor, person):
    early = Process(node, shift=3600)
    try:
        plug_in(early.configured())
        assert refused(person, person.log_in(acr="substantial", **{"as": "mette"}))
    finally:
        early.stop()


def test_an_id_token_signed_with_a_shared_secret_is_refused(process, plug_in, client):
    plug_in(process.configured("signed-otherwise"))
    link(care.user(), "anna", "signed-otherwise")
    person = Person(client, "signed-otherwise")
    assert refused(person, person.log_in(acr="low", **{"as": "anna"}))


def test_a_wrong_client_secret_is_refused(process, plug_in, doctor, person):
    plug_in(process.configured(client_secret="wrong"))
    assert refused(person, person.log_in(acr="substantial", **{"as": "mette"}))


def test_a_provider_that_calls_itself_something_else_is_not_asked(process, plug_in, doctor, client):
    plug_in(process.configured(issuer=process.issuer.replace("127.0.0.1", "localhost")))
    answer = client.post("/accounts/provider/samspil/")
    assert refused(Person(client), answer)


def test_a_provider_that_calls_itself_something_else_by_now_is_not_believed(process, plug_in, doctor, person):
    plug_in(process.configured())
    back = person.at_provider(person.begin(), acr="substantial", **{"as": "mette"})
    plug_in(process.configured(issuer=process.issuer.replace("127.0.0.1", "localhost")))
    assert refused(person, person.come_back(back))


def test_a_provider_that_is_away_is_told(process, plug_in, client):
    plug_in(process.configured(issuer="http://127.0.0.1:9"))
    assert refused(Person(client), client.post("/accounts/provider/samspil/"))


def test_a_provider_that_is_not_configured_is_not_there(client, broker):
    assert client.post("/accounts/provider/elsewhere/").status_code == 404
    assert client.get("/accounts/provider/elsewhere/callback/?code=a&state=b").status_code == 404


def test_logging_in_begins_with_a_button_and_not_with_a_link_from_elsewhere(client, broker):
    assert client.get("/accounts/provider/samspil/").status_code == 405


def test_our_log_in_needs_the_provider_to_check_the_code_verifier(broker, person):
    assert "code_challenge_method=S256" in person.begin()


PROVIDER = {
    "id": "broker",
    "name": "MitID",
    "issuer": "https://broker.example/op",
    "client_id": "samspil",
    "client_secret": "hemmelig",
}


def test_a_provider_is_plugged_in_with_a_file(tmp_path, monkeypatch):
    file = tmp_path / "oidc.json"
    more = {"parameters": {"acr_values": "high"}, "passes_through": ["https://login.example"]}
    file.write_text(json.dumps([PROVIDER | more]))
    monkeypatch.setenv("SAMSPIL_OIDC", str(file))
    (found,) = read_providers()
    assert found.origins == ("https://broker.example", "https://login.example")
    assert found.as_app()["settings"]["auth_params"] == {"acr_values": "high"}
    assert found.as_app()["settings"]["server_url"] == "https://broker.example/op/.well-known/openid-configuration"


@pytest.mark.parametrize(
    "content",
    [
        "no json",
        "{}",
        json.dumps([PROVIDER | {"secret": "x"}]),
        json.dumps([{"id": "broker"}]),
        json.dumps([PROVIDER | {"issuer": "https://a.example; script-src *"}]),
        json.dumps([PROVIDER | {"passes_through": ["*"]}]),
        json.dumps([PROVIDER, PROVIDER]),
    ],
)
def test_a_file_that_cannot_be_used_says_which(tmp_path, monkeypatch, content):
    file = tmp_path / "oidc.json"
    file.write_text(content)
    monkeypatch.setenv("SAMSPIL_OIDC", str(file))
    if content == "{}":
        assert read_providers() == ()
        return
    with pytest.raises(ImproperlyConfigured, match=r"oidc\.json"):
        read_providers()
