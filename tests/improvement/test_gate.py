"""The gate before a new function: data answer what they can, people the rest, and nothing passes a no (001 T-10)."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from samspil.access.errors import Conflict, Invalid
from samspil.access.guard import Refused
from samspil.access.models import Role
from samspil.improvement.actions import gating
from samspil.improvement.models import ProposedFunction
from samspil.improvement.queries.population import segments_of
from samspil.improvement.targets import standing
from tests import care
from tests.improvement import made, population_house

pytestmark = pytest.mark.django_db
QUESTIONS = ("enough", "found", "homogeneous", "complexity", "organisation", "responsibility")


@pytest.fixture
def leader():
    return care.member(role=Role.LEADERSHIP, name="Lene Leder")


@pytest.fixture
def published():
    made.publication("t2d")
    return population_house.segments()


def proposed(leader, published, target="high_need/yes", capacity=50) -> ProposedFunction:
    return gating.propose(
        care.acting(leader), published, target=target, title="Tværgående team", about="Følger tæt op", capacity=capacity
    )


def answered(leader, function, question, yes=True):
    function.refresh_from_db()
    gating.answer(care.acting(leader), function, function.version, question=question, yes=yes, words="Fordi")


def all_answered(leader, function, **no):
    for question in QUESTIONS:
        answered(leader, function, question, no.get(question, True))
    function.refresh_from_db()
    gating.confirm_numbers(care.acting(leader), function, function.version)
    function.refresh_from_db()


def test_data_answer_whether_there_are_enough_and_whether_they_are_alike(leader, published):
    result = standing(segments_of(published), proposed(leader, published))
    given = {answer.question: (answer.yes, answer.by) for answer in result.answers}
    assert given == {"enough": (True, "data"), "homogeneous": (False, "data")}
    assert result.open == ("found", "complexity", "organisation", "responsibility")
    assert standing(segments_of(published), proposed(leader, published, capacity=500)).refused == (
        "enough", "homogeneous"
    )  # fmt: skip


def test_a_persons_answer_goes_before_that_of_data_and_keeps_what_data_said(leader, published):
    function = proposed(leader, published)
    answered(leader, function, "homogeneous", True)
    assert function.answers.get().data == {"yes": False, "persons": 100, "needed": 50}
    assert "homogeneous" not in standing(segments_of(published), function).refused


def test_nothing_is_decided_while_a_question_is_open(leader, published):
    function = proposed(leader, published)
    gating.confirm_numbers(care.acting(leader), function, 1)
    with pytest.raises(Invalid, match="Ikke besvaret endnu"):
        gating.decide(care.acting(leader), function, 2, create=False)


def test_strat_3_nothing_is_decided_before_the_four_numbers_are_confirmed(leader, published):
    function = proposed(leader, published)
    for question in QUESTIONS:
        answered(leader, function, question)
    function.refresh_from_db()
    with pytest.raises(Invalid):
        gating.decide(care.acting(leader), function, function.version, create=True)


@pytest.mark.parametrize("question", ["enough", "found", "homogeneous", "responsibility"])
def test_a_no_to_any_question_or_to_the_decisive_one_creates_nothing(leader, published, question):
    function = proposed(leader, published)
    all_answered(leader, function, **{question: False})
    with pytest.raises(Invalid):
        gating.decide(care.acting(leader), function, function.version, create=True)
    gating.decide(care.acting(leader), function, function.version, create=False)
    assert function.state == "refused"


def test_with_every_answer_it_may_be_created_and_is_decided_once(leader, published):
    function = proposed(leader, published)
    all_answered(leader, function)
    gating.decide(care.acting(leader), function, function.version, create=True)
    assert (function.state, function.decisive) == ("passed", "Fordi")
    with pytest.raises(Conflict):
        gating.decide(care.acting(leader), function, function.version, create=False)
    with pytest.raises(Conflict):
        answered(leader, function, "found")


def test_who_saw_an_older_version_changes_nothing(leader, published):
    function = proposed(leader, published)
    answered(leader, function, "found")
    with pytest.raises(Conflict):
        gating.answer(care.acting(leader), function, 1, question="found", yes=False, words="Nej")
    assert function.answers.count() == 1


def test_strat_3_an_estimate_without_measured_referrals_is_no_need(leader):
    made.publication("t2d")
    function = proposed(leader, population_house.segments(referred=False), "copd/S3b")
    with pytest.raises(Invalid):
        gating.confirm_numbers(care.acting(leader), function, 1)


def test_req_g_10_nothing_is_proposed_before_the_population_is_described(leader):
    with pytest.raises(Invalid):
        proposed(leader, None)
    found = population_house.segments()
    with pytest.raises(Invalid):
        proposed(leader, found)


@pytest.mark.parametrize(
    "fields", [{"target": "copd/none"}, {"title": " "}, {"about": ""}, {"capacity": 0}, {"target": "stratum/nobody"}]
)
def test_a_proposal_says_what_it_is_for_whom_and_how_many(leader, published, fields):
    given = {"target": "stratum/case_management", "title": "Team", "about": "Følger op", "capacity": 5} | fields
    with pytest.raises(Invalid):
        gating.propose(care.acting(leader), published, **given)


@pytest.mark.parametrize("role", [Role.ANALYST, Role.TEAM_CHAIR, Role.GP])
def test_only_leadership_and_secretariat_propose_answer_and_decide(leader, published, role):
    function = proposed(leader, published)
    other = care.acting(care.member(role=role))
    with pytest.raises(Refused):
        gating.answer(other, function, 1, question="found", yes=True, words="Ja")
    with pytest.raises(Refused):
        gating.decide(other, function, 1, create=False)
    with pytest.raises(Refused):
        proposed(care.member(role=role), published)


def test_the_page_shows_numbers_warns_of_empty_places_and_walks_through_to_a_decision(leader, published, client):
    care.log_in(client, leader)
    sent = {"title": "Ny rehabilitering", "target": "copd/S3b", "capacity": "300", "about": "Holdtræning"}
    page = client.post("/population/functions/new/", sent, follow=True)
    said = re.sub(r"\s+", " ", page.content.decode())
    assert "Der er 331 borgere, og funktionen kan tage 300." in said
    assert "pladser kan komme til at stå tomme" in said
    address = page.request["PATH_INFO"]
    assert client.post(f"{address}found/", {"found-known": 1, "found-words": "Ja"}).status_code == 422
    for version, question in enumerate(QUESTIONS, start=1):
        given = {f"{question}-known": version, f"{question}-yes": "yes", f"{question}-words": "Det er undersøgt"}
        assert client.post(f"{address}{question}/", given).status_code == 302
    client.post(f"{address}confirm/", {"known": 7})
    page = client.post(f"{address}decide/", {"known": 8, "create": "yes"}, follow=True)
    assert ProposedFunction.objects.get().state == "passed"
    page = client.post(f"{address}decide/", {"known": 8, "create": "no"}, follow=True)
    assert ProposedFunction.objects.get().state == "passed"


def test_a_proposal_needs_few_statements_however_often_it_was_answered(leader, published, client):
    function = proposed(leader, published)
    for _each in range(40):
        answered(leader, function, "found")
    care.log_in(client, leader)
    with CaptureQueriesContext(connection) as statements:
        assert client.get(f"/population/functions/{function.pk}/").status_code == 200
    assert len(statements) <= 14
