"""Processes that work on a warehouse and may be killed in the middle of it.

They are forked from a server that has imported everything and opened no engine: an engine's threads do not
survive a fork.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from samspil import verbs
from samspil.warehouse.embedded import EmbeddedEngine

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__])

#: What Python tells of a process that changes files, or opens them to write or to bring them to the disk.
EVENTS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir"}


def start(work: Callable[..., None], *arguments: object) -> BaseProcess:
    process = CONTEXT.Process(target=work, args=arguments)
    process.start()
    return process


def run(work: Callable[..., None], *arguments: object) -> int | None:
    """Run `work` in a process of its own to its end, and return how it ended."""
    process = start(work, *arguments)
    process.join()
    return process.exitcode


class Watch:
    """Counts what happens to the files below a home, and acts just before each of it."""

    def __init__(self, home: Path, act: Callable[[int], None]) -> None:
        self.home, self.act, self.count, self.busy = str(home), act, 0, False

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.busy or event not in EVENTS or not self._below(arguments):
            return
        self.count += 1
        self.busy = True
        self.act(self.count)
        self.busy = False

    def _below(self, arguments: tuple[object, ...]) -> bool:
        path = arguments[0]
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        name = os.fsdecode(path)
        if name.startswith("/"):
            return name.startswith(self.home)
        # A name relative to an open folder (its number comes last) is one of a tree that is being removed.
        return isinstance(arguments[-1], int) and arguments[-1] > 0


def kill_at(number: int) -> Callable[[int], None]:
    def act(count: int) -> None:
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return act


def note_into(home: Path, log: Path) -> Callable[[int], None]:
    """Notes what the disk looks like at each event, so that tests kill only where it differs."""

    def act(_: int) -> None:
        with log.open("a") as file:
            file.write(disk(home) + "\n")

    return act


def disk(home: Path) -> str:
    """Identifies the files below a home and their content; names of folders for spilled rows are left out."""
    found = hashlib.sha256()
    for path in sorted(home.rglob("*")):
        if path.relative_to(home).parts[0] != "tmp" and path.exists():
            found.update(str(path.relative_to(home)).encode() + (path.read_bytes() if path.is_file() else b""))
    return found.hexdigest()


def events_that_differ(log: Path) -> list[int]:
    """The numbers of the events before which the disk had changed since the event before."""
    seen = log.read_text().splitlines()
    return [number for number, state in enumerate(seen, 1) if number == 1 or state != seen[number - 2]]


# What the processes do


def ingest(home: Path, folder: Path, act: Callable[[Path], Callable[[int], None]] | None) -> None:
    if act is not None:
        sys.addaudithook(Watch(home, act(home)))
    report = verbs.ingest([folder], home=home)
    assert not report.refused


def ingest_in_parts(home: Path, folder: Path, act: Callable[[Path], Callable[[int], None]] | None) -> None:
    """The same, with few rows sorted at once."""
    EmbeddedEngine.sorted_at_once = 20
    ingest(home, folder, act)


def purge(home: Path, source: str, act: Callable[[Path], Callable[[int], None]] | None) -> None:
    if act is not None:
        sys.addaudithook(Watch(home, act(home)))
    verbs.purge(source, "stopped by law", home=home)


class Kill:
    """Kill at an event; a class so that it can be sent to another process."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __call__(self, home: Path) -> Callable[[int], None]:
        return kill_at(self.number)


class Note:
    """Note every event into a log."""

    def __init__(self, log: Path) -> None:
        self.log = log

    def __call__(self, home: Path) -> Callable[[int], None]:
        return note_into(home, self.log)


def ingest_and_tell(home: Path, folder: Path, pipe: Connection) -> None:
    """Ingest; tell the other end each thing that is being done, and go on when it answers."""

    def progress(what: str) -> None:
        pipe.send(what)
        pipe.recv()

    report = verbs.ingest([folder], home=home, progress=progress)
    pipe.send(("done", [part.refused for part in report.packages]))
