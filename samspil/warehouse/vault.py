"""The identity vault: the only place where a CPR number or a name is kept.

It links each CPR number to a random `person_id`, drawn from the operating system's secure source; every other
table holds the `person_id` alone. Without the vault a copied lake therefore identifies nobody: nothing in it is
derived from the CPR number, and its rows are sorted so that their order tells nothing either (of a table in parts, the
order in each: decision 82). Names, and rejected rows with the values they were rejected for, lie here too. The folder
and its files are for their owner only, and every look into it is written to `access.jsonl`.
"""

from __future__ import annotations

import datetime as dt
import getpass
import json
import os
from collections.abc import Sequence
from pathlib import Path

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from samspil.definitions import SamspilError
from samspil.warehouse.engine import Engine
from samspil.warehouse.files import remove, sync_all
from samspil.warehouse.home import Home
from samspil.warehouse.state import State

IDENTITY_SCHEMA = pa.schema([("cpr", pa.string()), ("person_id", pa.int64())])


def identities(engine: Engine, home: Home, state: State) -> ir.Table:
    """Every CPR number and its `person_id`. For linking and for logged look-ups only."""
    if not state.identity_files:
        return ibis.memtable(IDENTITY_SCHEMA.empty_table())
    files = [str(home.vault / file) for file in state.identity_files]
    return engine.read(files, f"identities_{state.number}")


@ibis.udf.scalar.pyarrow  # type: ignore[untyped-decorator]
def drawn(cpr: str) -> int:
    """A random 63-bit number from the operating system's secure source for each CPR number, whatever it is."""
    # Ibis reads the types as those of single values; what comes and goes are whole columns.
    bits = np.frombuffer(os.urandom(8 * len(cpr)), dtype=np.uint64) >> np.uint64(1)
    return pa.array(bits).cast(pa.int64())  # type: ignore[no-any-return]


def link(engine: Engine, home: Home, state: State, delivery: str, raw: ir.Table) -> tuple[list[str], ir.Table]:
    """Link every CPR number as written in `raw.written` to a person, drawing ids for those never seen.

    Writes a new file of identities when there are new persons. Returns the identity files of the next state, and the
    good numbers as `written` with their `person_id`.
    """
    # Kept first: an engine moves a condition below what makes rows distinct, and would check the number of every row.
    raw = raw.cache()
    digits = raw.written.re_replace(r"[-\s]", "")
    checked = raw.select("written", cpr=is_cpr(digits).ifelse(digits, None)).filter(ibis._.cpr.notnull()).cache()
    known = identities(engine, home, state)
    new = checked.select("cpr").distinct().anti_join(known, "cpr").cache()
    files = list(state.identity_files)
    if engine.one(new.aggregate(persons=new.count()))["persons"]:
        file = f"identities/{delivery}.parquet"
        fresh = _draw(engine, new, known, home.vault / file)
        files.append(file)
        known = known.union(fresh)
    return files, checked.inner_join(known, "cpr").select("written", "person_id").cache()


def _draw(engine: Engine, new: ir.Table, known: ir.Table, path: Path) -> ir.Table:
    """Write new persons with numbers that nobody has, and return what was written.

    Drawn by whoever holds the rows, so two may draw the same number, and it is drawn anew. What was written is read
    back before it is sorted and used: a worker that is lost and asked again would draw others.
    """
    unsorted = path.with_suffix(".drawn.parquet")
    while True:
        write_secret(engine, new.select("cpr", person_id=drawn(new.cpr)), unsorted)
        fresh = engine.read([str(unsorted)], "drawn")
        every = known.select("person_id").union(fresh.select("person_id"))
        counted = every.aggregate(all=every.count(), distinct=every.person_id.nunique())
        found = engine.one(counted)
        if found["all"] == found["distinct"]:
            break
    write_secret(engine, fresh.order_by("person_id"), path)
    remove(unsorted)
    return engine.read([str(path)], "fresh")


