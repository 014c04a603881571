"""What Ibis would write wrongly in Spark's SQL."""

from __future__ import annotations

from typing import Any

import ibis.expr.operations as ops
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.pyspark import PySparkCompiler

from samspil.warehouse.spark.types import SqlTypes

#: Functions of a window that count in 32 bits on Spark; everybody else, and Ibis, takes 64.
_COUNTING = (ops.RowNumber, ops.MinRank, ops.DenseRank, ops.NTile)
#: The white space that other engines strip, after Spark's own escapes: it reads `\v` and `\f` as the letters.
_WRITTEN, _BY_NUMBER = " \t\n\r", (11, 12)


class Compiler(PySparkCompiler):  # type: ignore[misc]
    """Ibis's Spark SQL, mended."""

    type_mapper = SqlTypes

    def visit_Strip(self, op: ops.Strip, *, arg: sge.Expression) -> sge.Expression:  # noqa: N802 - Ibis's name
        del op
        spaces = self.f.concat(_WRITTEN, *(self.f.anon.char(number) for number in _BY_NUMBER))
        stripped: sge.Expression = self.f.anon.btrim(arg, spaces)
        return stripped

    def visit_IsNull(self, op: ops.IsNull, *, arg: sge.Expression) -> sge.Expression:  # noqa: N802
        # A number that is none is a value, and not an empty one. Without brackets `a AND b IS NULL` asks of b alone.
        del op
        return sge.Is(this=sge.paren(arg, copy=False), expression=sge.Null())

    def visit_NotNull(self, op: ops.NotNull, *, arg: sge.Expression) -> sge.Expression:  # noqa: N802
        del op
        return sge.Not(this=sge.Is(this=sge.paren(arg, copy=False), expression=sge.Null()))

    def visit_WindowFunction(self, op: ops.WindowFunction, **parts: Any) -> sge.Expression:  # noqa: N802
        found: sge.Expression = super().visit_WindowFunction(op, **parts)
        return self.cast(found, op.func.dtype) if isinstance(op.func, _COUNTING) else found
