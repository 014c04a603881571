"""The door: what a delivered file holds, row by row with its line, before the engine sees it.

A CSV file is read here once, by one reader whatever the engine: lines are counted from its beginning, and a quoted
value may span them, so no part of the file can be read without what stands before it. It passes through in bounded
memory and comes out as Parquet, which engines share among them. A Parquet file is opened by the engine where it lies.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from samspil.warehouse.embedded import EmbeddedEngine, identifier, quoted
from samspil.warehouse.engine import Engine
from samspil.warehouse.package import Refused, TableFile, csv_header

#: The column of line numbers while a table is read; no owner's column is called so.
LINE = "# line"


@dataclass(frozen=True)
class Broken:
    """A line of a CSV file that is no row: its number among the rows, what is wrong, and what stands there."""

    line: int
    fault: str
    value: str


@dataclass(frozen=True)
class Raw:
    """A table as delivered: its rows with LINE, how many rows the file has, and the lines that are none."""

    rows: ir.Table
    count: int
    broken: Sequence[Broken] = field(default=())


class Door:
    """Opens the files of one delivery for an engine. What it unpacks is gone when it is closed."""

    def __init__(self, engine: Engine, tmp: Path) -> None:
        self._engine = engine
        self._tmp = tmp
        tmp.mkdir(parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=tmp))

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def open(self, file: TableFile) -> Raw:
        """A table as delivered. Raises Refused for a file that cannot be read."""
        try:
            return self._csv(file) if file.is_csv else self._parquet(file)
        except (duckdb.Error, pa.ArrowException, OSError) as error:
            first = str(error).splitlines()[0]
            raise Refused(f"{file.path}: cannot be read as {file.path.suffix[1:]}: {first}") from error

    def _parquet(self, file: TableFile) -> Raw:
        told = pq.read_metadata(file.path)
        rows = self._engine.numbered(str(file.path), f"raw_{file.table}", LINE)
        # A column in which nobody has a value may have no type at all; an engine takes it for numbers.
        untyped = [column.name for column in told.schema.to_arrow_schema() if pa.types.is_null(column.type)]
        return Raw(rows.mutate(**{name: ibis.null("string") for name in untyped}) if untyped else rows, told.num_rows)

    def _csv(self, file: TableFile) -> Raw:
        columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in csv_header(file))
        reader = EmbeddedEngine(self._tmp)
        unpacked = self.folder / f"{file.table}.parquet"
        reader.run(
            f"""COPY (
                SELECT row_number() OVER () + 1 AS {identifier(LINE)}, *
                FROM read_csv({quoted(file.path)}, header = true, auto_detect = false, delim = ',', quote = '"',
                              escape = '"', columns = {{{columns}}}, store_rejects = true)
            ) TO {quoted(unpacked)} (FORMAT parquet, COMPRESSION snappy)"""
        )
        faults = reader.run(
            "SELECT line, any_value(csv_line), string_agg(DISTINCT lower(CAST(error_type AS VARCHAR)), ', ') "
            "FROM reject_errors GROUP BY line ORDER BY line"
        ).fetchall()
        broken = [Broken(line, fault, value.strip("\r\n")) for line, value, fault in faults]
        count = pq.read_metadata(unpacked).num_rows + len(broken)
        return Raw(self._engine.read([str(unpacked)], f"raw_{file.table}"), count, broken)
