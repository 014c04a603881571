"""Everything the policy can decide, and the log can hold, has words in both languages."""

from typing import get_args

import pytest
from django.utils import translation

from samspil.access import words
from samspil.access.models import Category, ConsentPurpose, Notice, Role, Sector
from samspil.access.policy import Kind, Purpose, Reason, Relation, basis_purposes, policy
from samspil.programmes import consent

DONE = sorted({(grant.resource, verb) for grant in policy().grants for verb in grant.verbs})
#: The word that each relation leaves in the log.
BASIS_OF = {
    "own_practice": "treating_practice",
    "runs_it": "inclusion",
    "task": "task",
    "nominated": "nomination",
    "named": "named",
    "addressed": "addressed",
    "self": "self",
    "proxy": "proxy",
    "broken_glass": "break_glass",
    "none": "role",
}


def in_both(make):
    """A text in English and Danish; both must be there and differ."""
    with translation.override("en"):
        english = make()
    with translation.override("da"):
        danish = make()
    assert english
    assert danish
    assert english != danish, f"no Danish for: {english}"
    return english, danish


@pytest.mark.parametrize(("resource", "verb"), DONE)
def test_everything_that_can_be_done_has_words(resource, verb):
    did, _ = in_both(lambda: words.deed(resource, verb, refused=False))
    tried, _ = in_both(lambda: words.deed(resource, verb, refused=True))
    assert did != tried
    assert tried.startswith("tried")
    assert resource not in did or "_" not in resource


def test_every_kind_of_resource_that_is_granted_is_known():
    assert {resource for resource, _ in DONE} == set(get_args(Kind))


@pytest.mark.parametrize("code", get_args(Purpose))
def test_every_purpose_has_words(code):
    in_both(lambda: words.purpose(code))


@pytest.mark.parametrize("code", get_args(Reason))
def test_every_reason_of_a_refusal_has_words(code):
    in_both(lambda: words.reason(code))


@pytest.mark.parametrize("relation", get_args(Relation))
def test_every_relation_has_words_as_a_basis(relation):
    in_both(lambda: words.basis(f"{BASIS_OF[relation]}:12", {}))


@pytest.mark.parametrize("code", ["legal_basis:3", "consent:4"])
def test_every_need_has_words_as_a_basis(code):
    in_both(lambda: words.basis(code, {}))


@pytest.mark.parametrize("code", basis_purposes())
def test_every_purpose_of_a_legal_basis_has_words(code):
    in_both(lambda: words.basis_purpose(code))


def test_every_role_has_words():
    for language in ("en", "da"):
        with translation.override(language):
            named = {code: words.who("", code, "") for code in Role.values}
        assert len(set(named.values())) == len(named)
        assert not any("_" in name for name in named.values())


@pytest.mark.parametrize("code", [*Sector.values, *Category.values, *ConsentPurpose.values])
def test_what_a_consent_names_has_words(code):
    labels = {**dict(Sector.choices), **dict(Category.choices), **dict(ConsentPurpose.choices)}
    in_both(lambda: str(labels[code]))


@pytest.mark.parametrize("message", sorted(words.NOTICES))
def test_every_notice_has_words(message):
    values = {"name": "A", "organisation": "B", "reason": "C", "until": "D", "purpose": "sharing"}
    text, danish = in_both(lambda: str(words.NOTICES[message]))
    known = [name for name in values if f"%({name})s" in text]
    assert [name for name in values if f"%({name})s" in danish] == known
    if text.count("%(") == len(known):
        with translation.override("da"):
            assert "%(" not in words.notice(Notice(message=message, values=values))


def test_a_basis_names_the_legal_basis_it_was():
    with translation.override("en"):
        assert words.basis("legal_basis:3", {"legal_basis:3": "Dispensation 2026"}) == (
            "there is a legal basis (Dispensation 2026)"
        )


def test_an_old_row_with_codes_that_are_gone_still_shows():
    assert words.deed("lists", "peek", refused=False) == "peek lists"
    assert words.reason("whim") == "whim"
    assert words.basis("dream:1", {}) == "dream:1"
    assert words.role("janitor") == "janitor"
    assert words.notice(Notice(message="gone", values={})) == "gone"


def test_programmes_name_the_purposes_sectors_and_categories_that_consents_know():
    assert set(get_args(consent.Purpose)) == set(ConsentPurpose.values)
    assert set(get_args(consent.Recipient)) == set(Sector.values)
    assert set(get_args(consent.Category)) == set(Category.values)
