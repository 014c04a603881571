"""The most costly patients: for the treating practice alone, logged, and never as a need (001 R-POP-07, R-SEG-11)."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from samspil.access.models import AccessRecord, Category, Role
from tests import care
from tests.improvement import made, population_house

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return care.practice("Lægerne Torvet")


@pytest.fixture
def doctor(house, client):
    care.legal_basis("quality")
    return care.log_in(client, care.member(house, Role.GP, "Anne Lund"))


@pytest.fixture
def published():
    return population_house.cost()


def test_r_pop_07_the_practice_sees_its_own_and_no_other(house, doctor, published):
    population_house.costly(published, care.citizen(house, "Egon Egen"))
    population_house.costly(published, care.citizen(care.practice(), "Fremmed Frederiksen"))
    said = doctor.get("/quality/costs/").content.decode()
    assert "Egon Egen" in said
    assert "Fremmed" not in said
    assert "299.999 kr." in said
    assert "20.000 kr." in said


def test_r_seg_11_cost_stands_with_the_warning_the_year_before_and_another_kind_of_criterion(house, doctor, published):
    citizen = care.citizen(house, "Egon Egen")
    population_house.costly(published, citizen)
    t2d = made.publication("t2d")
    made.state(t2d, citizen, "foot_exam", "overdue", since=dt.date(2022, 3, 1))
    made.state(t2d, citizen, "eye_exam", "met")
    made.lost(t2d, citizen)
    page = doctor.get("/quality/costs/")
    (row,) = page.context["rows"]
    assert row.waiting.startswith("1 indikator mangler; ")
    said = re.sub(r"\s+", " ", page.content.decode())
    assert "Ét års udgifter er ikke et behov" in said
    assert "hvad der blev gjort, ikke hvad der er brug for" in said


def test_everybody_shown_is_logged(house, doctor, published):
    people = [care.citizen(house) for _each in range(3)]
    for rank, citizen in enumerate(people, start=1):
        population_house.costly(published, citizen, rank)
    doctor.get("/quality/costs/?set=t2d")
    rows = AccessRecord.objects.filter(resource="costly_patients", verb="read", outcome="allowed")
    assert {row.citizen_id for row in rows} == {citizen.pk for citizen in people}


def test_who_has_moved_or_died_is_not_shown_any_more(house, doctor, published):
    moved, dead = care.citizen(care.practice(), "Mona Flyttet"), care.citizen(house, "Dagny Død", inactive=True)
    population_house.costly(published, moved, practice=house)
    population_house.costly(published, dead, 2)
    said = doctor.get("/quality/costs/").content.decode()
    assert "Mona" not in said
    assert "Dagny" not in said


def test_a_basis_for_one_kind_of_data_does_not_open_a_sum_over_all(house, client, published):
    care.legal_basis("quality", categories=[Category.HEALTH])
    population_house.costly(published, care.citizen(house, "Egon Egen"))
    answer = care.log_in(client, care.member(house, Role.GP)).get("/quality/costs/")
    assert answer.status_code == 403
    assert "Egon" not in answer.content.decode()


@pytest.mark.parametrize("role", [Role.PRACTICE_STAFF, Role.LEADERSHIP, Role.SECRETARIAT, Role.MUNICIPAL])
def test_only_the_treating_doctor_sees_them(client, published, role):
    care.legal_basis("quality")
    care.log_in(client, care.member(role=role))
    assert client.get("/quality/costs/").status_code == 403


def test_a_page_needs_few_statements_however_many_there_are(house, doctor, published):
    for rank in range(1, 60):
        population_house.costly(published, care.citizen(house), rank)
    with CaptureQueriesContext(connection) as statements:
        assert doctor.get("/quality/costs/").status_code == 200
    # Rows of the log are written in batches beside what is read.
    assert len(statements) <= 22
