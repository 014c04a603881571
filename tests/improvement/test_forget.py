"""A source that is purged leaves the practice's pages; counts without anybody in them stay and say so."""

import datetime as dt
from decimal import Decimal

import pytest

from samspil.access.actor import system
from samspil.improvement.actions.forget import forget_source
from samspil.improvement.models import CostlyPatient, FiguresPublication, IndicatorResult, LostPatient, PatientState
from tests import care
from tests.improvement import made

pytestmark = pytest.mark.django_db


def read(*sources):
    return dict.fromkeys(sources, "2022-12-31")


def test_what_a_purged_source_said_of_patients_is_removed_and_counts_stay():
    house = care.practice()
    t2d = made.publication("t2d", data_dates=read("general_practice", "civil"))
    made.state(t2d, care.citizen(house), "foot_exam", "overdue", since=dt.date(2022, 3, 1))
    made.lost(t2d, care.citizen(house))
    made.result(t2d, None, "foot_exam", met=80, not_met=20)
    assert forget_source(system(), "general_practice").states == 1
    assert not PatientState.objects.exists()
    assert not LostPatient.objects.exists()
    assert IndicatorResult.objects.get().met == 80
    t2d.refresh_from_db()
    assert t2d.data_dates == read("civil")
    assert t2d.checks == [{"purged": "general_practice"}]
    assert forget_source(system(), "general_practice").states == 0


def test_a_source_that_a_set_does_not_read_takes_nothing_of_it_along():
    t2d = made.publication("t2d", data_dates=read("general_practice", "employment"))
    made.state(t2d, care.citizen(care.practice()), "foot_exam", "met")
    assert forget_source(system(), "employment").states == 0
    assert PatientState.objects.count() == 1


def test_the_most_costly_patients_go_with_any_source_of_cost():
    house = care.practice()
    figures = FiguresPublication.objects.create(
        run="r", kind="cost", as_of=made.AS_OF, data_dates=read("hospital"), release="0",
        published_at=care.moment(made.AS_OF), published_by="drift",
    )  # fmt: skip
    CostlyPatient.objects.create(
        publication=figures, citizen=care.citizen(house), practice=house, diagnosis="diabetes", rank=1,
        cost=Decimal("100000"),
    )  # fmt: skip
    assert forget_source(system(), "hospital").costly == 1
