"""What a process and all that it starts cost together: a Spark driver leaves its Java behind without waiting for it.

Linux only. This process becomes the one that inherits what the measured one leaves behind, and waits for it as well, so
processor time is complete. Memory is sampled as the sum of resident sets.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import resource
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from measure import Command, Cost, Failed
from scale_pace import pace, piece

_PAGE = os.sysconf("SC_PAGE_SIZE")
_SUBREAPER = 36
#: The flag of a process that was forked and runs no program of its own yet (PF_FORKNOEXEC).
_FORKED = 0x40
_EVERY = 0.2
#: Of so many looks one does a piece of work as well: a hundredth of a processor.
_LOOKS = 5
_PATIENCE = 30.0


@dataclass(frozen=True)
class Whole:
    """What a process and its descendants cost; `scratch` is the most bytes that lay in the watched folder at once.

    `pace` is how fast the machine was meanwhile (`scale_pace`).
    """

    cost: Cost
    scratch: int
    pace: float | None


def run_whole(command: Command, log: Path, env: Mapping[str, str], scratch: Path) -> Whole:
    """Run a command to its end, and what it leaves behind to theirs. Raises Failed with the end of the log.

    `wall` ends with the command itself; what is still there half a minute later is ended.
    """
    inherit()
    words = [str(word) for word in command]
    with log.open("wb") as told:
        begun = time.perf_counter()
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=told, stderr=subprocess.STDOUT, env=env)
        watch = _Watch(scratch)
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu, largest = usage.ru_utime + usage.ru_stime, usage.ru_maxrss
    for orphan in _orphans():
        cpu += orphan.ru_utime + orphan.ru_stime
        largest = max(largest, orphan.ru_maxrss)
    watch.stop()
    if process.returncode != 0:
        raise Failed(f"`{shlex.join(words)}` ended with {process.returncode}:\n{_end(log)}")
    return Whole(Cost(wall=wall, cpu=cpu, peak=max(largest * 1024, watch.memory)), watch.scratch, pace(watch.pieces))


def inherit() -> None:
    """Let this process inherit what its children leave behind, instead of the machine's first process."""
    if ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0) != 0:
        raise Failed("what a process leaves behind cannot be measured here: no PR_SET_CHILD_SUBREAPER")


def _orphans() -> list[resource.struct_rusage]:
    """Wait for everything inherited, and what each of it used."""
    found, patience = [], time.monotonic() + _PATIENCE
    while True:
        try:
            pid, _, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if pid:
            found.append(usage)
            continue
        if time.monotonic() > patience:
            for left in descendants(os.getpid()):
                with suppress(ProcessLookupError):
                    os.kill(left, signal.SIGKILL)
        time.sleep(0.05)


class _Watch(threading.Thread):
    """Looks at the memory of what descends from here, at a folder, and at the machine's pace, until told to stop."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self._folder, self._over = folder, threading.Event()
        self.memory = self.scratch = 0
        self.pieces: list[float] = []

    def run(self) -> None:
        for look in itertools.count():
            if self._over.wait(_EVERY):
                return
            if look % _LOOKS == 0:
                self.pieces.append(piece())
            # Only one command runs at a time: whatever descends from here is of it.
            self.memory = max(self.memory, memory_of(descendants(os.getpid())))
            self.scratch = max(self.scratch, bytes_in(self._folder))

    def stop(self) -> None:
        self._over.set()
        self.join()


@dataclass(frozen=True)
class Seen:
    """A process at one moment: bytes of addresses, and in memory; `forked` while it runs no program of its own yet."""

    parent: int
    forked: bool
    size: int
    resident: int


def descendants(pid: int) -> dict[int, Seen]:
    """The processes that descend from one, without it."""
    found: dict[int, Seen] = {}
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                # The name in brackets may hold blanks; proc(5) numbers what follows it from 3.
                told = (entry / "stat").read_text().rpartition(")")[2].split()
                parent, flags, size, pages = (int(told[number - 3]) for number in (4, 9, 23, 24))
                found[int(entry.name)] = Seen(parent, bool(flags & _FORKED), size, pages * _PAGE)
                children.setdefault(parent, []).append(int(entry.name))
    below, look = [], [pid]
    while look:
        next_ones = children.get(look.pop(), [])
        below += next_ones
        look += next_ones
    return {each: found[each] for each in below}


def memory_of(processes: Mapping[int, Seen]) -> int:
    """The bytes that processes have in memory. A child that was just made is its parent still, page by page: Java makes
    one for each file whose rights it sets, and its heap would count twice.
    """
    return sum(
        one.resident
        for one in processes.values()
        if not (one.forked and one.parent in processes and one.size == processes[one.parent].size)
    )


def bytes_in(folder: Path) -> int:
    """The bytes of all files below a folder; files that go meanwhile count or do not."""
    total = 0
    for base, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(base, name)).st_size  # noqa: PTH118 - asked five times a second
    return total


def _end(log: Path) -> str:
    """The end of what was said, without Java's stacks."""
    lines = log.read_text("utf-8", "replace").splitlines()
    return "\n".join([line[:300] for line in lines if not line.lstrip().startswith("at ")][-30:])
