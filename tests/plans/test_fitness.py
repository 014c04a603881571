"""Contraindications with alternatives: shown, answered, never decided by the system (report 002 REF-5, L4289-4291)."""

from __future__ import annotations

import pytest
from django.utils import timezone

from samspil.access.errors import Invalid
from samspil.plans.catalogue import offered
from samspil.plans.fitness import Answer, known_conditions, require_answers, warnings
from samspil.plans.models import Pathway, Referral
from tests import care
from tests.plans import made

pytestmark = pytest.mark.django_db
HEART = "heart-disease"


@pytest.fixture
def heart():
    """The heart service that COPD speaks against, whatever it is called."""
    return next(
        each.service
        for each in offered(HEART)
        if any(rule.condition == "copd" for rule in each.service.contraindications)
    )


def test_t_ref_5_copd_and_the_heart_group_warn_with_an_alternative(heart) -> None:
    warned = next(each for each in warnings(HEART, heart, {"copd"}) if each.condition == "copd")
    assert warned.known
    assert warned.alternatives
    assert heart.service not in {each.service for each in warned.alternatives}


def test_what_is_not_known_is_asked(heart) -> None:
    warned = warnings(HEART, heart)
    assert not any(each.known for each in warned)
    with pytest.raises(Invalid) as told:
        require_answers(warned, [])
    assert told.value.field.startswith("warning_")
    require_answers(warned, [Answer(each.condition, present=False) for each in warned])


def test_a_condition_that_is_there_needs_words_and_is_not_answered_away(heart) -> None:
    for known, present in (({"copd"}, False), (set(), True)):
        warned = warnings(HEART, heart, known)
        answers = [Answer(each.condition, present and each.condition == "copd") for each in warned]
        with pytest.raises(Invalid) as told:
            require_answers(warned, answers)
        assert told.value.field == "warning_words_copd"
        words = [Answer(each.condition, each.condition == "copd", "Holdet er udendørs") for each in warned]
        require_answers(warned, words)


def test_a_service_without_contraindications_asks_nothing() -> None:
    service = next(each.service for each in offered(made.PROGRAMME) if not each.service.contraindications)
    require_answers(warnings(made.PROGRAMME, service), [])


def test_what_the_plan_knows() -> None:
    doctor = care.member()
    citizen = care.citizen(doctor.organisation)
    Pathway.objects.create(
        citizen=citizen, programme="copd", practice=doctor.organisation, content_version="1",
        opened_at=timezone.now(), opened_by=doctor,
    )  # fmt: skip
    plan = made.plan(citizen, doctor, most_limiting="arthrosis")
    assert known_conditions(citizen.pk, plan) == {"copd", "arthrosis"}


def test_a_referral_keeps_the_answers(heart) -> None:
    doctor = care.member()
    citizen = care.citizen(doctor.organisation)
    place = made.provider(heart.provider_kind)
    with pytest.raises(Invalid):
        made.referral(citizen, doctor, place.organisation, heart.service, programme=HEART)
    assert not Referral.objects.exists()
    answers = [Answer(each.condition, True, "Holdet er udendørs") for each in warnings(HEART, heart)]
    sent = made.referral(citizen, doctor, place.organisation, heart.service, programme=HEART, answered_warnings=answers)
    assert {"condition": "copd", "present": True, "words": "Holdet er udendørs"} in sent.warnings
