"""Acute and planned contacts of those enrolled, before and after, by practice (001 R-EVAL-17)."""

from __future__ import annotations

import datetime as dt

import pytest

from samspil.definitions import SamspilError
from samspil.evaluation.effects.estimate import Limit
from samspil.evaluation.figures import Reason, Unknown
from samspil.evaluation.implementation.chapter import implementation
from samspil.evaluation.implementation.contacts import PracticeContacts, contacts
from tests.evaluation.implementation.made_programme import ARM, DAYS, PROGRAMME, UNTIL, Programme

BEGAN = dt.date(2024, 3, 1)
BEFORE, AFTER = dt.date(2024, 2, 29), dt.date(2024, 5, 31)


def told(
    did: Programme, months: int = 3, until: dt.date = dt.date(2024, 12, 31)
) -> dict[tuple[str, str], tuple[int, int, int]]:
    found = contacts(did.scope(until=until), months)
    assert not isinstance(found, Unknown)
    return {(each.provider_number, each.series): (each.courses, each.before, each.after) for each in found}


def test_r_eval_17_each_practice_has_a_series_of_calls_and_of_acute_and_planned_contacts() -> None:
    did = Programme().course("c", "100001", began=BEGAN, person=1).course("d", "100002", began=BEGAN, person=2)
    did.contact(1, "phone", BEFORE, BEFORE, AFTER).contact(2, "consultation", AFTER)
    did.hospital(1, True, BEFORE, AFTER).hospital(2, False, BEGAN)
    assert told(did) == {
        ("100001", "gp_consultation"): (1, 0, 0),
        ("100001", "gp_phone"): (1, 2, 1),
        ("100001", "hospital_acute"): (1, 1, 1),
        ("100001", "hospital_planned"): (1, 0, 0),
        ("100002", "gp_consultation"): (1, 0, 1),
        ("100002", "gp_phone"): (1, 0, 0),
        ("100002", "hospital_acute"): (1, 0, 0),
        ("100002", "hospital_planned"): (1, 0, 1),
    }


def test_months_before_and_after_are_equally_long_and_the_first_day_is_after() -> None:
    did = Programme().course("c", "100001", began=BEGAN, person=1)
    did.contact(1, "phone", dt.date(2023, 11, 30), dt.date(2023, 12, 1), BEFORE, BEGAN, AFTER, dt.date(2024, 6, 1))
    assert told(did) == {("100001", "gp_phone"): (1, 2, 2)}


def test_who_was_not_followed_for_all_the_months_is_left_out() -> None:
    did = Programme().course("c", "100001", began=BEGAN, person=1).course("d", "100001", began=BEGAN, person=2)
    did.course("e", "100001", began=BEGAN + dt.timedelta(days=1), person=3)
    for person in (1, 2, 3, 99):
        did.contact(person, "phone", BEFORE, AFTER)
    assert told(did, until=AFTER) == {("100001", "gp_phone"): (2, 2, 2)}
    assert told(did, until=AFTER - dt.timedelta(days=1)) == {}


def test_the_chapter_has_contacts_when_they_are_asked_for() -> None:
    did = Programme().course("c", "100001", began=BEGAN, person=1).contact(1, "phone", AFTER)
    found = implementation(did.tables(), PROGRAMME, ARM, UNTIL, None, DAYS, contact_months=3)
    assert found.contacts == (PracticeContacts("100001", "gp_phone", 3, 1, 0, 1),)
    assert did.implementation().contacts == ()


def test_rates_are_for_each_citizen_and_year_and_say_nothing_of_cause() -> None:
    found = PracticeContacts("100001", "gp_phone", months=3, courses=4, before=6, after=2)
    assert (found.rate(found.before), found.rate(found.after)) == (6, 2)
    assert found.cannot_show[0] is Limit.NO_COMPARISON


def test_a_source_that_is_not_loaded_has_no_series_and_without_any_nothing_is_known() -> None:
    did = Programme().course("c", "100001", began=BEGAN, person=1).contact(1, "phone", AFTER).hospital(1, True, AFTER)
    assert told(did.without("hospital_contact")) == {("100001", "gp_phone"): (1, 0, 1)}
    gone = contacts(did.without("gp_contact").scope(), 3)
    assert gone == Unknown.because(Reason.NOT_LOADED, source="general_practice")
    with pytest.raises(SamspilError, match="at least 1"):
        contacts(did.scope(), 0)
