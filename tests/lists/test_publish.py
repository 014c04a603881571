"""Publishing a run: the practices' lists agree with the population plane, once each, all or nothing."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest
from django.utils import timezone

from samspil import verbs
from samspil.access.actor import system
from samspil.access.errors import Conflict
from samspil.access.handover import CitizenRow, PracticeRow
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, Citizen, Organisation
from samspil.definitions import SamspilError
from samspil.lists.actions import publish as publishing
from samspil.lists.actions.forget import forget_source
from samspil.lists.actions.publish import publish
from samspil.lists.actions.review import decide
from samspil.lists.actions.rounds import differences
from samspil.lists.handover import Handover, ModelHandover, PersonRow
from samspil.lists.models import EligibilityRound, Entry, Publication, Review, RiskList, Standing
from samspil.lists.names import in_words
from tests import care
from tests.lists import made

pytestmark = pytest.mark.django_db
DAY, LATER = dt.date(2016, 4, 15), dt.date(2016, 10, 15)


@pytest.fixture
def basis():
    return care.legal_basis("case_finding")


class Region:
    """A hand-made population: who is scored how, at which practice."""

    def __init__(self, scores: dict[int, tuple[str, int]], *, day: dt.date = DAY, run: str = "", **changes) -> None:
        self.scores, self.day, self.run, self.changes = scores, day, run or f"run-{day}", changes

    def handover(self) -> Handover:
        model = made.model("daemp", self.day).model_copy(update=self.changes.get("model", {}))
        excluded, inactive = self.changes.get("excluded", {}), self.changes.get("inactive", frozenset())
        return Handover(
            run=self.run,
            as_of=self.day,
            data_dates={"civil": self.day},
            stale=[],
            not_loaded=[],
            practices=[PracticeRow(number, f"Praksis {number}", 2) for number in ("000001", "000002")],
            citizens=[
                CitizenRow(person, f"{person:010d}", f"Borger {person}", dt.date(1940, 1, 1), "F", practice)
                for person, (practice, _) in self.scores.items()
                if person not in inactive
            ],
            inactive=inactive,
            models=[
                ModelHandover(
                    programme=made.PROGRAMME,
                    definition=model,
                    missing=[],
                    unchecked=[],
                    persons=[
                        self._person(model, person, score, excluded.get(person, []))
                        for person, (_, score) in self.scores.items()
                        if person not in inactive
                    ],
                )
            ],
        )

    def _person(self, model, person: int, score: int, excluded: list[str]) -> PersonRow:
        target = score >= model.target.at_least and not excluded
        criteria = {"gp_contacts": [score, "scored", score]}
        return PersonRow(person, score, "yellow", target, excluded, False, criteria)


def bring(region: Region, **given):
    return publish(system(), region.handover(), **given)


def on_lists(practice: str) -> set[int]:
    """Person ids that stand on a practice's lists now."""
    entries = Entry.objects.filter(practice__provider_number=practice, left_at__isnull=True)
    return set(entries.values_list("citizen__person_id", flat=True))


FIRST = {1: ("000001", 10), 2: ("000001", 3), 3: ("000001", 8), 4: ("000002", 9)}


def test_the_target_group_goes_to_its_own_practice_only(basis):
    bring(Region(FIRST))
    assert (on_lists("000001"), on_lists("000002")) == ({1, 3}, {4})
    assert Citizen.objects.count() == 4
    assert Standing.objects.get(citizen__person_id=2).in_target is False


def test_publishing_again_changes_nothing(basis):
    bring(Region(FIRST))
    entries = list(Entry.objects.values().order_by("pk"))
    again = bring(Region(FIRST))
    assert again.models[0].again
    assert list(Entry.objects.values().order_by("pk")) == entries
    assert Publication.objects.count() == 1


