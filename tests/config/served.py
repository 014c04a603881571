"""`samspil serve` in its own process, as an operator starts it, and what it printed."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SECONDS_TO_START = 60


def environment(home: Path, **variables: str) -> dict[str, str]:
    """An operator's shell: the caller's, without what it says of Samspil, and with what a test says."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SAMSPIL_", "DJANGO_", "PROM"))}
    return kept | {"SAMSPIL_HOME": str(home)} | variables


def run(plane: dict[str, str], *words: str) -> str:
    """A command that must succeed; what it wrote to standard output."""
    done = subprocess.run(
        [sys.executable, "-m", *words], env=plane, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Served:
    """A running server. Used as a context; what it printed is known when it has ended."""

    def __init__(self, plane: dict[str, str], folder: Path, workers: int = 1) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._out, self._err = folder / f"out-{self.port}", folder / f"err-{self.port}"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "samspil", "serve", "--port", str(self.port), "--workers", str(workers)],
                env=plane,
                cwd=ROOT,
                stdout=out,
                stderr=err,
            )

    def __enter__(self) -> Served:
        self.wait_for("/health/", 200)
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def ask(
        self, path: str, method: str = "GET", body: str | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], str]:
        """One request: status, headers by their names in small letters, and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            text = answer.read().decode()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text
        finally:
            connection.close()

    def wait_for(self, path: str, status: int) -> str:
        """Ask until the answer has this status; its body. Fails when that does not happen."""
        until = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < until:
            assert self.process.poll() is None, self.errors
            try:
                found, _headers, text = self.ask(path)
            except OSError:
                found = 0
            if found == status:
                return text
            time.sleep(0.1)
        raise AssertionError(f"{path} does not answer with {status}\n{self.errors}")

    def raw(self, sent: bytes) -> bytes:
        """Bytes that are no request, and what came back."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall(sent)
            return connection.recv(4096)

    @property
    def errors(self) -> str:
        """What it wrote to standard error so far."""
        return self._err.read_text(encoding="utf-8")

    @property
    def printed(self) -> str:
        """All that it wrote so far."""
        return self._out.read_text(encoding="utf-8") + self.errors

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Its lines of log. Raises ValueError for one that is no JSON."""
        return [json.loads(line) for line in self.errors.splitlines()]
