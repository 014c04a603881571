"""Tables of aggregates on their way into publication: read with all that is known of how they add up, and checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from samspil import __version__
from samspil.definitions import SamspilError
from samspil.population.disclosure import narrow
from samspil.population.released_tables import SUPPRESSED, Aggregates, Earlier, Published, Row, hidden_in, publish
from samspil.programmes.disclosure import Audience, Disclosure, TableStructure
from samspil.verbs.release_checks import NOBODY_NAMED, check_identifiers
from samspil.warehouse.lake import Lake
from samspil.warehouse.releases import StoredRelease, again, all_releases, keep_release
from samspil.warehouse.runs import StoredRun, all_runs

PRACTICE = "practice"


def run_table(run: StoredRun, lake: Lake, name: str) -> ir.Table:
    known = run.tables
    if name not in known:
        raise SamspilError(f"the run {run.name} has no table `{name}`; its tables are {', '.join(known)}")
    return run.read(lake, name)


def described_release(run: StoredRun, tables: Sequence[str], audience: Audience, rules: Disclosure) -> dict[str, Any]:
    """What every release says of itself: of what it was made, and for whom."""
    told = run.description
    return {
        "run": run.name,
        "kind": told["kind"],
        "tables": list(tables),
        "audience": audience.audience,
        "zone": {"from": "analysis", "to": audience.zone},
        "as_of": told["as_of"],
        "days": sorted(told["days"]) if "days" in told else [told["as_of"]],
        "definitions": told["made_of"],
        "manifest": told["manifest"],
        "data_dates": told["data_dates"],
        "few": rules.few.value,
        "k": rules.k.value,
        "samspil": __version__,
    }


def release_tables(
    lake: Lake,
    run: StoredRun,
    tables: Sequence[str],
    audience: Audience,
    rules: Disclosure,
    *,
    who: Mapping[str, Any],
) -> StoredRelease:
    """Release aggregate tables of a run to an audience in publication. The caller is `changing` the home.

    Everything that was published before is taken into account; what was released already as it is asked for now is
    returned as it was. Raises SamspilError for a table or column that `disclosure.yaml` does not describe, and for
    one that names somebody.
    """
    description = described_release(run, tables, audience, rules)
    before = [each for each in all_releases(lake.home) if each.description["zone"]["to"] == "publication"]
    for each in before:
        if all(each.description.get(name) == value for name, value in description.items()):
            return again(lake.home, each, who)
    structures = [_structure(run, lake, name, rules) for name in tables]
    for name in tables:
        check_identifiers(lake, name, run_table(run, lake, name), rules)
    agreed = _agreed(lake, dt.date.fromisoformat(run.description["as_of"]), audience)
    current = _aggregates(lake, run, structures, audience.levels, agreed)
    earlier = [found for each in before if (found := _earlier(lake, each, rules, current)) is not None]
    published = publish(current, rules.few.value, earlier)
    checks = [
        NOBODY_NAMED,
        {"check": "persons", "outcome": "passed", "found": "no rows about persons"},
        *_small_cells(published, rules.few.value, len(earlier), current),
    ]
    schemas = {name: run_table(run, lake, name).schema().to_pyarrow() for name in tables}

    def write(folder: Path) -> None:
        for name in tables:
            schema = schemas[name].append(pa.field(SUPPRESSED, pa.string()))
            pq.write_table(pa.Table.from_pylist(published.rows[name], schema=schema), folder / f"{name}.parquet")

    return keep_release(lake.home, {**description, "label": "aggregate", "checks": checks}, write, who=who)


def _structure(run: StoredRun, lake: Lake, name: str, rules: Disclosure) -> TableStructure:
    kind = run.description["kind"]
    structure = rules.structure(kind, name)
    if structure is None:
        raise SamspilError(
            f"table `{name}` of a run of `{kind}` is not described; describe it in disclosure.yaml first"
        )
    columns = run_table(run, lake, name).columns
    missing = sorted(structure.described - set(columns))
    if missing:
        raise SamspilError(
            f"table `{name}` has no column `{missing[0]}`, which disclosure.yaml describes; run it again"
        )
    unknown = [column for column in columns if column not in structure.described]
    if unknown:
        raise SamspilError(
            f"table `{name}`, column `{unknown[0]}` is not described, so nobody knows what it tells; describe it in "
            "disclosure.yaml, or leave it out of the table"
        )
    return structure


def _agreed(lake: Lake, day: dt.date, audience: Audience) -> frozenset[str] | None:
    """The practices that may be named on a day; None for all of them."""
    if audience.labels == "all":
        return None
    if audience.labels == "none" or "network_practice" not in lake.tables:
        return frozenset()
    rows = lake.tables["network_practice"]
    rows = rows.filter(rows.agreed_labels & (rows.joined <= day) & (rows.left.isnull() | (rows.left > day)))
    return frozenset(rows.select("provider_number").distinct().to_pyarrow()["provider_number"].to_pylist())


def _aggregates(
    lake: Lake,
    run: StoredRun,
    structures: Sequence[TableStructure],
    levels: Sequence[str],
    agreed: frozenset[str] | None,
) -> Aggregates:
    """The run's tables in the levels of an audience; rows of practices that are not to be named are left out.

    So is a unit that consists of one such practice alone.
    """
    members: dict[str, dict[tuple[str, str, str], set[str]]] = {}
    for name in {by for each in structures for roll_up in each.rolls_up if (by := roll_up.by) is not None}:
        members[name] = {}
        if name in run.tables:
            for row in run.read(lake, name).to_pyarrow().to_pylist():
                if row["delivers"]:
                    place = (row["level"], str(row["as_of"]), row["unit"])
                    members[name].setdefault(place, set()).add(row["provider_number"])
    rows: dict[str, list[Row]] = {}
    left_out: dict[str, frozenset[int]] = {}
    for structure in structures:
        found = _rows(lake, run, structure, levels)
        unnamed = {number for number, row in enumerate(found) if not _nameable(structure, row, members, agreed)}
        if structure.level is not None and not any(
            row[structure.level] == PRACTICE for number, row in enumerate(found) if number not in unnamed
        ):
            # Where no practice is shown at all there is nothing to tell them from the units they are part of.
            found = [row for row in found if row[structure.level] != PRACTICE]
            unnamed = {number for number, row in enumerate(found) if not _nameable(structure, row, members, agreed)}
        rows[structure.table], left_out[structure.table] = found, frozenset(unnamed)
    return Aggregates(run.name, structures, rows, left_out, members)


def _rows(lake: Lake, run: StoredRun, structure: TableStructure, levels: Sequence[str]) -> list[Row]:
    found = run.read(lake, structure.table)
    if structure.level is not None:
        found = found.filter(found[structure.level].isin(list(levels)))
    last_day = run.description["as_of"]
    rows: list[Row] = found.order_by(list(structure.columns)).to_pyarrow().to_pylist()
    return [row if told is None else _telling(structure, row, told)
            for row in rows if (told := _told(structure, row, last_day)) is None or told]  # fmt: skip


def _told(structure: TableStructure, row: Row, last_day: str) -> frozenset[str] | None:
    """The counts that a release tells of a row's unit on its day; None for all of them, and no row for none."""
    earlier = structure.day is not None and str(row[structure.day]) != last_day
    told = None if structure.earlier_days is None or not earlier else frozenset(structure.earlier_days)
    if structure.of_practices is None or structure.level is None or row[structure.level] != PRACTICE:
        return told
    if structure.of_practices.last_day and earlier:
        return frozenset()
    own = frozenset(structure.of_practices.counts)
    return own if told is None else own & told


