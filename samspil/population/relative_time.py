"""Time from each citizen's own index date: all index dates are laid on one day, and every measure then fits all.

A *unit* is a citizen at an index date. Somebody who is compared at two index dates is two units. Moving rows by whole
days keeps lengths of time exact; an age, or a month's end, can be a day off where a leap day lies between.
"""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir

from samspil.population.tables import Tables, seen_from
from samspil.population.time import AsOf


def seen_at(tables: Tables, at: AsOf) -> dict[str, ir.Table]:
    """The tables without rows that happened, or began, after D."""
    found = {}
    for name, rows in tables.items():
        moment = seen_from(name)
        found[name] = rows if moment is None else rows.filter(at.seen(rows[moment]))
    return found


def laid_on(tables: Tables, units: ir.Table, day: dt.date) -> dict[str, ir.Table]:
    """The tables with units in place of persons, and each unit's index date moved to `day`.

    `units` has `unit`, `person_id` and `index_date`. Days and moments of a row move as far as its unit's index date;
    rows of persons who are no unit are left out. Tables that are not about persons stay as they are. What is moved is
    kept once, as long as the returned tables live, because every period reads it again.
    """
    moves = units.select(
        "unit", moved_person="person_id", moved_days=ibis.literal(day).delta(units.index_date, unit="day")
    )
    return {name: _moved(rows, moves).cache() if "person_id" in rows.columns else rows for name, rows in tables.items()}


def _moved(rows: ir.Table, moves: ir.Table) -> ir.Table:
    joined = rows.inner_join(moves, rows.person_id == moves.moved_person)
    by = joined.moved_days.as_interval("D")
    columns: dict[str, ir.Value] = {"person_id": joined.unit}
    for name in rows.columns:
        if name == "person_id":
            continue
        column = joined[name]
        kind = column.type()
        columns[name] = (column + by).cast(kind) if kind.is_date() or kind.is_timestamp() else column
    return joined.select(**columns)
