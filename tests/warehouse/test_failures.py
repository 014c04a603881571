"""What Spark says when it fails reaches people as one line with what was being done and what can be done about it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from samspil.definitions import SamspilError

pytest.importorskip("pyspark")

from py4j.protocol import Py4JError, Py4JNetworkError
from pyspark.errors import AnalysisException

from samspil.warehouse.choice import chosen, using
from samspil.warehouse.engine import connect
from samspil.warehouse.spark.failures import sensible_line, told

FULL = """An error occurred while calling o91.parquet.
: org.apache.spark.SparkException: Job aborted due to stage failure: Task 3 in stage 7.0 failed 4 times, most recent \
failure: Lost task 3.3 in stage 7.0 (TID 61) (10.0.0.4 executor 2): java.io.IOException: No space left on device
\tat java.base/java.io.FileOutputStream.writeBytes(Native Method)
\tat org.apache.spark.storage.DiskBlockObjectWriter.write(DiskBlockObjectWriter.scala:310)

Driver stacktrace:
\tat org.apache.spark.scheduler.DAGScheduler.abortStage(DAGScheduler.scala:2935)
Caused by: java.io.IOException: No space left on device
\tat java.base/java.io.FileOutputStream.writeBytes(Native Method)
\t... 1 more
"""
MEMORY = """An error occurred while calling o12.count.
: org.apache.spark.SparkException: Job aborted due to stage failure: Total size of serialized results of 9 tasks \
(8.1 MiB) is bigger than spark.driver.maxResultSize (8.0 MiB)
\tat org.apache.spark.scheduler.DAGScheduler.abortStage(DAGScheduler.scala:2935)
"""
STOPPED = """An error occurred while calling o40.sql.
: java.lang.IllegalStateException: Cannot call methods on a stopped SparkContext.
This stopped SparkContext was created at:

org.apache.spark.api.java.JavaSparkContext.<init>(JavaSparkContext.scala:59)
"""

SAID = {
    "a full disk": (Py4JError(FULL), "No space left on device; every worker must be able to write"),
    "too little memory": (Py4JError(MEMORY), "spark.driver.maxResultSize (8.0 MiB); give Spark more memory"),
    "a context that was stopped": (Py4JError(STOPPED), "stopped SparkContext.; Spark is gone or lost its workers"),
    "a Java that is gone": (Py4JNetworkError("Answer from Java side is empty"), "see that the cluster of"),
    "a connection that is refused": (ConnectionRefusedError("[Errno 111] Connection refused"), "see that the cluster"),
    "anything else": (AnalysisException("[X] The column `a` is missing.\nDid you mean b?"), "[X] The column `a`"),
    "nothing": (Py4JError(""), "Py4JError"),
}


@pytest.mark.parametrize(("error", "line"), SAID.values(), ids=SAID.keys())
def test_a_failure_is_one_line_with_what_was_done_and_the_mend(error: Exception, line: str) -> None:
    with pytest.raises(SamspilError) as raised, told("writing persons.parquet"):
        raise error
    text = str(raised.value)
    assert text.startswith("Spark failed writing persons.parquet: ")
    assert line in text
    assert "\n" not in text
    assert not re.search(r"java\.|org\.apache|\.scala", text)


def test_a_long_answer_is_cut() -> None:
    assert len(sensible_line("x" * 10_000)) == 300


def test_a_fault_of_our_own_is_not_dressed_up_as_one_of_spark() -> None:
    with pytest.raises(ZeroDivisionError), told("counting"):
        _ = 1 // 0


@pytest.mark.spark
@pytest.mark.slow
def test_a_place_that_cannot_be_written_to_is_told_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with using("spark"):
        engine = connect(tmp_path / "tmp", chosen())
        two = engine.backend.sql("SELECT 1 AS one, 2 AS two")
        with pytest.raises(SamspilError, match=r"Spark failed writing .*every worker must be able to write"):
            engine.write(two, str(tmp_path / "file" / "two.parquet"))
        with pytest.raises(SamspilError, match=r"Spark failed reading nobody: .*does not exist"):
            engine.read([str(tmp_path / "nobody.parquet")], "nobody")


@pytest.mark.spark
@pytest.mark.slow
def test_a_file_that_a_worker_does_not_find_is_not_said_to_be_damaged(tmp_path: Path) -> None:
    with using("spark"):
        engine = connect(tmp_path / "tmp", chosen())
        engine.write(engine.backend.sql("SELECT 1 AS one"), str(tmp_path / "one.parquet"))
        rows = engine.read([str(tmp_path / "one.parquet")], "one")
        for part in (tmp_path / "one.parquet").glob("*.parquet"):
            part.unlink()
        with pytest.raises(SamspilError, match=r"every worker must see SAMSPIL_HOME") as raised:
            engine.one(rows)
        assert engine.damage(raised.value) is None


GONE = """
import os, signal, sys
from pathlib import Path
from samspil.definitions import SamspilError
from samspil.warehouse.choice import chosen, using
from samspil.warehouse.engine import connect
with using("spark"):
    engine = connect(Path(sys.argv[1]), chosen())
    two = engine.backend.sql("SELECT 1 AS one, 2 AS two")
    os.kill(engine.backend._session.sparkContext._gateway.proc.pid, signal.SIGKILL)
    try:
        engine.one(two)
    except SamspilError as error:
        print("TOLD:", error, flush=True)
os._exit(0)
"""


@pytest.mark.spark
@pytest.mark.slow
def test_a_spark_that_is_gone_is_told_of_in_one_line(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", GONE, tmp_path], capture_output=True, text=True, check=True, timeout=300
    )
    (told_of,) = [line for line in ran.stdout.splitlines() if line.startswith("TOLD:")]
    assert "Spark is gone or lost its workers" in told_of
