"""What the journal says: the worksheet's questions and answers, what they make of a state, and the time they take."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, Role
from samspil.improvement.actions.reviewing import answer, end_sitting
from samspil.improvement.models import IndicatorResult, JournalAnswer
from samspil.improvement.queries.own_overview import overview
from samspil.improvement.queries.own_patients import one_patient, patients
from samspil.improvement.queries.worksheet import sheet, worksheet
from tests import care
from tests.improvement import made
from tests.improvement.quality_house import AS_OF, SET, House

pytestmark = pytest.mark.django_db
FOOT = "podiatrist_last_two_years"
IN_WINDOW, TOO_OLD = dt.date(2022, 4, 4), dt.date(2020, 4, 4)
#: Everything that the worksheet of the set asks for, known by data.
KNOWN = {"annual_review": "met", "eye_exam": "met", "municipal_rehabilitation": "met", "smoking_registered": "met"}


@pytest.fixture
def house() -> House:
    return House()


def stand(house: House, citizen, indicator: str = "foot_exam"):
    found = one_patient(house.actor, SET, citizen.pk)
    return next(each for one, each in found.stands if one.indicator == indicator)


def test_l28_only_what_data_do_not_have_is_asked(house):
    karen = house.patient("Karen Holm", **KNOWN | {"foot_exam": "no_data"})
    house.patient("Ole Madsen", **KNOWN | {"foot_exam": "overdue"})
    found = worksheet(house.actor, SET)
    assert [(each.citizen, [one.variable for one in each.questions]) for each in found.waiting] == [(karen, [FOOT])]
    assert (found.all, found.done, found.left) == (1, 0, 1)
    answer(house.actor, karen, SET, {FOOT: ("done", IN_WINDOW)})
    found = worksheet(house.actor, SET)
    assert (found.all, found.done, found.waiting) == (1, 1, [])


def test_a_variable_that_nobody_collected_is_asked_of_everybody(house):
    without = {name: state for name, state in KNOWN.items() if name != "smoking_registered"} | {"foot_exam": "met"}
    house.patient("Karen Holm", **without)
    (waiting,) = worksheet(house.actor, SET).waiting
    assert [each.variable for each in waiting.questions] == ["smoking_registered"]


@pytest.mark.parametrize(
    ("code", "on", "state", "group"),
    [
        ("done", IN_WINDOW, "met", "met"),
        ("done_elsewhere", IN_WINDOW, "met", "met"),
        ("done", TOO_OLD, "overdue", "overdue"),
        ("not_done", None, "overdue", "overdue"),
        ("declined", None, "no_data", "exception"),
        ("contraindicated", None, "no_data", "exception"),
        ("not_reachable", None, "no_data", "exception"),
    ],
)
def test_l31_an_answer_means_what_the_set_says(house, code, on, state, group):
    karen = house.patient("Karen Holm", foot_exam="no_data")
    answer(house.actor, karen, SET, {FOOT: (code, on)})
    found = stand(house, karen)
    assert (found.state, found.group) == (state, group)
    assert found.answer is not None
    if code == "done" and on == TOO_OLD:
        assert found.since == dt.date(2022, 4, 4)


def test_the_newest_answer_counts_and_none_is_rewritten(house):
    karen = house.patient("Karen Holm", foot_exam="no_data")
    answer(house.actor, karen, SET, {FOOT: ("declined", None)})
    answer(care.acting(house.doctor), karen, SET, {FOOT: ("done", IN_WINDOW)})
    found = stand(house, karen)
    assert (found.state, found.answer.by) == ("met", house.doctor)
    assert JournalAnswer.objects.count() == 2


def test_data_that_are_newer_than_the_answer_count_instead(house):
    karen = house.patient("Karen Holm", foot_exam=("met", {"last": dt.date(2022, 11, 1)}))
    answer(house.actor, karen, SET, {FOOT: ("done", IN_WINDOW)})
    assert stand(house, karen).answer is None
    ole = house.patient("Ole Madsen", foot_exam=("overdue", {"last": TOO_OLD, "since": dt.date(2022, 4, 4)}))
    answer(house.actor, ole, SET, {FOOT: ("done_elsewhere", IN_WINDOW)})
    assert stand(house, ole).state == "met"


def test_who_an_indicator_does_not_apply_to_is_not_changed(house):
    karen = house.patient("Karen Holm", foot_exam="not_applicable")
    answer(house.actor, karen, SET, {FOOT: ("done", IN_WINDOW)})
    assert stand(house, karen).state == "not_applicable"


def test_the_published_share_stays_and_the_journal_s_stands_beside_it(house):
    house.figures()
    result = IndicatorResult.objects.get(indicator="foot_exam", day=AS_OF, level="practice")
    before = (result.met, result.persons, result.no_data, result.exceptions)
    done, declined, late = (house.patient(foot_exam=state) for state in ("no_data", "no_data", "overdue"))
    answer(house.actor, done, SET, {FOOT: ("done", IN_WINDOW)})
    answer(house.actor, declined, SET, {FOOT: ("declined", None)})
    answer(house.actor, late, SET, {FOOT: ("not_done", None)})
    line = next(each for each in overview(house.actor, SET).lines if each.indicator.indicator == "foot_exam")
    # 42 of 56 as published; one more is met, and one leaves the denominator with a reason.
    assert (line.first.n, line.first.d) == (42, 56)
    assert (line.reviewed.n, line.reviewed.d) == (43, 55)
    assert line.changed == 2
    result.refresh_from_db()
    assert (result.met, result.persons, result.no_data, result.exceptions) == before


def test_a_list_shows_the_reason_apart_from_not_done(house):
    declined = house.patient("Birthe Kjær", foot_exam="overdue")
    late = house.patient("Karen Holm", foot_exam="overdue")
    answer(house.actor, declined, SET, {FOOT: ("declined", None)})
    found = patients(house.actor, SET, "foot_exam")
    assert found.counts == {"overdue": 1, "exception": 1}
    assert [row.citizen for row in found.rows] == [late]
    assert [row.citizen for row in patients(house.actor, SET, "foot_exam", group="exception").rows] == [declined]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, ""),
        ({"nothing": ("done", None)}, "nothing"),
        ({FOOT: ("perhaps", None)}, FOOT),
        ({FOOT: ("done", None)}, f"{FOOT}_on"),
        ({FOOT: ("done", dt.date(2999, 1, 1))}, f"{FOOT}_on"),
        ({FOOT: ("done", dt.date(1900, 1, 1))}, f"{FOOT}_on"),
        ({FOOT: ("declined", IN_WINDOW)}, f"{FOOT}_on"),
        ({"smoking_registered": ("done", IN_WINDOW)}, "smoking_registered_on"),
        # One that is wrong spoils all: they are saved in one go.
        ({"smoking_registered": ("done", None), FOOT: ("done", None)}, f"{FOOT}_on"),
    ],
)
def test_an_answer_that_cannot_be_is_told_at_its_field_and_nothing_is_saved(house, given, field):
    karen = house.patient("Karen Holm", foot_exam="no_data")
    with pytest.raises(Invalid) as told:
        answer(house.actor, karen, SET, given)
    assert told.value.field == field
    assert not JournalAnswer.objects.exists()


def test_two_who_answer_for_the_same_patient_are_told(house):
    karen = house.patient("Karen Holm", foot_exam="no_data")
    answer(house.actor, karen, SET, {FOOT: ("declined", None)}, known=0)
    with pytest.raises(Conflict, match="Sanne Sekretær"):
        answer(care.acting(house.doctor), karen, SET, {FOOT: ("not_done", None)}, known=0)


def test_an_answer_is_the_own_practice_s_alone_and_logged(house):
    karen = house.patient("Karen Holm", foot_exam="no_data")
    with pytest.raises(Refused):
        answer(care.acting(care.member(role=Role.GP)), karen, SET, {FOOT: ("declined", None)})
    answer(house.actor, karen, SET, {FOOT: ("declined", None)})
    rows = AccessRecord.objects.filter(verb="write", resource="quality_patients", outcome="allowed")
    assert [(row.citizen_id, row.detail) for row in rows] == [(karen.pk, "t2d/worksheet")]


def test_what_was_done_stays_done_and_everything_else_is_asked_again_each_year(house):
    karen = house.patient("Karen Holm", **KNOWN | {"foot_exam": "no_data"})
    last_year = care.moment(dt.date(AS_OF.year - 1, 11, 1))
    given = answer(house.actor, karen, SET, {FOOT: ("declined", None)})
    JournalAnswer.objects.filter(pk=given[0].pk).update(at=last_year)
    assert worksheet(house.actor, SET).left == 1
    # What was said then is there to see, and counts until somebody says something else.
    assert sheet(house.actor, SET, karen.pk).questions[1].answer.answer == "declined"
    assert stand(house, karen).group == "exception"
    given = answer(house.actor, karen, SET, {FOOT: ("done", IN_WINDOW)})
    JournalAnswer.objects.filter(pk=given[0].pk).update(at=last_year + dt.timedelta(days=1))
    assert worksheet(house.actor, SET).left == 0


def test_the_next_patient_is_the_next_by_name_and_then_from_the_top(house):
    anna, birthe, carl = (house.patient(name, foot_exam="no_data") for name in ("Anna", "Birthe", "Carl"))
    assert sheet(house.actor, SET, anna.pk).following == birthe.pk
    assert sheet(house.actor, SET, carl.pk).following == anna.pk


def test_l28_minutes_are_shown_year_by_year(house):
    end_sitting(house.actor, SET, 90, 20, on=dt.date(2021, 2, 1))
    end_sitting(house.actor, SET, 30, 10, on=dt.date(2021, 3, 1))
    end_sitting(care.acting(house.doctor), SET, 45, 30, on=dt.date(2022, 2, 1))
    years = worksheet(house.actor, SET).years
    assert [(each.year, each.minutes, each.patients, each.sittings) for each in years] == [
        (2022, 45, 30, 1), (2021, 120, 30, 2)
    ]  # fmt: skip
    assert [each.per_patient for each in years] == [1.5, 4.0]


SITTINGS = [(0, 1, "minutes"), (1441, 1, "minutes"), (5, -1, "patients")]


@pytest.mark.parametrize(("minutes", "patients", "field"), SITTINGS)
def test_a_sitting_takes_some_time_and_less_than_a_day(house, minutes, patients, field):
    with pytest.raises(Invalid) as told:
        end_sitting(house.actor, SET, minutes, patients)
    assert told.value.field == field
    with pytest.raises(Invalid):
        end_sitting(house.actor, SET, 5, 1, on=timezone.localdate() + dt.timedelta(days=1))


def test_a_new_publication_takes_a_new_look_at_an_old_answer(house):
    karen = house.patient("Karen Holm", foot_exam="no_data")
    answer(house.actor, karen, SET, {FOOT: ("done", dt.date(2021, 6, 1))})
    assert stand(house, karen).state == "met"
    house.publication = made.publication(SET, dt.date(2023, 12, 31))
    house.states(karen, foot_exam="no_data")
    later = stand(house, karen)
    assert (later.state, later.since) == ("overdue", dt.date(2023, 6, 1))
