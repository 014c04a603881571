"""The benchmark of indicators and segments runs, and finds counts that differ. Nothing is asserted of time."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import duckdb
import pytest

from samspil.population.indicators import set_tables
from samspil.population.tables import source_of
from samspil.programmes.loader import set_files
from samspil.verbs.segmenting import segment_definitions

BENCH = Path(__file__).parents[2] / "bench"
DAY = dt.date(2022, 12, 31)


def python(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, BENCH / script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def population(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What a bench of 2,000 persons printed, and where it kept its files."""
    var = tmp_path_factory.mktemp("bench")
    told = python("population.py", "--persons", 2000, "--repetitions", 1, "--var", var)
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout, var / "population-2000"


def test_samspil_stands_beside_reading_alone_and_what_one_would_write(population: tuple[str, Path]) -> None:
    told, _ = population
    for name in ("reading the columns", "Samspil, all of them", "SQL, five by hand", "pandas, three by hand"):
        assert f"\n{name}  " in told
    for part in ("t2d", "copd", "heart", "segments"):
        assert f"\n{part}  " in told
    assert "counts equal in every turn: sql_indicators 5 counts; pandas_indicators 3 counts" in told


@pytest.mark.parametrize(
    ("change", "says"),
    [("met + (indicator = 'systolic')::INT AS met", "systolic"), ("persons + 1 AS persons", "annual_review")],
)
def test_counts_that_differ_are_refused(population: tuple[str, Path], tmp_path: Path, change: str, says: str) -> None:
    _, place = population
    (run,) = (place / "home" / "runs").glob("*-t2d-*")
    by_hand = place / "counts" / "sql_indicators" / "indicators.parquet"
    duckdb.sql(f"COPY (SELECT * REPLACE ({change}) FROM '{by_hand}') TO '{tmp_path / 'indicators.parquet'}'")
    compared = python("compare_indicators.py", run, tmp_path)
    assert compared.returncode != 0
    assert says in compared.stderr


def test_a_practice_left_out_by_hand_is_noticed(population: tuple[str, Path], tmp_path: Path) -> None:
    _, place = population
    (run,) = (place / "home" / "runs").glob("*-t2d-*")
    by_hand = place / "counts" / "sql_indicators" / "indicators.parquet"
    duckdb.sql(f"COPY (SELECT * REPLACE ('000000' AS unit) FROM '{by_hand}') TO '{tmp_path / 'indicators.parquet'}'")
    assert "None" in python("compare_indicators.py", run, tmp_path).stderr


def test_the_columns_that_are_read_are_of_every_table_that_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    columns = import_module("population").COLUMNS
    used = {table for use in segment_definitions(DAY).uses() for table in use.tables}
    for file in set_files(None).values():
        found = file.at(DAY)
        used |= {table for case in found.cases for table in set_tables(found, case)}
    assert {f"{source_of(table)}/{table}" for table in used} <= set(columns)
