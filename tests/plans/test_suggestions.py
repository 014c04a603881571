"""Suggestions by need, target group, stratum and municipality; a kind of service and never a person (REF-4)."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samspil.plans.catalogue import Offered, own_catalogue
from samspil.plans.suggestions import Suggestion, search, suggest
from samspil.programmes.services import Service
from tests.plans import made

OWN = own_catalogue(made.PROGRAMME)
SERVICES = [Offered(made.PROGRAMME, service) for service in OWN.services]


def service(name: str, **fields) -> Offered:
    """A service of nothing in particular."""
    given = {
        "service": name, "title": {"da": name, "en": name}, "about": {"da": "", "en": ""}, "provider_kind": "ngo",
        "needs": ["company"], "category": "social", "source": "000 L1",
    }  # fmt: skip
    return Offered("test", Service.model_validate(given | fields))


def names(found) -> list[str]:
    return [each.offered.service.service for each in found]


def test_t_ref_4_stratum_and_municipality_rank_without_naming_anybody() -> None:
    offers = [
        service("anywhere"),
        service("elsewhere", municipality="Svendborg"),
        service("here", municipality="Odense"),
        service("red_only", bands=["red"]),
        service("yellow_only", bands=["yellow"]),
        service("red_here", bands=["red"], municipality="Odense"),
    ]
    found = suggest(offers, needs=["company"], band="red", municipality="Odense")
    assert names(found) == ["red_here", "red_only", "here", "anywhere"]
    assert found[0].why == ("need", "band", "municipality")
    fields = {field.name for field in dataclasses.fields(Suggestion)}
    assert fields == {"offered", "why", "needs"}, "no place for a person or a provider"


def test_the_one_that_meets_most_needs_comes_first() -> None:
    offers = [service("one"), service("both", needs=["company", "talk"])]
    assert names(suggest(offers, needs=["company", "talk"])) == ["both", "one"]


def test_another_target_group_is_left_out() -> None:
    sad = names(suggest(SERVICES, needs=["talk"], arms=["sad"]))
    assert "psychologist" in sad
    assert "psychologist_daemp" not in sad
    assert "hospital_advice" in names(suggest(SERVICES, needs=["hospital_view"], arms=["sad"])), "for all groups"


def test_what_is_not_known_leaves_nothing_out() -> None:
    assert len(suggest(SERVICES)) == len(SERVICES)


@pytest.mark.parametrize(
    ("words", "service"),
    [
        ("ensom", "daneage"),
        ("søvn", "psychologist"),
        ("Sorg", "psychologist_daemp"),
        ("arbejdsmiljø", "occupational_medicine"),
        ("sårpleje", "home_nursing"),
        ("sygemeldt job", "job_centre"),
        ("faldet, ingen kræfter", "rehabilitation"),
        ("geriatri", "geriatric_assessment"),
        ("piller", "medication_review"),
    ],
)
def test_danish_words_find_a_service(words: str, service: str) -> None:
    found = [each.service.service for each in search(SERVICES, words, OWN.needs)]
    assert service in found[:4], found


def test_words_that_mean_nothing_find_nothing_and_no_words_everything() -> None:
    assert search(SERVICES, "xyzzy", OWN.needs) == []
    assert search(SERVICES, " og ", OWN.needs) == SERVICES


@given(st.text(max_size=60))
def test_any_text_can_be_searched_for(text: str) -> None:
    assert {each.key for each in search(SERVICES, text, OWN.needs)} <= {each.key for each in SERVICES}
