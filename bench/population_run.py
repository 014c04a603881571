"""Every set of indicators and all segments at one day, as verbs make them: `python population_run.py HOME DAY`.

Prints, as JSON, the seconds each took, with the run it was kept as.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from samspil import verbs


def main(home: Path, day: dt.date) -> None:
    """Make and keep the runs."""
    told: dict[str, dict[str, Any]] = {}

    def timed(name: str, make: Callable[[], Any]) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        run = make()
        told[name] = {"run": run.name, "wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}

    for row in verbs.indicator_sets().rows():
        timed(row["set"], lambda name=row["set"]: verbs.indicators(name, day, home=home))  # type: ignore[misc]
    timed("segments", lambda: verbs.segments(day, home=home))
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), dt.date.fromisoformat(sys.argv[2]))
