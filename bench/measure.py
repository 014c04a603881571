"""What a process costs: wall time, processor time and peak memory, its own children's included.

Imports the standard library alone. A process just started counts the memory of the one that started it until its own
program is loaded, so whoever measures must be small: results are compared in a process of their own.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

#: A program and its arguments.
Command = Sequence[str | Path]

#: With this set every start of Python compiles all of its modules again, which no user would want.
_UNWANTED = "PYTHONDONTWRITEBYTECODE"


class Failed(RuntimeError):
    """A measured process that ended with an error."""


@dataclass(frozen=True)
class Cost:
    """What one run of a process cost. `cpu` is user and system seconds of it and its children; `peak` is in bytes."""

    wall: float
    cpu: float
    peak: float

    def as_dict(self) -> dict[str, float]:
        return asdict(self)


def environment(**extra: str) -> dict[str, str]:
    """The environment of a measured process: ours, free of what slows Python's start, with `extra`."""
    return {name: value for name, value in os.environ.items() if name != _UNWANTED} | extra


def run(command: Command, log: Path, env: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end and measure it; what it says goes to `log`. Raises Failed with the end of the log."""
    words = [str(word) for word in command]
    with log.open("wb") as told:
        begun = time.perf_counter()
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=told, stderr=subprocess.STDOUT, env=env or environment()
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        said = log.read_text("utf-8", "replace")[-4000:]
        raise Failed(f"`{shlex.join(words)}` ended with {process.returncode}:\n{said}")
    return Cost(wall=wall, cpu=usage.ru_utime + usage.ru_stime, peak=usage.ru_maxrss * 1024)


def interleaved(
    contenders: Mapping[str, Callable[[], Cost]], repetitions: int, after_round: Callable[[int], None]
) -> dict[str, list[Cost]]:
    """Measure every contender in turn, `repetitions` times, so that what else the machine does meets them alike."""
    costs: dict[str, list[Cost]] = {name: [] for name in contenders}
    for number in range(1, repetitions + 1):
        for name, contender in contenders.items():
            costs[name].append(contender())
        after_round(number)
    return costs


def medians(costs: Sequence[Cost]) -> Cost:
    """The median of each figure by itself."""
    return Cost(*(median(getattr(cost, figure) for cost in costs) for figure in ("wall", "cpu", "peak")))
