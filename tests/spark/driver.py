"""A process that does one command of samspil after another in one Spark session, and the test's hand on it.

It tells the test what it is about to do, and waits where the test wants to do something first; and it tells, again and
again, how many tasks run on each executor.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.spark.cluster import Cluster

ROOT = Path(__file__).parents[2]
#: A machine with much to do is slow; what comes at all has come by then.
SECONDS = 2_400
#: Begins what is said of rows of people that were asked for all at once.
PEOPLE = "people asked for at once: "
#: Stands before what a command prints.
PROMPT = "$ samspil "


class Driver:
    """The process as a test sees it. `holds` are the beginnings of what it waits before."""

    def __init__(
        self, folder: Path, environment: dict[str, str], commands: Sequence[str], holds: Sequence[str] = ()
    ) -> None:
        folder.mkdir()
        self._folder = folder
        (folder / "holds.json").write_text(json.dumps(list(holds)), encoding="utf-8")
        with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.spark.driver", str(folder), *commands],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=ROOT,
                env=environment,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return (self._folder / "err").read_text(errors="replace") + (self._folder / "out").read_text(errors="replace")

    def printed(self) -> list[str]:
        """What each command printed, after the line with the command."""
        return (self._folder / "out").read_text(encoding="utf-8").split(PROMPT)[1:]

    def wait_before(self, hold: str) -> None:
        """Wait until it waits before what begins so."""
        self._wait((self._folder / f"at-{_name(hold)}").exists)

    def let_go(self, hold: str) -> None:
        (self._folder / f"go-{_name(hold)}").touch()

    def wait_for_tasks(self, executor: str) -> None:
        """Wait until a task runs on an executor."""
        self._wait(lambda: self._tasks().get(executor, 0) > 0)

    def wait_for_none(self, executor: str) -> None:
        """Wait until no task runs on an executor."""
        self._wait(lambda: self._tasks().get(executor, 0) == 0)

    def finish(self) -> int:
        return self.process.wait(timeout=SECONDS)

    def kill(self) -> None:
        """Kill it with its Java, as if the machine had lost its power."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_worker_at_work(self, cluster: Cluster, worker: str, hold: str) -> None:
        """Kill a worker while a task of it is under way, which begins after `hold`."""
        self.wait_before(hold)
        # Who is stopped finishes nothing, so that what it is given is under way until it is killed.
        executors = cluster.stop_executors(worker)
        for executor in executors:
            # What is counted lags behind what is done: a task that ended before is not taken for one under way.
            self.wait_for_none(executor)
        self.let_go(hold)
        for executor in executors:
            self.wait_for_tasks(executor)
        cluster.kill(worker)

    def _tasks(self) -> dict[str, int]:
        try:
            found: dict[str, int] = json.loads((self._folder / "tasks.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return found

    def _wait(self, ready: Any) -> None:
        until = time.monotonic() + SECONDS
        while not ready():
            if self.process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"the driver ended or waits for ever:\n{self.said}")
            time.sleep(0.05)


def _name(hold: str) -> str:
    return "".join(sign if sign.isalnum() else "-" for sign in hold)


# What the process does


def main(folder: Path, commands: Sequence[str]) -> int:
    from samspil import verbs  # noqa: PLC0415 - the test's side needs none of it

    holds = json.loads((folder / "holds.json").read_text(encoding="utf-8"))

    def about_to(what: str) -> None:
        for hold in holds:
            if what.startswith(hold) and not (folder / f"go-{_name(hold)}").exists():
                (folder / f"at-{_name(hold)}").touch()
                while not (folder / f"go-{_name(hold)}").exists():
                    time.sleep(0.05)

    ingest = verbs.ingest
    verbs.ingest = lambda folders, home, _: ingest(folders, home, about_to)
    if os.environ["SAMSPIL_ENGINE"] == "spark":
        _tell_people()
    threading.Thread(target=_tell_tasks, args=(folder,), daemon=True).start()
    for command in commands:
        about_to(command)
        print(f"{PROMPT}{command}", flush=True)
        if command == "collect":
            _collect()
        elif code := _command(command):
            return code
    return 0


def _command(command: str) -> int:
    from samspil import cli  # noqa: PLC0415

    sys.argv = ["samspil", *shlex.split(command)]
    try:
        cli.main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def _collect() -> None:
    """Ask for every person of the scored ones here, as no verb does, and tell what comes of it."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.definitions import SamspilError  # noqa: PLC0415

    (run,) = (run for run in verbs.runs() if "daemp" in run)
    try:
        found = verbs.open_run(run).persons("daemp").to_pyarrow().nbytes
    except SamspilError as error:
        found = error
    print(f"collecting everybody: {found}", flush=True)


def _tell_people() -> None:
    """Tell whenever rows of single people are asked for all at once."""
    from samspil.warehouse.spark.engine import _ArrowBackend  # noqa: PLC0415

    whole = _ArrowBackend.to_pyarrow

    def told(self: Any, rows: Any, /, **options: Any) -> Any:
        if "person_id" in getattr(rows, "columns", ()):
            print(f"{PEOPLE}{rows.columns}", flush=True)
        return whole(self, rows, **options)

    _ArrowBackend.to_pyarrow = told


def _tell_tasks(folder: Path) -> None:
    from pyspark import SparkContext  # noqa: PLC0415

    while True:
        time.sleep(0.05)
        context = SparkContext._active_spark_context
        if context is None:
            continue
        with contextlib.suppress(Exception):
            executors = context._jsc.sc().statusStore().executorList(True)
            found = [executors.apply(number) for number in range(executors.size())]
            new = folder / "tasks.new"
            new.write_text(json.dumps({each.id(): each.activeTasks() for each in found}), encoding="utf-8")
            new.replace(folder / "tasks.json")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
