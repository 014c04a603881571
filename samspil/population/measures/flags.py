"""Counts of which only matters whether there are any, packed: for each person one bit in place of one number.

Most of them ask for codes, of which there are thousands where there are millions of rows: each code is looked at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import add

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

#: How many bits a whole number holds, its sign left out.
_BITS = 62


@ibis.udf.agg.builtin  # type: ignore[untyped-decorator]
def bit_or(bits: int) -> int:  # type: ignore[empty-body]
    """The bits that any of the numbers has. Both engines have it under this name, and Ibis for one of them only."""


@dataclass(frozen=True)
class Flag:
    """Where it stands whether there was any: one bit of a column."""

    column: str
    bit: int

    def of(self, people: ir.Table) -> ir.IntegerValue:
        """1 for whom there was any, 0 for the others."""
        return ((people[self.column] & ibis.literal(self.bit, "int64")) != 0).cast("int64")


@dataclass(frozen=True)
class PerPerson:
    """What was added up of a table, person_id first, and which of it is packed in flags, by the names of uses."""

    rows: ir.Table
    flags: Mapping[str, Flag] = field(default_factory=dict)


def flags_per_person(
    table: str, rows: ir.Table, aggregates: Callable[[ir.Table], Mapping[str, ir.Scalar]]
) -> PerPerson | None:
    """The aggregates of rows as flags; None when they are not all counts of rows with a code of one column."""
    conditions = _conditions(aggregates(rows))
    code = None if conditions is None else _code_column(rows, conditions)
    if conditions is None or code is None:
        return None
    groups: dict[tuple[ops.Value, ...], list[str]] = defaultdict(list)
    for name, parts in conditions.items():
        groups[_others(parts, code)].append(name)
    pieces = [names[first : first + _BITS] for names in groups.values() for first in range(0, len(names), _BITS)]
    columns = {f"flags_of_{table}_{number}": names for number, names in enumerate(pieces)}
    flags = {name: Flag(column, 1 << bit) for column, names in columns.items() for bit, name in enumerate(names)}

    # The greatest of equal codes is that code. An engine cannot know, and so does not look at the rows before grouping.
    codes = rows.group_by(code).aggregate(of_code=rows[code].max())
    codes = codes.select(codes.of_code.name(code))
    meets = {name: _on(codes, rows, [p for p in parts if _only(p, code)]) for name, parts in conditions.items()}
    codes = codes.select(
        of_code=codes[code],
        **{column: _packed({flags[name].bit: meets[name] for name in names}) for column, names in columns.items()},
    )
    codes = codes.filter(ibis.or_(*(codes[column] != 0 for column in columns)))
    coded = rows.inner_join(codes, rows[code] == codes.of_code)
    coded = coded.select(*rows.columns, *columns)
    own = {
        column: bit_or(coded[column], where=_on(coded, rows, _others(conditions[names[0]], code)))
        for column, names in columns.items()
    }
    return PerPerson(coded.group_by("person_id").aggregate(**own), flags)


def _conditions(aggregates: Mapping[str, ir.Scalar]) -> dict[str, list[ops.Value]] | None:
    """What is counted by each aggregate, as the parts that all have to hold; None when some is not such a count."""
    found = {}
    for name, aggregate in aggregates.items():
        count = aggregate.op()
        if not isinstance(count, ops.CountStar) or count.where is None:
            return None
        found[name] = _parts(count.where)
    return found


def _parts(condition: ops.Value) -> list[ops.Value]:
    if isinstance(condition, ops.And):
        return [*_parts(condition.left), *_parts(condition.right)]
    return [condition]


def _only(part: ops.Value, column: str) -> bool:
    """Whether a part of a condition asks for nothing but one column."""
    return {each.name for each in part.find(ops.Field, filter=ops.Value)} == {column}


def _others(parts: list[ops.Value], code: str) -> tuple[ops.Value, ...]:
    return tuple(part for part in parts if not _only(part, code))


def _code_column(rows: ir.Table, conditions: Mapping[str, list[ops.Value]]) -> str | None:
    """The first column of texts that every condition asks for by itself."""
    for name, kind in rows.schema().items():
        if kind.is_string() and all(any(_only(part, name) for part in parts) for parts in conditions.values()):
            return str(name)
    return None


def _on(other: ir.Table, rows: ir.Table, parts: Iterable[ops.Value]) -> ir.BooleanValue:
    """The parts of a condition on rows, asked of another table that has their columns; true of no parts."""
    moved: list[ir.BooleanValue] = [part.replace({rows.op(): other.op()}).to_expr() for part in parts]
    return ibis.and_(*moved)


def _packed(meets: Mapping[int, ir.BooleanValue]) -> ir.IntegerValue:
    """The bits of what a code meets, in one number."""
    bits = [met.ifelse(ibis.literal(bit, "int64"), ibis.literal(0, "int64")) for bit, met in meets.items()]
    return reduce(add, bits)
