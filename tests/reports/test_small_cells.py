"""Reports speak of no group of few persons with the outcome, nor let one be found by subtraction."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from samspil.evaluation.accuracy import ScoreRow, Subgroup, at_threshold
from samspil.evaluation.figures import Reason, Unknown
from samspil.evaluation.statistics import share
from samspil.reports.small_cells import hidden, joined

FEW = 5


def group(name: str, listed_events: int, other_events: int, listed: int = 20) -> Subgroup:
    on_list = np.arange(100) < listed
    events = (np.arange(100) < listed_events) | (np.arange(100) >= 100 - other_events)
    return Subgroup(
        "practice",
        name,
        at_threshold(on_list, events, np.ones(100, dtype=np.int64)),
        Unknown.because(Reason.NO_PERSONS),
    )


def test_few_on_the_list_or_outside_it_are_hidden() -> None:
    groups = [group("a", 4, 10), group("b", 10, 3), group("c", 10, 10), group("d", 0, 10)]
    assert hidden(groups, FEW) == {"a", "b"}


def test_a_lone_hidden_group_gets_company() -> None:
    assert hidden([group("a", 1, 10), group("b", 12, 10), group("c", 10, 10)], FEW) == {"a", "c"}


def test_nothing_is_hidden_without_need() -> None:
    assert hidden([group("a", 9, 10), group("b", 12, 10)], FEW) == frozenset()
    assert hidden([group("a", 2, 10)], FEW) == {"a"}


rows = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 40)), min_size=1, max_size=15)


@given(rows, st.integers(0, 15))
@example([(1, 1), (5, 0), (5, 0)], 0)
def test_joined_scores_speak_of_enough_and_lose_nobody(counts: list[tuple[int, int]], target: int) -> None:
    found = [
        ScoreRow(score, persons, persons if score >= target else 0, min(events, persons),
                 share(min(events, persons), persons))
        for score, (persons, events) in enumerate(counts)
    ]  # fmt: skip
    scores = joined(found, FEW)
    for part in ("persons", "events", "listed"):
        assert sum(getattr(s, part) for s in scores) == sum(getattr(row, part) for row in found)
    assert [n for s in scores for n in range(s.first, s.last + 1)] == list(range(len(counts)))
    if len(scores) > 1:
        assert all(s.persons >= FEW and not 0 < s.events < FEW for s in scores)


def test_scores_with_enough_stay_apart() -> None:
    found = [ScoreRow(n, 50, 0, 10, share(10, 50)) for n in range(3)]
    assert [s.label for s in joined(found, FEW)] == ["0", "1", "2"]


def test_the_few_at_the_top_are_taken_together() -> None:
    counts = [(0, 50, 10), (1, 30, 9), (2, 20, 8), (3, 3, 3), (4, 1, 1), (7, 1, 1)]
    found = [
        ScoreRow(n, persons, persons if n > 1 else 0, events, share(events, persons)) for n, persons, events in counts
    ]
    assert [s.label for s in joined(found, FEW)] == ["0", "1", "2", "3–7"]
