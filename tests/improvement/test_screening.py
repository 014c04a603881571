"""Same-day screening: whom it is suggested for and why; and the flags that only professionals set."""

from __future__ import annotations

import datetime as dt

import pytest

from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, Role
from samspil.improvement.actions.flagging import remove_flag, set_flag
from samspil.improvement.actions.reviewing import answer
from samspil.improvement.models import PatientFlag
from samspil.improvement.queries.flags import flags
from samspil.improvement.queries.screening import screening
from tests import care
from tests.improvement import made
from tests.improvement.quality_house import SET, House

pytestmark = pytest.mark.django_db
#: A review 13 months ago, eyes and feet 25 months ago.
LATE = {
    "annual_review": ("overdue", {"last": dt.date(2021, 11, 30), "since": dt.date(2022, 11, 30)}),
    "eye_exam": ("overdue", {"last": dt.date(2020, 11, 30), "since": dt.date(2022, 11, 30)}),
    "foot_exam": ("overdue", {"last": dt.date(2020, 11, 30), "since": dt.date(2022, 11, 30)}),
}


@pytest.fixture
def house() -> House:
    return House()


def suggestions(house: House) -> dict[str, int]:
    return {name: count for name, count in screening(house.actor, SET).counts.items() if count}


def test_tc3_34_review_eyes_feet_and_vulnerable_is_home_with_the_reasons(house):
    karen = house.patient("Karen Holm", **LATE)
    assert suggestions(house) == {"hospital_sds": 1}
    set_flag(care.acting(house.doctor), karen, SET, "vulnerable", "Kommer ikke ud")
    found = screening(house.actor, SET)
    assert found.suggestion.suggestion == "home"
    (row,) = found.rows
    assert (row.citizen, len(row.suggested.reasons), len(row.suggested.flagged)) == (karen, 3, 1)


def test_tc3_35_eyes_only_is_the_hospital(house):
    house.patient(annual_review="met", eye_exam=LATE["eye_exam"], foot_exam="met")
    assert suggestions(house) == {"hospital_sds": 1}


def test_r_sds_2_a_special_need_comes_before_the_hospital(house):
    karen = house.patient(annual_review="met", eye_exam=LATE["eye_exam"], foot_exam="met")
    set_flag(house.actor, karen, SET, "special_need", "Profiterer ikke af behandlingen")
    assert suggestions(house) == {"good_start": 1}


def test_nothing_is_suggested_for_who_has_everything_and_nothing_is_done_by_itself(house):
    house.patient(annual_review="met", eye_exam="met", foot_exam="met")
    assert suggestions(house) == {}
    assert not PatientFlag.objects.exists()


def test_what_somebody_declined_is_not_suggested_to_them(house):
    karen = house.patient(annual_review="met", eye_exam="no_data", foot_exam="met")
    assert suggestions(house) == {"hospital_sds": 1}
    answer(house.actor, karen, SET, {"eye_last_two_years": ("declined", None)})
    assert suggestions(house) == {}
    answer(house.actor, karen, SET, {"eye_last_two_years": ("not_done", None)})
    (row,) = screening(house.actor, SET).rows
    assert row.from_journal


def test_what_was_not_collected_is_told_and_never_a_reason(house):
    house.publication.delete()
    house.publication = made.publication(SET, dt.date(2017, 12, 31))
    house.patient(annual_review="overdue")
    found = screening(house.actor, SET)
    assert {"eye_exam", "foot_exam"} <= {each.indicator for each in found.not_collected}
    assert not found.rows


def test_those_with_most_reasons_come_first_and_each_seen_is_logged(house):
    one = house.patient("Anna", annual_review="met", eye_exam="overdue", foot_exam="met")
    two = house.patient("Birthe", annual_review="met", eye_exam="overdue", foot_exam="overdue")
    assert [row.citizen for row in screening(house.actor, SET).rows] == [two, one]
    seen = AccessRecord.objects.filter(resource="quality_patients", citizen_id__isnull=False)
    assert {(row.citizen_id, row.detail) for row in seen} == {(one.pk, "t2d/screening"), (two.pk, "t2d/screening")}


def test_a_flag_is_set_and_taken_away_with_reasons_and_its_history_is_kept(house):
    karen = house.patient("Karen Holm", **LATE)
    flag = set_flag(house.actor, karen, SET, "vulnerable", " Bor alene ")
    with pytest.raises(Conflict, match="Sanne Sekretær"):
        set_flag(care.acting(house.doctor), karen, SET, "vulnerable", "Bor alene")
    for wrong in (("nothing", "Bor alene"), ("vulnerable", "  ")):
        with pytest.raises(Invalid):
            set_flag(house.actor, karen, SET, *wrong)
    with pytest.raises(Invalid):
        remove_flag(house.actor, flag, " ")
    stale = PatientFlag.objects.get()
    remove_flag(care.acting(house.doctor), flag, "Har fået hjælp")
    with pytest.raises(Conflict, match="Anne Lund"):
        remove_flag(house.actor, stale, "Har fået hjælp")
    found = flags(house.actor, karen.pk)
    assert found.now == []
    (earlier,) = found.earlier
    assert (earlier.flag.reason, earlier.flag.removed_reason, earlier.flag.removed_by) == (
        "Bor alene", "Har fået hjælp", house.doctor
    )  # fmt: skip
    # It can be set again.
    set_flag(house.actor, karen, SET, "vulnerable", "Faldet tilbage")


def test_a_municipal_professional_sets_flags_with_a_task_and_consent_alone(house):
    karen = house.patient("Karen Holm", **LATE)
    nurse = care.member(role=Role.MUNICIPAL)
    for _ in range(2):
        with pytest.raises(Refused):
            set_flag(care.acting(nurse), karen, SET, "vulnerable", "Bor alene")
        with pytest.raises(Refused):
            flags(care.acting(nurse), karen.pk)
        care.task(karen, nurse.organisation, house.doctor.user)
    care.consent(karen, "sharing", house.doctor.user)
    set_flag(care.acting(nurse), karen, SET, "vulnerable", "Bor alene")
    (told,) = flags(house.actor, karen.pk).now
    assert told.flag.by == nurse
    other = house.patient("Ole Madsen", **LATE)
    care.task(other, nurse.organisation, house.doctor.user)
    care.consent(other, "sharing", house.doctor.user, category="social")
    with pytest.raises(Refused):
        flags(care.acting(nurse), other.pk)
    hospital = care.member(role=Role.HOSPITAL)
    care.task(karen, hospital.organisation, house.doctor.user)
    with pytest.raises(Refused):
        flags(care.acting(hospital), karen.pk)
