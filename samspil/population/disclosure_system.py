"""Counts, sums and earlier releases as one system of equations, in which counts that are the same are one unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from samspil.definitions import SamspilError
from samspil.population.disclosure_audit import System

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Sum(Generic[K]):
    """The count under `total` is the sum of the counts under `parts`."""

    total: K
    parts: tuple[K, ...]


@dataclass(frozen=True)
class Released(Generic[K]):
    """An earlier release that readers may have in hand, by the same kind of keys.

    A key that both releases have is the same count of the same data. `counts` are all counts that are known to us,
    those in `hidden` are the ones it did not show, those in `implied` were in no table; a hidden count that nobody
    knows any more is absent. `same` pairs counts that are the same but for the day, the run or the row: where they are
    equal the reader is taken to know that, because nothing may have happened at all. `within` pairs a count with one of
    a wider population, in either release: what the wider has more is a count by itself, and is protected when small.
    """

    name: str
    counts: Mapping[K, int]
    hidden: frozenset[K] = frozenset()
    sums: Sequence[Sum[K]] = ()
    same: Sequence[tuple[K, K]] = ()
    within: Sequence[tuple[K, K]] = ()
    implied: frozenset[K] = frozenset()


def small(count: int, few: int) -> bool:
    """Whether a count is one that is not shown: some, but few."""
    return 0 < count < few


class Table(Generic[K]):
    """Counts, sums and earlier releases as one system, in which counts that are the same are one unknown.

    `group` numbers the unknown of each key. `unseen` are those that no reader has seen and no release of ours can show:
    what earlier releases hid, what wider populations have more, and what is implied. `goals` are those of them that
    have to stay unknown. `costs` has a price for each that can still be hidden.
    """

    def __init__(
        self,
        counts: Mapping[K, int],
        few: int,
        sums: Iterable[Sum[K]],
        released: Sequence[Released[K]],
        implied: Collection[K],
    ) -> None:
        if few < 2:
            raise SamspilError(f"few is {few}: with less than 2 no count is small")
        for key, count in counts.items():
            if count < 0:
                raise SamspilError(f"the count of {key} is negative: {count}")
        self.current = counts
        self._known: dict[Any, int] = dict(counts)
        for each in released:
            self._known |= {key: count for key, count in each.counts.items() if key not in self._known}
        same, equations = self._equations(sums, released, few)
        self._number(same)
        self._make(equations, released, implied, few)

    def _equations(
        self, sums: Iterable[Sum[K]], released: Sequence[Released[K]], few: int
    ) -> tuple[list[tuple[Any, Any]], list[tuple[Any, list[Any]]]]:
        """Pairs of counts that are the same, and sums as totals and parts."""
        same: list[tuple[Any, Any]] = []
        equations: list[tuple[Any, list[Any]]] = []
        every = [*sums, *(one for each in released for one in each.sums if self._has(one))]
        for one in every:
            unknown = next((key for key in (one.total, *one.parts) if key not in self._known), None)
            if unknown is not None:
                raise SamspilError(f"a sum names {unknown}, of which there is no count")
            inside, total = sum(self._known[key] for key in one.parts), self._known[one.total]
            if inside != total:
                raise SamspilError(f"the parts of {one.total} come to {inside} in all, not to {total}")
            equations.append((one.total, list(one.parts)))
        for each in released:
            same += [
                (one, other)
                for one, other in each.same
                if one in self._known and other in self._known and self._known[one] == self._known[other]
            ]
            for narrower, wider in each.within:
                more = self._known[wider] - self._known[narrower]
                if more < 0:
                    raise SamspilError(f"{narrower} has more persons than {wider}, which it is said to be within")
                rest = _Rest(narrower, wider)
                self._known[rest] = more
                equations.append((wider, [narrower, rest]))
        same += [(total, parts[0]) for total, parts in equations if len(parts) == 1]
        return same, [(total, parts) for total, parts in equations if len(parts) > 1]

    def _has(self, one: Sum[K]) -> bool:
        return all(key in self._known for key in (one.total, *one.parts))

    def _number(self, same: Sequence[tuple[Any, Any]]) -> None:
        """Give one number to all keys that are the same, in the order in which they first come."""
        leader: dict[Any, Any] = {}

        def lead(key: Any) -> Any:
            while (up := leader.get(key, key)) != key:
                key = up
            return key

        for one, other in same:
            first, second = lead(one), lead(other)
            if first != second:
                leader[second] = first
        numbers: dict[Any, int] = {}
        self._group = {key: numbers.setdefault(lead(key), len(numbers)) for key in self._known}
        self.group: dict[K, int] = {key: group for key, group in self._group.items() if not isinstance(key, _Rest)}
        self._values = [0] * len(numbers)
        for key, group in self._group.items():
            self._values[group] = self._known[key]

    def _make(
        self,
        equations: Sequence[tuple[Any, list[Any]]],
        released: Sequence[Released[K]],
        implied: Collection[K],
        few: int,
    ) -> None:
        told = {
            self.group[key]
            for each in released
            for key in each.counts
            if key not in each.hidden and key not in each.implied
        }
        published = {key: count for key, count in self.current.items() if key not in implied}
        here = {self.group[key] for key in published}
        self.unseen = set(self._group.values()) - here - told
        hidden = {self.group[key] for each in released for key in each.hidden if key in self.group}
        self.goals = {group for group in self.unseen if group in hidden or small(self._values[group], few)}
        distinct: dict[tuple[tuple[int, int], ...], None] = {}
        for total, parts in equations:
            factors = Counter({self._group[total]: 1})
            factors.subtract(Counter(self._group[part] for part in parts))
            row = tuple(sorted((group, factor) for group, factor in factors.items() if factor))
            if row:
                distinct[row] = None
        self.system = System(self._values, [dict(row) for row in distinct], frozenset(told))
        largest = max(published.values(), default=0) + 1
        self.costs: dict[int, float] = {}
        for place, (key, count) in enumerate(published.items()):
            # One count more hidden is worse than any size; a zero is often known for another reason, so it protects
            # least. Of equals the first is hidden.
            price = 1 + count / largest + (3 if count == 0 else 0) + place / len(published) / 100
            if self.group[key] not in told:
                self.costs[self.group[key]] = self.costs.get(self.group[key], 0) + price


@dataclass(frozen=True)
class _Rest:
    """What a wider population has more than a narrower one."""

    narrower: Hashable
    wider: Hashable
