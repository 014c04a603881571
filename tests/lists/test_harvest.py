"""What lists tell for evaluation: decisions about names, how courses came about, and which practices take part."""

from __future__ import annotations

import datetime as dt

import pytest

from samspil.lists import harvest
from samspil.lists.models import Source
from samspil.plans.harvest import courses
from tests import care
from tests.lists import made
from tests.plans import made as plans

pytestmark = pytest.mark.django_db
D = dt.date(2016, 12, 31)


def on(day, month=11):
    return dt.date(2016, month, day)


@pytest.fixture
def doctor():
    return care.member()


def test_decisions_with_their_coded_reasons_and_without_words(doctor):
    """List precision is accepted of judged (report 001 R-CASE-04); asking a colleague decides nothing."""
    names = made.names(made.publication(), doctor.organisation, 4)
    for day, (name, kind) in enumerate(zip(names, ("invite", "not_relevant", "later", "ask"), strict=True), start=1):
        made.review(name, doctor, kind, "dementia" if kind == "not_relevant" else "", day=on(day), note="HEMMELIGT")
    found = harvest.reviews(D)
    assert [(row.citizen, row.date, row.decision, row.reason) for row in found] == [
        (names[0].citizen, on(1), "invite", None),
        (names[1].citizen, on(2), "not_relevant", "dementia"),
        (names[2].citizen, on(3), "later", None),
    ]
    assert {(row.programme, row.model, row.practice_id) for row in found} == {
        ("odense-ic", "daemp", doctor.organisation_id)
    }
    assert "HEMMELIGT" not in str(found)
    assert [row.decision for row in harvest.reviews(on(1))] == ["invite"]


def test_a_decision_that_was_taken_back_is_none(doctor):
    (name,) = made.names(made.publication(), doctor.organisation, 1)
    made.review(name, doctor, "invite", day=on(1), undone_at=care.moment(on(5)), undone_by=doctor)
    assert harvest.reviews(D) == []
    assert len(harvest.reviews(on(4))) == 1, "on the fourth it stood"


def test_a_course_is_found_as_its_own_enrolment_was(doctor):
    """Somebody who comes back has a second course, found in its own way."""
    who = care.citizen(doctor.organisation)
    name = made.entry(made.risk_list(made.publication(), doctor.organisation), who)
    made.inclusion(doctor, entry=name, stage="enrolled", day=on(1), ended_at=care.moment(on(10)))
    made.inclusion(doctor, citizen=who, source=Source.NEWLY_ILL, stage="enrolled", day=on(1, 12))
    first = plans.pathway(who, doctor, arm="daemp", opened_at=care.moment(on(1)), ended_at=care.moment(on(10)))
    second = plans.pathway(who, doctor, arm="daemp", opened_at=care.moment(on(1, 12)))
    other_arm = plans.pathway(care.citizen(doctor.organisation), doctor, arm="sad", opened_at=care.moment(on(2)))
    found = harvest.inclusions(courses(D))
    assert found == {first.pk: "list", second.pk: "off_list", other_arm.pk: "off_list"}


def test_a_practice_takes_part_with_a_list_that_somebody_can_open_or_with_a_course(doctor):
    """Publishing makes a list for every practice of the region: that alone is not taking part."""
    bulletin = made.publication(published_at=care.moment(on(1)))
    used, unused, nobody, joined = doctor.organisation, care.practice(), care.practice(), care.practice()
    care.member(unused)
    care.member(joined, since=on(20))
    for place in (used, unused, nobody, joined):
        made.names(bulletin, place, 1)
    made.review(used.risk_lists.get().entries.get(), doctor, "later", day=on(5))
    off_list = care.member()
    plans.pathway(care.citizen(off_list.organisation), off_list, opened_at=care.moment(on(9)))
    found = {row.provider_number: (row.since, row.first_used) for row in harvest.taking_part(courses(D), D)}
    assert found == {
        used.provider_number: (on(1), on(5)),
        unused.provider_number: (on(1), None),
        joined.provider_number: (on(20), None),
        off_list.organisation.provider_number: (on(9), on(9)),
    }
    early = {row.provider_number: row.first_used for row in harvest.taking_part(courses(on(4)), on(4))}
    assert early == {used.provider_number: None, unused.provider_number: None}


def test_a_practice_that_took_somebody_in_before_its_first_list_takes_part_from_then(doctor):
    made.names(made.publication(published_at=care.moment(on(20))), doctor.organisation, 1)
    plans.pathway(care.citizen(doctor.organisation), doctor, opened_at=care.moment(on(3)))
    (row,) = harvest.taking_part(courses(D), D)
    assert (row.programme, row.since, row.first_used) == ("odense-ic", on(3), on(3))
