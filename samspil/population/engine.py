"""Computes the measures that definitions ask for: one pass over each source table, whatever asks.

Everything is an Ibis expression; nothing here reads or writes files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from samspil.definitions import SamspilError
from samspil.population.binding import Use
from samspil.population.measures.flags import Flag, PerPerson, flags_per_person
from samspil.population.tables import (
    REQUIRED_TABLES,
    Tables,
    one_row_per_person,
    seen_from,
    source_of,
    zero_without_rows,
)
from samspil.population.time import AsOf, Period, day_number

#: Provider numbers have six digits; a spell's first day and the number are ordered as one number.
_PROVIDERS = 1_000_000


def citizens(tables: Tables, at: AsOf) -> ir.Table:
    """Everybody with a practice at D: person_id, provider_number, age, sex, municipality, active.

    Of several practices at D the latest counts. `active` is false for who is dead or emigrated at D; a status
    dated after D was not yet so. Raises SamspilError when civil registration or general practice is missing.
    """
    for name in REQUIRED_TABLES:
        if name not in tables:
            raise SamspilError(
                f"no run without the source `{source_of(name)}`: deliver it, or switch it on, and run again"
            )
    person, affiliation = tables["person"], tables["affiliation"]
    latest = (
        affiliation.filter(at.active(affiliation["from"], affiliation.to))
        .group_by("person_id")
        .aggregate(latest=lambda t: (day_number(t["from"]) * _PROVIDERS + t.provider_number.cast("int64")).max())
    )
    provider = (latest.latest % _PROVIDERS).cast("string").lpad(6, "0")
    practice = latest.select("person_id", provider_number=provider)
    people = person.filter(at.seen(person.birth_date)).select(
        "person_id",
        "sex",
        "municipality",
        age=at.age(person.birth_date).cast("int32"),
        active=is_active(person, at),
    )
    return practice.inner_join(people, "person_id").select(
        "person_id", "provider_number", "age", "sex", "municipality", "active"
    )


def is_active(person: ir.Table, at: AsOf) -> ir.BooleanValue:
    """Whether somebody in the civil register is neither dead nor emigrated at D."""
    return (person.status == "active") | (person.status_date > at.day).fill_null(False)


def column_names(uses: Iterable[Use]) -> dict[Use, str]:
    """The column that holds each use: the measure's name and a number."""
    return {use: f"{use.measure.name}_{number}" for number, use in enumerate(dict.fromkeys(uses))}


def may_be_unknown(use: Use) -> bool:
    """Whether a measure can be null for a person: a state, or what was last known; never a count of rows."""
    return use.measure.last_known or not zero_without_rows(use.measure.table)


def is_loaded(use: Use, tables: Tables) -> bool:
    """Whether every table a use needs is there."""
    return all(table in tables for table in use.tables)


def with_measures(
    people: ir.Table, uses: Sequence[Use], tables: Tables, at: AsOf, horizon: Period | None = None
) -> ir.Table:
    """`people` with a column for each use (named by `column_names`) whose tables are loaded.

    Each source table is read once. A person without rows is zero in a table of events or spells, and null (missing) in
    a table of states and for what was last known. `horizon` is what `horizon` means in definitions; rows are then seen
    up to its end instead of D.
    """
    return _joined(people, uses, tables, at, horizon)[0]


def measures_of_few(people: ir.Table, uses: Sequence[Use], tables: Tables, at: AsOf) -> ir.Table:
    """What `with_measures` gives, where people are a small part of those in the tables.

    Rows of others are left out before anything is added up. `people` should be kept: each table reads them.
    """
    read = {table for use in uses for table in use.tables}
    return with_measures(people, uses, {name: _of(people, tables[name]) for name in read if name in tables}, at)


def kept_measures(
    people: ir.Table, uses: Sequence[Use], tables: Tables, at: AsOf, whether: Collection[Use]
) -> ir.Table:
    """What `with_measures` gives, kept once. Of a use in `whether` only matters if there is any: it may be 0 or 1.

    One bit is kept of each where all of a table are such: a hundred counts of everybody would be most of the work.
    """
    measured, flags = _joined(people, uses, tables, at, None, frozenset(whether))
    kept = measured.cache()
    packed = {flag.column for flag in flags.values()}
    return kept.select(
        *(name for name in kept.columns if name not in packed), **{name: flag.of(kept) for name, flag in flags.items()}
    )


