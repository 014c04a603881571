"""The benchmark of stratification runs, and finds lists that differ. Nothing is asserted of how long it takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

BENCH = Path(__file__).parents[2] / "bench"


def python(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, BENCH / script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What a bench of 2,000 persons printed, and where it kept its files."""
    var = tmp_path_factory.mktemp("bench")
    told = python("stratify.py", "--persons", 2000, "--repetitions", 1, "--var", var)
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout, var / "persons-2000"


def test_all_four_make_the_same_lists(region: tuple[str, Path]) -> None:
    told, _ = region
    for name in ("Samspil", "SQL by hand", "pandas", "Polars"):
        assert f"\n{name}  " in told
    assert "lists equal in every turn: daemp " in told


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ("* EXCLUDE (first) REPLACE (score + (person_id = first)::INT AS score)", "only found: 1 rows"),
        ("* EXCLUDE (first) REPLACE (if(person_id <> first, value_living, NULL) AS value_living)", "only expected: 1"),
        ("* EXCLUDE (first, points_living)", "lacks points_living"),
        ("* EXCLUDE (first)", "the rows are the same, in another order"),
    ],
)
def test_lists_that_differ_are_refused(region: tuple[str, Path], tmp_path: Path, columns: str, says: str) -> None:
    _, place = region
    (run,) = (place / "home" / "runs").iterdir()
    list_by_hand = place / "lists" / "sql-by-hand" / "daemp.parquet"
    duckdb.sql(
        f"COPY (SELECT {columns} FROM '{list_by_hand}', (SELECT min(person_id) AS first FROM '{list_by_hand}') "
        f"ORDER BY person_id DESC) TO '{tmp_path / 'daemp.parquet'}'"
    )
    compared = python("compare.py", run, tmp_path)
    assert compared.returncode != 0
    assert says in compared.stderr