def _telling(structure: TableStructure, row: Row, told: frozenset[str]) -> Row:
    """The row with null for every other count, and for what follows from one."""
    untold = set(structure.counts) - told
    untold |= {name for name, count in structure.with_counts.items() if count not in told}
    for share in structure.shares:
        if not {share.numerator, share.denominator} <= told:
            untold |= set(share.columns)
    return {name: None if name in untold else value for name, value in row.items()}


def _nameable(
    structure: TableStructure,
    row: Row,
    members: Mapping[str, Mapping[tuple[str, str, str], set[str]]],
    agreed: frozenset[str] | None,
) -> bool:
    if agreed is None or structure.level is None or structure.unit is None:
        return True
    level, unit = row[structure.level], row[structure.unit]
    if level == PRACTICE:
        return unit in agreed
    for roll_up in structure.rolls_up:
        if roll_up.by is not None and roll_up.into == level and roll_up.from_ == PRACTICE:
            day = "" if structure.day is None else str(row[structure.day])
            inside = members.get(roll_up.by, {}).get((level, day, unit), set())
            if len(inside) == 1 and not inside <= agreed:
                return False
    return True


def _earlier(lake: Lake, before: StoredRelease, rules: Disclosure, current: Aggregates) -> Earlier | None:
    """What an earlier release told of what is to be released now, with what it hid where its run is still there.

    Of other runs only rows of the same table and cell have to do with it; None when there are none.
    """
    told = before.description
    of_kind = [found for name in told["tables"] if (found := rules.structure(told["kind"], name)) is not None]
    same_run = told["run"] == current.run
    structures = [each for each in of_kind if same_run or each in current.structures]
    if not structures:
        return None
    cells = {(each.table, *_cell(each, row)) for each in current.structures for row in current.rows[each.table]}

    def shared(rows: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
        return {
            each.table: [row for row in rows[each.table] if same_run or (each.table, *_cell(each, row)) in cells]
            for each in structures
        }

    shown = shared({each.table: pq.read_table(before.file(each.table)).to_pylist() for each in structures})
    if not any(shown.values()):
        return None
    run = next((each for each in all_runs(lake.home) if each.name == told["run"]), None)
    if run is None:
        return Earlier(before.id, Aggregates(told["run"], structures, shown), frozenset())
    audience = rules.audience(told["audience"])
    levels = audience.levels if audience is not None else ()
    tables = _aggregates(lake, run, structures, levels, None)
    tables = replace(tables, rows=shared(tables.rows))
    hidden = frozenset(
        cell for each in structures for cell in hidden_in(run.name, each, tables.rows[each.table], shown[each.table])
    )
    return Earlier(before.id, tables, hidden)


def _cell(structure: TableStructure, row: Row) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in structure.cell)


