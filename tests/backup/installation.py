"""An installation as an operator has it: a home, a database, and commands that run in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.postgresql import programs

ROOT = Path(__file__).parents[2]
#: Ends a process from inside, when a function is called once more than so many times.
_KILLED = """
import functools, importlib, os, signal, sys
owner = importlib.import_module({module!r})
*path, name = {what!r}.split(".")
for part in path:
    owner = getattr(owner, part)
whole, calls = getattr(owner, name), 0
@functools.wraps(whole)
def counted(*given, **named):
    global calls
    calls += 1
    if calls > {calls}:
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(*given, **named)
setattr(owner, name, counted)
sys.argv = ["samspil", *sys.argv[1:]]
from samspil import cli
cli.main()
"""


class Installation:
    """One home, and the database at `url` or SQLite in the home."""

    def __init__(self, home: Path, url: str | None = None, **variables: str) -> None:
        self.home, self.url = home, url
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SAMSPIL_", "DJANGO_"))}
        self.environment = kept | {"SAMSPIL_HOME": str(home), "SAMSPIL_POSTGRESQL": str(programs())} | variables
        if url is not None:
            self.environment["SAMSPIL_DATABASE_URL"] = url

    def samspil(self, *words: str | Path, status: int = 0) -> str:
        """A command that ends with this status; what it printed."""
        return self.python(["-m", "samspil", *map(str, words)], status)

    def killed_at(self, module: str, what: str, calls: int, *words: str | Path) -> None:
        """A command that is killed (SIGKILL) when a function is called once more than `calls` times."""
        code = _KILLED.format(module=module, what=what, calls=calls)
        self.python(["-c", code, *map(str, words)], -9)

    def tables(self) -> dict[str, list[str]]:
        """Every row of every table, in order."""
        found: dict[str, list[str]] = json.loads(self.python(["-m", "tests.backup.work", "tables"], 0))
        return found

    def holds(self, told: list[dict[str, Any]]) -> list[bool]:
        """Of each line that a working process wrote, whether everything it tells of is in the database."""
        found: list[bool] = json.loads(self.python(["-m", "tests.backup.work", "there"], 0, told))
        return found

    def work(self, *words: str) -> subprocess.Popen[str]:
        """`tests.backup.work` in a process of its own; it writes a line after each commit."""
        command = [sys.executable, "-u", "-m", "tests.backup.work", *words]
        return subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def python(self, words: list[str], status: int, told: list[dict[str, Any]] | None = None) -> str:
        """A Python with these words that ends with this status, told lines on its input; what it printed."""
        given = "".join(json.dumps(each) + "\n" for each in told or [])
        done = subprocess.run(
            [sys.executable, *words],
            env=self.environment,
            cwd=ROOT,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr


def lines(process: subprocess.Popen[str], count: int) -> list[dict[str, Any]]:
    """The next lines that a working process writes, each of something committed."""
    assert process.stdout is not None
    return [json.loads(process.stdout.readline()) for _ in range(count)]
