"""What Spark says when it fails: its own first sensible line, what was being done, and the mend.

Spark answers with hundreds of lines of Java, and the line that tells what happened stands anywhere among them.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException

from samspil.definitions import SamspilError

_LONGEST = 300
#: What is wrong, by words that only it is told with, and what can be done; the first that fits is told.
_MENDS = (
    (
        r"No space left on device|Disk quota exceeded|Failed to create (a temp directory|local dir)|"
        r"Cannot create directory|not a directory|Mkdirs failed|blockmgr|Permission denied|AccessControlException",
        "every worker must be able to write where results lie and where it spills, and there must be room: look at "
        "SAMSPIL_HOME and at `spark.local.dir` in the file of SAMSPIL_SPARK_CONF",
    ),
    (
        r"FILE_NOT_EXIST|PATH_NOT_FOUND",
        "every worker must see SAMSPIL_HOME, the lake and the folder that is delivered, under the same path",
    ),
    (
        r"OutOfMemoryError|GC overhead|Java heap space|spark\.driver\.maxResultSize|exit code 137|Container killed|"
        r"exceeding memory limits|Unable to acquire \d+ bytes",
        "give Spark more memory: `spark.executor.memory` or `spark.driver.memory` in the file of SAMSPIL_SPARK_CONF",
    ),
    (
        r"Answer from Java side is empty|Connection refused|Connection reset|while sending|while communicating|"
        r"(SparkContext|context) (was|has been|is) (shut ?down|stopped)|stopped SparkContext|"
        r"masters are unresponsive|[Mm]aster removed our application|cancelled because SparkContext|"
        r"ExecutorLostFailure|Py4JNetworkError|does not exist in the JVM",
        "Spark is gone or lost its workers: see that the cluster of SAMSPIL_SPARK_MASTER runs, and do it again; "
        "nothing was changed",
    ),
    (
        r"ModuleNotFoundError|No module named|PYTHON_VERSION_MISMATCH|Cannot run program",
        "every worker needs the same Python with samspil in it: PYSPARK_PYTHON, `spark.pyspark.python`",
    ),
)


class SparkFailed(SamspilError):
    """Spark could not do what it was asked. What Spark itself said is its cause."""


@contextlib.contextmanager
def told(stage: str) -> Iterator[None]:
    """Tell what fails inside in one line. `stage` says what is being done, such as `writing persons.parquet`."""
    try:
        yield
    except (Py4JError, PySparkException, ConnectionError, EOFError) as error:
        lines = _lines(str(error) or type(error).__name__)
        mend = next((f"; {mend}" for words, mend in _MENDS if re.search(words, "\n".join(lines))), "")
        raise SparkFailed(f"Spark failed {stage}: {sensible_line(str(error)) or lines[0]}{mend}") from error


def sensible_line(said: str) -> str:
    """The line of an answer of Spark's that tells what happened: its last cause, else its beginning."""
    lines = _lines(said)
    causes = [line.removeprefix("Caused by: ") for line in lines if line.startswith("Caused by: ")]
    began = [line for line in lines if not line.startswith("An error occurred while calling")]
    line = (causes or began or lines or [""])[-1 if causes else 0].removeprefix(": ")
    # A task's own failure stands behind the numbers of the task, and each failure behind the name of its class.
    line = re.sub(r"^.*most recent failure: Lost task .*? executor \w+\): ", "", line)
    line = re.sub(r"^(?:[a-z][\w$]*\.)+[A-Z][\w$]*: ", "", line)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _lines(said: str) -> list[str]:
    """What an answer says, without the places in Java it says it of."""
    return [line.strip() for line in said.splitlines() if line.strip() and not line.lstrip().startswith("at ")]
