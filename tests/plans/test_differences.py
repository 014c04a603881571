"""Differences explain every change, and are read as sentences."""

from __future__ import annotations

import copy
import datetime as dt
from itertools import pairwise
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samspil.access.errors import Invalid
from samspil.access.log import Refused
from samspil.plans.actions import activities, contacts, goals, links, revisions, sections
from samspil.plans.actions.changing import hold, revise
from samspil.plans.content import content_of
from samspil.plans.differences import ABSENT, RECORDS, Change, between, lines, words_between
from samspil.plans.models import Plan, Revision
from samspil.plans.queries import versions
from tests.plans.desk import Desk

#: Machines that are busy with other tests draw slowly.
slowly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
_WORDS = st.text(alphabet="aæ b\n.", max_size=6)
_DAYS = st.none() | st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)).map(lambda day: day.isoformat())
_KEYS = st.sampled_from(["1", "2", "3"])
_CONTENT = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["draft", "active", "closed"]),
        "accountable": _WORDS,
        "most_limiting": _WORDS,
        "involvement": st.sampled_from(["", "others", "myself"]),
        "next_follow_up": _DAYS,
        "confirmed": st.booleans(),
        "programmes": st.lists(st.sampled_from(["odense-ic/sad", "copd"]), unique=True),
        "sections": st.dictionaries(
            st.sampled_from(["needs", "mental", "gone"]),
            st.fixed_dictionaries({"text": _WORDS, "not_assessed": st.booleans()}),
        ),
        "goals": st.dictionaries(
            _KEYS,
            st.fixed_dictionaries(
                {"words": _WORDS, "domain": st.sampled_from(["mental", "somatic"]), "midterm_on": _DAYS,
                 "state": _WORDS}
            ),
        ),
        "activities": st.dictionaries(
            _KEYS,
            st.fixed_dictionaries(
                {"what": _WORDS, "goal": st.none() | _KEYS, "category": st.sampled_from(["health", "social"]),
                 "due": _DAYS, "by_citizen": st.booleans(), "state": st.sampled_from(["planned", "done"])}
            ),
        ),
        "contacts": st.dictionaries(_KEYS, st.fixed_dictionaries({"name": _WORDS, "first": st.booleans()})),
        "links": st.dictionaries(
            _KEYS, st.fixed_dictionaries({"kind": st.sampled_from(["hospital_plan"]), "title": _WORDS})
        ),
    }
)  # fmt: skip


def applied(before: dict[str, Any], changes: list[Change]) -> dict[str, Any]:
    """The older content with every change made: the newer one, when the changes tell all of it."""
    found = copy.deepcopy(before)
    for change in changes:
        place = found
        for step in change.path[:-1]:
            place = place[step]
        if change.after is ABSENT:
            del place[change.path[-1]]
        else:
            place[change.path[-1]] = copy.deepcopy(change.after)
    return found


@slowly
@given(before=_CONTENT, after=_CONTENT)
def test_applying_the_differences_to_the_older_gives_the_newer(before, after):
    changes = between(before, after)
    assert applied(before, changes) == after
    assert bool(changes) is (before != after)


@slowly
@given(before=_CONTENT, after=_CONTENT)
def test_no_change_of_content_is_without_a_line(before, after):
    changes = between(before, after)
    with translation.override("da"):
        found = lines(changes, before, after)
    things = {change.path[:2] if change.path[0] in RECORDS else change.path for change in changes}
    assert len(found) == len(things)
    assert all(line.heading and line.details for line in found)
    fields = [change for change in changes if len(change.path) == 3 or len(change.path) == 1]
    assert sum(len(line.details) for line in found) >= len(fields)


