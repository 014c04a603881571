"""Tables of aggregates as they may be published: what their rows add up to, and which cells are left out.

Every count in a table is a cell with a name of its own. The structure of a table (`disclosure.yaml`) says how cells add
up within a row, over units and into other tables; what the parts leave of a total is a cell too, also where no column
has it. Earlier releases are joined by the same names: the same cell of the same run is one count, and the same cell of
another run or another day is one that may not have changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from samspil.definitions import SamspilError
from samspil.population.disclosure import Protection, Released, Sum, share_hidden
from samspil.population.released_protection import Known, protected
from samspil.programmes.disclosure import RollUp, TableStructure

Row = Mapping[str, Any]
#: By level, day and unit: the practices in it.
Members = Mapping[tuple[str, str, str], Collection[str]]

#: The column that names what is left out of a row, separated by `;`.
SUPPRESSED = "suppressed"


class Cell(NamedTuple):
    """One count: of which run and table, of what (the values of the table's `cell` columns), when, where, and which."""

    run: str
    table: str
    of: tuple[str, ...]
    day: str
    level: str
    unit: str
    column: str


@dataclass(frozen=True)
class Aggregates:
    """Tables of one run, in the levels of a release: all rows by table, and the numbers of those that are left out."""

    run: str
    structures: Sequence[TableStructure]
    rows: Mapping[str, Sequence[Row]]
    left_out: Mapping[str, frozenset[int]] = field(default_factory=dict)
    members: Mapping[str, Members] = field(default_factory=dict)


@dataclass(frozen=True)
class Earlier:
    """An earlier release: the run's tables as they are known to us, and the cells that it did not show."""

    name: str
    tables: Aggregates
    hidden: frozenset[Cell]


@dataclass(frozen=True)
class Published:
    """Tables as they may be published, and what was hidden in them."""

    rows: Mapping[str, list[dict[str, Any]]]
    protection: Protection[Cell]
    cells: Mapping[Cell, int]
    sums: Sequence[Sum[Cell]]
    released: Sequence[Released[Cell]]
    implied: Collection[Cell]


def cell_of(run: str, structure: TableStructure, row: Row, count: str) -> Cell:
    """The name of one count in a row."""
    return Cell(
        run,
        structure.table,
        tuple(str(row[name]) for name in structure.cell),
        "" if structure.day is None else str(row[structure.day]),
        "" if structure.level is None else str(row[structure.level]),
        "" if structure.unit is None else str(row[structure.unit]),
        count,
    )


def publish(tables: Aggregates, few: int, earlier: Sequence[Earlier] = ()) -> Published:
    """Hide what has to be hidden in the tables of one release, given what earlier ones told.

    Rows that are left out, and cells that are hidden, are null in no row: hidden cells are null in theirs, and the
    column `suppressed` names them. Raises SamspilError naming table, column and row for counts that cannot be.
    """
    known = {cell: count for each in (tables, *(one.tables for one in earlier)) for cell, count in _cells(each).items()}
    cells, sums, implied = _system(tables, known)
    withheld = {
        cell_of(tables.run, structure, row, count)
        for structure in tables.structures
        for number, row in enumerate(tables.rows[structure.table])
        if number in tables.left_out.get(structure.table, ())
        for count in structure.counts
        if row[count] is not None
    }
    released = []
    for each in earlier:
        then, sums_then, implied_then = _system(each.tables, known)
        released.append(Released(each.name, then, each.hidden, sums_then, implied=implied_then))
        known |= then
    known |= cells
    released.append(_linked(known, few))
    every = [tables, *(each.tables for each in earlier)]
    sums += [Sum(one, (other,)) for one, other in _everybody(every, known)]
    protection = protected(
        Known(
            cells, sums, released, implied, frozenset(withheld),
            settled={(each.table, one.count) for each in tables.structures for one in each.everybody if one.settled},
            topmost=_topmost(tables),
            about={(each.table, count) for each in tables.structures for count in each.about},
        ),
        few,
    )  # fmt: skip
    rows = {
        structure.table: [
            _shown(tables.run, structure, row, protection.hidden)
            for number, row in enumerate(tables.rows[structure.table])
            if number not in tables.left_out.get(structure.table, ())
        ]
        for structure in tables.structures
    }
    return Published(rows, protection, cells, sums, released, implied)


def hidden_in(run: str, structure: TableStructure, rows: Sequence[Row], shown: Sequence[Row]) -> frozenset[Cell]:
    """The cells of `rows` that a published table did not show, because they were suppressed or the row left out."""
    published = {cell_of(run, structure, row, ""): row for row in shown}
    hidden = set()
    for row in rows:
        there = published.get(cell_of(run, structure, row, ""))
        for count in structure.counts:
            if row[count] is not None and (there is None or there[count] is None):
                hidden.add(cell_of(run, structure, row, count))
    return frozenset(hidden)


def _shown(run: str, structure: TableStructure, row: Row, hidden: Collection[Cell]) -> dict[str, Any]:
    """A row with null in place of what is hidden."""

    def cell(count: str) -> Cell:
        return cell_of(run, structure, row, count)

    gone = {count for count in structure.counts if cell(count) in hidden}
    gone |= {name for name, count in structure.with_counts.items() if cell(count) in hidden}
    for share in structure.shares:
        complement = cell(_rest(share.denominator, (share.numerator,)))
        if share_hidden(hidden, cell(share.numerator), complement, cell(share.denominator)):
            gone |= set(share.columns)
    return {
        **{name: None if name in gone else value for name, value in row.items()},
        SUPPRESSED: ";".join(name for name in row if name in gone and row[name] is not None) or None,
    }


def _rest(total: str, parts: Sequence[str]) -> str:
    """The name of what parts leave of a total."""
    return " − ".join((total, *parts))


def _cells(tables: Aggregates) -> dict[Cell, int]:
    """Every cell that is in a column of the tables, with its count."""
    cells: dict[Cell, int] = {}
    for structure in tables.structures:
        for number, row in enumerate(tables.rows[structure.table], 1):
            for count in structure.counts:
                if row[count] is not None:
                    _check(structure, row, count, number)
                    cells[cell_of(tables.run, structure, row, count)] = int(row[count])
    return cells


def _system(tables: Aggregates, known: Mapping[Cell, int]) -> tuple[dict[Cell, int], list[Sum[Cell]], frozenset[Cell]]:
    """Every cell of the tables with its count, every sum among them, and the cells that are in no column.

    Totals in other tables of the same run are in `known`.
    """
    cells = _cells(tables)
    sums = [
        one
        for structure in tables.structures
        for one in (*_within_rows(tables, structure), *_over_rows(tables, structure))
    ]
    found: list[Sum[Cell]] = []
    implied: set[Cell] = set()
    for total, named, left_over in sums:
        parts = [part for part in named if part in cells]
        if total not in known or not parts:
            continue
        rest = known[total] - sum(cells[part] for part in parts)
        if rest < 0:
            if left_over.column != total.column:
                raise SamspilError(
                    f"table `{total.table}`, {', '.join(total.of)}, {total.level} {total.unit}: {left_over.column} is "
                    f"{rest}; the structure of the table in disclosure.yaml does not fit it"
                )
            # Units that overlap add up to nothing.
            continue
        if rest:
            cells[left_over] = rest
            implied.add(left_over)
            parts.append(left_over)
        found.append(Sum(total, tuple(parts)))
    return cells, found, frozenset(implied)


def _check(structure: TableStructure, row: Row, count: str, number: int) -> None:
    value = row[count]
    if isinstance(value, bool) or value != int(value) or value < 0:
        raise SamspilError(
            f"table `{structure.table}`, row {number}: `{count}` is {value}, which counts no persons; describe the "
            "table as it is in disclosure.yaml"
        )


def _within_rows(tables: Aggregates, structure: TableStructure) -> Iterator[tuple[Cell, tuple[Cell, ...], Cell]]:
    """Totals, parts and the name of what they leave, within each row. A sum with an unknown part is none."""
    for row in tables.rows[structure.table]:
        for one in structure.sums:
            if all(row[name] is not None for name in (one.total, *one.parts)):
                total = cell_of(tables.run, structure, row, one.total)
                parts = tuple(cell_of(tables.run, structure, row, name) for name in one.parts)
                yield total, parts, total._replace(column=_rest(one.total, one.parts))


def _over_rows(tables: Aggregates, structure: TableStructure) -> Iterator[tuple[Cell, tuple[Cell, ...], Cell]]:
    """The same over the units of a level, and over the rows that are parts of a count of another table."""
    by_level: dict[tuple[Any, ...], list[Cell]] = defaultdict(list)
    wholes: dict[tuple[Cell, str], list[Cell]] = defaultdict(list)
    for row in tables.rows[structure.table]:
        for count in structure.counts:
            cell = cell_of(tables.run, structure, row, count)
            by_level[cell.of, cell.day, cell.column, cell.level].append(cell)
        for part in structure.part_of:
            if all(str(row[name]) in values for name, values in part.only.items()):
                left = [str(row[name]) for name in structure.cell if name not in part.over]
                cell = cell_of(tables.run, structure, row, structure.counts[0])
                whole = cell._replace(table=part.table, of=tuple(left), column=part.count)
                wholes[whole, ", ".join(value for values in part.only.values() for value in values)].append(cell)
    for (whole, only), cells in wholes.items():
        rest = f"{whole.column} in no row" + (f" of {only}" if only else "")
        yield whole, tuple(cells), whole._replace(table=structure.table, column=rest)
    for roll_up in structure.rolls_up:
        for (of, day, count, level), totals in list(by_level.items()):
            if level == roll_up.into:
                candidates = by_level.get((of, day, count, roll_up.from_), [])
                for total in totals:
                    yield (
                        total,
                        _parts(tables, roll_up, total, candidates),
                        total._replace(unit=f"{total.unit} outside {roll_up.from_}"),
                    )


def _parts(tables: Aggregates, roll_up: RollUp, total: Cell, candidates: Sequence[Cell]) -> tuple[Cell, ...]:
    if roll_up.by is None:
        return tuple(candidates)
    belong = tables.members.get(roll_up.by, {}).get((total.level, total.day, total.unit), ())
    return tuple(cell for cell in candidates if cell.unit in belong)


def _topmost(tables: Aggregates) -> frozenset[str]:
    """The levels whose units are part of no others."""
    levels = {
        str(row[each.level]) for each in tables.structures for row in tables.rows[each.table] if each.level is not None
    }
    return frozenset(levels - {one.from_ for each in tables.structures for one in each.rolls_up}) | {""}


def _linked(known: Mapping[Cell, int], few: int) -> Released[Cell]:
    """Cells of which a reader knows one from another of an earlier release, although they are not the same count.

    The same cell on another day may be the same persons. On the same day another run counted others: when those are few
    they are a count by themselves (`within`). Days of one run are not joined here, which would make one system of a
    whole series: what is hidden on one day is hidden on the next (`released_protection`).
    """
    series: dict[Cell, list[Cell]] = defaultdict(list)
    for cell in known:
        series[cell._replace(run="", day="")].append(cell)
    same: list[tuple[Cell, Cell]] = []
    within: list[tuple[Cell, Cell]] = []
    for group in series.values():
        for one, other in pairwise(sorted(group, key=lambda cell: (cell.day, cell.run))):
            more = known[other] - known[one]
            if one.run == other.run:
                continue
            if more == 0:
                same.append((one, other))
            elif one.day == other.day and abs(more) < few:
                within.append((one, other) if more > 0 else (other, one))
    return Released("one count known from another", {}, same=same, within=within)


def _everybody(tables: Sequence[Aggregates], known: Mapping[Cell, int]) -> Iterator[tuple[Cell, Cell]]:
    """Pairs of cells that count everybody in the same unit on the same day, in one row and in another."""
    groups: dict[tuple[Any, ...], dict[Cell, None]] = defaultdict(dict)
    for each in tables:
        for structure in each.structures:
            for everybody in structure.everybody:
                for row in each.rows[structure.table]:
                    cell = cell_of(each.run, structure, row, everybody.count)
                    if cell in known:
                        of = (everybody.count, *(str(row[name]) for name in everybody.of))
                        groups[each.run, of, cell.day, cell.level, cell.unit][cell] = None
    for group in groups.values():
        for one, other in pairwise(sorted(group, key=lambda cell: (known[cell], cell))):
            if known[one] == known[other]:
                yield one, other
