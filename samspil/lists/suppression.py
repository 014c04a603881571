"""Which counts of persons are left out where they could speak of a single one.

A count from 1 up to `few` − 1 is hidden. When a shown sum would give a hidden count away, one more is hidden with it:
hidden counts always come in twos or more, and together are at least `few`. Whoever reads cannot tell which of the
hidden counts are the small ones, because all look the same.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


@dataclass(frozen=True)
class Sum(Generic[K]):
    """The count under `total` is the sum of the counts under `parts`."""

    total: K
    parts: tuple[K, ...]


def small(count: int, few: int) -> bool:
    """Whether a count is one that is not shown: some, but few."""
    return 0 < count < few


def hidden(counts: Mapping[K, int], few: int, sums: Iterable[Sum[K]] = ()) -> frozenset[K]:
    """The keys of counts that are not shown, when every sum in `sums` can be seen or worked out."""
    found = {key for key, count in counts.items() if small(count, few)}
    known = list(sums)
    changed = True
    while changed:
        changed = False
        for one in known:
            extra = _extra(one, counts, found, few)
            if extra is not None:
                found.add(extra)
                changed = True
    return frozenset(found)


def _extra(one: Sum[K], counts: Mapping[K, int], found: set[K], few: int) -> K | None:
    """What else has to be hidden so that the sum gives nothing away; the smallest part that will do."""
    parts = [key for key in one.parts if key in found]
    if one.total in found:
        safe = bool(parts)
    else:
        safe = not parts or (len(parts) > 1 and sum(counts[key] for key in parts) >= few)
    if safe:
        return None
    shown = [key for key in one.parts if key not in found]
    if not shown:
        return None if one.total in found else one.total
    return min(shown, key=lambda key: (counts[key] == 0, counts[key], one.parts.index(key)))


def hidden_rows(rows: Mapping[K, Sequence[int]], few: int) -> frozenset[K]:
    """The rows that are not shown at all, when every column adds up to a total that is: those with a small count.

    As many more go with them as it takes: never one alone, and in no column less than `few` together.
    """
    found = {key for key, counts in rows.items() if any(small(count, few) for count in counts)}
    while found and len(found) < len(rows):
        sums = [sum(column) for column in zip(*(rows[key] for key in found), strict=True)]
        if len(found) > 1 and not any(small(count, few) for count in sums):
            break
        found.add(min((key for key in rows if key not in found), key=lambda key: sum(rows[key])))
    return frozenset(found)


def joined(rows: Sequence[T], is_small: Callable[[Sequence[T]], bool]) -> list[list[T]]:
    """Neighbouring rows taken together until no group is small; one group, small or not, when nothing else helps."""
    groups: list[list[T]] = []
    current: list[T] = []
    for row in rows:
        current.append(row)
        if not is_small(current):
            groups.append(current)
            current = []
    if current and groups:
        groups[-1].extend(current)
        if is_small(groups[-1]):
            return [list(rows)]
    elif current:
        groups.append(current)
    return groups
