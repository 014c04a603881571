"""What Spark noted while it worked: which tasks were lost, how many rows each task of a stage was given, and plans."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def events(folder: Path, kind: str) -> Iterator[dict[str, Any]]:
    """The events of one kind in the logs of a folder."""
    for path in sorted(folder.glob("app-*")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if f'"Event":"{kind}"' in line:
                yield json.loads(line)


def lost_tasks(folder: Path) -> int:
    """How many tasks were under way on executors that were lost."""
    ends = events(folder, "SparkListenerTaskEnd")
    return sum(event["Task End Reason"]["Reason"] == "ExecutorLostFailure" for event in ends)


def shuffled_rows(folder: Path) -> list[list[int]]:
    """Of each stage that read what others had shuffled: the rows that each of its tasks was given."""
    found: dict[tuple[str, int], list[int]] = defaultdict(list)
    for path in sorted(folder.glob("app-*")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if '"Event":"SparkListenerTaskEnd"' not in line:
                continue
            event = json.loads(line)
            metrics = event.get("Task Metrics")
            if event["Task End Reason"]["Reason"] == "Success" and metrics:
                read = metrics["Shuffle Read Metrics"]["Total Records Read"]
                found[path.name, event["Stage ID"]].append(read)
    return [rows for rows in found.values() if sum(rows)]


def plan_sizes(folder: Path) -> list[int]:
    """Of each plan that was told of, when a question began or a stage of it had ended: how many steps it has."""
    of_sql = "org.apache.spark.sql.execution.ui.SparkListenerSQL"
    told = [*events(folder, f"{of_sql}ExecutionStart"), *events(folder, f"{of_sql}AdaptiveExecutionUpdate")]
    return [_steps(event["sparkPlanInfo"]) for event in told]


def _steps(plan: dict[str, Any]) -> int:
    return 1 + sum(map(_steps, plan["children"]))
