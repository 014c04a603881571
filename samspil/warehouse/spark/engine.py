"""Spark behind Ibis: rows stay on the workers, and files are written in parts by them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.pyspark import Backend
from ibis.backends.pyspark.datatypes import PySparkSchema
from ibis.formats.pyarrow import PyArrowSchema

from samspil.warehouse.embedded import EmbeddedEngine
from samspil.warehouse.engine import Engine
from samspil.warehouse.spark.session import session

if TYPE_CHECKING:
    import ibis.expr.operations as ops
    from pyspark.sql import DataFrame


class _ArrowBackend(Backend):
    """Ibis's Spark with results over Arrow. Its own way goes over pandas, which rounds whole numbers beside nulls."""

    def do_connect(self, *args: Any, **options: Any) -> None:
        super().do_connect(*args, **options)
        # Ibis sets UTC; a moment without an offset is one of Copenhagen's.
        self._session.conf.set("spark.sql.session.timeZone", "Europe/Copenhagen")

    def frame(self, rows: ir.Expr) -> DataFrame:
        """Rows as Spark's own frame, in the types that Ibis tells of."""
        table = rows.as_table()
        self._run_pre_execute_hooks(table)
        frame = self._session.sql(self.compile(table))
        wanted = PySparkSchema.from_ibis(table.schema())
        return frame.select(
            *(frame[f"`{field.name}`"].cast(field.dataType).alias(field.name) for field in wanted.fields)
        )

    def to_pyarrow(self, expr: ir.Expr, /, **options: Any) -> Any:
        del options
        schema = PyArrowSchema.from_ibis(expr.as_table().schema())
        return expr.__pyarrow_result__(self.frame(expr).toArrow().cast(schema))

    def _register_in_memory_table(self, op: ops.InMemoryTable) -> None:
        table = op.data.to_pyarrow(op.schema)
        self._session.createDataFrame(table, schema=PySparkSchema.from_ibis(op.schema)).createOrReplaceTempView(op.name)


class SparkEngine(Engine):
    """A Spark session, of a cluster or of this machine's processors."""

    name: ClassVar[str] = "spark"
    backend: _ArrowBackend

    def __init__(self, tmp: Path) -> None:
        self._tmp = tmp
        self._session = session(tmp)
        self.backend = _ArrowBackend()
        self.backend.register_options()
        self.backend.do_connect(self._session)

    def read(self, files: Sequence[str], name: str) -> ir.Table:
        return self._named(self._session.read.parquet(*files), name)

    def numbered(self, file: str, name: str, line: str) -> ir.Table:
        rows = self._session.read.parquet(file)
        return self._named(rows.select("*", (rows["_metadata.row_index"] + 1).alias(line)), name)

    def _named(self, frame: DataFrame, name: str) -> ir.Table:
        # Two readings of one table are two tables: views are the session's, and outlive whoever made them.
        view = f"{name}_{id(frame)}"
        frame.createOrReplaceTempView(view)
        return self.backend.table(view)

    def write(self, rows: ir.Table, target: str) -> int:
        self.backend.frame(rows).write.parquet(target, mode="overwrite")
        return int(self._session.read.parquet(target).count())

    def write_one(self, rows: ir.Table, path: Path) -> None:
        parts = Path(tempfile.mkdtemp(prefix=f".{path.name}.parts", dir=path.absolute().parent))
        try:
            self.write(rows, str(parts))
            # One writer for both engines, so that a file is the same to the byte.
            embedded = EmbeddedEngine(self._tmp)
            embedded.write_one(embedded.read([str(parts)], "parts"), path)
        finally:
            shutil.rmtree(parts)

    def batches(self, rows: ir.Table) -> Iterator[pa.RecordBatch]:
        schema = PyArrowSchema.from_ibis(rows.schema())

        def packed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                yield pa.record_batch({"ipc": [batch.serialize().to_pybytes()]})

        frame = self.backend.frame(rows)
        given = frame.limit(0).toArrow().schema
        # One part of the frame at a time is on this machine.
        for row in frame.mapInArrow(packed, "ipc binary").toLocalIterator():
            batch = pa.ipc.read_record_batch(pa.py_buffer(bytes(row["ipc"])), given)
            yield from pa.Table.from_batches([batch]).cast(schema).to_batches()

    def damage(self, error: Exception) -> str | None:
        return str(error).splitlines()[0] if "FAILED_READ_FILE" in str(error) else None

    def few(self, rows: ir.Table) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.backend.to_pyarrow(rows).to_pylist()
        return found
