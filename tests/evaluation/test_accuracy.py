"""The list against what happened: exact on people made by hand, and what an item adds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import rankdata

from samspil.evaluation.accuracy import accuracy, at_threshold
from samspil.evaluation.cohort import NO_CATEGORY, AmountSums, Grouping
from samspil.evaluation.contributions import contributions, targeted
from samspil.evaluation.costs import amounts
from samspil.evaluation.figures import Difference, Estimate, Reason, Share, Unknown
from samspil.evaluation.statistics import auc, auc_difference
from samspil.programmes import RiskModel, find_model
from tests.evaluation.made_people import D, cohort_of, leaves, moments, small_model

POINTS = {"nursing": (3, 0), "contacts": (0, 0, 1, 2), "living": (0, 1)}
NINE = np.ones(9, dtype=np.int64)


@pytest.fixture
def model() -> RiskModel:
    return small_model()


def test_a_list_of_four_with_three_events() -> None:
    listed = np.array([True] * 4 + [False] * 8)
    events = np.array([True, True, True, False, True, True, *[False] * 6])
    found = at_threshold(listed, events, np.ones(12, dtype=np.int64))
    shares = (found.ppv, found.sensitivity, found.specificity)
    assert all(isinstance(share, Share) for share in shares)
    assert [(s.numerator, s.denominator) for s in shares if isinstance(s, Share)] == [(3, 4), (3, 5), (6, 7)]
    assert isinstance(found.number_needed_to_list, Estimate)
    assert found.number_needed_to_list.value == pytest.approx(4 / 3)
    assert isinstance(found.ppv, Share)
    assert found.number_needed_to_list.low == pytest.approx(1 / found.ppv.high)
    assert isinstance(found.lift, Estimate)
    assert found.lift.value == pytest.approx((3 / 4) / (5 / 12))


def test_an_empty_target() -> None:
    found = at_threshold(np.zeros(9, dtype=np.bool_), np.arange(9) < 3, NINE)
    assert found.ppv == Unknown.because(Reason.NONE_LISTED)
    assert found.number_needed_to_list == found.ppv
    assert found.lift == Unknown.because(Reason.NONE_LISTED)
    assert isinstance(found.sensitivity, Share)
    assert found.sensitivity.value == 0


def test_no_events() -> None:
    found = at_threshold(np.arange(9) < 3, np.zeros(9, dtype=np.bool_), NINE)
    assert isinstance(found.ppv, Share)
    assert found.ppv.value == 0
    assert found.ppv.high > 0.3
    assert found.sensitivity == Unknown.because(Reason.NO_EVENTS)
    assert found.number_needed_to_list == Unknown.because(Reason.NO_EVENTS_LISTED)


def test_everybody_has_the_event() -> None:
    found = at_threshold(np.arange(9) < 3, np.ones(9, dtype=np.bool_), NINE)
    assert found.specificity == Unknown.because(Reason.NO_NON_EVENTS)


def test_subgroups_and_scores_sum_to_the_whole(model: RiskModel) -> None:
    lot = np.random.default_rng(1)
    size = 500
    people = cohort_of(
        model,
        {
            "nursing": lot.integers(0, 2, size),
            "contacts": lot.integers(1, 4, size),
            "living": lot.integers(-1, 2, size),
        },
        POINTS,
        lot.random(size) < 0.3,
        practice=[str(n) for n in lot.integers(100001, 100006, size)],
    )
    found = accuracy(people, "event")
    for dimension in ("practice", "sex", "age"):
        groups = [group.at_threshold for group in found.of(dimension)]
        for part in ("persons", "events", "listed", "listed_events"):
            assert sum(getattr(g, part) for g in groups) == getattr(found.at_threshold, part)
    for part, whole in (
        ("persons", size),
        ("events", found.at_threshold.events),
        ("listed", found.at_threshold.listed),
    ):
        assert sum(getattr(row, part) for row in found.by_score) == whole
    assert [group.group for group in found.of("practice")] == ["100001", "100002", "100003", "100004", "100005"]


def test_a_subgroup_is_the_validation_of_its_members(model: RiskModel) -> None:
    lot = np.random.default_rng(2)
    codes = {"nursing": lot.integers(0, 2, 300), "contacts": lot.integers(1, 4, 300)}
    events = lot.random(300) < 0.3
    practice = [str(n) for n in lot.integers(100001, 100003, 300)]
    people = cohort_of(model, codes, POINTS, events, practice=practice)
    here = np.array(practice) == "100002"
    alone = cohort_of(model, {item: code[here] for item, code in codes.items()}, POINTS, events[here])
    (found,) = (g for g in accuracy(people, "event").of("practice") if g.group == "100002")
    assert found.at_threshold == at_threshold(alone.in_target, alone.events["event"], alone.persons)
    assert found.auc == auc(alone.score, alone.events["event"], alone.persons)


def test_observed_shares_recover_what_was_planted(model: RiskModel) -> None:
    lot = np.random.default_rng(3)
    codes = {"nursing": lot.integers(0, 2, 60_000), "contacts": lot.integers(1, 4, 60_000)}
    score = np.array(POINTS["nursing"])[codes["nursing"]] + np.array(POINTS["contacts"])[codes["contacts"]]
    people = cohort_of(model, codes, POINTS, lot.random(60_000) < 0.05 + 0.1 * score)
    rows = accuracy(people, "event").by_score
    assert [row.score for row in rows] == [0, 1, 2, 3, 4, 5]
    shares = [row.observed for row in rows]
    assert all(isinstance(share, Share) for share in shares)
    misses = [
        not share.low <= 0.05 + 0.1 * n <= share.high for n, share in enumerate(shares) if isinstance(share, Share)
    ]
    assert sum(misses) <= 1


class TestItems:
    def test_exact_on_people_made_by_hand(self, model: RiskModel) -> None:
        nursing = [0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]
        contacts = [1, 2, 3, 3, 3, 2, 2, 2, 1, 1, 1, 1]
        living = [0, 0, 0, 1, 0, 1, NO_CATEGORY, 0, 0, 0, 0, 0]
        events = np.array([1, 1, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0], dtype=np.bool_)
        people = cohort_of(model, {"nursing": nursing, "contacts": contacts, "living": living}, POINTS, events)
        # Scores: 3 4 5 | 3 2 2 1 1 0 0 0 0, so that the first four are listed.
        found = {item.item: item for item in contributions(people, events)}
        assert [found[i].would_leave for i in ("nursing", "contacts", "living")] == [3, 1, 1]
        assert all(item.would_enter == 0 for item in found.values())
        assert found["living"].persons_missing == 1
        with_nursing = found["nursing"].with_points
        assert isinstance(with_nursing, Share)
        assert (with_nursing.numerator, with_nursing.denominator) == (3, 12)
        on_list = found["nursing"].ppv_with_points
        assert isinstance(on_list, Share)
        assert (on_list.numerator, on_list.denominator) == (2, 3)
        without = people.score - people.points["nursing"]
        assert found["nursing"].auc_without == auc(without, events, people.persons)
        assert found["nursing"].adds == auc_difference(people.score, without, events, people.persons)

    def test_an_item_without_points_adds_nothing(self, model: RiskModel) -> None:
        lot = np.random.default_rng(4)
        codes = {"nursing": lot.integers(0, 2, 100), "living": np.zeros(100, dtype=int)}
        people = cohort_of(model, codes, POINTS, lot.random(100) < 0.4)
        found = {item.item: item for item in contributions(people, people.events["event"])}
        assert found["living"].adds == Difference(0.0, 0.0, 0.0, 1.0)
        assert found["living"].ppv_with_points == Unknown.because(Reason.NO_PERSONS)
        assert found["living"].would_leave == 0

    def test_dropping_points_can_bring_somebody_in_when_a_band_is_left_out(self) -> None:
        model = find_model("daemp").at(D)
        bands = tuple(b.model_copy(update={"in_target": b.band != "red"}) for b in model.bands)
        scores = np.array([6, 7, 13, 14, 21])
        assert targeted(model, scores).tolist() == [False, True, True, True, True]
        assert targeted(model.model_copy(update={"bands": bands}), scores).tolist() == [False, True, True, False, False]


def test_those_alike_may_stand_in_one_row(model: RiskModel) -> None:
    lot = np.random.default_rng(5)
    rows = {"nursing": lot.integers(0, 2, 60), "contacts": lot.integers(1, 4, 60), "living": lot.integers(-1, 2, 60)}
    events, practice = lot.random(60) < 0.4, np.array([str(n) for n in lot.integers(100001, 100003, 60)])
    persons = lot.integers(1, 9, 60)
    counted = cohort_of(model, rows, POINTS, events, practice=practice.tolist(), persons=persons)
    # Sex and age of made people go by their row, so they are given anew.
    each = np.repeat(np.arange(60), persons)
    one_by_one = cohort_of(
        model, {item: code[each] for item, code in rows.items()}, POINTS, events[each], practice=practice[each].tolist()
    )
    one_by_one = replace(
        one_by_one,
        sex=Grouping(counted.sex.names, counted.sex.member_of[each]),
        age=Grouping(counted.age.names, counted.age.member_of[each]),
    )
    assert leaves(accuracy(counted, "event")) == pytest.approx(leaves(accuracy(one_by_one, "event")))
    found = leaves(contributions(counted, events))
    assert found == pytest.approx(leaves(contributions(one_by_one, events[each])))


def test_amounts_are_exact() -> None:
    ranks = rankdata([10_050] * 5 + [1] * 7) * 2
    people = AmountSums(
        score=np.array([0, 3]),
        in_target=np.array([False, True]),
        amounts=(moments([1] * 7), moments([10_050] * 5)),
        ranks=(int(ranks[5:].sum()), int(ranks[:5].sum())),
        ties=7**3 - 7 + 5**3 - 5,
    )
    found = amounts(people)
    assert str(found.total) == "502.57"
    assert str(found.listed_total) == "502.5"
    assert isinstance(found.mean_listed, Estimate)
    assert found.mean_listed.value == pytest.approx(100.5)
    assert isinstance(found.listed_share, Estimate)
    assert found.listed_share.value == pytest.approx(502.5 / 502.57)
    assert [(row.score, row.persons, row.listed) for row in found.by_score] == [(0, 7, 0), (3, 5, 5)]
    assert isinstance(found.correlation, Estimate)
    assert found.correlation.value == pytest.approx(1)
