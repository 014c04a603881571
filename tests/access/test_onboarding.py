"""A log-in for the citizen is made at the practice, with a letter; nobody's own password is ever replaced there."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.utils import timezone, translation

from samspil.access import words
from samspil.access.actions.onboarding import give_log_in, give_relative_log_in
from samspil.access.errors import Invalid
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, Notice, Role, User
from tests import care

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return care.practice("Lægerne Torvet")


@pytest.fixture
def gerda(house):
    return care.citizen(house, "Gerda Ågård Madsen")


@pytest.mark.parametrize("role", [Role.GP, Role.PRACTICE_STAFF])
def test_the_practice_makes_a_log_in_that_opens_the_citizens_page(house, gerda, role):
    client = care.log_in(Client(), care.member(house, role))
    letter = client.post(f"/citizens/{gerda.pk}/log-in/").content.decode()
    username, password = re.findall(r"<code>([^<]+)</code>", letter)
    assert username.startswith("gerda-")
    citizen = Client()
    citizen.post("/accounts/login/", {"login": username, "password": password})
    assert citizen.get("/me/")["Location"].startswith("/accounts/"), "another password has to be chosen first"
    assert User.objects.get(username=username).citizen == gerda
    assert Notice.objects.filter(citizen=gerda, message="log_in_made").exists()
    assert AccessRecord.objects.filter(citizen_id=gerda.pk, resource="log_in", verb="write").count() == 1


def test_a_lost_letter_is_made_anew_until_the_log_in_is_used(house, gerda):
    doctor = care.acting(care.member(house))
    first, second = give_log_in(doctor, gerda), give_log_in(doctor, gerda)
    assert first.user == second.user
    assert not User.objects.get(citizen=gerda).check_password(first.password)
    User.objects.filter(pk=first.user.pk).update(last_login=timezone.now())
    with pytest.raises(Invalid):
        give_log_in(doctor, gerda)


def used(made):
    """The log-in after the citizen has chosen a password, with a second step."""
    made.user.set_password("en helt egen sætning")
    made.user.password_is_temporary, made.user.last_login = False, timezone.now()
    made.user.save()
    TOTP.activate(made.user, "JBSWY3DPEHPK3PXP")
    return made.user


def test_who_forgot_the_password_gets_a_new_one_by_asking_for_it_at_the_practice(house, gerda):
    doctor = care.acting(care.member(house, name="Lise Holm"))
    account = used(give_log_in(doctor, gerda))
    client = care.log_in(Client(), account)
    with pytest.raises(Invalid) as raised:
        give_log_in(doctor, gerda)
    assert raised.value.field == "asked"
    rows = AccessRecord.objects.filter(resource="log_in", verb="write", outcome="allowed")
    assert rows.count() == 1, "what was not done is not in the log"
    renewed = give_log_in(doctor, gerda, asked=True)
    account.refresh_from_db()
    assert account.check_password(renewed.password)
    assert account.password_is_temporary
    assert not Authenticator.objects.filter(user_id=account.pk).exists()
    assert client.get("/me/").status_code == 302, "whoever was logged in is out"
    assert "Lise Holm" in words.notice(Notice.objects.get(citizen=gerda, message="log_in_renewed"))
    assert rows.latest("id").detail == "citizen asked"


def test_who_broke_off_before_choosing_a_password_gets_another(house, gerda):
    doctor = care.acting(care.member(house))
    made = give_log_in(doctor, gerda)
    Client().post("/accounts/login/", {"login": made.user.username, "password": made.password})
    with pytest.raises(Invalid):
        give_log_in(doctor, gerda)
    assert give_log_in(doctor, gerda, asked=True).user == made.user


def test_accounts_that_others_answer_for_are_left_alone(house, gerda):
    doctor = care.acting(care.member(house))
    account = used(give_log_in(doctor, gerda))
    linked = SocialAccount.objects.create(user_id=account.pk, provider="broker", uid="uuid-1")
    with pytest.raises(Invalid, match="identity provider"), translation.override("en"):
        give_log_in(doctor, gerda, asked=True)
    linked.delete()
    work = care.member(role=Role.HOSPITAL, who=account)
    with pytest.raises(Invalid, match="at work"), translation.override("en"):
        give_log_in(doctor, gerda, asked=True)
    work.delete()
    User.objects.filter(pk=account.pk).update(is_active=False)
    with pytest.raises(Invalid, match="closed"), translation.override("en"):
        give_log_in(doctor, gerda, asked=True)
    assert User.objects.get(pk=account.pk).check_password("en helt egen sætning")


def test_the_page_says_that_the_citizen_has_to_have_asked(house, gerda):
    doctor = care.member(house)
    used(give_log_in(care.acting(doctor), gerda))
    client = care.log_in(Client(), doctor)
    path = f"/citizens/{gerda.pk}/log-in/"
    assert "Borgeren er her og har bedt om det" in client.get(path).text
    refused = client.post(path)
    assert (refused.status_code, "Sæt kryds ved" in refused.text) == (422, True)
    assert "<code>" in client.post(path, {"asked": "on"}).text


def test_a_look_at_whether_there_is_a_log_in_is_logged(house, gerda):
    care.log_in(client := Client(), care.member(house))
    client.get(f"/citizens/{gerda.pk}/log-in/")
    row = AccessRecord.objects.latest("id")
    assert (row.resource, row.verb, row.citizen_id) == ("log_in", "read", gerda.pk)


def test_a_relatives_log_in_opens_nothing_until_the_citizen_grants_it(house, gerda):
    made = give_relative_log_in(care.acting(care.member(house)), gerda, "Karen Skovbo")
    assert made.user.citizen is None
    assert care.log_in(Client(), made.user).get(f"/for/{gerda.pk}/").status_code == 403
    with pytest.raises(Invalid):
        give_relative_log_in(care.acting(care.member(house)), gerda, " ")


@pytest.mark.parametrize("role", [Role.MUNICIPAL, Role.SECRETARIAT, Role.ADMINISTRATOR, Role.GP])
def test_nobody_else_makes_log_ins_for_the_citizen(gerda, role):
    with pytest.raises(Refused):
        give_log_in(care.actor(role), gerda)
    assert not User.objects.filter(citizen=gerda).exists()


def test_the_page_asks_for_the_relatives_name_and_says_what_is_wrong(house, gerda):
    client = care.log_in(Client(), care.member(house))
    assert client.get(f"/citizens/{gerda.pk}/log-in/").status_code == 200
    assert client.post(f"/citizens/{gerda.pk}/log-in/", {"name": ""}).status_code == 422
    assert client.post(f"/citizens/{gerda.pk}/log-in/", {"name": "Karen Skovbo"}).status_code == 200
    care.citizen_account(gerda)
    assert client.post(f"/citizens/{gerda.pk}/log-in/").status_code == 422
