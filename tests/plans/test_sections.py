"""Writing sections: who may, versions that meet, "not assessed", involvement."""

from __future__ import annotations

import pytest

from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.access.models import AccessRecord
from samspil.plans.actions import sections
from samspil.plans.actions.parts import WrittenMeanwhile
from samspil.plans.models import Draft, Plan, Revision, Section
from tests import care
from tests.plans import made
from tests.plans.desk import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return Desk(words=False)


def test_a_written_section_is_a_new_version_and_says_who_wrote_it(desk):
    written = sections.write(desk.actor, desk.plan, "needs", 0, "  Hjælp til at sove\r\nog til at stå op ")
    assert (written.text, written.version, written.by) == ("Hjælp til at sove\nog til at stå op", 1, desk.doctor.user)
    revision = Revision.objects.get()
    assert (revision.what, revision.kind, revision.organisation) == ("section_written", "edit", "Lægerne Torvet")
    assert AccessRecord.objects.filter(resource="plan", verb="write", citizen_id=desk.citizen.pk).count() == 1


def test_the_same_text_again_is_no_new_version(desk):
    sections.write(desk.actor, desk.plan, "needs", 0, "Ro")
    sections.write(desk.actor, desk.plan, "needs", 0, "Ro")
    assert (Section.objects.get().version, Revision.objects.count()) == (1, 1)


def test_who_is_late_is_shown_the_others_text_and_keeps_the_own(desk):
    sections.write(desk.staff, desk.plan, "needs", 0, "Bos tekst")
    with pytest.raises(WrittenMeanwhile) as met:
        sections.write(desk.actor, desk.plan, "needs", 0, "Annes tekst")
    assert (met.value.theirs, met.value.own, met.value.by, met.value.version) == (
        "Bos tekst", "Annes tekst", desk.nurse.user, 1
    )  # fmt: skip
    assert Section.objects.get().text == "Bos tekst"
    assert Draft.objects.get(user=desk.doctor.user).text == "Annes tekst"
    sections.write(desk.actor, desk.plan, "needs", 1, "Begges tekst")
    assert not Draft.objects.exists()


def test_people_who_write_in_different_sections_never_meet(desk):
    sections.write(desk.staff, desk.plan, "needs", 0, "Bos tekst")
    assert sections.write(desk.actor, desk.plan, "situation", 0, "Annes tekst").version == 1


def test_r_plan_15_a_domain_is_answered_or_not_assessed_and_never_both(desk):
    assert sections.write(desk.actor, desk.plan, "social", 0, "", not_assessed=True).not_assessed
    with pytest.raises(Invalid):
        sections.write(desk.actor, desk.plan, "mental", 0, "Sover dårligt", not_assessed=True)
    with pytest.raises(Invalid):
        sections.write(desk.actor, desk.plan, "needs", 0, "", not_assessed=True)
    assert not sections.write(desk.actor, desk.plan, "social", 1, "Bor alene").not_assessed


def test_no_such_section_and_no_endless_text(desk):
    with pytest.raises(Invalid):
        sections.write(desk.actor, desk.plan, "horoscope", 0, "Vægten")
    with pytest.raises(Invalid):
        sections.write(desk.actor, desk.plan, "needs", 0, "x" * 10_001)


def test_the_citizen_writes_the_own_words_and_not_the_professionals(desk):
    sections.write(desk.own, desk.plan, "own_words", 0, "Jeg er træt")
    assert Revision.objects.get().kind == "citizen"
    with pytest.raises(Refused):
        sections.write(desk.own, desk.plan, "somatic", 0, "Jeg er rask")


def test_only_the_practice_and_who_is_named_write(desk):
    care.task(desk.citizen, desk.helper.organisation, desk.doctor.user)
    desk.shares()
    for who in (desk.carer, care.acting(care.member()), care.acting(made.provider())):
        with pytest.raises(Refused):
            sections.write(who, desk.plan, "needs", 0, "Ind imellem")
    care.consent(desk.citizen, "one_plan", desk.doctor.user, category="social")
    Plan.objects.filter(pk=desk.plan.pk).update(accountable=desk.helper)
    desk.plan.refresh_from_db()
    assert sections.write(desk.carer, desk.plan, "social", 0, "Bor alene").version == 1
    with pytest.raises(Refused):
        sections.write(desk.carer, desk.plan, "mental", 0, "Sover dårligt")


def test_nothing_is_written_in_a_closed_plan(desk):
    Plan.objects.filter(pk=desk.plan.pk).update(state="closed", closed_at=desk.plan.opened_at)
    with pytest.raises(Conflict):
        sections.write(desk.actor, desk.plan, "needs", 0, "For sent")


def test_l32_involvement_changes_over_time_and_two_at_once_are_told(desk):
    sections.choose_involvement(desk.actor, desk.plan, "", "others")
    sections.choose_involvement(desk.own, desk.plan, "others", "together")
    with pytest.raises(Conflict):
        sections.choose_involvement(desk.actor, desk.plan, "others", "myself")
    with pytest.raises(Invalid):
        sections.choose_involvement(desk.actor, desk.plan, "together", "everything")
    assert Plan.objects.get(pk=desk.plan.pk).involvement == "together"


def test_plan_2_the_most_limiting_condition_is_chosen_with_the_citizen(desk):
    sections.choose_most_limiting(desk.actor, desk.plan, "", "copd")
    with pytest.raises(Conflict):
        sections.choose_most_limiting(desk.actor, desk.plan, "", "diabetes")
    sections.choose_most_limiting(desk.actor, desk.plan, "copd", "mine knæ")
    assert Plan.objects.get(pk=desk.plan.pk).most_limiting == "mine knæ"