def is_cpr(digits: ir.StringValue) -> ir.BooleanValue:
    """Whether ten digits have a date part that exists in the century their seventh digit tells.

    Modulus 11 is not demanded: numbers without it have been issued since 2007.
    """
    year = digits.substr(4, 2).try_cast("int32")
    seventh = digits.substr(6, 1).try_cast("int32")
    century = ibis.cases(
        (seventh <= 3, 1900),
        (seventh.isin([4, 9]), (year <= 36).ifelse(2000, 1900)),
        else_=(year <= 57).ifelse(2000, 1800),
    )
    date = ((century + year).cast("string") + "-" + digits.substr(2, 2) + "-" + digits.substr(0, 2)).try_cast("date")
    return (digits.re_search(r"^[0-9]{10}$") & date.notnull()).fill_null(False)


def write_secret(engine: Engine, rows: ir.Table, path: Path) -> None:
    """Write a file of the vault with the engine; only its owner can read it, in parts or whole."""
    _prepare_private(path)
    engine.write(rows, str(path))
    if path.is_dir():
        path.chmod(0o700)
        for part in path.iterdir():
            part.chmod(0o600)
    sync_all(path)


def _prepare_private(path: Path) -> None:
    """Make an empty file that only its owner can read, for the engine to write to."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Numbers that are drawn anew are written again, and may have been written in parts.
    remove(path)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))


def _log_access(home: Home, what: str, purpose: str, persons: int) -> None:
    entry = {
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "who": getpass.getuser(),
        "what": what,
        "purpose": purpose,
        "persons": persons,
    }
    home.vault.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = home.vault / "access.jsonl"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as log:
        log.write(json.dumps(entry, ensure_ascii=False) + "\n")


def find_person(engine: Engine, home: Home, state: State, cpr: str, purpose: str) -> int:
    """The `person_id` of a CPR number. Crosses into the identity zone, so it is logged with its purpose.

    Raises SamspilError when nobody with the number was ever delivered.
    """
    digits = cpr.replace("-", "").replace(" ", "")
    known = identities(engine, home, state)
    found = known.filter(known.cpr == digits).person_id.to_pyarrow().to_pylist()
    _log_access(home, "person_id of a CPR number", purpose, len(found))
    if not found:
        raise SamspilError("nobody with this CPR number was delivered")
    return int(found[0])


def persons_of(engine: Engine, home: Home, state: State, cprs: ir.Table, purpose: str) -> ir.Table:
    """Rows with a column `cpr` with `person_id` in its place; null for a number nobody was delivered with.

    Crosses into the identity zone, so it is logged with its purpose.
    """
    digits = cprs.mutate(cpr=cprs.cpr.re_replace(r"[-\s]", ""))
    known = identities(engine, home, state).rename(known="cpr")
    linked = digits.left_join(known, digits.cpr == known.known).drop("cpr", "known")
    persons = engine.one(linked.aggregate(persons=linked.person_id.count()))["persons"]
    _log_access(home, "person_id of CPR numbers", purpose, persons)
    return linked


def names_of(
    engine: Engine, home: Home, state: State, persons: Sequence[int], purpose: str
) -> dict[int, tuple[str, str]]:
    """CPR number and name of persons, for those who treat them. Logged with its purpose."""
    wanted = ibis.memtable({"person_id": list(persons)}, schema=ibis.schema({"person_id": "int64"}))
    known = identities(engine, home, state)
    rows = known.semi_join(wanted, "person_id")
    segments = state.sources["civil"].tables.get("person", []) if "civil" in state.sources else []
    name = ibis.literal("")
    if segments:
        file = home.vault / "names" / f"{segments[-1].delivery}.parquet"
        names = engine.read([str(file)], "names")
        rows = rows.left_join(names, "person_id")
        name = rows.given_name.fill_null("") + " " + rows.family_name.fill_null("")
    found = rows.select("person_id", "cpr", name=name.strip()).to_pyarrow().to_pylist()
    _log_access(home, "CPR number and name", purpose, len(found))
    return {row["person_id"]: (row["cpr"], row["name"]) for row in found}
