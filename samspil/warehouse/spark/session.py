"""The one Spark session of a process, and how it is configured.

| variable | meaning | default |
|---|---|---|
| `SAMSPIL_SPARK_MASTER` | the cluster: `spark://host:7077`, `yarn`, `k8s://…`, or here: `local[4]` | `local[*]` |
| `SAMSPIL_SPARK_CONF` | a file with Spark's own settings, one `spark.name value` on a line | none |
| `SAMSPIL_SPARK_PATIENCE` | seconds that work waits for workers when there is none | `600` |

What decides results is set here and cannot be changed by the file: another time zone or another idea of arithmetic
would be another definition.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import socket
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from samspil.definitions import SamspilError
from samspil.warehouse.room import Room
from samspil.warehouse.spark.java import java_environment
from samspil.warehouse.spark.waiting import patience, watch

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MASTER = "SAMSPIL_SPARK_MASTER"
CONF = "SAMSPIL_SPARK_CONF"
_LOG = Path(__file__).parent / "log4j2.properties"
_SUBMIT = "PYSPARK_SUBMIT_ARGS"
_SECONDS_TO_ANSWER = 10

#: How the work is cut; an installation may know better.
_USUAL = {
    "spark.app.name": "samspil",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # Nobody looks at Spark's pages, and what it keeps for them of each plan would fill a small driver.
    "spark.sql.ui.retainedExecutions": "5",
    "spark.ui.retainedJobs": "20",
    "spark.ui.retainedStages": "20",
    "spark.ui.retainedTasks": "1000",
    "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={_LOG.as_uri()}",
    # Parts of about 128 MB, split where one practice, year or code holds far more than the others.
    "spark.sql.adaptive.advisoryPartitionSizeInBytes": "128MB",
    "spark.sql.adaptive.skewJoin.enabled": "true",
    "spark.sql.files.maxPartitionBytes": "128MB",
    "spark.sql.parquet.compression.codec": "zstd",
    # Row groups of a few hundred thousand rows: months and persons are found without reading the whole file.
    "spark.hadoop.parquet.block.size": str(16 * 1024 * 1024),
    # Hundreds of columns in one expression: compiled code of that size is slower than none.
    "spark.sql.codegen.maxFields": "200",
    # Nobody reads plans as texts, and of hundreds of columns they are long.
    "spark.sql.debug.maxToStringFields": "5",
    "spark.sql.maxPlanStringLength": "10000",
    # What Spark infers of columns made of columns doubles with each step, until planning takes all memory there is.
    "spark.sql.constraintPropagation.enabled": "false",
}
#: What results depend on.
_FIXED = {
    "spark.sql.session.timeZone": "Europe/Copenhagen",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.mapKeyDedupPolicy": "LAST_WIN",
    # The rows of a task that was lost in the middle are not seen: a file takes its place when all tasks are done.
    "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version": "1",
    # Tasks draw people's random numbers: nobody does the same task twice to be quicker.
    "spark.speculation": "false",
}


def session(tmp: Path) -> SparkSession:
    """The Spark session of this process, begun when it is first asked for; what spills on this machine goes to `tmp`.

    Raises SamspilError when Spark or Java is not installed, the file of settings cannot be read, Spark refuses, or a
    session runs that was begun by others with what would change results.
    """
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra that few installations have
    except ImportError as error:
        raise SamspilError("the engine spark is not installed: pip install 'samspil[spark]'") from error
    running = SparkSession.getActiveSession()
    if running is not None:
        _refuse_other_results(running)
        return running
    master = os.environ.get(MASTER) or "local[*]"
    seconds = patience()
    # For as long as the session, which is as long as the process.
    given = settings(Room(tmp).path, master)
    os.environ.update(java_environment())
    if master.startswith("local"):
        # Nobody else's business: without it Spark listens on the machine's other addresses too.
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    elif master.startswith("spark://"):
        _ask(master)
    # Every worker of this machine runs the Python that this process runs.
    os.environ.setdefault("PYSPARK_PYTHON", given.get("spark.pyspark.python", sys.executable))
    begun = _begin(given, master)
    if not master.startswith("local"):
        watch(begun.sparkContext, master, seconds)
    return begun


def settings(place: Path, master: str) -> dict[str, str]:
    """Every setting a session is begun with: the usual ones, the file's in their place, and those results depend on.

    What spills on this machine goes to the folder `place`.
    """
    # Spark would make a folder for tables of its own where the user stands.
    here = {"spark.local.dir": str(place), "spark.sql.warehouse.dir": str(place / "warehouse")}
    if master.startswith("local"):
        # Spark's own number is for clusters, and every part costs.
        here["spark.sql.shuffle.partitions"] = str(4 * (os.cpu_count() or 1))
    else:
        # CPR numbers are among what workers put down on their own disks, and stay there when a worker dies.
        here["spark.io.encryption.enabled"] = "true"
    return {**_USUAL, **here, **_of_file(os.environ.get(CONF)), **_FIXED, "spark.master": master}


def _begin(given: Mapping[str, str], master: str) -> SparkSession:
    from pyspark import SparkContext  # noqa: PLC0415 - an extra that few installations have
    from pyspark.sql import SparkSession  # noqa: PLC0415

    from samspil.warehouse.spark.failures import sensible_line  # noqa: PLC0415 - it knows Spark

    try:
        with _private_file(given):
            SparkContext._ensure_initialized()
        builder = SparkSession.builder
        for name, value in given.items():
            builder = builder.config(name, value)
        return builder.getOrCreate()
    except Exception as error:
        raise SamspilError(f"Spark does not start at {master} ({MASTER}): {sensible_line(str(error))}") from error


@contextlib.contextmanager
def _private_file(given: Mapping[str, str]) -> Iterator[None]:
    """Hands settings to a Java that is started inside, in a file that is the owner's only.

    Spark's own way is the command line, where everybody on the machine reads the secret of a cluster.
    """
    folder = Path(given["spark.local.dir"].split(",")[0])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "settings.conf"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(f"{name} {value}\n".replace("\\", "\\\\") for name, value in given.items())
    before = os.environ.get(_SUBMIT)
    os.environ[_SUBMIT] = f"--properties-file {shlex.quote(str(path))} {before or 'pyspark-shell'}"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_SUBMIT]
        else:
            os.environ[_SUBMIT] = before
        path.unlink(missing_ok=True)


def _ask(master: str) -> None:
    """Raises SamspilError unless somebody answers at the address of a standalone cluster: Spark tries for a minute."""
    said = ""
    for address in master.removeprefix("spark://").split(","):
        host, _, port = address.rpartition(":")
        if not host or not port.isdigit():
            raise SamspilError(f"{master} ({MASTER}) is no address of a cluster; write spark://host:7077")
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=_SECONDS_TO_ANSWER).close()
        except OSError as error:
            said = str(error)
        else:
            return
    raise SamspilError(f"nobody answers at {master} ({MASTER}): {said}; see that the cluster runs")


def _refuse_other_results(running: SparkSession) -> None:
    for name, value in _FIXED.items():
        found = running.conf.get(name, None)
        if found != value:
            raise SamspilError(
                f"a Spark session that was begun elsewhere in this process has `{name}` {found}, and results depend on "
                f"it: let samspil begin it, or give it {value}"
            )


def _of_file(name: str | None) -> dict[str, str]:
    if not name:
        return {}
    try:
        lines = Path(name).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SamspilError(f"{name} ({CONF}) cannot be read: {error.strerror}") from error
    found = {}
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        parts = re.fullmatch(r"(spark\.[^\s=]+)(?:\s*=\s*|\s+)(\S.*)", text)
        if parts is None:
            raise SamspilError(f"{name}:{number}: `{text}` is no setting of Spark's; write `spark.name value`")
        setting, value = parts.groups()
        if setting in _FIXED and value != _FIXED[setting]:
            raise SamspilError(f"{name}:{number}: results depend on `{setting}`, so it stays {_FIXED[setting]}")
        found[setting] = value
    return found