@slowly
@given(before=_WORDS, after=_WORDS)
def test_both_texts_can_be_read_from_the_pieces(before, after):
    pieces = words_between(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after


@pytest.mark.django_db
def test_what_was_done_is_told_in_sentences():
    desk = Desk()
    goal = goals.add(desk.actor, desk.plan, words="Jeg vil sove", domain="mental", stated_by="professional")
    walk = activities.agree(desk.actor, desk.plan, what="En tur", category="health", by_citizen=True)
    first = Revision.objects.first().content
    goals.change(desk.actor, goal, 0, words="Jeg vil sove godt")
    activities.change(desk.actor, walk, 0, goal=goal, due=dt.date(2099, 5, 17))
    activities.set_state(desk.actor, walk, "done")
    contacts.add(desk.actor, desk.plan, name="Dorte", relation="datter", phone="20 30 40 50")
    links.add(desk.actor, desk.plan, kind="hospital_plan", title="Plan fra afdelingen", owner="Afdeling B")
    sections.write(desk.actor, desk.plan, "social", 0, "", not_assessed=True)
    sections.choose_involvement(desk.actor, desk.plan, "", "others")
    last = content_of(Plan.objects.get(pk=desk.plan.pk))
    with translation.override("en"):
        told = {line.heading: line.details for line in lines(between(first, last), first, last)}
    assert set(told) == {
        "Goal changed: Jeg vil sove godt", "Activity changed: En tur", "Contact added: Dorte",
        "Other plan added: Plan fra afdelingen", "Home, money and network", "How much the citizen takes on",
    }  # fmt: skip
    words = told["Goal changed: Jeg vil sove godt"][0]
    assert [(piece.kind, piece.text) for piece in words.pieces] == [
        ("same", "Jeg vil "), ("removed", "sove"), ("added", "sove godt")
    ]  # fmt: skip
    activity = {
        detail.label: "".join(piece.text for piece in detail.pieces) for detail in told["Activity changed: En tur"]
    }
    assert activity["For the goal"] == "Jeg vil sove godt"
    assert "17" in activity["No later than"]


@pytest.mark.django_db
def test_every_revision_is_explained_by_its_difference_from_the_one_before():
    desk = Desk()
    goal = goals.add(desk.actor, desk.plan, words="Ro", domain="mental", stated_by="citizen")
    goals.confirm(desk.actor, desk.plan, {goal.pk: 0})
    sections.write(desk.actor, desk.plan, "mental", 0, "Sover tre timer")
    kept = list(Revision.objects.order_by("number"))
    for older, newer in pairwise(kept):
        assert applied(older.content, between(older.content, newer.content)) == newer.content
        assert older.content != newer.content


@pytest.mark.django_db
def test_who_sees_some_kinds_sees_the_differences_of_those_alone():
    desk = Desk()
    activities.agree(desk.actor, desk.plan, what="Besøg", category="health", party=desk.helper.organisation)
    sections.write(desk.actor, desk.plan, "mental", 0, "Sover tre timer")
    sections.write(desk.actor, desk.plan, "somatic", 0, "Ondt i knæet")
    desk.shares(category="health")
    found = versions.difference(desk.carer, desk.plan.pk, 3, 1)
    assert (found.older.revision.number, found.newer.revision.number) == (1, 3)
    assert [line.heading for line in found.lines] == ["Krop og sygdom"]
    assert found.withheld
    assert not versions.difference(desk.actor, desk.plan.pk, 1, 3).withheld


def _active(desk: Desk) -> None:
    revise(desk.actor, hold(desk.plan), "activated", verb="decide")


@pytest.mark.django_db
def test_r_plan_6_a_material_revision_is_an_act_with_a_reason_about_something_changed():
    desk = Desk()
    _active(desk)
    seen = Plan.objects.get(pk=desk.plan.pk).version
    with pytest.raises(Invalid):
        revisions.material(desk.actor, desk.plan, "Intet er ændret", seen)
    goals.add(desk.actor, desk.plan, words="Ro", domain="mental", stated_by="citizen")
    with pytest.raises(Invalid):
        revisions.material(desk.actor, desk.plan, "Set i en gammel version", seen)
    with pytest.raises(Invalid):
        revisions.material(desk.actor, desk.plan, "  ", seen + 1)
    with pytest.raises(Refused):
        revisions.material(desk.staff, desk.plan, "Sekretæren beslutter", seen + 1)
    made = revisions.material(desk.actor, desk.plan, "Nyt mål aftalt med Karen", seen + 1)
    assert (made.kind, made.why) == ("material", "Nyt mål aftalt med Karen")
    with pytest.raises(Invalid):
        revisions.material(desk.actor, desk.plan, "Én gang til", seen + 2)
    assert Revision.objects.filter(kind="material").count() == 1


@pytest.mark.django_db
def test_a_draft_plan_is_not_revised():
    desk = Desk(state=Plan.State.DRAFT)
    with pytest.raises(Invalid):
        revisions.material(desk.actor, desk.plan, "For tidligt", 0)


def test_codes_are_told_by_what_they_are_called():
    """Who reads a difference does not know how a service is called in files."""
    visit = {"what": "En sygeplejerske kommer", "programme": "odense-ic", "service": "home_nursing"}
    before: dict[str, Any] = {"most_limiting": "", "activities": {}}
    after: dict[str, Any] = {"most_limiting": "copd", "activities": {"1": visit}}
    with translation.override("da"):
        found = lines(between(before, after), before, after)
    told = " ".join(piece.text for line in found for detail in line.details for piece in detail.pieces)
    for words in ("Sygeplejerske i dit hjem", "Integrated Care i Odense", "KOL"):
        assert words in told
    assert "home_nursing" not in told
