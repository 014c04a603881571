"""Rejected rows of one load: in which line, why, and what stood there.

They are written down as they are found, since a large delivery may have more of them than fit into memory, and put in
the order of their lines when the load is done. The values are the owner's, so the file lies in the vault.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from samspil.warehouse.door import Broken
from samspil.warehouse.embedded import EmbeddedEngine
from samspil.warehouse.home import Home
from samspil.warehouse.package import TableFile, lines_of_records
from samspil.warehouse.vault import write_secret

REJECT_SCHEMA = pa.schema(
    [("table", pa.string()), ("line", pa.int64()), ("column", pa.string()), ("fault", pa.string()),
     ("value", pa.string())]
)  # fmt: skip


class Rejects:
    """What is set aside while a delivery is loaded, kept in a folder of the load's own until it is done."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "rejects.parquet"
        self._engine = EmbeddedEngine(folder)
        self._writer = pq.ParquetWriter(self._file, REJECT_SCHEMA)
        #: Lines of each CSV file that are not rows at all, in order.
        self._broken: dict[str, list[int]] = {}
        #: The line on which each record of a CSV file begins, where rows were rejected.
        self._begins: dict[str, Sequence[int]] = {}

    def broken(self, file: TableFile, broken: Sequence[Broken]) -> None:
        """Set aside the lines of a file that are no rows."""
        self._broken[file.table] = [each.line for each in broken]
        self._write(
            file,
            [each.line for each in broken],
            None,
            [each.fault for each in broken],
            [each.value for each in broken],
        )

    def add(
        self,
        file: TableFile,
        rows: Sequence[int],
        column: str,
        faults: str | Sequence[str],
        values: Sequence[pa.Array],
    ) -> None:
        """Set aside rows of a file, by their numbers among its rows; one fault of them all, or one of each.

        `values` are what stood there: one array, or several where it was their combination.
        """
        if not rows:
            return
        lines = [self.line(file, row) for row in rows]
        said = [faults] * len(lines) if isinstance(faults, str) else faults
        self._write(file, lines, column, said, self._written(values))

    def _written(self, values: Sequence[pa.Array]) -> list[str | None]:
        """Values as text. Engines write numbers and moments differently, so one of them writes them for all."""
        names = [f"c{number}" for number in range(len(values))]
        cast = self._engine.backend.con.from_arrow(pa.table(list(values), names=names)).project(
            ", ".join(f"CAST({name} AS VARCHAR)" for name in names)
        )
        columns: list[list[str | None]] = [column.to_pylist() for column in cast.to_arrow_table().columns]
        if len(columns) == 1:
            return columns[0]
        return [", ".join(value or "" for value in row) for row in zip(*columns, strict=True)]

    def line(self, file: TableFile, row: int) -> int:
        """The line in the file of a row that was numbered without the broken lines before it."""
        for broken in self._broken.get(file.table, ()):
            if broken > row:
                break
            row += 1
        begins = self._records(file) if file.is_csv else ()
        return begins[row - 1] if row <= len(begins) else row

    def keep(self, home: Home, delivery: str) -> None:
        """Put everything that was set aside into the vault, in the order of tables and lines."""
        self._writer.close()
        rows = self._engine.read([str(self._file)], "rejects").order_by(["table", "line", "column", "fault"])
        write_secret(self._engine, rows, home.vault / "rejects" / f"{delivery}.parquet")

    def _records(self, file: TableFile) -> Sequence[int]:
        if file.table not in self._begins:
            self._begins[file.table] = lines_of_records(file)
        return self._begins[file.table]

    def _write(
        self,
        file: TableFile,
        lines: Sequence[int],
        column: str | None,
        faults: Sequence[str],
        values: Sequence[str | None],
    ) -> None:
        if not lines:
            return
        rows = [[file.table] * len(lines), lines, [column] * len(lines), faults, values]
        arrays = [pa.array(row, kind) for row, kind in zip(rows, REJECT_SCHEMA.types, strict=True)]
        self._writer.write_table(pa.table(arrays, schema=REJECT_SCHEMA))


def most_common_faults(file: Path) -> str:
    """The three faults of a file of rejected rows that most rows have, in words."""
    rejects = pq.read_table(file)
    counts = rejects.group_by(["table", "column", "fault"]).aggregate([("line", "count"), ("line", "min")])
    worst = counts.sort_by([("line_count", "descending")]).slice(0, 3).to_pylist()
    return "; ".join(
        f"{w['table']}.{w['column'] or 'row'}: {w['fault']} ({w['line_count']} rows, first in line {w['line_min']})"
        for w in worst
    )
