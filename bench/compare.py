"""Whether lists are those of a Samspil run: `python compare.py RUN FOUND...`; fails with the first differing rows.

Compared are, in the order of the rows, the person, practice, exclusions, score, band, target, completeness, and the
value and points of every item that is on.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import duckdb

PERSON = ("person_id", "provider_number", "age", "sex", "municipality")
RESULT = ("excluded_by", "score", "band", "in_target", "incomplete")


class Differs(AssertionError):
    """Two lists that should be the same and are not."""


def kept_items(connection: duckdb.DuckDBPyConnection, run_file: Path) -> list[str]:
    """The items of a list as Samspil keeps it that anybody has points, or 0, for."""
    names = [name.removeprefix("points_") for name in _types(connection, run_file) if name.startswith("points_")]
    scored = ", ".join(f"count(points_{name}) > 0" for name in names)
    (flags,) = connection.execute(f"SELECT {scored} FROM '{run_file}'").fetchall()
    return [name for name, is_scored in zip(names, flags, strict=True) if is_scored]


def _types(connection: duckdb.DuckDBPyConnection, file: Path) -> dict[str, str]:
    described = connection.execute(f"DESCRIBE FROM '{file}'").fetchall()
    return {row[0]: row[1] for row in described}


def plain(connection: duckdb.DuckDBPyConnection, file: Path, items: list[str]) -> str:
    """A query of the compared columns of a list in the same types, whoever wrote it."""
    types = _types(connection, file)
    wanted = [*PERSON, *RESULT, *(f"{part}_{item}" for item in items for part in ("value", "points"))]
    absent = [name for name in wanted if name not in types]
    if absent:
        raise Differs(f"{file} lacks {', '.join(absent)}")
    columns = []
    for name in wanted:
        kind = types[name]
        if kind.endswith("[]"):
            columns.append(f"coalesce(array_to_string({name}, ';'), '') AS {name}")
        elif kind in {"VARCHAR", "BOOLEAN"}:
            columns.append(name)
        else:
            columns.append(f"{name}::BIGINT AS {name}")
    return f"SELECT {', '.join(columns)} FROM read_parquet('{file}', file_row_number = true)"


def assert_same(connection: duckdb.DuckDBPyConnection, expected: Path, found: Path) -> int:
    """Raise Differs unless a list holds the rows of a run's list in the same order. Returns how many rows."""
    items = kept_items(connection, expected)
    queries = [plain(connection, file, items) for file in (expected, found)]
    digests = [
        connection.execute(
            f"WITH rows AS ({query.replace('SELECT ', 'SELECT file_row_number, ', 1)}) "
            "SELECT count(*), sum(hash(rows)::HUGEINT), bit_xor(hash(rows)) FROM rows"
        ).fetchone()
        for query in queries
    ]
    if digests[0] == digests[1] and digests[0] is not None:
        return int(digests[0][0])
    differences = [f"{found} differs from {expected}:"]
    for label, first, second in (("only expected", *queries), ("only found", *reversed(queries))):
        rows = f"SELECT * FROM ({first} EXCEPT ALL {second}) ORDER BY provider_number, person_id"
        (count,) = connection.execute(f"SELECT count(*) FROM ({rows})").fetchone() or (0,)
        shown = connection.execute(f"{rows} LIMIT 3")
        names = [column[0] for column in shown.description]
        differences.append(f"{label}: {count} rows")
        differences += [str(dict(zip(names, row, strict=True))) for row in shown.fetchall()]
    if len(differences) == 3:
        differences.append("the rows are the same, in another order")
    raise Differs("\n".join(differences))


def main(expected: Path, *others: Path) -> None:
    """Compare every list of the run in `expected` with those in the other folders."""
    connection = duckdb.connect()
    if limit := os.environ.get("SAMSPIL_MEMORY"):
        connection.execute(f"SET memory_limit = '{limit}'")
    for file in sorted(expected.glob("*.parquet")):
        rows = [assert_same(connection, file, found / file.name) for found in others]
        print(f"{file.stem} {rows[0]:,} rows")


if __name__ == "__main__":
    try:
        main(*map(Path, sys.argv[1:]))
    except Differs as error:
        sys.exit(str(error))
