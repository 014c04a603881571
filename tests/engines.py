"""Both engines in tests: the same thing done on each, and results held against each other to the last bit.

A plugin, so that it can say loudly what did not run. Mark a test `spark` when it needs Spark, or ask for `engine` and
it runs on each in turn. Where no Spark can be started these tests are skipped, and one line of the summary says so;
with SAMSPIL_REQUIRE_SPARK=1 they fail. Spark has one session in each worker of pytest: keep its tests few and dense.
"""

from __future__ import annotations

import functools
import importlib.util
import os
from collections import Counter
from collections.abc import Iterator

import pyarrow as pa
import pytest

from samspil.definitions import SamspilError
from samspil.warehouse.choice import ENGINES, using
from samspil.warehouse.spark.java import java_environment

REQUIRED = "SAMSPIL_REQUIRE_SPARK"
NOT_RUN = "no Spark here"

#: For `parametrize`: the name of each engine.
EACH = [pytest.param(name, marks=pytest.mark.spark) if name == "spark" else name for name in ENGINES]


@functools.cache
def lacking() -> str | None:
    """Why Spark cannot be started here; None where it can."""
    if importlib.util.find_spec("pyspark") is None:
        return "pyspark is not installed"
    try:
        java_environment()
    except SamspilError as error:
        return str(error)
    return None


@pytest.fixture(params=EACH)
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each engine in turn, chosen for the test; its name."""
    with using(request.param):
        yield request.param


def same(left: pa.Table, right: pa.Table) -> None:
    """Fails unless two tables have the same columns of the same types and, in whatever order, the same rows.

    Values are the same when they are written the same: the doubles to the last bit, the decimals with their scale.
    Spark's files promise of some columns that nothing is null in them, which is no part of a type.
    """
    assert _types(left) == _types(right)
    ours, theirs = _rows(left), _rows(right)
    assert sorted((ours - theirs).elements())[:3] == sorted((theirs - ours).elements())[:3], left.column_names


def _types(table: pa.Table) -> list[tuple[str, str]]:
    return [(field.name, str(field.type).replace(" not null", "")) for field in table.schema]


def _rows(table: pa.Table) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(map(repr, column.to_pylist()) for column in table.columns), strict=True))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "spark: needs Spark and a Java it runs on; skipped loudly where they are not")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("spark") is None or lacking() is None:
        return
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(f"{NOT_RUN}: {lacking()}", pytrace=False)
    pytest.skip(f"{NOT_RUN}: {lacking()}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [report for report in terminalreporter.getreports("skipped") if NOT_RUN in str(report.longrepr)]
    if skipped:
        terminalreporter.section("SPARK DID NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} tests of the second engine were skipped: {lacking()}", red=True)
