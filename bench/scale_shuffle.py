"""What Spark's tasks wrote for each other, read from the log of events that Spark itself keeps."""

from __future__ import annotations

import json
from pathlib import Path

#: How a task that ended begins its line.
_ENDED = '{"Event":"SparkListenerTaskEnd"'


def settings(events: Path, memory: str) -> dict[str, str]:
    """The environment that makes Spark use this machine, so much memory, and write its events to a folder."""
    conf = events.parent / "spark.conf"
    conf.write_text(
        f"spark.driver.memory {memory.removesuffix('GB')}g\n"
        "spark.eventLog.enabled true\n"
        f"spark.eventLog.dir {events.as_uri()}\n"
        "spark.eventLog.compress false\n"
        "spark.eventLog.rolling.enabled false\n"
        # Plans of hundreds of columns, told of again and again, would be most of the log.
        "spark.sql.maxPlanStringLength 1000\n"
    )
    return {"SAMSPIL_SPARK_MASTER": "local[*]", "SAMSPIL_SPARK_CONF": str(conf)}


def shuffled(events: Path) -> int:
    """The bytes that tasks wrote for other tasks, over all stages."""
    total = 0
    for log in events.iterdir():
        if log.name.startswith("."):
            continue
        with log.open(encoding="utf-8") as lines:
            for line in lines:
                if line.startswith(_ENDED):
                    metrics = json.loads(line).get("Task Metrics") or {}
                    total += metrics.get("Shuffle Write Metrics", {}).get("Shuffle Bytes Written", 0)
    return total
