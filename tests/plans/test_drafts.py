"""What is being written is kept, for the writer alone."""

from __future__ import annotations

import pytest

from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.access.models import AccessRecord
from samspil.plans.actions import drafts, sections
from samspil.plans.models import Draft, Plan, Revision
from tests.plans.desk import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_draft_changes_nothing_of_the_plan_and_logs_nothing(desk):
    assert drafts.keep(desk.actor, desk.plan, "needs", "Halvt skre", 0)
    assert drafts.keep(desk.actor, desk.plan, "needs", "Halvt skrevet", 0)
    assert Draft.objects.get().text == "Halvt skrevet"
    assert not Revision.objects.exists()
    assert not AccessRecord.objects.exists()


def test_everybody_has_their_own(desk):
    drafts.keep(desk.actor, desk.plan, "needs", "Annes", 0)
    drafts.keep(desk.staff, desk.plan, "needs", "Bos", 0)
    assert drafts.own(desk.actor, desk.plan)["needs"].text == "Annes"
    drafts.throw_away(desk.actor, desk.plan, "needs")
    assert Draft.objects.get().text == "Bos"


def test_what_the_section_says_already_is_no_draft(desk):
    drafts.keep(desk.actor, desk.plan, "needs", "Noget", 0)
    assert not drafts.keep(desk.actor, desk.plan, "needs", "Tekst om needs", 0)
    assert not Draft.objects.exists()


def test_saving_ends_the_draft(desk):
    drafts.keep(desk.actor, desk.plan, "needs", "Ro", 0)
    sections.write(desk.actor, desk.plan, "needs", 0, "Ro og fred")
    assert not Draft.objects.exists()


def test_who_may_not_write_keeps_nothing(desk):
    desk.shares()
    for who, section in ((desk.carer, "needs"), (desk.own, "mental"), (desk.actor, "horoscope")):
        with pytest.raises(Refused):
            drafts.keep(who, desk.plan, section, "Noget", 0)
    with pytest.raises(Invalid):
        drafts.keep(desk.actor, desk.plan, "needs", "x" * 10_001, 0)
    Plan.objects.filter(pk=desk.plan.pk).update(state="closed", closed_at=desk.plan.opened_at)
    with pytest.raises(Conflict):
        drafts.keep(desk.actor, desk.plan, "needs", "For sent", 0)
    assert not Draft.objects.exists()
