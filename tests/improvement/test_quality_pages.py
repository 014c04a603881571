"""The practice's own quality on its pages: what each shows, to whom, and what the access log has of it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from tests import care
from tests.improvement import made
from tests.improvement.quality_house import House

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    found = House()
    found.figures()
    return found


@pytest.fixture
def client(house) -> Client:
    return care.log_in(Client(), house.staff)


def text(answer) -> str:
    return answer.content.decode()


def test_every_page_answers(house, client):
    karen = house.patient("Karen Holm", foot_exam=("overdue", {"since": dt.date(2022, 3, 1)}), eye_exam="no_data")
    made.lost(house.publication, karen, dt.date(2021, 2, 1))
    for address in ("", "t2d/", "t2d/foot_exam/", "t2d/lost/", "t2d/worksheet/", "t2d/screening/",
                    f"t2d/patients/{karen.pk}/", f"t2d/worksheet/{karen.pk}/"):  # fmt: skip
        answer = client.get(f"/quality/{address}")
        assert answer.status_code == 200, address
    assert client.get(f"/citizens/{karen.pk}/flags/").status_code == 200
