"""The embedded engine: an in-memory DuckDB behind Ibis, with Copenhagen's clock and a place to spill to."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path

import ibis
from ibis.backends.duckdb import Backend

#: Rows per group of a Parquet file: small enough that one person's rows are found without reading the file.
ROW_GROUP = 122_880


def connect(tmp: Path) -> Backend:
    """A new engine. `SAMSPIL_MEMORY` (such as `8GB`) limits its memory; what exceeds it goes below `tmp`."""
    tmp.mkdir(parents=True, exist_ok=True)
    spill = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=tmp))
    connection = ibis.duckdb.connect()
    weakref.finalize(connection, shutil.rmtree, spill, ignore_errors=True)
    connection.raw_sql("SET TimeZone = 'Europe/Copenhagen'")
    connection.raw_sql(f"SET temp_directory = {quoted(spill)}")
    connection.raw_sql("SET enable_progress_bar = false")
    limit = os.environ.get("SAMSPIL_MEMORY")
    if limit:
        connection.raw_sql(f"SET memory_limit = {quoted(limit)}")
    return connection


def quoted(text: object) -> str:
    """A text as an SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"
