"""Nobody waits for workers that do not come: Spark itself says nothing and goes on waiting for ever."""

from __future__ import annotations

import math
import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from samspil.definitions import SamspilError

if TYPE_CHECKING:
    from pyspark import SparkContext

PATIENCE = "SAMSPIL_SPARK_PATIENCE"
_SECONDS = 600.0
#: Seconds that workers take to come where all is well: nothing is said of them.
_USUAL = 15.0


class Waiting:
    """Since when work waits and no worker is there to do it."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._since: float | None = None
        self._told = False

    def look(self, now: float, is_working: bool, workers: int) -> str | None:
        """`tell` once in each wait when it is unusual, `give up` when patience is at its end, else None."""
        if not is_working or workers:
            self._since, self._told = None, False
            return None
        if self._since is None:
            self._since = now
        if now - self._since >= self._patience:
            return "give up"
        if now - self._since >= _USUAL and not self._told:
            self._told = True
            return "tell"
        return None


def patience() -> float:
    """Seconds that work waits for workers: SAMSPIL_SPARK_PATIENCE, else ten minutes. Raises SamspilError."""
    text = os.environ.get(PATIENCE) or str(_SECONDS)
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not seconds > 0:
        raise SamspilError(f"{PATIENCE} is `{text}`; write how many seconds to wait for workers, such as 600")
    return seconds


def watch(context: SparkContext, master: str, seconds: float) -> threading.Thread:
    """Watch a context until it ends: tell when work waits for workers, and break it off after `seconds`."""
    watching = threading.Thread(target=_watch, args=(context, master, seconds), name="spark workers", daemon=True)
    watching.start()
    return watching


def _watch(context: SparkContext, master: str, seconds: float) -> None:
    waiting = Waiting(seconds)
    java: Any = context._jsc.sc()
    tracker = context.statusTracker()
    while True:
        time.sleep(min(1.0, seconds / 4))
        try:
            jobs = list(tracker.getActiveJobsIds())
            # Spark counts the driver among those who may hold rows.
            found = waiting.look(time.monotonic(), bool(jobs), java.getExecutorMemoryStatus().size() - 1)
            if found == "tell":
                print(
                    f"spark: waiting for workers of {master} (for {seconds:.0f} seconds)", file=sys.stderr, flush=True
                )
            elif found == "give up":
                for job in jobs:
                    java.cancelJob(job, f"because {master} has had no worker for {seconds:.0f} seconds")
        except Exception:
            # The context has ended, and with it what is watched: whoever works with it is told why.
            return
