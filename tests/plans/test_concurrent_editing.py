"""Three people write in one plan at the same time: no update is lost, and who is late is shown both texts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import pairwise

import pytest
from django.db import connection

from samspil.access.models import Membership, Role
from samspil.plans.actions import activities, goals, sections
from samspil.plans.actions.parts import WrittenMeanwhile
from samspil.plans.differences import between
from samspil.plans.models import Activity, Draft, Goal, Plan, Revision, Section
from tests import care
from tests.plans.desk import Desk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def three() -> tuple[Desk, list[Membership]]:
    desk = Desk(words=False)
    return desk, [desk.doctor, desk.nurse, care.member(desk.house, Role.GP, "Eva Berg")]


def at_once(people: list[Membership], act: Callable[[Membership, int], None]) -> list[str]:
    """Everybody does it in the same moment; what came of it for each."""
    start, outcomes = threading.Barrier(len(people)), []

    def do(who: Membership, number: int) -> None:
        start.wait()
        try:
            act(who, number)
            outcomes.append("saved")
        except WrittenMeanwhile:
            outcomes.append("told")
        except BaseException as error:
            outcomes.append(repr(error))
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=(who, number)) for number, who in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_three_in_one_section_one_is_saved_and_two_keep_their_text_beside_it(three):
    _desk, people = three

    def write(who: Membership, number: int) -> None:
        sections.write(care.acting(who), Plan.objects.get(), "needs", 0, f"Tekst {number}")

    assert at_once(people, write) == ["saved", "told", "told"]
    texts = {Section.objects.get().text, *Draft.objects.values_list("text", flat=True)}
    assert texts == {"Tekst 0", "Tekst 1", "Tekst 2"}
    assert Revision.objects.count() == 1


def test_three_in_three_sections_are_all_saved_and_counted(three):
    _desk, people = three
    names = ["needs", "what_matters", "situation"]

    def write(who: Membership, number: int) -> None:
        sections.write(care.acting(who), Plan.objects.get(), names[number], 0, f"Tekst {number}")

    assert at_once(people, write) == ["saved"] * 3
    assert {each.section: each.text for each in Section.objects.all()} == {
        name: f"Tekst {number}" for number, name in enumerate(names)
    }
    kept = list(Revision.objects.order_by("number"))
    assert [each.number for each in kept] == [1, 2, 3]
    assert len(kept[-1].content["sections"]) == 3
    assert all(between(one.content, other.content) for one, other in pairwise(kept))


def test_three_who_change_one_goal_and_three_who_add_one(three):
    desk, people = three
    goal = goals.add(desk.actor, desk.plan, words="Ro", domain="mental", stated_by="citizen")

    def change(who: Membership, number: int) -> None:
        goals.change(care.acting(who), Goal.objects.get(pk=goal.pk), 0, words=f"Ro {number}")

    assert at_once(people, change) == ["saved", "told", "told"]
    assert {Goal.objects.get().words, *Draft.objects.values_list("text", flat=True)} == {"Ro 0", "Ro 1", "Ro 2"}

    def add(who: Membership, number: int) -> None:
        goals.add(care.acting(who), Plan.objects.get(), words=f"Nyt {number}", domain="social", stated_by="citizen")

    assert at_once(people, add) == ["saved"] * 3
    assert Goal.objects.count() == 4


def test_three_who_mark_the_same_activity_as_done_do_it_once(three):
    desk, people = three
    activities.agree(desk.actor, desk.plan, what="Besøg", category="health", party=desk.helper.organisation)

    def finish(who: Membership, number: int) -> None:
        activities.set_state(care.acting(who), Activity.objects.select_related("plan__citizen").get(), "done")

    assert at_once(people, finish) == ["saved"] * 3
    assert Activity.objects.get().version == 1
    assert Revision.objects.filter(what="activity_state").count() == 1
