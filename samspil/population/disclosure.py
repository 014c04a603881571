"""Which counts of persons a publication leaves out, so that none of them can be worked out from what it shows.

A count from 1 up to `few` − 1 is hidden (003 A-20, TC3-17). With it go as many more as it takes: whoever knows every
count that is shown, every sum among them and all earlier releases must still think possible, for each hidden count,
values that lie at least `few` apart. The others are chosen for one small count after the other: the cheapest change of
the table that would go unnoticed (fewest counts, then small ones). At last every one that is not needed is shown again.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Literal

from samspil.population.disclosure_audit import Audit
from samspil.population.disclosure_parts import K, Part, Released, Sum, small, split
from samspil.population.disclosure_system import Table

__all__ = ["Protection", "Released", "Sum", "narrow", "protect", "share_hidden", "small"]

#: Why a count is hidden: it is small, it would give a hidden one away, or it may not be in the release at all.
Why = Literal["small", "complement", "withheld"]


@dataclass(frozen=True)
class Protection(Generic[K]):
    """What is hidden, and why. `exposed` counts cannot be protected: a reader can say too much of them.

    For those in `alone` no earlier release is to blame: less has to be told of whatever they stand with. Those that are
    `loose` are hidden, and may be worked out all the same.
    """

    hidden: frozenset[K]
    why: Mapping[K, Why]
    exposed: frozenset[K]
    alone: frozenset[K] = frozenset()
    loose: frozenset[K] = frozenset()


#: What was found for parts that were looked at before: what is hidden in them, what of that is loose, what is exposed.
Found = dict[Hashable, tuple[set[Any], set[Any], set[Any]]]


def share_hidden(hidden: Collection[K], numerator: K, complement: K | None, denominator: K) -> bool:
    """Whether a share is hidden: when its numerator, what is left of its denominator, or its denominator is."""
    return numerator in hidden or denominator in hidden or (complement is not None and complement in hidden)


def protect(
    counts: Mapping[K, int],
    few: int,
    sums: Iterable[Sum[K]] = (),
    released: Sequence[Released[K]] = (),
    withheld: Collection[K] = (),
    implied: Collection[K] = (),
    settled: Collection[K] = (),
    others: Collection[K] = (),
    untold: Collection[K] = (),
    dear: Collection[K] = (),
    found: Found | None = None,
) -> Protection[K]:
    """The counts that may not be shown when every sum in `sums` can be seen or worked out.

    `withheld` counts are not in the release, whatever their size, and may not be worked out from it either, nor may
    `others`, which would give something away; `untold` ones are not in it, but may be worked out. `implied` counts are
    in no table, and may be worked out unless they are small. `settled` counts were looked at before: those that are not
    hidden for one of these reasons are shown, and are hidden for no other. `dear` counts are hidden for others' sake
    only where nothing else would do. The answer is always the same for the same counts in the same order. `found` keeps
    what was found, so that the same counts asked for again, with something else hidden, are looked at only where that
    matters. Raises SamspilError for a negative count, `few` below 2, an unknown key, or a sum that does not add up.
    """
    sums = list(sums)
    dear = frozenset(dear)
    why: dict[K, Why] = dict.fromkeys(others, "complement")
    why |= {key: "small" for key, count in counts.items() if small(count, few)}
    why |= dict.fromkeys(withheld, "withheld")
    primary, hidden = set(why), set(untold)
    known = set(settled) - primary - hidden
    parts = split(counts, few, sums, released, implied, known)
    gone, loose, exposed, alone = set(hidden), set[K](), set[K](), set[K]()
    for part in parts:
        part.dear = dear
        more, freed, less = _solved(part, primary, few, hidden, found)
        gone |= more
        loose |= freed
        exposed |= less
        alone |= set() if part.earlier else less
    if exposed - alone:
        # What gives a count away to who guesses that nothing happened does not give it away to who only subtracts.
        strict = [replace(each, same=()) for each in released]
        for part in split(counts, few, sums, strict, implied, known):
            if exposed & part.keys.keys():
                part.dear = dear
                gone |= _solved(part, primary, few, gone, None)[0]
    why |= dict.fromkeys(gone - primary - set(implied), "complement")
    named = {key: why[key] for key in counts if key in why}
    return Protection(frozenset(why), named, frozenset(exposed), frozenset(alone), frozenset(loose))


def _solved(
    part: Part[K], primary: set[K], few: int, hidden: set[K], found: Found | None
) -> tuple[set[K], set[K], set[K]]:
    """What has to be hidden in a part, and what of it cannot be protected."""
    goals, unknown = primary & part.keys.keys(), hidden & part.keys.keys()
    if not goals and not unknown and not part.hidden and not any(small(part.values[key], few) for key in part.keys):
        return set(), set(), set()
    asked = (frozenset(part.keys), frozenset(goals), frozenset(unknown))
    if found is not None and asked in found:
        return found[asked]
    answer = _solve(part, goals, few, unknown)
    if found is not None:
        found[asked] = answer
        # Whoever asks again for all that was hidden asks for nothing new.
        found[frozenset(part.keys), frozenset(goals | (answer[0] - answer[1])), frozenset(unknown)] = answer
    return answer


def _solve(part: Part[K], primary: set[K], few: int, hidden: set[K]) -> tuple[set[K], set[K], set[K]]:
    """The counts to hide, of which `hidden` are hidden anyway; the loose among them; those that cannot be protected."""
    table = Table(part, few)
    goals = {table.group[key] for key in primary}
    besides = {table.group[key] for key in hidden}
    audit = Audit(table.system, goals | table.unseen | besides, few)
    wanted = [*sorted(goals), *sorted(table.goals - goals)]
    audit.sweep(wanted)
    complements: dict[int, None] = {}
    while wanted:
        cell = wanted.pop(0)
        if not audit.wide(cell):
            more = _widen(audit, cell, table.costs)
            complements |= dict.fromkeys(more)
            wanted += more
    _show_again(audit, complements, table.costs)
    strict = goals | complements.keys()
    every = strict | besides
    gone = {key for key in part.published if key in part.keys and table.group[key] in every}
    return (
        gone,
        {key for key in gone if table.group[key] not in strict},
        {key for key, group in table.group.items() if group in audit.need},
    )


def narrow(
    counts: Mapping[K, int],
    hidden: Collection[K],
    few: int,
    sums: Iterable[Sum[K]] = (),
    released: Sequence[Released[K]] = (),
    implied: Collection[K] = (),
    untold: Collection[K] = (),
) -> frozenset[K]:
    """The hidden counts of which a reader can say too much: that no values `few` apart are possible.

    Those in `untold` may be worked out, and are not looked at. Small counts that are shown are among the answer.
    This is the check of a finished release; it asks nothing of how its
    hidden counts were chosen. Raises SamspilError as `protect` does.
    """
    shown = {key for key in counts if key not in hidden and key not in implied}
    told = {key for key in shown if small(counts[key], few)}
    for part in split(counts, few, list(sums), released, implied, shown):
        if not part.hidden and not any(key in hidden or small(part.values[key], few) for key in part.keys):
            continue
        table = Table(part, few)
        every = {table.group[key] for key in hidden if key in part.keys}
        groups = {table.group[key] for key in hidden if key in part.keys and key not in untold} | table.goals
        audit = Audit(table.system, every | table.unseen, few)
        audit.sweep(sorted(groups))
        found = {group for group in sorted(groups) if not audit.wide(group)}
        told |= {key for key, group in table.group.items() if group in found and (key in hidden or key not in counts)}
    return frozenset(told)


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
        everything = audit.system.reached(cell, free, near=False)
        most = audit.system.furthest(cell, 1, everything, audit.few).get(cell, 0)
        audit.need[cell] = max(most, up) - down
        move = audit.system.move(cell, most, free, audit.few) if most > up else None
    if move is None:
        return []
    more = sorted(each for each in move if each not in audit.unknown)
    audit.add(more)
    audit.keep(move)
    return more


def _show_again(audit: Audit, complements: dict[int, None], costs: Mapping[int, float]) -> None:
    """Show every complement that is not needed, the dearest first, as far as that is seen near by."""
    for cell in sorted(complements, key=lambda each: (-costs[each], each)):
        if any(_lone(audit, number, cell) for number in audit.system.equations_of[cell]):
            continue
        lost = audit.show(cell)
        others = dict.fromkeys(each for move in lost for each in move if each != cell)
        if all(audit.wide(each, near_alone=True) for each in others):
            del complements[cell]
        else:
            audit.add([cell])
            for move in lost:
                audit.keep(move)


def _lone(audit: Audit, equation: int, without: int) -> bool:
    """Whether a sum would have a single unknown left when one of its counts is shown."""
    return sum(each in audit.unknown for each in audit.system.equations[equation] if each != without) == 1
