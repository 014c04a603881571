"""Reaching out to patients who are lost or overdue: rules of the log, and the groups that the list is read in."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, Citizen, Role
from samspil.improvement.actions.flagging import set_flag
from samspil.improvement.actions.outreach import record_attempt
from samspil.improvement.models import LostPatient, OutreachAttempt
from samspil.improvement.queries.lost import lost
from tests import care
from tests.improvement import made
from tests.improvement.quality_house import SET, House

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def karen(house) -> Citizen:
    karen = house.patient("Karen Holm", annual_review=("overdue", {"since": dt.date(2022, 2, 1)}))
    made.lost(house.publication, karen, dt.date(2021, 2, 1))
    return karen


def groups(house: House) -> dict[str, int]:
    return lost(house.actor, SET).counts


def test_r_lost_an_attempt_is_kept_with_channel_outcome_words_day_and_who(house, karen):
    day = timezone.localdate() - dt.timedelta(days=2)
    attempt = record_attempt(house.actor, karen, SET, "phone", "no_answer", on=day, words=" Ringer igen ")
    assert (attempt.on, attempt.channel, attempt.outcome, attempt.words) == (day, "phone", "no_answer", "Ringer igen")
    assert (attempt.by, attempt.practice, attempt.lost) == (house.staff, house.house, True)
    row = AccessRecord.objects.get(resource="quality_patients", verb="write")
    assert (row.citizen_id, row.detail, row.basis) == (karen.pk, "t2d/no_answer", f"legal_basis:{house.basis.pk}")


def test_a_day_ahead_or_before_birth_is_no_day_of_an_attempt(house, karen):
    for day in (timezone.localdate() + dt.timedelta(days=1), dt.date(1901, 1, 1)):
        with pytest.raises(Invalid) as told:
            record_attempt(house.actor, karen, SET, "phone", "no_answer", on=day)
        assert told.value.field == "on"
    with pytest.raises(Invalid):
        record_attempt(house.actor, karen, SET, "pigeon", "no_answer")
    with pytest.raises(Invalid):
        record_attempt(house.actor, karen, SET, "phone", "bored")
    with pytest.raises(LookupError):
        record_attempt(house.actor, karen, "nothing", "phone", "no_answer")
    assert not OutreachAttempt.objects.exists()


def test_nobody_rings_twice_without_knowing(house, karen):
    record_attempt(house.actor, karen, SET, "phone", "no_answer", known=0)
    with pytest.raises(Conflict, match="Sanne Sekretær"):
        record_attempt(care.acting(house.doctor), karen, SET, "phone", "booked", known=0)
    known = OutreachAttempt.objects.get().pk
    record_attempt(care.acting(house.doctor), karen, SET, "phone", "booked", known=known)


def test_only_patients_of_the_figures_and_of_the_own_practice(house, karen):
    healthy = care.citizen(house.house)
    with pytest.raises(Invalid):
        record_attempt(house.actor, healthy, SET, "phone", "no_answer")
    stranger = care.acting(care.member(role=Role.GP))
    with pytest.raises(Refused):
        record_attempt(stranger, karen, SET, "phone", "no_answer")
    house.basis.until = dt.date(2020, 1, 1)
    house.basis.save()
    with pytest.raises(Refused):
        record_attempt(house.actor, karen, SET, "phone", "no_answer")
    assert not OutreachAttempt.objects.exists()


def test_who_does_not_want_to_be_contacted_is_not_called_from_the_list(house, karen):
    set_flag(house.actor, karen, SET, "do_not_contact", "Har bedt om ikke at blive ringet op")
    assert groups(house) == {"stopped": 1}
    with pytest.raises(Conflict):
        record_attempt(house.actor, karen, SET, "phone", "no_answer")
    record_attempt(house.actor, karen, SET, "in_practice", "booked")


@pytest.mark.parametrize(
    ("outcome", "group"),
    [
        ("no_answer", "waiting"),
        ("booked", "waiting"),
        ("back", "back"),
        ("declined", "answered"),
        ("done_elsewhere", "answered"),
        ("not_reachable", "answered"),
        ("moved", "answered"),
    ],
)
def test_l31_an_answer_is_shown_apart_from_not_done(house, karen, outcome, group):
    assert groups(house) == {"not_tried": 1}
    record_attempt(house.actor, karen, SET, "phone", outcome)
    assert groups(house) == {group: 1}


def test_l29_who_was_lost_and_has_been_in_contact_is_back(house, karen):
    record_attempt(house.actor, karen, SET, "phone", "no_answer")
    LostPatient.objects.all().delete()
    assert groups(house) == {"back": 1}
    (row,) = lost(house.actor, SET).rows
    assert row.citizen == karen
    assert row.lost is None


def test_who_was_overdue_alone_when_somebody_called_never_was_lost(house):
    ole = house.patient("Ole Madsen", annual_review="overdue")
    record_attempt(house.actor, ole, SET, "phone", "booked")
    assert groups(house) == {}


def test_what_was_tried_before_the_last_contact_belongs_to_an_earlier_time(house, karen):
    record_attempt(house.actor, karen, SET, "phone", "declined", on=dt.date(2020, 5, 1))
    assert groups(house) == {"not_tried": 1}


def test_dead_emigrated_and_moved_patients_are_on_no_list(house, karen):
    elsewhere = care.practice()
    for change in ({"inactive": True}, {"practice": elsewhere}):
        gone = house.patient()
        made.lost(house.publication, gone)
        Citizen.objects.filter(pk=gone.pk).update(**change)
    found = lost(house.actor, SET)
    assert [row.citizen for row in found.rows] == [karen]
    seen = AccessRecord.objects.filter(resource="quality_patients", verb="read", citizen_id__isnull=False)
    assert [row.citizen_id for row in seen] == [karen.pk]


def test_who_was_never_seen_comes_first_then_who_was_seen_longest_ago(house):
    for name, day in (("A", dt.date(2021, 6, 1)), ("B", None), ("C", dt.date(2020, 6, 1))):
        made.lost(house.publication, house.patient(name), day)
    assert [row.citizen.name for row in lost(house.actor, SET).rows] == ["B", "C", "A"]
