"""The benchmark of matching runs, with MatchIt and without, and sees pairs that differ. Nothing is asserted of time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

BENCH = Path(__file__).parents[2] / "bench"


def python(script: str, *arguments: object, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, BENCH / script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | env)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a bench of 3,000 candidates kept its files, on a machine without R."""
    var = tmp_path_factory.mktemp("bench")
    options = ("--candidates", 3000, "--treated", 100, "--repetitions", 1, "--var", var)
    told = python("matching.py", *options, PATH=str(var))
    assert told.returncode == 0, told.stdout + told.stderr
    assert "NOT MEASURED: MatchIt" in told.stdout
    assert "\nSamspil  " in told.stdout
    assert "largest standardised difference" in told.stdout
    return var / "matching-3000-100-1"


def test_equal_pairs_are_the_same_and_others_are_not(place: Path, tmp_path: Path) -> None:
    ours, theirs = place / "ours.i4", tmp_path / "theirs.i4"
    pairs = np.fromfile(ours, dtype="<i4").reshape(-1, 2)
    assert len(pairs) > 200
    pairs[0, 1] = pairs[-1, 1]
    pairs[:-1].tofile(theirs)
    told = python("matching_people.py", "compare", place / "people", ours, theirs)
    assert told.returncode == 0, told.stderr
    count = len(pairs)
    assert told.stdout.strip() == f"{count} pairs by Samspil, {count - 1} by MatchIt, {count - 2} the same"
