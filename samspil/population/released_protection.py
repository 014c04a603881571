"""What is hidden in the tables of a release: the counts of everybody first, then part by part, until nothing more is.

Whether everybody in a unit can be told of is settled once, so that one indicator's rows need not be looked at for
another's. Then each part is protected by itself. That may ask for more: a count that is as it was on the day before or
after is not shown there either, and of a unit of which so little is told that a count of it cannot be protected, less
is told still. What is asked for more is hidden and the parts that it touches are protected again, until none is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from samspil.population.disclosure import Found, Protection, Released, Sum, protect

if TYPE_CHECKING:
    from samspil.population.released_tables import Cell


@dataclass(frozen=True)
class Known:
    """All that a reader may know of the tables, were nothing hidden.

    `settled` names the counts of everybody by table and column, `topmost` the levels that are part of no other, and
    `about` the counts, by table and column, that the tables are about.
    """

    cells: Mapping[Cell, int]
    sums: Sequence[Sum[Cell]]
    released: Sequence[Released[Cell]]
    implied: frozenset[Cell]
    withheld: frozenset[Cell]
    settled: Collection[tuple[str, str]]
    topmost: Collection[str]
    about: Collection[tuple[str, str]] = ()


@dataclass
class _Asked:
    """What is hidden besides small counts: `others` may not be worked out, `untold` ones may. `steps` by row."""

    others: set[Cell] = field(default_factory=set)
    untold: set[Cell] = field(default_factory=set)
    steps: dict[tuple[str, tuple[str, ...], str], int] = field(default_factory=lambda: defaultdict(int))


def protected(known: Known, few: int) -> Protection[Cell]:
    """What is hidden. Counts are `exposed` only where an earlier release told too much."""
    settled = {cell: count for cell, count in known.cells.items() if (cell.table, cell.column) in known.settled}
    its_sums = [one for one in known.sums if all(cell in settled for cell in (one.total, *one.parts))]
    its_implied = [cell for cell in known.implied if cell in settled]
    then = [_of(each, known.settled) for each in known.released]
    neighbours = _neighbours(known.cells)
    dear = {cell for cell in known.cells if (cell.table, cell.column) in known.about or cell.level in known.topmost}
    asked = _Asked()
    found_first: Found = {}
    found_rest: Found = {}
    while True:
        first = protect(
            settled, few, its_sums, then,
            known.withheld & settled.keys(), its_implied,
            others=(asked.others | asked.untold) & settled.keys(), dear=dear, found=found_first,
        )  # fmt: skip
        # What everybody is hidden for must be protected among all sums; what is hidden with it only as that needs it.
        untold = {cell for cell, why in first.why.items() if why == "complement"} - asked.others
        rest = protect(
            known.cells, few, known.sums, known.released, known.withheld, known.implied, settled,
            others=asked.others, untold=asked.untold | untold, dear=dear, found=found_rest,
        )  # fmt: skip
        # What was hidden once stays so: looked for anew it would be another choice, and ask for more again.
        asked.others |= rest.hidden - rest.loose - known.implied - untold
        asked.untold |= rest.loose - known.implied - settled.keys()
        more = _as_before(rest.hidden | first.hidden, neighbours, asked)
        more |= _less_told(known, settled, first.alone | rest.alone, asked)
        if not more:
            exposed = first.exposed | rest.exposed
            return replace(rest, exposed=exposed, alone=first.alone | rest.alone)


def _neighbours(cells: Mapping[Cell, int]) -> Mapping[Cell, list[Cell]]:
    """For each count the same on the day before and after, where it is as large."""
    series: dict[Cell, list[Cell]] = defaultdict(list)
    for cell in cells:
        series[cell._replace(day="")].append(cell)
    found: dict[Cell, list[Cell]] = defaultdict(list)
    for group in series.values():
        for one, other in pairwise(sorted(group, key=lambda cell: cell.day)):
            if cells[one] == cells[other]:
                found[one].append(other)
                found[other].append(one)
    return found


def _as_before(hidden: Collection[Cell], neighbours: Mapping[Cell, list[Cell]], asked: _Asked) -> bool:
    """Hide on the days beside it what is hidden on a day and did not change. Whether there was any."""
    edge = [cell for cell in hidden if cell in neighbours]
    seen = {*hidden, *asked.others, *asked.untold}
    size = len(seen)
    while edge:
        cell = edge.pop()
        for other in neighbours[cell]:
            if other not in seen:
                seen.add(other)
                (asked.untold if cell in asked.untold else asked.others).add(other)
                edge.append(other)
    return len(seen) > size


def _less_told(known: Known, settled: Mapping[Cell, int], exposed: Collection[Cell], asked: _Asked) -> bool:
    """Take one step more for each count that cannot be protected with what is hidden. Whether there was one to take.

    First everybody in its unit is not told of; then its rows are left out below the topmost level, at that too, then
    all that is told of its unit, everybody in its rows, and at last all that is told of its day.
    """
    before = len(asked.untold)
    rows = {(cell.table, cell.of, cell.day): None for cell in sorted(exposed, key=str) if cell in known.cells}
    units = {(cell.day, cell.level, cell.unit) for cell in exposed}
    for row in rows:
        own = [cell for cell in exposed if (cell.table, cell.of, cell.day) == row]
        while asked.steps[row] < len(_STEPS):
            wanted = _STEPS[asked.steps[row]]
            asked.steps[row] += 1
            fresh = set(wanted(known, settled, row, units)) - asked.untold
            if fresh and own:
                asked.untold |= fresh
                break
    return len(asked.untold) > before


Row = tuple[str, tuple[str, ...], str]
Units = Collection[tuple[str, str, str]]


def _everybody(known: Known, settled: Mapping[Cell, int], row: Row, units: Units) -> Iterator[Cell]:
    return (cell for cell in settled if cell.day == row[2] and (cell.day, cell.level, cell.unit) in units)


def _below(known: Known, settled: Mapping[Cell, int], row: Row, units: Units) -> Iterator[Cell]:
    return (cell for cell in _row(known, settled, row, units) if cell.level not in known.topmost)


def _row(known: Known, settled: Mapping[Cell, int], row: Row, units: Units) -> Iterator[Cell]:
    return (cell for cell in known.cells if (cell.table, cell.of, cell.day) == row and cell not in settled)


def _unit(known: Known, settled: Mapping[Cell, int], row: Row, units: Units) -> Iterator[Cell]:
    return (cell for cell in known.cells if cell.day == row[2] and (cell.day, cell.level, cell.unit) in units)


def _everybody_of_row(known: Known, settled: Mapping[Cell, int], row: Row, units: Units) -> Iterator[Cell]:
    return (cell for cell in settled if (cell.table, cell.of, cell.day) == row)


def _day(known: Known, settled: Mapping[Cell, int], row: Row, units: Units) -> Iterator[Cell]:
    return (cell for cell in known.cells if cell.day == row[2])


_STEPS = (_everybody, _below, _row, _unit, _everybody_of_row, _day)


def _of(released: Released[Cell], wanted: Collection[tuple[str, str]]) -> Released[Cell]:
    """The part of an earlier release that is about the counts wanted, by table and column."""

    def all_wanted(*cells: Cell) -> bool:
        return all((cell.table, cell.column) in wanted for cell in cells)

    return Released(
        released.name,
        {cell: count for cell, count in released.counts.items() if all_wanted(cell)},
        frozenset(cell for cell in released.hidden if all_wanted(cell)),
        [one for one in released.sums if all_wanted(one.total, *one.parts)],
        [pair for pair in released.same if all_wanted(*pair)],
        [pair for pair in released.within if all_wanted(*pair)],
        frozenset(cell for cell in released.implied if all_wanted(cell)),
    )
