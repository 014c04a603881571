"""Texts made from the plan, so that nothing is typed twice; a message tells what its receiver may know."""

from __future__ import annotations

import pytest
from django.utils import translation

from samspil.plans.actions import activities, contacts, goals, sections
from samspil.plans.queries.plan import opened
from samspil.plans.texts import for_record, letter, message, texts_of
from tests.plans.desk import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    goal = goals.add(desk.actor, desk.plan, words="Jeg vil sove", domain="mental", stated_by="citizen")
    agreed = {"goal": goal, "due": desk.later()}
    activities.agree(
        desk.actor, desk.plan, what="Besøg i hjemmet", category="health", party=desk.helper.organisation, **agreed
    )
    activities.agree(desk.actor, desk.plan, what="En tur hver dag", category="health", by_citizen=True, **agreed)
    contacts.add(desk.actor, desk.plan, name="Dorte Holm", relation="datter", phone="20 30 40 50", when="efter kl. 16")
    sections.write(desk.actor, desk.plan, "mental", 0, "Sover tre timer")
    sections.write(desk.actor, desk.plan, "somatic", 0, "Ondt i knæet")
    sections.write(desk.actor, desk.plan, "social", 0, "", not_assessed=True)
    return desk


@pytest.mark.parametrize("language", ["da", "en"])
def test_l12_the_record_gets_everything_that_was_written(desk, language):
    with translation.override(language):
        text = for_record(opened(desk.actor, desk.plan.pk))
    for words in ("Anne Lund", "Sover tre timer", "“Jeg vil sove”", "Hjemmeplejen", "En tur hver dag", "20 30 40 50"):
        assert words in text
    assert ("Ikke vurderet" if language == "da" else "Not assessed") in text


def test_the_letter_speaks_to_the_citizen(desk):
    with translation.override("da"):
        text = letter(opened(desk.actor, desk.plan.pk))
    assert text.startswith("Kære Karen Holm\n")
    assert "Det er vigtigt for dig\nTekst om what_matters" in text
    assert "En tur hver dag: dig" in text
    assert "efter kl. 16" in text
    assert "vurderet" not in text


def test_a_message_has_what_its_receiver_is_asked_and_the_kinds_the_citizen_shares(desk):
    found = opened(desk.actor, desk.plan.pk)
    assert "Ondt i knæet" not in message(found, desk.helper.organisation)
    assert "Besøg i hjemmet" in message(found, desk.helper.organisation)
    desk.shares(category="health")
    text = message(opened(desk.actor, desk.plan.pk), desk.helper.organisation)
    assert "Ondt i knæet" in text
    for hidden in ("Sover tre timer", "Jeg vil sove", "En tur hver dag"):
        assert hidden not in text


def test_there_is_a_message_for_everybody_who_does_something(desk):
    assert [text.key for text in texts_of(opened(desk.actor, desk.plan.pk))] == [
        "record", "letter", f"message-{desk.helper.organisation_id}"
    ]  # fmt: skip


def test_who_sees_some_kinds_makes_texts_of_those_alone(desk):
    desk.shares(category="health")
    text = for_record(opened(desk.carer, desk.plan.pk))
    assert "Ondt i knæet" in text
    assert "Sover tre timer" not in text
