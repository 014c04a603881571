"""Counts, sums and earlier releases in parts that have nothing to do with each other.

What a reader knows for certain is a constant, and joins nothing: two hidden counts have to do with each other only when
sums lead from one to the other over counts that are not known. Each such part is protected and checked by itself, so
that a large table costs no more than its parts do, and a part that was looked at before is not looked at again.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from samspil.definitions import SamspilError

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


@dataclass(frozen=True)
class Rest:
    """What a wider population has more than a narrower one."""

    narrower: Hashable
    wider: Hashable


def small(count: int, few: int) -> bool:
    """Whether a count is one that is not shown: some, but few."""
    return 0 < count < few


@dataclass
class Part(Generic[K]):
    """Counts that have to do with each other.

    `values` has the `known` ones that stand in their sums as well; `keys` are the others, in whatever release they are.
    `published` are those of the release at hand that are in its tables, `hidden` those that an earlier one hid, and
    `dear` ones are hidden for others only where nothing else would do.
    `earlier` says that an earlier release tells of a count of the part, or of one in its sums.
    """

    values: dict[Any, int] = field(default_factory=dict)
    keys: dict[Any, None] = field(default_factory=dict)
    known: set[Any] = field(default_factory=set)
    published: dict[K, None] = field(default_factory=dict)
    hidden: set[K] = field(default_factory=set)
    equations: list[tuple[Any, tuple[Any, ...]]] = field(default_factory=list)
    same: list[tuple[Any, Any]] = field(default_factory=list)
    dear: frozenset[K] = frozenset()
    earlier: bool = False


class _Joined:
    """Sets of keys that grow together; each is known by one of its keys."""

    def __init__(self) -> None:
        self._up: dict[Any, Any] = {}

    def lead(self, key: Any) -> Any:
        top = key
        while (up := self._up.get(top)) is not None:
            top = up
        while key != top:
            up = self._up[key]
            self._up[key] = top
            key = up
        return top

    def join(self, one: Any, other: Any) -> None:
        first, second = self.lead(one), self.lead(other)
        if first != second:
            self._up[second] = first


def split(
    counts: Mapping[K, int],
    few: int,
    sums: Sequence[Sum[K]],
    released: Sequence[Released[K]],
    implied: Collection[K],
    known: Collection[K],
) -> list[Part[K]]:
    """The parts, in the order of their first counts. Whoever reads knows the `known` counts.

    A count that an earlier release told is known too. It is in a part by itself: it cannot be protected any more.
    Raises SamspilError for a negative count, `few` below 2, an unknown key, or a sum that does not add up.
    """
    values = _values(counts, few, released)
    equations = list(_equations(sums, released, values))
    pairs = list(_pairs(equations, released, values))
    told = {key for each in released for key in each.counts if key not in each.hidden and key not in each.implied}
    one_count = _Joined()
    for one, other in pairs:
        one_count.join(one, other)
    leads = {key: one_count.lead(key) for key in values}
    by_earlier = {leads[key] for key in told}
    constant = {leads[key] for key in known} | by_earlier
    joined = _Joined()
    for total, parts in equations:
        loose = [lead for key in (total, *parts) if (lead := leads[key]) not in constant]
        for other in loose[1:]:
            joined.join(loose[0], other)
    shown = set(known)
    found: dict[Any, Part[K]] = {}
    for key in values:
        if key not in shown:
            part = found.setdefault(joined.lead(leads[key]), Part())
            part.keys[key] = None
            part.values[key] = values[key]
            part.earlier |= key not in counts or leads[key] in by_earlier
            if leads[key] in constant:
                part.known.add(key)
    for one, other in pairs:
        if not {one, other} & shown:
            found[joined.lead(leads[one])].same.append((one, other))
    for total, parts in equations:
        members = (total, *parts)
        loose = [key for key in members if leads[key] not in constant]
        if len(parts) > 1 and loose:
            part = found[joined.lead(leads[loose[0]])]
            part.equations.append((total, parts))
            fixed = [key for key in members if leads[key] in constant]
            part.values.update((key, values[key]) for key in fixed)
            part.known.update(fixed)
            part.earlier |= any(key not in counts or leads[key] in by_earlier for key in fixed)
    of_earlier = {key for each in released for key in each.hidden if key in values}
    for part in found.values():
        part.published = {key: None for key in part.values if key in counts and key not in implied}
        part.hidden = of_earlier & part.keys.keys()
    return list(found.values())


def _values(counts: Mapping[K, int], few: int, released: Sequence[Released[K]]) -> dict[Any, int]:
    """Every count there is, those of the release at hand first, and what wider populations have more."""
    if few < 2:
        raise SamspilError(f"few is {few}: with less than 2 no count is small")
    for key, count in counts.items():
        if count < 0:
            raise SamspilError(f"the count of {key} is negative: {count}")
    values: dict[Any, int] = dict(counts)
    for each in released:
        for key, count in each.counts.items():
            values.setdefault(key, count)
    for each in released:
        for narrower, wider in each.within:
            more = values[wider] - values[narrower]
            if more < 0:
                raise SamspilError(f"{narrower} has more persons than {wider}, which it is said to be within")
            values[Rest(narrower, wider)] = more
    return values


def _equations(
    sums: Sequence[Sum[K]], released: Sequence[Released[K]], values: Mapping[Any, int]
) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """Every sum as its total and its parts."""
    then = (one for each in released for one in each.sums if all(key in values for key in (one.total, *one.parts)))
    for one in (*sums, *then):
        unknown = next((key for key in (one.total, *one.parts) if key not in values), None)
        if unknown is not None:
            raise SamspilError(f"a sum names {unknown}, of which there is no count")
        inside = sum(values[key] for key in one.parts)
        if inside != values[one.total]:
            raise SamspilError(f"the parts of {one.total} come to {inside} in all, not to {values[one.total]}")
        yield one.total, one.parts
    for each in released:
        for narrower, wider in each.within:
            yield wider, (narrower, Rest(narrower, wider))


def _pairs(
    equations: Sequence[tuple[Any, tuple[Any, ...]]], released: Sequence[Released[K]], values: Mapping[Any, int]
) -> Iterator[tuple[Any, Any]]:
    """Keys that a reader takes to be one count: said to be the same and equal, or one all there is of the other."""
    for each in released:
        for one, other in each.same:
            if one in values and other in values and values[one] == values[other]:
                yield one, other
    for total, parts in equations:
        if len(parts) == 1:
            yield total, parts[0]
