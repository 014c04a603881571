"""Which counts of persons a publication leaves out, so that none of them can be worked out from what it shows.

A count from 1 up to `few` − 1 is hidden (003 A-20, TC3-17). With it go as many more as it takes: whoever knows every
count that is shown, every sum among them and all earlier releases must still think possible, for each hidden count,
values that lie at least `few` apart. The others are chosen for one small count after the other: the cheapest change of
the table that would go unnoticed (fewest counts, then small ones). At last every one that is not needed is shown again.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from samspil.definitions import SamspilError
from samspil.population.disclosure_audit import Audit, System

K = TypeVar("K", bound=Hashable)

#: Why a count is hidden: it is small, it would give a hidden one away, or it may not be in the release at all.
Why = Literal["small", "complement", "withheld"]


@dataclass(frozen=True)
class Sum(Generic[K]):
    """The count under `total` is the sum of the counts under `parts`."""

    total: K
    parts: tuple[K, ...]


@dataclass(frozen=True)
class Released(Generic[K]):
    """An earlier release that readers may have in hand, by the same kind of keys.

    A key that both releases have is the same count of the same data. `counts` are all counts that are known to us,
    those in `hidden` are the ones it did not show; a hidden count that nobody knows any more is absent. `same` pairs a
    count of this release with the same count now, on another day or of other data: where they differ by less than `few`
    the reader is taken to know by how much, because nothing may have happened at all. `within` pairs a count with one
    of a wider population, in either release: what the wider has more is a count by itself, and is protected when it is
    small.
    """

    name: str
    counts: Mapping[K, int]
    hidden: frozenset[K] = frozenset()
    sums: Sequence[Sum[K]] = ()
    same: Sequence[tuple[K, K]] = ()
    within: Sequence[tuple[K, K]] = ()


@dataclass(frozen=True)
class Protection(Generic[K]):
    """What is hidden, and why. `exposed` counts cannot be protected any more: earlier releases tell too much."""

    hidden: frozenset[K]
    why: Mapping[K, Why]
    exposed: frozenset[K]


def small(count: int, few: int) -> bool:
    """Whether a count is one that is not shown: some, but few."""
    return 0 < count < few


def share_hidden(hidden: Collection[K], numerator: K, complement: K | None, denominator: K) -> bool:
    """Whether a share is hidden: when its numerator, what is left of its denominator, or its denominator is."""
    return numerator in hidden or denominator in hidden or (complement is not None and complement in hidden)


def protect(
    counts: Mapping[K, int],
    few: int,
    sums: Iterable[Sum[K]] = (),
    released: Sequence[Released[K]] = (),
    withheld: Collection[K] = (),
) -> Protection[K]:
    """The counts that may not be shown when every sum in `sums` can be seen or worked out.

    `withheld` counts are not in the release, whatever their size, and may not be worked out from it either. The answer
    is always the same for the same counts in the same order. Raises SamspilError for a negative count, `few` below 2,
    an unknown key, or a sum that does not add up.
    """
    table = _Table(counts, few, sums, released)
    why: dict[K, Why] = {key: "small" for key, count in counts.items() if small(count, few)}
    why |= dict.fromkeys(withheld, "withheld")
    primary = {table.number[key] for key in why}
    audit = Audit(table.system, primary | table.unseen, few)
    wanted = [*sorted(primary), *sorted(table.goals)]
    complements: dict[int, None] = {}
    while wanted:
        cell = wanted.pop(0)
        if not audit.wide(cell):
            more = _widen(audit, cell, table.costs)
            complements |= dict.fromkeys(more)
            wanted += more
    _show_again(audit, complements, table.costs)
    why |= dict.fromkeys((table.keys[cell] for cell in complements), "complement")
    exposed = {table.keys[cell] for cell in audit.need if cell in table.keys}
    return Protection(frozenset(why), {key: why[key] for key in counts if key in why}, frozenset(exposed))


def narrow(
    counts: Mapping[K, int],
    hidden: Collection[K],
    few: int,
    sums: Iterable[Sum[K]] = (),
    released: Sequence[Released[K]] = (),
) -> frozenset[K]:
    """The hidden counts of which a reader can say too much: that no values `few` apart are possible.

    Small counts that are shown are among them. This is the check of a finished release; it asks nothing of how its
    hidden counts were chosen. Raises SamspilError as `protect` does.
    """
    table = _Table(counts, few, sums, released)
    cells = {table.number[key] for key in hidden}
    audit = Audit(table.system, cells | table.unseen, few)
    found = {cell for cell in sorted(cells | table.goals) if not audit.wide(cell)}
    shown = {key for key, count in counts.items() if small(count, few) and key not in hidden}
    return frozenset(table.keys[cell] for cell in found if cell in table.keys) | shown


class _Table(Generic[K]):
    """Counts, sums and earlier releases as one system.

    `unseen` are counts that no reader has seen and no release of ours can show: what earlier releases hid, and what
    wider populations have more. `goals` are those of them that have to stay unknown. `costs` has a price for each count
    that can still be hidden.
    """

    def __init__(
        self, counts: Mapping[K, int], few: int, sums: Iterable[Sum[K]], released: Sequence[Released[K]]
    ) -> None:
        if few < 2:
            raise SamspilError(f"few is {few}: with less than 2 no count is small")
        self.current = counts
        self.keys: dict[int, K] = dict(enumerate(counts))
        self.number: dict[K, int] = {key: number for number, key in self.keys.items()}
        self.values: list[int] = list(counts.values())
        for key, count in counts.items():
            if count < 0:
                raise SamspilError(f"the count of {key} is negative: {count}")
        self.equations: list[dict[int, int]] = []
        self.unseen: set[int] = set()
        self.goals: set[int] = set()
        fixed: set[int] = set()
        for one in sums:
            self._add(one)
        for earlier in released:
            fixed |= self._take(earlier, few)
        self.system = System(self.values, self.equations, frozenset(fixed))
        largest = max(counts.values(), default=0) + 1
        # One count more hidden is worse than any size; a zero is often known for another reason, so it protects least.
        # Of equals the first is hidden.
        self.costs = {
            number: 1 + count / largest + (3 if count == 0 else 0) + number / len(counts) / 100
            for number, count in enumerate(counts.values())
            if number not in fixed
        }
        self.unseen -= fixed
        self.goals -= fixed

    def _add(self, one: Sum[K]) -> None:
        unknown = next((key for key in (one.total, *one.parts) if key not in self.number), None)
        if unknown is not None:
            raise SamspilError(f"a sum names {unknown}, of which there is no count")
        equation: dict[int, int] = {self.number[one.total]: 1}
        for key in one.parts:
            equation[self.number[key]] = equation.get(self.number[key], 0) - 1
        left = sum(factor * self.values[cell] for cell, factor in equation.items())
        if left:
            raise SamspilError(f"the parts of {one.total} come to {self.values[self.number[one.total]] - left} in all, "
                               f"not to {self.values[self.number[one.total]]}")  # fmt: skip
        self.equations.append({cell: factor for cell, factor in equation.items() if factor})

    def _new(self, value: int) -> int:
        self.values.append(value)
        return len(self.values) - 1

    def _take(self, earlier: Released[K], few: int) -> set[int]:
        """Add an earlier release. Returns the counts that are known since."""
        for key, count in earlier.counts.items():
            if key not in self.number:
                self.number[key] = self._new(count)
                self.keys[self.number[key]] = key
        shown = {self.number[key] for key in earlier.counts if key not in earlier.hidden}
        # What is among today's counts too is hidden or shown by today's release.
        hidden = {self.number[key] for key in earlier.counts if key in earlier.hidden and key not in self.current}
        self.unseen |= hidden
        self.goals |= hidden
        for one in earlier.sums:
            if all(key in self.number for key in (one.total, *one.parts)):
                self._add(one)
        for then, now in earlier.same:
            if then in self.number and now in self.number:
                before, after = self.number[then], self.number[now]
                if abs(self.values[before] - self.values[after]) < few:
                    self.equations.append({before: 1, after: -1})
        for narrower, wider in earlier.within:
            more = self.values[self.number[wider]] - self.values[self.number[narrower]]
            if more < 0:
                raise SamspilError(f"{narrower} has more persons than {wider}, which it is said to be within")
            rest = self._new(more)
            self.unseen.add(rest)
            if small(more, few):
                self.goals.add(rest)
            self.equations.append({self.number[wider]: 1, self.number[narrower]: -1, rest: -1})
        return shown


def _widen(audit: Audit, cell: int, costs: Mapping[int, float]) -> list[int]:
    """Hide what it takes so that `cell` can move far enough. Returns what is newly hidden.

    Where earlier releases leave it less than it needs, it gets the most that it can, and needs no more from then on.
    """
    free = {**costs, **audit.unknown}
    down, up = audit.span(cell)
    if cell not in audit.unknown:
        audit.need[cell] = 0
        return []
    move = audit.system.move(cell, audit.few + down, free, audit.few)
    if move is None:
        most = audit.system.furthest(cell, 1, free, audit.few).get(cell, 0)
        audit.need[cell] = max(most, up) - down
        move = audit.system.move(cell, most, free, audit.few) if most > up else None
    if move is None:
        return []
    more = sorted(each for each in move if each not in audit.unknown)
    audit.add(more)
    audit.keep(move)
    return more


def _show_again(audit: Audit, complements: dict[int, None], costs: Mapping[int, float]) -> None:
    """Show every complement that is not needed, the dearest first."""
    for cell in sorted(complements, key=lambda each: (-costs[each], each)):
        if any(_lone(audit, number, cell) for number in audit.system.equations_of[cell]):
            continue
        lost = audit.show(cell)
        others = dict.fromkeys(each for move in lost for each in move if each != cell)
        if all(audit.wide(each) for each in others):
            del complements[cell]
        else:
            audit.add([cell])
            for move in lost:
                audit.keep(move)


def _lone(audit: Audit, equation: int, without: int) -> bool:
    """Whether a sum would have a single unknown left when one of its counts is shown."""
    return sum(each in audit.unknown for each in audit.system.equations[equation] if each != without) == 1