def test_the_first_list_is_initial_and_the_next_has_only_who_is_new(basis):
    bring(Region(FIRST))
    second = bring(Region(FIRST | {2: ("000001", 7), 5: ("000002", 14)}, day=LATER)).models[0]
    assert (second.accrual_lists, second.new_names, second.refreshed) == (2, 2, 3)
    kinds = Counter(RiskList.objects.values_list("kind", flat=True))
    assert kinds == {"initial": 2, "accrual": 2}
    assert set(Entry.objects.filter(arrival="new").values_list("citizen__person_id", flat=True)) == {2, 5}


def test_a_practice_that_comes_later_begins_with_an_initial_list(basis):
    bring(Region({1: ("000001", 10)}))
    bring(Region({1: ("000001", 10), 4: ("000002", 9)}, day=LATER))
    assert RiskList.objects.get(practice__provider_number="000002").kind == "initial"


@pytest.mark.parametrize(
    ("now", "changes", "reason"),
    [
        ({1: ("000001", 3)}, {}, "lower_score"),
        ({1: ("000001", 10)}, {"excluded": {1: ["student"]}}, "excluded"),
        ({1: ("000002", 10)}, {}, "moved"),
        ({1: ("000001", 10)}, {"inactive": frozenset({1})}, "inactive"),
        ({9: ("000001", 1)}, {}, "no_practice"),
    ],
)
def test_who_leaves_is_marked_with_the_reason_and_never_lost(basis, now, changes, reason):
    bring(Region({1: ("000001", 10)}))
    bring(Region(now, day=LATER, **changes))
    entry = Entry.objects.get(practice__provider_number="000001", citizen__person_id=1)
    assert (entry.left_reason, entry.left_at) == (reason, LATER)


def test_who_moves_is_on_the_new_practices_list_as_moved_in(basis):
    bring(Region({1: ("000001", 10), 4: ("000002", 9)}))
    bring(Region({1: ("000002", 10), 4: ("000002", 9)}, day=LATER))
    assert on_lists("000001") == set()
    assert Entry.objects.get(citizen__person_id=1, left_at__isnull=True).arrival == "moved_in"


def test_undecided_names_follow_the_newest_data_and_decided_ones_stay(basis):
    bring(Region(FIRST))
    Entry.objects.filter(citizen__person_id=3).update(state=Entry.State.NOT_RELEVANT)
    bring(Region(FIRST | {1: ("000001", 17), 3: ("000001", 18)}, day=LATER))
    scores = dict(Entry.objects.values_list("citizen__person_id", "score"))
    assert (scores[1], scores[3]) == (17, 8)


def test_who_comes_back_after_leaving_is_new_again(basis):
    bring(Region({1: ("000001", 10)}))
    bring(Region({1: ("000001", 2)}, day=LATER))
    bring(Region({1: ("000001", 12)}, day=dt.date(2017, 4, 15)))
    assert list(Entry.objects.order_by("pk").values_list("left_reason", "arrival")) == [
        ("lower_score", "initial"),
        ("", "new"),
    ]


@pytest.mark.parametrize(("meanwhile", "says"), [(DAY, "by another command"), (LATER, "older")])
def test_what_another_command_publishes_meanwhile_is_seen(basis, monkeypatch, meanwhile, says):
    """Both have looked before either has written; the end of the first lets the second through to the practices."""
    once = publishing.practices_of

    def wait_for_the_other(rows):
        monkeypatch.setattr(publishing, "practices_of", once)
        bring(Region(FIRST, day=meanwhile))
        return once(rows)

    monkeypatch.setattr(publishing, "practices_of", wait_for_the_other)
    with pytest.raises(SamspilError, match=says):
        bring(Region(FIRST))


def test_an_older_run_of_another_model_cannot_turn_citizens_back(basis):
    bring(Region({1: ("000002", 10)}, day=LATER))
    older = Region({1: ("000001", 10)}, day=DAY).handover()
    other = older.models[0].definition.model_copy(update={"model": "sad"})
    with pytest.raises(SamspilError, match="older"):
        publish(system(), replace(older, models=[replace(older.models[0], definition=other)]))
    assert Citizen.objects.get().practice.provider_number == "000002"


