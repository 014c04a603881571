"""Logging in with a password: who gets in, what is said to who does not, and how often one may try."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import connection
from django.urls import reverse

from samspil.access.models import Role
from tests import care

pytestmark = pytest.mark.django_db
PASSWORD = "kaffe-og-rundstykker"
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _fresh_counts():
    cache.clear()


@pytest.fixture
def anna():
    """A citizen with a password."""
    user = care.citizen_account(care.citizen(care.practice(), "Anna Poulsen"))
    user.set_password(PASSWORD)
    user.save()
    return user


def attempt(client, username, password):
    return client.post(LOGIN, {"login": username, "password": password})


def test_the_right_password_lets_in(client, anna):
    assert attempt(client, anna.username, PASSWORD).headers["Location"] == "/"
    assert "Anna Poulsen" in client.get("/").text


def test_an_unknown_user_and_a_wrong_password_get_the_same_answer(client, anna):
    wrong = attempt(client, anna.username, "forkert")
    unknown = attempt(client, "findes-ikke", "forkert")
    assert wrong.status_code == unknown.status_code == 200
    assert wrong.context["form"].errors == unknown.context["form"].errors != {}


def test_the_sixth_wrong_password_in_five_minutes_is_not_looked_at(client, anna):
    for _ in range(5):
        assert "Brugernavn og adgangskode passer ikke sammen" in attempt(client, anna.username, "forkert").text
    sixth = attempt(client, anna.username, PASSWORD)
    assert "for mange" in sixth.text.lower()
    assert "_auth_user_id" not in client.session


def test_another_port_after_the_host_s_name_gives_no_more_tries(client, anna):
    form = {"login": anna.username, "password": "forkert"}
    for number in range(5):
        client.post(LOGIN, form, headers={"Host": f"127.0.0.1:{8000 + number}"})
    assert "for mange" in attempt(client, anna.username, PASSWORD).text.lower()


def test_trying_many_names_makes_nobodys_wrong_passwords_forgotten(client, anna):
    """A cache that is full makes room, and 300 entries, which is Django's own measure, are soon there."""
    for _ in range(5):
        attempt(client, anna.username, "forkert")
    counted = connection.cursor()
    counted.execute("SELECT cache_key FROM cache")
    before = {key for (key,) in counted.fetchall()}
    for number in range(320):
        cache.set(f"name-{number}", [0.0])
    counted.execute("SELECT cache_key FROM cache")
    assert before <= {key for (key,) in counted.fetchall()}
    assert "for mange" in attempt(client, anna.username, PASSWORD).text.lower()


def test_others_are_not_locked_out_with_somebody(client, anna):
    other = care.user("Bo Holm")
    other.set_password(PASSWORD)
    other.save()
    for _ in range(6):
        attempt(client, anna.username, "forkert")
    assert attempt(client, other.username, PASSWORD).status_code == 302


def test_an_unknown_name_is_locked_out_in_the_same_way(client):
    answers = [attempt(client, "findes-ikke", "forkert").text for _ in range(6)]
    assert "for mange" in answers[-1].lower()
    assert "for mange" not in answers[-2].lower()


def test_a_closed_account_is_told_so_only_with_its_password(client, anna):
    anna.is_active = False
    anna.save()
    assert "Brugernavn og adgangskode passer ikke sammen" in attempt(client, anna.username, "forkert").text
    assert attempt(client, anna.username, PASSWORD).headers["Location"] == "/accounts/closed/"
    assert "Kontoen er lukket" in client.get("/accounts/closed/").text
    assert "_auth_user_id" not in client.session


def test_closing_an_account_ends_its_session(client, anna):
    attempt(client, anna.username, PASSWORD)
    anna.is_active = False
    anna.save()
    assert client.get("/account/").status_code == 302


def test_nobody_can_sign_up_or_ask_for_a_password_by_mail(client):
    for path in ("signup", "password/reset", "email", "confirm-email", "3rdparty", "social/signup", "provider/signup"):
        assert client.get(f"/accounts/{path}/").status_code in {404, 405}, path
    page = client.get(LOGIN).text
    assert "signup" not in page
    assert "password/reset" not in page


def test_logging_out_leaves_nothing_in_the_browser(client, anna):
    attempt(client, anna.username, PASSWORD)
    answer = client.post("/accounts/logout/")
    assert answer.headers["Location"] == "/"
    assert answer.cookies["last_user"].value == ""
    assert "Anna Poulsen" not in client.get("/").text


def test_the_language_of_the_account_comes_with_the_log_in(client, anna):
    anna.language = "en"
    anna.save()
    answer = attempt(client, anna.username, PASSWORD)
    assert answer.cookies["django_language"].value == "en"
    assert "My account" in client.get("/account/").text


def test_a_language_chosen_is_remembered_on_the_account(client, anna):
    care.log_in(client, anna)
    client.post("/language/", {"language": "en", "next": "/account/"})
    anna.refresh_from_db()
    assert anna.language == "en"
    client.post("/language/", {"language": "xx"})
    anna.refresh_from_db()
    assert anna.language == "en"


def test_every_page_but_the_open_ones_asks_for_a_log_in(client):
    assert client.get("/").status_code == 200
    assert client.get("/account/").headers["Location"] == "/accounts/login/?next=/account/"
    assert client.get("/people/").headers["Location"] == "/accounts/login/?next=/people/"


def test_somebody_with_two_roles_chooses_between_them(client):
    doctor = care.member(role=Role.GP, name="Mette Kjær")
    chair = care.member(role=Role.TEAM_CHAIR, who=doctor.user)
    care.log_in(client, doctor)
    assert "praktiserende læge" in client.get("/account/").text.lower()
    answer = client.post(reverse("choose_capacity"), {"capacity": f"membership:{chair.pk}"})
    assert answer.status_code == 302
    assert client.get("/").context["actor"].role == Role.TEAM_CHAIR


def test_nobody_chooses_a_role_that_is_somebody_elses(client):
    mine, other = care.member(), care.member(role=Role.ADMINISTRATOR)
    care.log_in(client, mine)
    assert client.post("/account/capacity/", {"capacity": f"membership:{other.pk}"}).status_code == 404
    assert client.get("/").context["actor"].role == Role.GP
