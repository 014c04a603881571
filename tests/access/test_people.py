"""An administrator's pages: organisations, accounts, memberships, links to identity providers."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache

from samspil import verbs
from samspil.access.actions.people import NewPerson, OrganisationFacts, create_person, save_organisation
from samspil.access.errors import Invalid
from samspil.access.models import AccessRecord, Membership, Notice, Organisation, OrganisationKind, Role, User
from samspil.access.providers import IdentityProvider
from tests import care

pytestmark = pytest.mark.django_db
BROKER = IdentityProvider(
    id="broker", name="MitID", issuer="https://broker.example", client_id="samspil", client_secret="hemmelig"
)


@pytest.fixture(autouse=True)
def _fresh_counts():
    cache.clear()


@pytest.fixture
def admin(client):
    """An administrator, logged in."""
    membership = care.member(role=Role.ADMINISTRATOR, name="Peter Nygårds")
    care.log_in(client, membership)
    return membership


def make(client, **fields):
    return client.post("/people/new/", {"name": "Lone Bræ", "username": "LOB", "password": "on", **fields})


def test_a_new_person_gets_a_password_that_is_shown_once(client, admin):
    answer = make(client)
    page = client.get(answer.headers["Location"]).text
    shown = re.search(r"<code>([a-z2-9]{5}(?:-[a-z2-9]{5}){3})</code>", page)
    assert shown
    assert shown[1] not in client.get(answer.headers["Location"]).text
    assert User.objects.get(username="lob").check_password(shown[1])


def test_the_first_log_in_leads_to_choosing_ones_own_password(client, admin):
    path = make(client).headers["Location"]
    password = re.search(r"<code>([a-z2-9-]{23})</code>", client.get(path).text)[1]
    care.member(role=Role.GP, who=User.objects.get(username="lob"))
    client.logout()
    client.post("/accounts/login/", {"login": "lob", "password": password})
    assert client.get("/").headers["Location"] == "/accounts/password/"
    assert client.get("/account/second-factor/").headers["Location"] == "/accounts/password/"
    assert "Vælg din egen adgangskode" in client.get("/accounts/password/").text
    weak = {"oldpassword": password, "password1": "kort", "password2": "kort"}
    assert client.post("/accounts/password/", weak).status_code == 200
    own = {"oldpassword": password, "password1": "en helt egen sætning", "password2": "en helt egen sætning"}
    assert client.post("/accounts/password/", own).headers["Location"] == "/account/second-factor/"
    assert "App på telefonen" in client.get("/account/second-factor/").text
    assert not User.objects.get(username="lob").password_is_temporary


def test_user_names_are_taken_once(client, admin):
    make(client)
    assert "En anden har dette brugernavn" in make(client, name="En anden").text
    assert "Brug kun bogstaver" in make(client, username="lone bræ").text


class Nobody:
    """What the second of two at once sees: nobody is there yet."""

    def exclude(self, **_):
        return self

    def exists(self):
        return False


def test_of_two_at_once_the_second_is_told_in_words(client, admin, monkeypatch):
    care.practice(number="654321")
    make(client)
    for model in (User, Organisation):
        monkeypatch.setattr(model.objects, "filter", lambda **_: Nobody())
    actor = care.acting(admin)
    with pytest.raises(Invalid) as person:
        create_person(actor, NewPerson("lob", "En anden"))
    with pytest.raises(Invalid) as place:
        save_organisation(actor, OrganisationFacts(OrganisationKind.PRACTICE, "Ny", "654321"))
    assert (person.value.field, place.value.field) == ("username", "provider_number")


def test_an_administrator_is_made_whole_or_not_at_all(db, monkeypatch):
    def fail(**_):
        raise OSError("the machine stops")

    with monkeypatch.context() as patch:
        patch.setattr(Membership.objects, "create", fail)
        with pytest.raises(OSError, match="stops"):
            verbs.administrator("anna", "Anna Holm")
    assert not User.objects.exists()
    assert verbs.administrator("anna", "Anna Holm")


def test_an_account_can_be_made_for_a_provider_alone(client, admin, settings):
    settings.IDENTITY_PROVIDERS = (BROKER,)
    answer = make(client, password="", provider="broker", subject="uuid-1")
    user = User.objects.get(username="lob")
    assert not user.has_usable_password()
    assert SocialAccount.objects.get(user_id=user.pk).uid == "uuid-1"
    assert "uuid-1" in client.get(answer.headers["Location"]).text
    again = make(client, username="anden", password="", provider="broker", subject="uuid-1")
    assert "allerede knyttet" in again.text
    assert not User.objects.filter(username="anden").exists()


def test_an_account_without_any_way_in_is_not_made(client, admin):
    assert "skal personen være knyttet" in make(client, password="").text


def test_a_link_is_added_and_taken_away(client, admin, settings):
    settings.IDENTITY_PROVIDERS = (BROKER,)
    user = care.user()
    path = f"/people/{user.pk}/subjects/"
    client.post(path, {"provider": "broker", "subject": "uuid-2"})
    link = SocialAccount.objects.get()
    assert "Fjern forbindelsen til MitID" in client.get(f"/people/{user.pk}/").text
    assert client.post(path, {"provider": "andet", "subject": "uuid-3"}).status_code == 422
    client.post(path, {"unlink": str(link.pk)})
    assert not SocialAccount.objects.exists()


def test_roles_are_given_and_ended(client, admin):
    user, place = care.user("Lone Bræ"), care.practice("Lægerne Havnegade")
    path = f"/people/{user.pk}/memberships/"
    role = {"organisation": str(place.pk), "role": "gp", "since": "01-09-2026", "until": ""}
    assert client.post(path, role).headers["Location"] == f"/people/{user.pk}/"
    assert "praktiserende læge" in client.get(f"/people/{user.pk}/").text.lower()
    assert "allerede denne rolle" in client.post(path, role | {"since": "01-10-2026"}).text
    made = Membership.objects.get(user=user)
    end = f"/memberships/{made.pk}/end/"
    assert "ligger før den første" in client.post(end, {"until": "31-08-2026"}).text
    client.post(end, {"until": "30-09-2026"})
    made.refresh_from_db()
    assert f"{made.until:%d-%m-%Y}" == "30-09-2026"
    assert client.post(path, role | {"since": "01-10-2026"}).status_code == 302


@pytest.mark.parametrize("role", ["citizen", "relative", "system", "anonymous", "findes-ikke"])
def test_only_roles_of_professionals_can_be_given(client, admin, role):
    user, place = care.user(), care.practice()
    fields = {"organisation": str(place.pk), "role": role, "since": "01-09-2026"}
    assert client.post(f"/people/{user.pk}/memberships/", fields).status_code == 422
    assert not Membership.objects.filter(user=user).exists()


def test_administrators_do_not_change_their_own_account_or_roles(client, admin):
    place = care.practice()
    fields = {"organisation": str(place.pk), "role": "gp", "since": "01-09-2026"}
    answer = client.post(f"/people/{admin.user_id}/memberships/", fields)
    assert "Du kan ikke ændre din egen konto her" in answer.text
    assert Membership.objects.filter(user=admin.user).count() == 1
    client.post(f"/people/{admin.user_id}/log-in/", {"do": "close"})
    assert User.objects.get(pk=admin.user_id).is_active


def test_a_lost_phone_is_answered_with_a_new_password_and_no_second_factor(client, admin):
    user = care.user()
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    client.post(f"/people/{user.pk}/log-in/", {"do": "password"})
    user.refresh_from_db()
    assert user.password_is_temporary
    assert not Authenticator.objects.exists()
    assert "Engangskode" in client.get(f"/people/{user.pk}/").text


def test_a_relative_who_forgot_the_password_is_helped_by_user_name_and_name(client, admin):
    relative = care.proxy(care.citizen(care.practice(), "Anna Poulsen"), care.user("Karen Skovbo")).relative
    TOTP.activate(relative, "JBSWY3DPEHPK3PXP")
    page = client.post("/people/forgotten/", {"username": relative.username, "name": "karen  skovbo"}).text
    password = re.search(r"<code>([a-z2-9-]{23})</code>", page)[1]
    relative.refresh_from_db()
    assert relative.check_password(password)
    assert relative.password_is_temporary
    assert not Authenticator.objects.exists()
    assert "Anna Poulsen" not in page
    assert Notice.objects.get(user=relative).message == "log_in_renewed"
    assert AccessRecord.objects.filter(detail=f"person {relative.pk} new password").exists()


def test_the_answer_is_the_same_for_everybody_who_cannot_be_helped_there(client, admin):
    anna = care.citizen(care.practice(), "Anna Poulsen")
    account, linked = care.citizen_account(anna), care.user("Karen Skovbo")
    SocialAccount.objects.create(user_id=linked.pk, provider="broker", uid="uuid-1")
    colleague = care.member(role=Role.GP, name="Lone Bræ").user
    for username, name in (
        (account.username, account.name),
        (linked.username, linked.name),
        (colleague.username, colleague.name),
        (care.user("Bo Juul").username, "Bo Ravn"),
        ("findes-ikke", "Ingen"),
    ):
        answer = client.post("/people/forgotten/", {"username": username, "name": name})
        assert (answer.status_code, "Der er ingen pårørende med det brugernavn" in answer.text) == (422, True)
    assert not User.objects.filter(password_is_temporary=True).exists()


def test_only_an_administrator_helps_relatives(client):
    care.log_in(client, care.member(role=Role.GP))
    assert client.get("/people/forgotten/").status_code == 403
    assert client.post("/people/forgotten/", {"username": "x", "name": "y"}).status_code == 403


def test_closing_and_opening_an_account(client, admin):
    user = care.user()
    for do, open_now in (("close", False), ("open", True)):
        client.post(f"/people/{user.pk}/log-in/", {"do": do})
        user.refresh_from_db()
        assert user.is_active is open_now


def test_organisations_are_made_and_changed(client, admin):
    fields = {"kind": "practice", "name": "Lægerne Havnegade", "provider_number": "012345", "doctors": "3", "phone": ""}
    assert client.post("/organisations/new/", fields).headers["Location"] == "/organisations/"
    made = Organisation.objects.get(provider_number="012345")
    assert (made.kind, made.sector, made.doctors) == (OrganisationKind.PRACTICE, "general_practice", 3)
    assert "012345" in client.get("/organisations/?q=0123").text
    client.post(f"/organisations/{made.pk}/", fields | {"doctors": "", "name": "Lægerne Havnen"})
    made.refresh_from_db()
    assert (made.name, made.doctors) == ("Lægerne Havnen", None)


@pytest.mark.parametrize(
    ("kind", "number", "says"),
    [
        ("practice", "", "ydernummer på seks cifre"),
        ("practice", "12345a", "ydernummer på seks cifre"),
        ("ngo", "123456", "Kun praksis har et ydernummer"),
        ("practice", "654321", "En anden praksis har dette ydernummer"),
    ],
)
def test_provider_numbers_belong_to_one_practice(client, admin, kind, number, says):
    care.practice(number="654321")
    fields = {"kind": kind, "name": "Ny", "provider_number": number, "doctors": "", "phone": ""}
    answer = client.post("/organisations/new/", fields)
    assert (answer.status_code, says in answer.text) == (422, True)


def test_people_are_found_page_by_page(client, admin):
    User.objects.bulk_create(User(username=f"u{number:03}", name=f"Person {number:03}") for number in range(60))
    first = client.get("/people/?q=person").text
    assert "Person 049" in first
    assert "Person 050" not in first
    second = client.get("/people/?q=person&after=u049").text
    assert "Person 050" in second
    assert "Næste side" not in second
    assert "Ingen fundet" in client.get("/people/?q=findes-ikke").text


def test_citizens_and_relatives_are_not_an_administrators_business(client, admin):
    anna = care.citizen(care.practice(), "Anna Poulsen")
    account, relative = care.citizen_account(anna), care.proxy(anna, care.user("Karen Skovbo")).relative
    page = client.get("/people/").text
    assert "Anna Poulsen" not in page
    assert "Karen Skovbo" not in page
    assert client.get(f"/people/{account.pk}/").status_code == 404
    assert client.post(f"/people/{relative.pk}/log-in/", {"do": "close"}).status_code == 404


def test_who_gave_whom_what_stands_in_the_log(client, admin):
    make(client)
    made = User.objects.get(username="lob")
    records = AccessRecord.objects.filter(resource="people", verb="write", outcome="allowed")
    assert [(record.user_name, record.detail) for record in records] == [("Peter Nygårds", f"person {made.pk} created")]


@pytest.mark.parametrize("role", [role for role in Role if role.is_professional and role != Role.ADMINISTRATOR])
def test_nobody_else_comes_here(client, role):
    care.log_in(client, care.member(role=role))
    user = care.user()
    for path in ("/people/", "/people/new/", f"/people/{user.pk}/", "/organisations/", "/organisations/new/"):
        assert client.get(path).status_code == 403, path
    assert client.post(f"/people/{user.pk}/log-in/", {"do": "close"}).status_code == 403
    assert make(client).status_code == 403
    assert AccessRecord.objects.filter(outcome="refused").count() == 7