def test_what_a_delivery_leaves_empty_does_not_overwrite_what_is_known(basis):
    bring(Region(FIRST))
    Organisation.objects.filter(provider_number="000001").update(name="Lægerne Torvet", doctors=3)
    later = Region(FIRST, day=LATER).handover()
    publish(
        system(),
        replace(
            later,
            practices=[PracticeRow("000001", None, None), PracticeRow("000002", None, None)],
            citizens=[replace(row, name="") for row in later.citizens],
        ),
    )
    assert set(Citizen.objects.values_list("name", flat=True)) == {f"Borger {person}" for person in FIRST}
    house = Organisation.objects.get(provider_number="000001")
    assert (house.name, house.doctors) == ("Lægerne Torvet", 3)


def test_a_name_that_was_refreshed_while_it_was_open_is_not_decided_on_old_data(basis):
    bring(Region(FIRST))
    entry = Entry.objects.select_related("citizen", "publication").get(citizen__person_id=1)
    doctor = care.acting(care.member(entry.practice))
    bring(Region(FIRST | {1: ("000001", 17)}, day=LATER))
    with pytest.raises(Conflict):
        decide(doctor, entry, entry.version, Review.Kind.INVITE)


def test_an_older_run_cannot_turn_the_lists_back(basis):
    bring(Region(FIRST, day=LATER))
    with pytest.raises(SamspilError, match="older"):
        bring(Region(FIRST, day=DAY))


def test_without_a_legal_basis_in_force_nothing_is_published(basis):
    basis.until = timezone.localdate() - dt.timedelta(days=1)
    basis.save()
    with pytest.raises(Refused):
        bring(Region(FIRST))
    assert not Citizen.objects.exists()


def test_a_fault_half_way_leaves_nothing(basis):
    region = Region(FIRST)
    handover = region.handover()

    def breaking():
        yield from handover.models[0].persons
        raise RuntimeError("the disk is full")

    broken = replace(handover, models=[replace(handover.models[0], persons=breaking())])
    with pytest.raises(RuntimeError):
        publish(system(), broken)
    assert not Organisation.objects.exists()
    assert not Publication.objects.exists()


def test_every_name_put_on_a_list_is_in_the_citizens_log(basis):
    bring(Region(FIRST))
    written = AccessRecord.objects.filter(verb="write", resource="practice_list")
    assert {row.citizen_id for row in written} == set(Entry.objects.values_list("citizen_id", flat=True))


# Rounds of criteria (report 001 R-CASE-01).


def relaxed(at_least: int) -> dict:
    target = made.model("daemp", DAY).target
    return {"model": {"target": target.model_copy(update={"at_least": at_least})}}


def test_changed_criteria_need_a_reason_and_begin_a_round_with_its_count(basis):
    bring(Region(FIRST))
    with pytest.raises(SamspilError, match=r"target\.at_least.*--because"):
        bring(Region(FIRST, day=LATER, **relaxed(3)))
    bring(Region(FIRST, day=LATER, **relaxed(3)), because="For få fundet", wanted=40)
    rounds = EligibilityRound.objects.order_by("number")
    assert [(each.number, each.reason, each.wanted) for each in rounds] == [(1, "", None), (2, "For få fundet", 40)]
    assert rounds[1].changes == [["target.at_least", 7, 3]]
    assert [each.in_target for each in Publication.objects.order_by("as_of")] == [3, 4]


def test_the_same_criteria_stay_one_round(basis):
    bring(Region(FIRST))
    bring(Region(FIRST, day=LATER))
    assert EligibilityRound.objects.count() == 1


