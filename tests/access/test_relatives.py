"""Relatives: what a citizen grants, for how long, and taking it back at once."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from samspil.access.actions.relatives import grant_proxy, revoke_proxy
from samspil.access.actor import private
from samspil.access.errors import Invalid
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, Notice, Proxy, Role
from samspil.access.policy import Resource, may
from samspil.lists.models import Stage
from tests import care
from tests.lists import made

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
DAY = dt.timedelta(days=1)


@pytest.fixture
def anna():
    return care.citizen(care.practice(), "Anna Poulsen")


@pytest.fixture
def account(anna):
    return care.citizen_account(anna)


@pytest.fixture
def self_(account):
    return private(account, Role.CITIZEN)


@pytest.fixture
def mette():
    return care.user("Mette Poulsen")


def granted(actor, citizen, relative, *scopes, **more):
    wanted = {"username": relative.username, "name": relative.name} | more
    return grant_proxy(actor, citizen, scopes=scopes or ("read",), **wanted)


def opens(relative, citizen, kind="citizen_page"):
    return bool(may(private(relative, Role.RELATIVE), "read", Resource(kind, citizen), "self"))


def test_a_relative_may_what_was_granted_and_is_told(anna, self_, mette):
    proxy = granted(self_, anna, mette, "read", "log")
    assert (proxy.since, proxy.until, proxy.scopes) == (TODAY(), None, ["read", "log"])
    assert opens(mette, anna)
    assert opens(mette, anna, "citizen_log")
    assert not opens(mette, anna, "consent")
    assert Notice.objects.get(user=mette).message == "proxy_granted"


def test_it_is_taken_back_at_once(anna, self_, mette):
    proxy = granted(self_, anna, mette)
    revoke_proxy(self_, proxy)
    revoke_proxy(self_, proxy)
    assert not opens(mette, anna)
    assert [told.message for told in Notice.objects.filter(user=mette).order_by("id")] == [
        "proxy_granted",
        "proxy_revoked",
    ]


def test_granting_anew_replaces_what_was_granted_before(anna, self_, mette):
    granted(self_, anna, mette, "read", "log", "consent")
    granted(self_, anna, mette, "read")
    assert not opens(mette, anna, "consent")
    assert Proxy.objects.filter(revoked_at__isnull=True).count() == 1


def test_name_and_user_name_belong_together_however_they_are_written(anna, self_, mette):
    assert granted(self_, anna, mette, name="  mette   POULSEN ")
    closed = care.user("Mette Poulsen", is_active=False)
    wrong = [{"name": "Mette Hansen"}, {"username": "nobody"}, {"username": closed.username}]
    told = set()
    for change in wrong:
        with pytest.raises(Invalid) as raised:
            granted(self_, anna, mette, **change)
        told.add((raised.value.field, raised.value.message))
    assert len(told) == 1, "the answer must not tell which of the two was wrong"


def test_an_end_in_the_past_is_refused(anna, self_, mette):
    with pytest.raises(Invalid) as raised:
        granted(self_, anna, mette, until=TODAY() - DAY)
    assert raised.value.field == "until"


def test_nothing_and_the_unknown_cannot_be_granted(anna, self_, mette):
    for scopes in ([], ["everything"]):
        with pytest.raises(Invalid) as raised:
            grant_proxy(self_, anna, username=mette.username, name=mette.name, scopes=scopes)
        assert raised.value.field == "scopes"


def test_nobody_is_their_own_relative(anna, self_, account):
    with pytest.raises(Invalid):
        granted(self_, anna, account)


def test_only_the_citizen_grants_and_revokes(anna, self_, mette):
    proxy = granted(self_, anna, mette, "read", "log", "consent")
    daughter = private(mette, Role.RELATIVE)
    for actor in (daughter, care.acting(care.member(anna.practice, Role.GP)), care.actor(Role.ADMINISTRATOR)):
        with pytest.raises(Refused):
            granted(actor, anna, care.user())
        with pytest.raises(Refused):
            revoke_proxy(actor, proxy)


# The pages.


def test_granting_and_revoking_on_the_page(client, anna, account, mette):
    care.log_in(client, account)
    way = reverse("me-relatives")
    assert client.post(way, {"username": mette.username, "name": "Forkert", "scopes": ["read"]}).status_code == 422
    assert client.post(way, {"username": mette.username, "name": mette.name}).status_code == 422
    sent = {"username": mette.username, "name": mette.name, "relation": "datter", "scopes": ["read", "log"]}
    assert client.post(way, sent).status_code == 302
    page = client.get(way).content.decode()
    assert "Mette Poulsen (datter)" in page
    proxy = Proxy.objects.get()
    assert client.post(reverse("proxy-revoke", args=[proxy.pk])).status_code == 302
    assert "Trukket tilbage" in client.get(way).content.decode()


def test_a_relative_finds_the_pages_that_are_open(client, anna, mette):
    care.proxy(anna, mette, ("log",))
    care.log_in(client, mette)
    page = client.get(reverse("for")).content.decode()
    assert "Anna Poulsen" in page
    assert reverse("for-log", args=[anna.pk]) in page
    assert reverse("for-consents", args=[anna.pk]) not in page
    assert client.get(reverse("for-log", args=[anna.pk])).status_code == 200
    assert client.get(reverse("for-consents", args=[anna.pk])).status_code == 403
    assert client.get(reverse("for-notices", args=[anna.pk])).status_code == 403


def test_what_is_going_on_is_told_of_the_citizen_by_name(client, anna, mette):
    doctor = care.member(anna.practice, Role.GP)
    entry = made.entry(made.risk_list(made.publication("sad"), anna.practice), anna)
    made.inclusion(doctor, entry=entry, stage=Stage.CONSENTED, steps=("letter",))
    care.proxy(anna, mette, ("read",))
    care.log_in(client, mette)
    page = client.get(f"/for/{anna.pk}/").content.decode()
    assert "Anna Poulsen har sagt ja til at være med." in page
    assert "Du har sagt ja" not in page
    care.log_in(client, care.citizen_account(anna))
    assert "Du har sagt ja til at være med." in client.get("/me/").content.decode()


def test_a_look_at_whom_one_acts_for_is_logged(client, anna, mette):
    powers = [care.proxy(anna, mette, ("consent",)), care.proxy(care.citizen(anna.practice), mette, ("log",))]
    care.proxy(care.citizen(anna.practice), mette, until=TODAY() - DAY)
    care.log_in(client, mette)
    client.get(reverse("for"))
    rows = AccessRecord.objects.filter(resource="acting_for", user_id=mette.pk)
    assert {(row.citizen_id, row.basis) for row in rows} == {(one.citizen_id, f"proxy:{one.pk}") for one in powers}


def test_revoking_twice_leaves_one_row(anna, self_, mette):
    proxy = granted(self_, anna, mette)
    for _ in range(2):
        revoke_proxy(self_, proxy)
    assert AccessRecord.objects.filter(resource="proxies", detail="revoke").count() == 1


def test_revoking_closes_the_page_that_is_open_in_the_browser(client, anna, mette):
    proxy = care.proxy(anna, mette, ("log",))
    other = care.proxy(care.citizen(anna.practice), mette, ("log",))
    care.log_in(client, mette)
    assert client.get(reverse("for-log", args=[anna.pk])).status_code == 200
    Proxy.objects.filter(pk=proxy.pk).update(revoked_at=timezone.now())
    assert client.get(reverse("for-log", args=[anna.pk])).status_code == 403
    assert client.get(reverse("for-log", args=[other.citizen_id])).status_code == 200


def test_a_citizen_revokes_only_the_own(client, anna, account, mette):
    foreign = care.proxy(care.citizen(anna.practice), mette)
    care.log_in(client, account)
    assert client.post(reverse("proxy-revoke", args=[foreign.pk])).status_code == 404
    care.log_in(client, mette)
    assert client.post(reverse("proxy-revoke", args=[foreign.pk])).status_code == 403


def test_the_relative_reads_what_they_were_told(client, anna, account, self_, mette):
    granted(self_, anna, mette)
    care.log_in(client, mette)
    page = client.get(reverse("notices")).content.decode()
    assert "Anna Poulsen har givet dig fuldmagt." in page
    told = Notice.objects.get(user=mette)
    assert client.post(reverse("notices"), {"notice": told.pk}).status_code == 302
    told.refresh_from_db()
    assert told.read_at is not None


def test_nobody_else_acts_for_anybody(client, account):
    care.log_in(client, account)
    assert client.get(reverse("for")).status_code == 403
