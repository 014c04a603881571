"""A file of consents, as a release of rows about persons reads it: who gave a written consent, and who withdrew it."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from samspil.definitions import SamspilError
from samspil.warehouse.lake import Lake
from samspil.warehouse.vault import persons_of

DAYS = ("given", "withdrawn")


@dataclass(frozen=True)
class ConsentFile:
    """Consents on a day: person_id, in_force, withdrawn (the day, where it lies on or before the day asked about).

    One row per person: whoever has several consents has one in force when any is. `sha256` identifies the file.
    """

    rows: ir.Table
    on: dt.date
    sha256: str


def read_consents(path: Path, lake: Lake, on: dt.date, purpose: str) -> ConsentFile:
    """The consents in a CSV file with the columns `person_id` or `cpr`, `given`, `withdrawn` and `written`.

    A consent is in force on a day when it is written, given on or before it, and not withdrawn on or before it (003
    P-5, R-CONSENT). Who was asked and gave none has a row without `given`. CPR numbers are linked through the vault,
    which logs it. Raises SamspilError that names file, line and fault.
    """
    try:
        found = pa_csv.read_csv(path, convert_options=pa_csv.ConvertOptions(strings_can_be_null=True, null_values=[""]))
    except (OSError, pa.ArrowInvalid) as error:
        raise SamspilError(f"{path}: the consents cannot be read: {error}") from error
    who = next((name for name in ("person_id", "cpr") if name in found.column_names), None)
    missing = [name for name in (*DAYS, "written") if name not in found.column_names]
    if who is None or missing:
        lacking = ", ".join([*(["person_id or cpr"] if who is None else []), *missing])
        raise SamspilError(
            f"{path}:1: the header has no {lacking}; it needs person_id or cpr, given, withdrawn, written"
        )
    found = _texts(path, who).select([who, *DAYS, "written"])
    columns = {name: _parsed(path, found, name, r"^\d{4}-\d{2}-\d{2}$", "a day is written YYYY-MM-DD") for name in DAYS}
    written = _parsed(path, found, "written", "^(true|false)$", "it is `true` or `false`")
    pattern = r"^\d{1,19}$" if who == "person_id" else r"^\d{6}[- ]?\d{4}$"
    person = _parsed(path, found, who, pattern, "it is no person_id" if who == "person_id" else "it is no CPR number")
    if person.null_count:
        raise SamspilError(f"{path}:{_first(pc.is_null(person))}: `{who}` is empty")
    days = {name: _as_day(path, name, column) for name, column in columns.items()}
    person = person.cast(pa.int64()) if who == "person_id" else person
    table = pa.table({who: person, **days, "written": pc.fill_null(pc.equal(written, "true"), False)})
    rows = ibis.memtable(table)
    if who == "cpr":
        rows = persons_of(lake.engine, lake.home, lake.state, rows, purpose)
    return ConsentFile(_on(rows, on), on, hashlib.sha256(path.read_bytes()).hexdigest())


def _on(rows: ir.Table, on: dt.date) -> ir.Table:
    day = ibis.literal(on)
    gone = (rows.withdrawn <= day).fill_null(False)
    in_force = rows.written & (rows.given <= day).fill_null(False) & ~gone
    people = rows.group_by("person_id").aggregate(
        in_force=in_force.fill_null(False).any(), withdrawn=rows.withdrawn.max(where=gone)
    )
    return people.mutate(withdrawn=people.in_force.ifelse(ibis.null("date"), people.withdrawn))


def _texts(path: Path, who: str) -> pa.Table:
    """The file again with every column as it is written, so that no first zero is lost."""
    kinds = dict.fromkeys((who, *DAYS, "written"), pa.string())
    options = pa_csv.ConvertOptions(column_types=kinds, strings_can_be_null=True, null_values=[""])
    return pa_csv.read_csv(path, convert_options=options)


def _parsed(path: Path, rows: pa.Table, name: str, pattern: str, mend: str) -> pa.Array:
    column = pc.utf8_trim_whitespace(rows[name].combine_chunks())
    bad = pc.invert(pc.fill_null(pc.match_substring_regex(column, pattern), True))
    if pc.any(bad).as_py():
        line = _first(bad)
        raise SamspilError(f"{path}:{line}: `{name}` is `{column[line - 2].as_py()}`; {mend}")
    return column


def _as_day(path: Path, name: str, column: pa.Array) -> pa.Array:
    try:
        return column.cast(pa.date32())
    except pa.ArrowInvalid as error:
        raise SamspilError(f"{path}: `{name}` has a day that does not exist: {error}") from error


def _first(wrong: pa.Array) -> int:
    """The line of the file in which the first wrong value stands."""
    return int(pc.index(wrong, True).as_py()) + 2
