"""The embedded engine: an in-memory DuckDB behind Ibis, with Copenhagen's clock and a place to spill to."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
from fsspec import AbstractFileSystem
from ibis.formats.pyarrow import PyArrowSchema

from samspil.warehouse.engine import Engine, view_of
from samspil.warehouse.room import Room
from samspil.warehouse.storage import ByRange, is_remote, reached

#: Rows per group of a Parquet file: small enough that one person's rows are found without reading the file.
ROW_GROUP = 122_880
_BATCH = 100_000


class EmbeddedEngine(Engine):
    """DuckDB in this process. `SAMSPIL_MEMORY` (such as `8GB`) limits its memory; what exceeds it goes below `tmp`."""

    name: ClassVar[str] = "duckdb"
    #: Beyond some tens of millions a row costs the more to sort, the more there are: half as much again at 200 million.
    sorted_at_once: ClassVar[int | None] = 2**25

    def __init__(self, tmp: Path) -> None:
        spill = Room(tmp)
        self.backend = ibis.duckdb.connect()
        self._told: list[AbstractFileSystem] = []
        weakref.finalize(self.backend, spill.leave)
        self.run("SET TimeZone = 'Europe/Copenhagen'")
        self.run(f"SET temp_directory = {quoted(spill.path)}")
        self.run("SET enable_progress_bar = false")
        limit = os.environ.get("SAMSPIL_MEMORY")
        if limit:
            self.run(f"SET memory_limit = {quoted(limit)}")

    def run(self, statement: str) -> Any:
        """Run a statement of DuckDB's own, and return its cursor."""
        return self.backend.con.execute(statement)

    def read(self, files: Sequence[str], name: str) -> ir.Table:
        # Ibis's own way has DuckDB fetch an extension for object storage, which would read past the driver.
        listed = ", ".join(quoted(self._parts(file)) for file in files)
        view = view_of(name, files)
        self.run(f"CREATE OR REPLACE TEMPORARY VIEW {identifier(view)} AS FROM read_parquet([{listed}])")
        return self.backend.table(view)

    def numbered(self, file: str, name: str, line: str) -> ir.Table:
        del name
        return self.backend.sql(
            f"SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS {identifier(line)} "
            f"FROM read_parquet({quoted(file)}, file_row_number = true)"
        )

    def write(self, rows: ir.Table, target: str) -> int:
        self._reach(target)
        return self._copy(
            rows, target, f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}, USE_TMP_FILE false"
        )

    def write_one(self, rows: ir.Table, path: Path) -> None:
        is_csv = path.suffix.lower() == ".csv"
        self._copy(rows, str(path), "FORMAT csv, HEADER true" if is_csv else "FORMAT parquet, COMPRESSION zstd")

    def batches(self, rows: ir.Table) -> Iterator[pa.RecordBatch]:
        schema = PyArrowSchema.from_ibis(rows.schema())
        for batch in self.run(self._sql(rows)).to_arrow_reader(_BATCH):
            # Sums of whole numbers come in a type that is wider than what Ibis tells of.
            yield from pa.Table.from_batches([batch]).cast(schema).to_batches()

    def _sql(self, rows: ir.Table) -> str:
        """The statement of some rows, after what it needs was made known to the engine: functions, tables in memory."""
        self.backend._run_pre_execute_hooks(rows)
        return str(self.backend.compile(rows))

    def damage(self, error: Exception) -> str | None:
        return str(error).splitlines()[0] if isinstance(error, duckdb.InvalidInputException) else None

    def _parts(self, file: str) -> str:
        """What DuckDB opens: a file, or all files of a folder."""
        storage = self._reach(file)
        is_folder = Path(file).is_dir() if storage is None else storage.isdir(file)
        return f"{file}/*.parquet" if is_folder else file

    def _reach(self, address: str) -> AbstractFileSystem | None:
        """The driver of object storage, after DuckDB was told of it; None of a file of this machine."""
        if not is_remote(address):
            return None
        storage = ByRange(reached(address)[0])
        if storage not in self._told:
            self.backend.con.register_filesystem(storage)
            self._told.append(storage)
        return storage

    def _copy(self, rows: ir.Table, target: str, form: str) -> int:
        statement = f"COPY ({self._sql(rows)}) TO {quoted(target)} ({form})"
        (count,) = self.run(statement).fetchone()
        return int(count)


def quoted(text: object) -> str:
    """A text as an SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
