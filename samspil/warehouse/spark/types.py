"""Moments and wall time in Spark's types. Ibis takes both for one; here a moment has a zone and wall time has none."""

from __future__ import annotations

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import pyspark.sql.types as pt
import sqlglot.expressions as sge
from ibis.backends.pyspark.datatypes import PySparkType
from ibis.backends.sql.datatypes import PySparkType as SqlType
from pyspark.sql import DataFrame


class Types(PySparkType):  # type: ignore[misc]
    """Ibis's types and those of Spark's frames."""

    @classmethod
    def to_ibis(cls, typ: pt.DataType, nullable: bool = True) -> dt.DataType:
        if isinstance(typ, pt.TimestampType):
            return dt.Timestamp(timezone="UTC", nullable=nullable)
        return super().to_ibis(typ, nullable=nullable)

    @classmethod
    def from_ibis(cls, dtype: dt.DataType) -> pt.DataType:
        if dtype.is_timestamp():
            return pt.TimestampNTZType() if dtype.timezone is None else pt.TimestampType()
        found: pt.DataType = super().from_ibis(dtype)
        return found


def schema_of(frame: DataFrame) -> sch.Schema:
    """The columns of a frame as Ibis's."""
    return sch.Schema({field.name: Types.to_ibis(field.dataType) for field in frame.schema.fields})


def columns_of(schema: sch.Schema) -> pt.StructType:
    """Ibis's columns as those of a frame."""
    return pt.StructType([pt.StructField(name, Types.from_ibis(dtype)) for name, dtype in schema.items()])


class SqlTypes(SqlType):  # type: ignore[misc]
    """Ibis's types in Spark's SQL."""

    @classmethod
    def _from_ibis_Timestamp(cls, dtype: dt.Timestamp) -> sge.DataType:  # noqa: N802 - Ibis's name
        kinds = sge.DataType.Type
        return sge.DataType(this=kinds.TIMESTAMPNTZ if dtype.timezone is None else kinds.TIMESTAMPLTZ)
