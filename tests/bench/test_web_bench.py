"""The benchmark of the care plane runs at a small size: every page answers, by hand too, and runs are published."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SMALL = {"citizens": 2000, "entries": 500, "log-rows": 1000, "users": 4, "requests": 4, "practices": 9}
#: In the order of the tables.
KINDS = [
    "a list",
    "a name to review",
    "a decision, and the next name",
    "a citizen's record",
    "a citizen's own log",
    "all of these in turn",
]


@pytest.mark.slow
def test_it_runs_without_an_error() -> None:
    options = [word for name, value in SMALL.items() for word in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "bench.web", "--markdown", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    asked = {
        name: re.search(rf"^\| {name} \| [\d-]+ \| (\d+) \| (\d+) \|", done.stdout, re.MULTILINE) for name in KINDS
    }
    assert {name: found and found.groups() for name, found in asked.items()} == dict.fromkeys(KINDS, ("16", "0"))
    assert "| what lists are worth |" in done.stdout
    published = {line.split(" | ")[0]: line.split(" | ")[4:] for line in done.stdout.splitlines() if "| the " in line}
    first, following, again = published.values()
    assert int(first[0]) > 400
    assert int(following[2]) > 300
    assert {cell.strip(" |") for cell in again} == {"0"}
