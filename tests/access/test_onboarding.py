"""A log-in for the citizen is made at the practice, with a letter; nobody's own password is ever replaced there."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

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


def test_an_account_with_a_password_of_its_own_or_a_provider_is_left_alone(house, gerda):
    care.citizen_account(gerda)
    with pytest.raises(Invalid):
        give_log_in(care.acting(care.member(house)), gerda)


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
