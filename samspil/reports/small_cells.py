"""What a report leaves out because it would speak of too few persons.

A count from 1 up to `few` − 1 of persons with the outcome could tell something of a single person, and a share of
so few says little anyway. Groups are then marked "too few", and one more with them when a lone one could be found
by subtraction; neighbouring scores are joined until they are enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from samspil.evaluation.accuracy import AtThreshold, ScoreRow, Subgroup
from samspil.evaluation.figures import Share, Unknown
from samspil.evaluation.statistics import share


def small(count: float, few: int) -> bool:
    """Whether a count is one that is not shown: some, but few."""
    return 0 < count < few


def hidden(groups: Sequence[Subgroup], few: int) -> frozenset[str]:
    """The groups of one dimension whose outcomes are not shown."""
    found = {group.group for group in groups if _speaks_of_few(group.at_threshold, few)}
    shown = [group for group in groups if group.group not in found]
    if len(found) == 1 and shown:
        found.add(min(shown, key=lambda group: (group.at_threshold.events, group.group)).group)
    return frozenset(found)


def _speaks_of_few(at: AtThreshold, few: int) -> bool:
    counts = (at.events, at.listed_events, at.events - at.listed_events)
    return at.persons < few or any(small(count, few) for count in counts)


@dataclass(frozen=True)
class Scores:
    """Neighbouring scores taken together: `17` or `17–20`."""

    first: int
    last: int
    persons: int
    listed: int
    events: int
    observed: Share | Unknown

    @property
    def label(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"


def joined(rows: Sequence[ScoreRow], few: int) -> list[Scores]:
    """The scores, from the lowest up, joined with their neighbours where they would speak of few persons.

    Scores of the target group are joined among themselves as far as that is enough.
    """
    falling = sorted(rows, key=lambda row: row.score, reverse=True)
    sides = [[row for row in falling if row.listed], [row for row in falling if not row.listed]]
    groups = [group for side in sides for group in _grouped(side, few)]
    if len(groups) > 1:
        # A side with few in all is joined with its neighbour on the other side.
        groups = _grouped([row for group in groups for row in group], few) if _any_small(groups, few) else groups
    return sorted((_together(group) for group in groups), key=lambda scores: scores.first)


def _grouped(rows: Iterable[ScoreRow], few: int) -> list[list[ScoreRow]]:
    groups: list[list[ScoreRow]] = []
    current: list[ScoreRow] = []
    for row in rows:
        current.append(row)
        if not _is_small(current, few):
            groups.append(current)
            current = []
    if current:
        groups.append(current)
    # What is left at the end may make the group before it speak of few too: it had enough persons, and no event.
    while len(groups) > 1 and _is_small(groups[-1], few):
        rest = groups.pop()
        groups[-1].extend(rest)
    return groups


def _is_small(rows: Sequence[ScoreRow], few: int) -> bool:
    return sum(row.persons for row in rows) < few or small(sum(row.events for row in rows), few)


def _any_small(groups: Sequence[Sequence[ScoreRow]], few: int) -> bool:
    return any(_is_small(group, few) for group in groups)


def _together(rows: Sequence[ScoreRow]) -> Scores:
    persons, events = sum(row.persons for row in rows), sum(row.events for row in rows)
    scores = [row.score for row in rows]
    listed = sum(row.listed for row in rows)
    return Scores(min(scores), max(scores), persons, listed, events, share(events, persons))
