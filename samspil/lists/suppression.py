"""Which counts of persons are left out where they could speak of a single one.

A count from 1 up to `few` − 1 is hidden, and with it what all shown sums together would give it away by
(`samspil.population.disclosure`). Whoever reads cannot tell which of the hidden counts are the small ones, because all
look the same.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from samspil.population.disclosure import Sum, protect, small

__all__ = ["Sum", "hidden", "hidden_rows", "joined", "small"]

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


def hidden(counts: Mapping[K, int], few: int, sums: Iterable[Sum[K]] = ()) -> frozenset[K]:
    """The keys of counts that are not shown, when every sum in `sums` can be seen or worked out.

    A sum that does not hold (an ending without the reason it should have) tells nobody anything exact, and is left out.
    """
    holding = [one for one in sums if counts[one.total] == sum(counts[key] for key in one.parts)]
    return protect(counts, few, holding).hidden


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
