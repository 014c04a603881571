"""Numbers that no record has and days that no calendar goes beyond are answered like any other mistake."""

from __future__ import annotations

import re

import pytest
from django.urls import URLPattern, get_resolver

from samspil.access.models import Role
from tests import care
from tests.lists import made

pytestmark = [pytest.mark.django_db, pytest.mark.once]
HUGE = str(10**30)
PERIODS = ["until=9999-12-31", "since=0001-01-01", "since=9999-12-31", "since=0001-01-01&until=9999-12-31"]


@pytest.fixture
def house():
    """A practice with a list of three."""
    care.legal_basis("case_finding")
    house = care.practice()
    house.names_on_list = made.names(made.publication("daemp"), house, 3)
    return house


@pytest.mark.parametrize("asked", [*PERIODS, f"citizen={HUGE}", f"organisation={HUGE}", f"after={HUGE}-1"])
def test_a_search_of_the_log(client, asked):
    care.log_in(client, care.member(role=Role.DATA_PROTECTION_OFFICER))
    assert client.get(f"/oversight/log/?{asked}").status_code == 200


@pytest.mark.parametrize("asked", [*PERIODS, f"round={HUGE}"])
def test_a_period_of_the_worth_of_lists(client, house, asked):
    care.log_in(client, care.member(role=Role.SECRETARIAT))
    for path in ("/worth/practices/", f"/worth/practices/{house.pk}/"):
        assert client.get(f"{path}?{asked}").status_code == 422


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"version": HUGE}, 409),
        ({"of_list": HUGE}, 422),
        ({"of_list": f"-{HUGE}"}, 422),
        ({"kind": "ask", "colleague": HUGE}, 422),
        ({"kind": "later", "until": "31-12-9999"}, 422),
    ],
)
def test_a_decision(client, house, sent, status):
    care.log_in(client, care.member(house))
    entry = house.names_on_list[0]
    answer = client.post(f"/lists/names/{entry.pk}/", {"kind": "invite", "version": entry.version} | sent)
    assert answer.status_code == status


def routes(resolver, before: str = ""):
    """Every address with a number in it."""
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if not isinstance(pattern, URLPattern):
            yield from routes(pattern, route)
        elif "<int:" in route:
            yield "/" + re.sub(r"<slug:\w+>", "x", route)


@pytest.mark.parametrize("number", [HUGE, "9" * 19, "0"])
@pytest.mark.parametrize(
    "role", [Role.GP, Role.MUNICIPAL, Role.SECRETARIAT, Role.DATA_PROTECTION_OFFICER, Role.ADMINISTRATOR]
)
def test_an_address(client, role, number):
    care.log_in(client, care.member(role=role))
    for route in routes(get_resolver()):
        path = re.sub(r"<int:\w+>", number, route)
        for answer in (client.get(path), client.post(path)):
            assert answer.status_code in {403, 404, 405}, path
