"""The one Spark session of a process, and how it is configured.

| variable | meaning | default |
|---|---|---|
| `SAMSPIL_SPARK_MASTER` | the cluster: `spark://host:7077`, `yarn`, `k8s://…`, or here: `local[4]` | `local[*]` |
| `SAMSPIL_SPARK_CONF` | a file with Spark's own settings, one `spark.name value` on a line | none |

What decides results is set here and cannot be changed by the file: another time zone or another idea of arithmetic
would be another definition.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from samspil.definitions import SamspilError
from samspil.warehouse.spark.java import java_environment

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MASTER = "SAMSPIL_SPARK_MASTER"
CONF = "SAMSPIL_SPARK_CONF"
_LOG = Path(__file__).parent / "log4j2.properties"

#: How the work is cut; an installation may know better.
_USUAL = {
    "spark.app.name": "samspil",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
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
    "spark.sql.debug.maxToStringFields": "25",
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
}


def session(tmp: Path) -> SparkSession:
    """The Spark session of this process, begun when it is first asked for; what spills on this machine goes to `tmp`.

    Raises SamspilError when Spark or Java is not installed, the file of settings cannot be read, or Spark refuses.
    """
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra that few installations have
    except ImportError as error:
        raise SamspilError("the engine spark is not installed: pip install 'samspil[spark]'") from error
    running = SparkSession.getActiveSession()
    if running is not None:
        return running
    master = os.environ.get(MASTER) or "local[*]"
    os.environ.update(java_environment())
    if master.startswith("local"):
        # Nobody else's business: without it Spark listens on the machine's other addresses too.
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    # Every worker of this machine runs the Python that this process runs.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    tmp.mkdir(parents=True, exist_ok=True)
    builder = SparkSession.builder.master(master)
    for name, value in settings(tmp, master).items():
        builder = builder.config(name, value)
    try:
        begun = builder.getOrCreate()
    except Exception as error:
        raise SamspilError(
            f"Spark does not start at {master} ({MASTER}): {str(error).splitlines()[0]}"
        ) from error
    return begun


def settings(tmp: Path, master: str) -> dict[str, str]:
    """Every setting a session is begun with: the usual ones, the file's in their place, and those results depend on."""
    here = {"spark.local.dir": str(tmp / f"{os.getpid()}-spark")}
    if master.startswith("local"):
        # Spark's own number is for clusters, and every part costs.
        here["spark.sql.shuffle.partitions"] = str(4 * (os.cpu_count() or 1))
    return {**_USUAL, **here, **_of_file(os.environ.get(CONF)), **_FIXED}


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
        setting, _, value = text.replace("=", " ", 1).replace("\t", " ").partition(" ")
        if not setting.startswith("spark.") or not value.strip():
            raise SamspilError(f"{name}:{number}: `{text}` is no setting of Spark's; write `spark.name value`")
        if setting in _FIXED and value.strip() != _FIXED[setting]:
            raise SamspilError(f"{name}:{number}: results depend on `{setting}`, so it stays {_FIXED[setting]}")
        found[setting] = value.strip()
    return found
