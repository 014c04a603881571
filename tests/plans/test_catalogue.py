"""The catalogue: the programmes' files with the secretariat's changes laid over them, and every version kept."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils.translation import override

from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.access.models import Role
from samspil.plans.actions import catalogue as actions
from samspil.plans.catalogue import as_sent, find, offered, plain, read, with_services
from samspil.plans.models import CatalogueChange
from samspil.plans.templatetags.plans_referrals import course_words
from tests import care
from tests.plans import made
from tests.plans.test_referrals import Two

pytestmark = pytest.mark.django_db
ODENSE = made.PROGRAMME


@pytest.fixture
def keeper():
    return care.acting(care.member(role=Role.SECRETARIAT))


def as_now(service: str = "psychologist", **changes) -> dict:
    """A service as plain values, with something changed."""
    offer = find(ODENSE, service)
    assert offer is not None
    return plain(offer.service) | changes


def test_r_svc_1_the_psychologist_as_the_report_says() -> None:
    """Report 000 L325-327: within five working days, ten sessions, free."""
    service = find(ODENSE, "psychologist").service
    assert (service.start.number, service.start.unit) == (5, "working_days")
    assert (service.sessions.sessions, service.price_dkk) == (10, 0)
    assert find(ODENSE, "geriatric_assessment").service.start is None, "subacute is no number of days"


def test_tc3_37_the_hours_of_a_course_are_told_in_words() -> None:
    """Report 003 L1808: four weeks, one session a week of two hours."""
    course = find("type-2-diabetes", "local_activity").service.course
    with override("da"):
        assert course_words(course) == "4 uger, én gang om ugen a 2 timer: 8 timer i alt"
    with override("en"):
        twice = course.model_copy(update={"sessions_per_week": 2, "hours": Decimal("1.5")})
        assert course_words(twice) == "4 weeks, 2 times a week for 1.5 hours: 12 hours in all"


def test_every_programme_with_services_is_read() -> None:
    assert {each.programme for each in offered()} == set(with_services())


def test_a_change_is_in_force_at_once_and_the_file_is_kept_below(keeper) -> None:
    price = {**as_now(), "price_dkk": "150.00"}
    made_now = actions.change(keeper, ODENSE, "psychologist", 0, price, "Nyt tilskud")
    assert (made_now.number, find(ODENSE, "psychologist").number) == (1, 1)
    assert find(ODENSE, "psychologist").service.price_dkk == 150
    actions.restore(keeper, ODENSE, "psychologist", 1, 0, "Fejl")
    assert find(ODENSE, "psychologist").service.price_dkk == 0
    actions.restore(keeper, ODENSE, "psychologist", 2, 1, "Alligevel")
    assert find(ODENSE, "psychologist").service.price_dkk == 150
    assert list(CatalogueChange.objects.values_list("number", "why")) == [(3, "Alligevel"), (2, "Fejl"), (1, "Nyt tilskud")]  # fmt: skip  # noqa: E501


def test_what_runs_keeps_what_was_promised(keeper) -> None:
    two = Two()
    sent = two.send()
    actions.change(keeper, ODENSE, "psychologist", 0, as_now() | {"sessions": None, "start": None}, "Ny aftale")
    sent.refresh_from_db()
    assert as_sent(sent).sessions.sessions == 10


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"needs": []}, "needs"),
        ({"needs": ["gold"]}, "needs"),
        ({"arms": ["nobody"]}, "arms"),
        ({"provider_kind": "pub"}, "provider_kind"),
        ({"price_dkk": -1}, "price_dkk"),
        ({"start": {"number": 0, "unit": "days", "source": "000 L1"}}, "start.number"),
        ({"surprise": 1}, "surprise"),
        ({"title": {"da": "Kun dansk"}}, "title.en"),
        ({"source": "somebody said so"}, "source"),
    ],
)
def test_a_fault_is_told_at_its_field(keeper, wrong: dict, field: str) -> None:
    _found, faults = read(ODENSE, as_now() | wrong)
    assert [place for place, _cause in faults] == [field]
    with pytest.raises(Invalid) as told:
        actions.change(keeper, ODENSE, "psychologist", 0, as_now() | wrong, "Ret")
    assert told.value.field == field
    assert not CatalogueChange.objects.exists()


def test_why_is_mandatory(keeper) -> None:
    with pytest.raises(Invalid) as told:
        actions.change(keeper, ODENSE, "psychologist", 0, as_now(), "  ")
    assert told.value.field == "why"


def test_two_who_change_at_once_are_told(keeper) -> None:
    actions.change(keeper, ODENSE, "psychologist", 0, as_now(contact="1111"), "Nyt nummer")
    with pytest.raises(Conflict) as told:
        actions.change(keeper, ODENSE, "psychologist", 0, as_now(contact="2222"), "Nyt nummer")
    assert keeper.name in told.value.message
    assert find(ODENSE, "psychologist").service.contact == "1111"


def test_a_new_service_and_taking_one_out(keeper) -> None:
    new = as_now("daneage") | {"service": "walking_group", "source": "agreed 2026-11-27"}
    actions.change(keeper, ODENSE, "walking_group", 0, new, "Nyt")
    assert find(ODENSE, "walking_group") is not None
    actions.take_out(keeper, ODENSE, "walking_group", 1, "Ophørt")
    assert find(ODENSE, "walking_group") is None
    actions.restore(keeper, ODENSE, "walking_group", 2, 1, "Igen")
    assert find(ODENSE, "walking_group") is not None
    with pytest.raises(Invalid):
        actions.restore(keeper, ODENSE, "walking_group", 3, 0, "Ingen fil")
    with pytest.raises(Invalid):
        actions.change(keeper, ODENSE, "walking_group", 3, new | {"service": "other"}, "Omdøb")


def test_only_the_secretariat_changes_services() -> None:
    for role in (Role.GP, Role.TEAM_CHAIR, Role.ADMINISTRATOR):
        with pytest.raises(Refused):
            actions.change(care.actor(role), ODENSE, "psychologist", 0, as_now(), "Ret")