def test_differences_name_items_and_tell_added_and_removed():
    before = {"items": [{"item": "a", "points": 1}, {"item": "b", "points": 2}], "age": {"min": 65}}
    after = {"items": [{"item": "a", "points": 3}, {"item": "c", "points": 1}], "age": {"min": 65}}
    assert differences(before, after) == [
        ["items.a.points", 1, 3],
        ["items.c", None, {"item": "c", "points": 1}],
        ["items.b", {"item": "b", "points": 2}, None],
    ]


# From the warehouse itself.


def test_lists_agree_with_the_population_plane_initial_and_accrual(basis, region_home):
    early = verbs.stratify(["daemp"], DAY, home=region_home)
    late = verbs.stratify(["daemp"], LATER, home=region_home)
    verbs.publish(early.name, home=region_home)
    wanted = verbs.lists("daemp", DAY, home=region_home)
    assert set(Entry.objects.values_list("citizen__person_id", "score")) == {
        (entry.person_id, entry.score) for entry in wanted.entries
    }
    verbs.publish(late.name, home=region_home)
    accrual = verbs.lists("daemp", LATER, earlier=early.name, home=region_home)
    new = Entry.objects.filter(risk_list__kind="accrual").values_list("citizen__person_id", "arrival")
    assert set(new) == {(entry.person_id, entry.arrival) for entry in accrual.entries}
    left = Entry.objects.filter(left_at=LATER).values_list("citizen__person_id", "left_reason", "left_detail")
    assert set(left) == {(row["person_id"], row["reason"], row["detail"] or "") for row in accrual.left}


def test_the_words_of_a_published_name_are_those_of_the_population_plane(basis, region_home):
    run = verbs.stratify(["daemp"], LATER, home=region_home)
    verbs.publish(run.name, home=region_home)
    wanted = verbs.lists("daemp", LATER, home=region_home).entries[0]
    entry = Entry.objects.select_related("citizen", "publication").get(citizen__person_id=wanted.person_id)
    assert in_words([entry], [], [])[0].criteria == wanted.criteria


def test_a_refusal_of_the_command_names_the_mend(region_home):
    run = verbs.stratify(["daemp"], LATER, home=region_home)
    with pytest.raises(SamspilError, match="no legal basis"):
        verbs.publish(run.name, home=region_home)
    assert AccessRecord.objects.filter(outcome="refused", resource="practice_list").exists()


# A source that is purged (report 000 L-03).


def test_what_a_purged_source_said_leaves_the_lists_too(basis, region_home):
    run = verbs.stratify(["daemp"], LATER, home=region_home)
    verbs.publish(run.name, home=region_home)
    before = dict(Entry.objects.values_list("pk", "score"))
    state = dict(Entry.objects.values_list("pk", "state"))
    forgotten = forget_source(system(), "prescriptions")
    assert forgotten.names > 0
    for entry in Entry.objects.all():
        assert entry.criteria["polypharmacy"] == entry.criteria["risk_drugs"] == [None, "missing", None]
        assert entry.criteria["gp_contacts"][1] == "scored"
        assert entry.score <= before[entry.pk]
        assert entry.incomplete
    assert dict(Entry.objects.values_list("pk", "state")) == state, "nobody leaves a list by it"
    publication = Publication.objects.get()
    assert "prescriptions" not in publication.data_dates
    assert set(publication.missing) >= {"polypharmacy", "risk_drugs"}
    assert not Standing.objects.exists()
    assert forget_source(system(), "prescriptions").names == 0


def test_a_purge_reaches_the_lists_of_a_care_plane_that_is_there(basis, own_home, monkeypatch):
    run = verbs.stratify(["daemp"], LATER, home=own_home)
    verbs.publish(run.name, home=own_home)
    monkeypatch.setattr("samspil.verbs.deliveries.has_care_plane", lambda _home: True)
    verbs.purge("municipal_care", "a court order", own_home)
    assert {entry.criteria["home_nursing"][1] for entry in Entry.objects.all()} == {"missing"}
    assert AccessRecord.objects.filter(resource="source", detail="purged municipal_care").exists()
