"""Spark behind Ibis: rows stay on the workers, and files are written in parts by them."""

from __future__ import annotations

import contextlib
import gc
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import ibis.expr.operations as ops
import ibis.expr.schema as sch
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
from ibis.backends.pyspark import Backend
from ibis.formats.pyarrow import PyArrowSchema
from ibis.util import gen_name
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame
from pyspark.sql.pandas.functions import pandas_udf

from samspil.warehouse.embedded import EmbeddedEngine
from samspil.warehouse.engine import Engine, view_of
from samspil.warehouse.room import Room
from samspil.warehouse.spark.address import spoken
from samspil.warehouse.spark.dialect import Compiler
from samspil.warehouse.spark.failures import sensible_line, told
from samspil.warehouse.spark.session import session
from samspil.warehouse.spark.types import Types, columns_of, schema_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: Rows of one file at the most, so that a file of the narrowest table stays at some hundred megabytes.
_FILE_ROWS = 20_000_000
#: Bytes of a row group: some hundred thousand rows, as DuckDB writes them, and months or persons are found by them.
_ROW_GROUP_BYTES = 4 * 1024 * 1024
#: A file that a worker does not find is not damaged.
_ABSENT = "FAILED_READ_FILE.FILE_NOT_EXIST"


class _ArrowBackend(Backend):  # type: ignore[misc] # Ibis has no types
    """Ibis's Spark with results over Arrow. Its own way goes over pandas, which rounds whole numbers beside nulls."""

    compiler = Compiler()

    def do_connect(self, *args: Any, **options: Any) -> None:
        super().do_connect(*args, **options)
        # Ibis sets UTC; a moment without an offset is one of Copenhagen's.
        self._session.conf.set("spark.sql.session.timeZone", "Europe/Copenhagen")

    def get_schema(self, table_name: str, *, catalog: str | None = None, database: str | None = None) -> sch.Schema:
        del catalog, database  # views have neither
        return schema_of(self._session.table(table_name))

    def _get_schema_using_query(self, query: str) -> sch.Schema:
        return schema_of(self.raw_sql(query))

    def frame(self, rows: ir.Expr) -> DataFrame:
        """Rows as Spark's own frame, in the types that Ibis tells of."""
        table = rows.as_table()
        self._run_pre_execute_hooks(table)
        frame: DataFrame = self._session.sql(self.compile(table))
        wanted = columns_of(table.schema())
        return frame.select(
            *(frame[f"`{field.name}`"].cast(field.dataType).alias(field.name) for field in wanted.fields)
        )

    def planned(self, rows: ir.Expr) -> DataFrame:
        """Rows as rows that are there, and no longer as the way they are computed.

        Spark writes the plan of a question out as text, for pages that nobody looks at, whenever a stage of it has
        ended, and within it the plan of every kept frame that it names. Of columns made of columns made of columns that
        took most of the time of whoever planned. Here Spark plans and adapts as always, but as no question, so nothing
        is written. A worker that is lost is still made up for: rows know what they were computed from.
        """
        frame = self.frame(rows)
        java = self._session._jsparkSession
        computed = frame._jdf.queryExecution().toRdd()
        return DataFrame(java.internalCreateDataFrame(computed, frame._jdf.schema(), False), self._session)

    def to_pyarrow(self, expr: ir.Expr, /, **options: Any) -> Any:
        del options
        schema = PyArrowSchema.from_ibis(expr.as_table().schema())
        with told("at a question"):
            return expr.__pyarrow_result__(self.planned(expr).toArrow().cast(schema))

    def to_pyarrow_batches(self, expr: ir.Expr, /, **options: Any) -> pa.RecordBatchReader:
        del options
        rows = expr.as_table()
        return pa.RecordBatchReader.from_batches(PyArrowSchema.from_ibis(rows.schema()), self.parts(rows))

    def parts(self, rows: ir.Table) -> Iterator[pa.RecordBatch]:
        """The rows in their order. One part of the frame at a time is on this machine."""
        schema = PyArrowSchema.from_ibis(rows.schema())

        def packed(batches: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
            for batch in batches:
                yield pa.record_batch({"ipc": [batch.serialize().to_pybytes()]})

        with told("at a question"):
            frame = self.planned(rows)
            given = frame.limit(0).toArrow().schema
            parts = frame.mapInArrow(packed, "ipc binary").toLocalIterator()
        while True:
            with told("handing over rows"):
                row = next(parts, None)
            if row is None:
                return
            batch = pa.ipc.read_record_batch(pa.py_buffer(bytes(row["ipc"])), given)
            yield from pa.Table.from_batches([batch]).cast(schema).to_batches()

    def _create_cached_table(self, name: str, expr: ir.Table) -> ir.Table:
        # Ibis's own forgets what an expression needs: functions, and tables in memory. What is kept is computed now, as
        # what it is computed from may be let go before it is asked for.
        with told("at a question"):
            frame = self.planned(expr).cache()
            frame.count()
            frame.createTempView(name)
            self._cached_dataframes[name] = frame
            return self.table(name)

    def _register_udfs(self, expr: ir.Expr) -> None:
        for node in expr.op().find(ops.ScalarUDF):
            # Ibis would call the function once for each row. Its results are nobody's to foresee: Spark is told that
            # asking twice is not asking once.
            function = pandas_udf(_over_arrow(node.__func__), Types.from_ibis(node.dtype))  # type: ignore[call-overload]
            self._session.udf.register(self.compiler.__sql_name__(node), function.asNondeterministic())

    def _register_in_memory_table(self, op: ops.InMemoryTable) -> None:
        table = op.data.to_pyarrow(op.schema)
        self._session.createDataFrame(table, schema=columns_of(op.schema)).createOrReplaceTempView(op.name)


class SparkEngine(Engine):
    """A Spark session, of a cluster or of this machine's processors."""

    name: ClassVar[str] = "spark"
    backend: _ArrowBackend

    def __init__(self, tmp: Path) -> None:
        self._tmp = tmp
        self._own = gen_name("engine")
        self._session = session(tmp)
        self.backend = _ArrowBackend()
        self.backend.register_options()
        self.backend.do_connect(self._session)

    def read(self, files: Sequence[str], name: str) -> ir.Table:
        with told(f"reading {name}"):
            return self._named(self._session.read.parquet(*map(spoken, files)), view_of(name, files))

    def numbered(self, file: str, name: str, line: str) -> ir.Table:
        with told(f"reading {file}"):
            rows = self._session.read.parquet(spoken(file))
            return self._named(
                rows.select("*", (rows["_metadata.row_index"] + 1).alias(line)), view_of(f"{name}_numbered", [file])
            )

    def _named(self, frame: DataFrame, name: str) -> ir.Table:
        # Views are the session's, which other engines may share, and outlive whoever made them.
        view = f"{name}_{self._own}"
        frame.createOrReplaceTempView(view)
        weakref.finalize(self.backend, _forget, self._session, view).atexit = False
        return self.backend.table(view)

    def write(self, rows: ir.Table, target: str) -> int:
        """Rows in their order, in parts that follow one another.

        A sort cuts its rows into ranges of about equal size, whatever value many rows share, and neighbours among
        them are put together until a part has about 128 MB or every processor has one. So only the parts and row
        groups of the years that are asked for are read, and one value cannot make one part too large.
        """
        with told(f"writing {target}"):
            writer = self.backend.planned(rows).write.mode("overwrite")
            options = {"maxRecordsPerFile": _FILE_ROWS, "parquet.block.size": _ROW_GROUP_BYTES}
            writer.options(**options).parquet(spoken(target))
            return int(self._session.read.parquet(spoken(target)).count())

    def write_one(self, rows: ir.Table, path: Path) -> None:
        # Where every worker writes: the folder that the user asks for may be on this machine alone.
        with Room(self._tmp) as parts:
            self.write(rows, str(parts))
            # One writer for both engines, so that a file is the same to the byte.
            embedded = EmbeddedEngine(self._tmp)
            embedded.write_one(embedded.read([str(parts)], "parts"), path)

    def batches(self, rows: ir.Table) -> Iterator[pa.RecordBatch]:
        return self.backend.parts(rows)

    def at_hand(self, rows: ir.Table) -> ir.Table:
        self._forget_earlier()
        # A join sends every row from worker to worker, which costs more than putting it down where it arrived.
        return rows.cache()

    def _forget_earlier(self) -> None:
        """Let Spark throw away what was put down for earlier tables that nobody can ask for any more.

        Tasks leave what they wrote for each other on the workers' disks until Java has collected whoever could read it
        again. Its objects are held by Python's, which hold themselves in circles, so both have to look. What keeps rows
        is let go at the first look and what it was made of at the next: two tables lie there, and not all of a load.
        """
        gc.collect()
        java = self._session._jvm
        assert java is not None, "a session that runs has its Java"
        java.System.gc()

    def damage(self, error: Exception) -> str | None:
        said = str(error.__cause__)
        return sensible_line(said) if "FAILED_READ_FILE" in said and _ABSENT not in said else None

    def few(self, rows: ir.Table) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.backend.to_pyarrow(rows).to_pylist()
        return found


def _forget(session: SparkSession, view: str) -> None:
    # A session that has ended has forgotten it already.
    with contextlib.suppress(Py4JError, PySparkException, ConnectionError):
        session.catalog.dropTempView(view)


def _over_arrow(function: Callable[..., pa.Array]) -> Callable[..., pd.Series]:
    """A function of Arrow's arrays as one of what Spark hands to Python."""

    def called(*columns: pd.Series) -> pd.Series:
        return function(*map(pa.Array.from_pandas, columns)).to_pandas()

    return called
