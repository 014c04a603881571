"""How a citizen follows the plan: settled at the first conversation, and shown while it is not (report 000 L-28)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from samspil.access.actions.onboarding import give_log_in
from samspil.access.actor import private
from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, Role, User
from samspil.plans.actions import referrals, sections
from samspil.plans.actions.onboarding import ask_for, needs_of, onboard
from samspil.plans.models import Pathway
from tests import care
from tests.plans import made
from tests.plans.own_world import Karen

pytestmark = pytest.mark.django_db


@pytest.fixture
def karen() -> Karen:
    return Karen()


def test_l_28_a_log_in_counts_when_it_has_been_tried(karen):
    karen.account.delete()
    give_log_in(karen.by_doctor, karen.citizen)
    with pytest.raises(Invalid) as told:
        onboard(karen.by_doctor, karen.pathway, 0, "log_in")
    assert told.value.field == "how"
    account = User.objects.get(citizen=karen.citizen)
    account.last_login = timezone.now()
    account.save()
    onboard(karen.by_doctor, karen.pathway, 0, "log_in")
    assert karen.pathway.onboarding == Pathway.Onboarding.LOG_IN
    assert (karen.pathway.onboarded_on, karen.pathway.onboarded_by) == (timezone.localdate(), karen.doctor)


def test_a_relative_counts_with_a_power_of_proxy_to_read(karen):
    care.proxy(karen.citizen, care.user("Dorte Holm"), ("consent",))
    with pytest.raises(Invalid):
        onboard(karen.by_doctor, karen.pathway, 0, "proxy")
    care.proxy(karen.citizen, care.user("Niels Holm"), ("read",))
    onboard(karen.by_doctor, karen.pathway, 0, "proxy")
    assert karen.pathway.onboarding == Pathway.Onboarding.PROXY


def test_paper_is_as_good_a_way_and_it_can_be_settled_anew(karen):
    onboard(karen.by_doctor, karen.pathway, 0, "paper")
    onboard(karen.by_doctor, karen.pathway, 1, "log_in")
    assert (karen.pathway.onboarding, karen.pathway.version) == ("log_in", 2)


def test_it_is_asked_once_for_all_pathways_that_run(karen):
    other = made.pathway(karen.citizen, karen.doctor, programme="copd", arm="", plan=karen.plan)
    onboard(karen.by_doctor, karen.pathway, 0, "paper")
    other.refresh_from_db()
    assert other.onboarding == "paper"


def test_who_comes_second_is_told(karen):
    onboard(karen.by_doctor, karen.pathway, 0, "paper")
    with pytest.raises(Conflict):
        onboard(care.acting(karen.secretary), karen.pathway, 0, "log_in")
    karen.pathway.refresh_from_db()
    assert karen.pathway.onboarding == "paper"


def test_days_ahead_and_ways_that_are_none_are_refused(karen):
    with pytest.raises(Invalid):
        onboard(karen.by_doctor, karen.pathway, 0, "paper", on=timezone.localdate() + dt.timedelta(days=1))
    with pytest.raises(Invalid):
        onboard(karen.by_doctor, karen.pathway, 0, "pigeon")


def test_only_the_practice_settles_it(karen):
    for other in (care.acting(karen.nurse), care.acting(care.member()), private(karen.account, Role.CITIZEN)):
        with pytest.raises(Refused):
            onboard(other, karen.pathway, 0, "paper")
    onboard(care.acting(karen.secretary), karen.pathway, 0, "paper")
    row = AccessRecord.objects.filter(verb="write", resource="plan").latest("id")
    assert (row.detail, row.user_name, row.outcome) == ("onboarding paper", "Susanne Dam", "allowed")


def test_an_ended_pathway_is_left_as_it_is(karen):
    Pathway.objects.update(ended_at=timezone.now(), state="completed")
    with pytest.raises(Conflict):
        onboard(karen.by_doctor, karen.pathway, 0, "paper")


def test_plan_13_how_the_citizen_wants_to_be_told_things_is_kept(karen):
    """002 L2721-2725, L3862-3865."""
    assert (needs_of(karen.citizen).language, needs_of(karen.citizen).interpreter) == ("da", "")
    ask_for(karen.by_doctor, karen.citizen, language="en", interpreter=" arabisk ", read_aloud=True)
    found = needs_of(karen.citizen)
    assert (found.language, found.interpreter, found.read_aloud) == ("en", "arabisk", True)
    with pytest.raises(Invalid):
        ask_for(karen.by_doctor, karen.citizen, language="ar", interpreter="", read_aloud=False)


def test_plan_13_whoever_books_is_told_that_an_interpreter_is_needed(karen, client):
    """002 L2721-2725: booking without an interpreter is flagged."""
    sections.write(karen.by_doctor, karen.plan, "situation", 0, "Bor alene.")
    receiver = made.provider()
    sent = made.referral(karen.citizen, karen.doctor, receiver.organisation, plan=karen.plan, goal=karen.goal)
    for state in ("received", "accepted"):
        sent = referrals.move(care.acting(receiver), sent, sent.version, state, right_patient="yes")
    page = care.log_in(client, receiver).get(f"/referrals/{sent.pk}/").content.decode()
    assert "Aftal en tid" in page
    assert "tolk" not in page
    ask_for(karen.by_doctor, karen.citizen, language="da", interpreter="arabisk", read_aloud=False)
    assert "Borgeren har brug for tolk: arabisk." in client.get(f"/referrals/{sent.pk}/").content.decode()


def test_plan_and_pathway_say_that_it_is_missing(karen, client):
    client = care.log_in(client, karen.doctor)
    for path in (f"/plans/{karen.plan.pk}/", f"/pathways/{karen.pathway.pk}/"):
        page = client.get(path).content.decode()
        assert "Det er ikke aftalt, hvordan borgeren følger planen." in page, path
        assert f"/pathways/{karen.pathway.pk}/onboarding/" in page


def test_the_page_says_that_it_is_missing_and_settles_it(karen, client):
    client = care.log_in(client, karen.secretary)
    at = f"/pathways/{karen.pathway.pk}/onboarding/"
    page = client.get(at).content.decode()
    assert "Ikke aftalt endnu" in page
    assert f"/citizens/{karen.citizen.pk}/log-in/" in page
    assert client.post(at, {"version": 0, "how": "paper", "on": ""}).status_code == 302
    assert "Ikke aftalt endnu" not in client.get(at).content.decode()
    assert client.post(at, {"version": 0, "how": "", "on": ""}).status_code == 422
    assert client.post(at, {"language": "da", "interpreter": "arabisk", "read_aloud": "on"}).status_code == 302
    assert needs_of(karen.citizen).interpreter == "arabisk"


def test_the_page_is_closed_to_others(karen, client):
    answer = care.log_in(client, care.member()).get(f"/pathways/{karen.pathway.pk}/onboarding/")
    assert answer.status_code == 403
    assert "Karen Holm" not in answer.content.decode()