def _small_cells(published: Published, few: int, earlier: int, tables: Aggregates) -> list[dict[str, str]]:
    """What was hidden and why, and the check of the finished tables. Raises SamspilError when it fails."""
    why = published.protection.why
    seen = [cell for cell in why if cell not in published.implied]
    small = sum(why[cell] == "small" for cell in seen)
    more = sum(why[cell] == "complement" for cell in seen)
    exposed = published.protection.exposed
    # A count that was only left out for others' sake may be known for another reason: it is not small itself.
    told = narrow(
        published.cells, published.protection.hidden, few, published.sums, published.released, published.implied,
        untold=[cell for cell, reason in why.items() if reason == "complement"],
    ) - exposed  # fmt: skip
    if told:
        cell = min(told)
        raise SamspilError(
            f"table `{cell.table}`, {cell.level} {cell.unit}, {cell.column}: the hidden count could be worked out"
        )
    left_out = sum(len(numbers) for numbers in tables.left_out.values())
    return [
        {"check": "small counts", "outcome": "suppressed" if small else "passed",
         "found": f"{small:,} of 1 to {few - 1} left out, and {more:,} that would give them away"},
        {"check": "practices", "outcome": "passed",
         "found": f"{left_out:,} rows left out of practices that did not agree to be named"},
        {"check": "earlier releases", "outcome": "exposed" if exposed else "passed",
         "found": f"{earlier:,} taken into account"
         + (f"; {len(exposed):,} counts follow from what they told already" if exposed else "")},
    ]  # fmt: skip