def _joined(
    people: ir.Table,
    uses: Sequence[Use],
    tables: Tables,
    at: AsOf,
    horizon: Period | None,
    whether: frozenset[Use] = frozenset(),
) -> tuple[ir.Table, dict[str, Flag]]:
    """`people` with the column of each use, and the flags in place of columns for the uses that could be packed."""
    names = column_names(uses)
    by_table: dict[str, list[Use]] = defaultdict(list)
    for use in names:
        if is_loaded(use, tables):
            by_table[use.measure.table].append(use)
    joined = people
    columns: dict[str, ir.Value] = {name: people[name] for name in people.columns}
    flags: dict[str, Flag] = {}
    for table, table_uses in by_table.items():
        found = _one_pass(table, table_uses, names, tables, at, horizon, packed=whether.issuperset(table_uses))
        per_person = found.rows
        flags.update(found.flags)
        joined = joined.left_join(per_person, people.person_id == per_person.person_id)
        unknown = {names[use] for use in table_uses if may_be_unknown(use)}
        for name in per_person.columns[1:]:
            column = per_person[name]
            columns[name] = column if name in unknown else column.fill_null(ibis.literal(0).cast(column.type()))
    return joined.select(**columns), flags


def _of(people: ir.Table, rows: ir.Table) -> ir.Table:
    """The rows of a table that are of some people; all of a table that is not about persons."""
    return rows.semi_join(people, "person_id") if "person_id" in rows.columns else rows


def _one_pass(
    table: str,
    uses: Sequence[Use],
    names: dict[Use, str],
    tables: Tables,
    at: AsOf,
    horizon: Period | None,
    packed: bool,
) -> PerPerson:
    """Every use of one table, added up per person in one pass over its rows; `packed` where they can be."""
    parameters = {use: use.at(at, horizon) for use in uses}
    last_day = AsOf(horizon.until) if horizon is not None else at
    rows = tables[table]
    seen = seen_from(table)
    if seen is not None:
        earlier_too = any(use.measure.days_within for use in uses)
        rows = rows.filter(last_day.seen(rows[seen]) if earlier_too else _window(rows[seen], parameters, last_day))
    prepared = {}
    for use in uses:
        if use.measure.prepare is not None:
            prepared[use] = f"prepared_{names[use]}"
            rows = use.measure.prepare(rows, tables, last_day, prepared[use], **parameters[use])

    def aggregates(rows: ir.Table) -> dict[str, ir.Scalar]:
        return {
            names[use]: use.measure.function(
                rows, last_day, **parameters[use], **({"prepared": rows[prepared[use]]} if use in prepared else {})
            )
            for use in uses
        }

    if one_row_per_person(table):
        return PerPerson(rows.select("person_id", **aggregates(rows)))
    if packed and (found := flags_per_person(table, rows, aggregates)) is not None:
        return found
    counting = _counting(aggregates(rows).values())
    if counting is not None:
        rows = rows.filter(counting)
    return PerPerson(rows.group_by("person_id").aggregate(**aggregates(rows)))


def _counting(aggregates: Iterable[ir.Scalar]) -> ir.BooleanValue | None:
    """The rows that count in some aggregate, so that the others need not be grouped; None when all do.

    Leaving rows out changes nothing: an aggregate of no rows is what a person without rows has.
    """
    conditions = []
    for aggregate in aggregates:
        for reduction in aggregate.op().find(ops.Reduction, filter=ops.Value):
            condition = reduction.where
            if isinstance(reduction, ops.Any) and condition is None:
                condition = reduction.arg
            if condition is None:
                return None
            conditions.append(condition.to_expr())
    return ibis.or_(*conditions)


def _window(moment: ir.Value, parameters: dict[Use, dict[str, object]], last_day: AsOf) -> ir.BooleanValue:
    """The rows some use can see: none after D, and none before the longest window when all have one."""
    periods = [[v for v in given.values() if isinstance(v, Period)] for given in parameters.values()]
    if all(periods):
        return Period(min(p.after for ps in periods for p in ps), last_day.day).contains(moment)
    return last_day.seen(moment)
