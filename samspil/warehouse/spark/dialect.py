"""What Ibis would write wrongly in Spark's SQL."""

from __future__ import annotations

import ibis.expr.operations as ops
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.pyspark import PySparkCompiler

#: The white space that other engines strip, after Spark's own escapes: it reads `\v` and `\f` as the letters.
_WRITTEN, _BY_NUMBER = " \t\n\r", (11, 12)


class Compiler(PySparkCompiler):
    """Ibis's Spark SQL, mended."""

    def visit_Strip(self, op: ops.Strip, *, arg: sge.Expression) -> sge.Expression:  # noqa: N802 - Ibis's name
        del op
        return self.f.anon.btrim(arg, self.f.concat(_WRITTEN, *(self.f.anon.char(n) for n in _BY_NUMBER)))

    def visit_IsNull(self, op: ops.IsNull, *, arg: sge.Expression) -> sge.Expression:  # noqa: N802
        # A number that is none is a value, and not an empty one.
        del op
        return arg.is_(sge.null())

    def visit_NotNull(self, op: ops.NotNull, *, arg: sge.Expression) -> sge.Expression:  # noqa: N802
        del op
        return arg.is_(sge.null()).not_()
