"""The door: what a delivered file holds, row by row with its line, before the engine sees it.

A CSV file is read here once, by one reader whatever the engine: lines are counted from its beginning, and a quoted
value may span them, so no part of the file can be read without what stands before it. It passes through in bounded
memory and comes out as Parquet, which engines share among them. A Parquet file is opened by the engine where it lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from samspil.warehouse.embedded import EmbeddedEngine, identifier, quoted
from samspil.warehouse.engine import Engine
from samspil.warehouse.package import Refused, TableFile, check_names, csv_header
from samspil.warehouse.room import Room

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
    """A table as delivered: its rows with LINE, the file's columns, how many rows it has, and the lines that are none.

    What types the columns have is the file's to say: engines have other names for some.
    """

    rows: ir.Table
    columns: pa.Schema
    count: int
    broken: Sequence[Broken] = field(default=())


class Door:
    """Opens the files of one delivery for an engine. What it unpacks is gone when it is closed."""

    def __init__(self, engine: Engine, tmp: Path) -> None:
        self._engine = engine
        self._tmp = tmp
        self._room = Room(tmp)
        self.folder = self._room.path

    def close(self) -> None:
        self._room.leave()

    def open(self, file: TableFile) -> Raw:
        """A table as delivered. Raises Refused for a file that cannot be read."""
        try:
            return self._csv(file) if file.is_csv else self._parquet(file)
        except (duckdb.Error, pa.ArrowException, OSError) as error:
            first = str(error).splitlines()[0]
            raise Refused(f"{file.path}: cannot be read as {file.path.suffix[1:]}: {first}") from error

    def _parquet(self, file: TableFile) -> Raw:
        told = pq.read_metadata(file.path)
        given = told.schema.to_arrow_schema()
        check_names(str(file.path), given.names)
        usual = pa.schema([(column.name, kind) for column in given if (kind := _usual(column.type)) is not None])
        path = file.path if usual.equals(given) else self._rewritten(file, usual)
        return Raw(self._engine.numbered(str(path), f"raw_{file.table}", LINE), given, told.num_rows)

    def _rewritten(self, file: TableFile, usual: pa.Schema) -> Path:
        """A Parquet file in types that every engine reads, and reads alike."""
        path = self.folder / f"{file.table}.parquet"
        with pq.ParquetWriter(path, usual) as writer:
            for batch in pq.ParquetFile(file.path).iter_batches(columns=usual.names):
                writer.write_table(pa.Table.from_batches([batch]).cast(usual, safe=False))
        return path

    def _csv(self, file: TableFile) -> Raw:
        header = csv_header(file)
        columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in header)
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
        texts = pa.schema([(name, pa.string()) for name in header])
        return Raw(self._engine.read([str(unpacked)], f"raw_{file.table}"), texts, count, broken)


def _usual(kind: pa.DataType) -> pa.DataType | None:
    """The type in which every engine reads a column of this one; None for one that no contract has values of."""
    if pa.types.is_null(kind):
        # A column in which nobody has a value may have no type at all.
        return pa.string()
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return pa.timestamp("us", kind.tz)
    if pa.types.is_float16(kind):
        return pa.float32()
    if pa.types.is_decimal256(kind):
        return pa.float64()
    return None if pa.types.is_time(kind) or pa.types.is_interval(kind) else kind


def damaged(file: TableFile) -> bool:
    """Whether a Parquet file has a sound beginning and end, and cannot be read between them."""
    try:
        for _ in pq.ParquetFile(file.path).iter_batches():
            pass
    except (pa.ArrowException, OSError):
        return True
    return False
