"""What runs the house's Ibis expressions: DuckDB inside the process, or Spark where one machine is outgrown.

Definitions compile to the same expressions for both. Here is all that an engine does in its own way: opening files,
keeping results, and handing over what is small enough to look at.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.sql import SQLBackend


class Engine(ABC):
    """One open engine. Tables it gives belong together and can be joined; another engine knows nothing of them."""

    name: ClassVar[str]
    #: Ibis's own view of the engine.
    backend: SQLBackend
    #: How many rows are best sorted at once; None where the engine divides them itself.
    sorted_at_once: ClassVar[int | None] = None

    @abstractmethod
    def read(self, files: Sequence[str], name: str) -> ir.Table:
        """The rows of Parquet files, or of folders of them, with the same columns. `name` is for plans and errors."""

    @abstractmethod
    def numbered(self, file: str, name: str, line: str) -> ir.Table:
        """The rows of one Parquet file with their numbers, from 1, in the column `line`."""

    @abstractmethod
    def write(self, rows: ir.Table, target: str) -> int:
        """Write rows in their order to `target`: a Parquet file or a folder of them, as `read` takes. Returns how many.

        What is killed meanwhile leaves something unfinished that the caller has to clear away.
        """

    @abstractmethod
    def write_one(self, rows: ir.Table, path: Path) -> None:
        """Write rows in their order to one file of a user's, `.csv` or `.parquet`, without holding them in memory."""

    @abstractmethod
    def batches(self, rows: ir.Table) -> Iterator[pa.RecordBatch]:
        """The rows in their order, a part at a time, for what has to look at each person."""

    def at_hand(self, rows: ir.Table) -> ir.Table:
        """Rows that will be asked for several times; kept where that costs less than working them out each time."""
        return rows

    @abstractmethod
    def damage(self, error: Exception) -> str | None:
        """What is wrong with a file, when an error says that one cannot be read to its end; None of other errors."""

    def few(self, rows: ir.Table) -> list[dict[str, Any]]:
        """The rows of a small result, each by its columns' names: counts, never persons of a whole population."""
        return list(self.each(rows))

    def each(self, rows: ir.Table) -> Iterator[dict[str, Any]]:
        """The rows in their order, each by its columns' names; the engine hands over some at a time."""
        return (row for batch in self.batches(rows) for row in batch.to_pylist())

    def one(self, rows: ir.Table) -> dict[str, Any]:
        """The only row of a table of counts."""
        (row,) = self.few(rows)
        return row


def view_of(name: str, files: Sequence[str]) -> str:
    """What an engine calls its reading of some files: the same files are one table, such as the persons of one run."""
    return f"{name}_{hashlib.sha256(repr(list(files)).encode()).hexdigest()[:12]}"


def connect(tmp: Path, name: str) -> Engine:
    """An engine by its name, open. What does not fit into memory goes below `tmp`."""
    if name == "spark":
        from samspil.warehouse.spark.engine import SparkEngine  # noqa: PLC0415 - an extra that few installations have

        return SparkEngine(tmp)
    from samspil.warehouse.embedded import EmbeddedEngine  # noqa: PLC0415 - it knows this module

    return EmbeddedEngine(tmp)
