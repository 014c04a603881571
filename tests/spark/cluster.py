"""A Spark cluster for one test run: a master and workers as processes of their own on loopback, gone afterwards.

What only one process ever did says little of what many do: here files are written by several, and any of them can be
killed. Who else is on the machine can reach the ports, so everybody has to know a secret.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import pyspark

from samspil.warehouse.spark.java import java_environment
from samspil.warehouse.spark.session import CONF, MASTER

#: A machine with much to do starts slowly.
SECONDS_TO_START = 120
SPARK_HOME = Path(pyspark.__file__).parent
#: What may be somebody's own, and must not decide how a test's cluster is.
FOREIGN = ("SPARK_", "PYSPARK_", "SAMSPIL_")


class NoCluster(Exception):
    """A process of the cluster does not start, and why."""


class Cluster:
    """One master and workers of one core each. `environment` is what a driver has to know of them."""

    def __init__(self, workers: int = 2) -> None:
        """Start them and wait until the master knows every worker. Raises NoCluster."""
        self._owner = os.getpid()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.folder = Path(tempfile.mkdtemp(prefix="samspil-spark-"))
        atexit.register(self.stop)
        try:
            self._conf = self.settings(**self._secrets())
            self._pages = ""
            self.master = self._start_master()
            for _ in range(workers):
                self.add_worker()
        except BaseException:
            self.stop()
            raise

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a process that uses the cluster."""
        own = {MASTER: self.master, CONF: str(self._conf), "SPARK_LOCAL_IP": "127.0.0.1"}
        return {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)} | own

    def settings(self, **settings: str) -> Path:
        """A file of Spark's settings, by the names they have with `_` for `.`: those of the cluster, and these."""
        known = self._conf.read_text(encoding="utf-8") if hasattr(self, "_conf") else ""
        path = self.folder / f"settings-{secrets.token_hex(4)}.conf"
        path.touch(0o600)
        path.write_text(
            known + "".join(f"spark.{name.replace('_', '.')} {value}\n" for name, value in settings.items()),
            encoding="utf-8",
        )
        return path

    @property
    def workers(self) -> list[str]:
        """The workers that were started here and not killed."""
        return [name for name in self._processes if name != "master"]

    def known(self) -> set[str]:
        """What the master calls those of its workers that it takes to be alive."""
        with urllib.request.urlopen(f"{self._pages}/json/", timeout=30) as answer:
            return {worker["id"] for worker in json.load(answer)["workers"] if worker["state"] == "ALIVE"}

    def stop_executors(self, worker: str) -> list[str]:
        """Stop, and not end, what a worker runs for drivers: it is there and finishes nothing. Returns their names."""
        found = []
        for process, command in _children(self._processes[worker].pid):
            if name := re.search(r"--executor-id (\S+)", command):
                os.kill(process, signal.SIGSTOP)
                found.append(name[1])
        return found

    def add_worker(self) -> str:
        """Start one more worker, wait until the master knows it, and return its name."""
        # By name: a worker that was killed a moment ago may still be counted among those alive.
        name, before = f"worker-{secrets.token_hex(4)}", self.known()
        self._start(
            name,
            "org.apache.spark.deploy.worker.Worker",
            *("--cores", "1", "--memory", "1g", "--work-dir", str(self.folder / name), self.master),
        )
        self._wait(name, lambda: bool(self.known() - before))
        return name

    def kill(self, worker: str) -> None:
        """Kill a worker and what it runs, as if its machine had lost its power."""
        process = self._processes.pop(worker)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """Kill everybody and delete what they wrote. Does nothing in a process that was forked off."""
        if os.getpid() != self._owner:
            return
        for name in [*self.workers, *self._processes]:
            if name in self._processes:
                self.kill(name)
        shutil.rmtree(self.folder, ignore_errors=True)
        atexit.unregister(self.stop)

    def _secrets(self) -> dict[str, str]:
        return {
            "authenticate": "true",
            "authenticate_secret": secrets.token_hex(16),
            "network_crypto_enabled": "true",
        }

    def _start_master(self) -> str:
        self._start("master", "org.apache.spark.deploy.master.Master", "--port", "0")
        found: dict[str, str] = {}

        def told() -> bool:
            text = self._log("master")
            for key, pattern in (
                ("url", r"Starting Spark master at (spark://\S+)"),
                ("page", r"started at (http://\S+)"),
            ):
                if match := re.search(pattern, text):
                    found[key] = match[1]
            return len(found) == 2

        self._wait("master", told)
        self._pages = found["page"]
        return found["url"]

    def _start(self, name: str, program: str, *words: str) -> None:
        usual = ("--host", "127.0.0.1", "--webui-port", "0", "--properties-file", str(self._conf))
        environment = {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m", "SPARK_HOME": str(SPARK_HOME)}
        # Workers keep what spills where everybody's files are, to be gone with them.
        environment |= {"SPARK_LOCAL_DIRS": str(self.folder / name), **java_environment()}
        kept = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
        with (self.folder / f"{name}.log").open("wb") as log:
            self._processes[name] = subprocess.Popen(
                [str(SPARK_HOME / "bin" / "spark-class"), program, *usual, *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=kept | environment,
                start_new_session=True,  # a worker and what it runs are killed together
            )

    def _wait(self, name: str, ready: Any) -> None:
        until = time.monotonic() + SECONDS_TO_START
        while not ready():
            if self._processes[name].poll() is not None or time.monotonic() > until:
                raise NoCluster(f"{name} does not start:\n{self._log(name)}")
            time.sleep(0.1)

    def _log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")


def _children(process: int) -> list[tuple[int, str]]:
    words = ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(process)]
    found = subprocess.run(words, capture_output=True, text=True, check=False)
    parts = (line.strip().partition(" ") for line in found.stdout.splitlines())
    return [(int(number), command) for number, _, command in parts]
