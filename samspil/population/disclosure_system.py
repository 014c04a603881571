"""A part of a table as a system of equations, in which counts that are the same are one unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Generic

from samspil.population.disclosure_audit import System
from samspil.population.disclosure_parts import K, Part, Rest, small

#: How many others may be hidden to keep one that is dear in sight.
_DEAR = 8


class Table(Generic[K]):
    """Counts, sums and earlier releases as one system, in which counts that are the same are one unknown.

    `group` numbers the unknown of each key. `unseen` are those that no reader has seen and no release of ours can show:
    what earlier releases hid, what wider populations have more, and what is implied. `goals` are those of them that
    have to stay unknown. `costs` has a price for each that can still be hidden.
    """

    def __init__(self, part: Part[K], few: int) -> None:
        self._group = self._numbers(part)
        self.group: dict[K, int] = {key: group for key, group in self._group.items() if not isinstance(key, Rest)}
        values = [0] * (max(self._group.values(), default=-1) + 1)
        for key, group in self._group.items():
            values[group] = part.values[key]
        known = {self._group[key] for key in part.known}
        self.unseen = set(self._group.values()) - {self.group[key] for key in part.published} - known
        hidden = {self.group[key] for key in part.hidden}
        self.goals = {group for group in self.unseen if group in hidden or small(values[group], few)}
        self.system = System(values, self._equations(part.equations), frozenset(known))
        largest = max((part.values[key] for key in part.published), default=0) + 1
        self.costs: dict[int, float] = {}
        for place, key in enumerate(part.published):
            # One count more hidden is worse than any size; a zero is often known for another reason, so it protects
            # least. Of equals the first is hidden.
            count = part.values[key]
            price = 1 + count / largest + (3 if count == 0 else 0) + place / len(part.published) / 100
            price *= _DEAR if key in part.dear else 1
            if self.group[key] not in known:
                self.costs[self.group[key]] = self.costs.get(self.group[key], 0) + price

    def _numbers(self, part: Part[K]) -> dict[Any, int]:
        """One number for all keys that are the same, in the order in which they first come."""
        leader: dict[Any, Any] = {}

        def lead(key: Any) -> Any:
            while (up := leader.get(key, key)) != key:
                key = up
            return key

        for one, other in part.same:
            first, second = lead(one), lead(other)
            if first != second:
                leader[second] = first
        numbers: dict[Any, int] = {}
        return {key: numbers.setdefault(lead(key), len(numbers)) for key in part.values}

    def _equations(self, equations: Sequence[tuple[Any, tuple[Any, ...]]]) -> list[dict[int, int]]:
        distinct: dict[tuple[tuple[int, int], ...], None] = {}
        for total, parts in equations:
            factors = Counter({self._group[total]: 1})
            factors.subtract(Counter(self._group[part] for part in parts))
            row = tuple(sorted((group, factor) for group, factor in factors.items() if factor))
            if row:
                distinct[row] = None
        return [dict(row) for row in distinct]
