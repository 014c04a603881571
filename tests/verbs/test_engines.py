"""Models give the same on both engines: what is kept, what is written, and what is shown.

The other verbs of the population are compared on a cluster, in `tests/spark/test_cluster.py`.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from samspil import verbs
from samspil.warehouse.choice import ENGINES, using
from samspil.warehouse.home import Home
from samspil.warehouse.place import TABLE
from samspil.warehouse.runs import StoredRun, all_runs
from tests.engines import same

pytestmark = [pytest.mark.spark, pytest.mark.slow]

D = dt.date(2016, 10, 15)
EARLIER = dt.date(2016, 4, 15)
BEFORE = dt.date(2015, 10, 15)


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with a very small region, ingested by the engine that is used where nobody chooses."""
    folder = tmp_path_factory.mktemp("engines")
    verbs.synth(400, folder / "deliveries", seed=7, as_of=D)
    report = verbs.ingest([folder / "deliveries"], folder / "var")
    assert not report.refused, str(report)
    return folder / "var"


@pytest.fixture(scope="module")
def places(region: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder for each engine, with a copy of the warehouse in `var` and a folder `out`."""
    found = {name: tmp_path_factory.mktemp(name) for name in ENGINES}
    for place in found.values():
        shutil.copytree(region, place / "var")
        (place / "out").mkdir()
    return found


def models(place: Path) -> dict[str, Any]:
    """Scores, lists of both kinds, and whether they find the right people."""
    home, out = place / "var", place / "out"
    earlier = verbs.stratify(["sad", "daemp"], EARLIER, home=home, out=out / "items.parquet")
    run = verbs.stratify(["sad", "daemp"], D, home=home, out=out / "items.csv")
    less = verbs.stratify(["daemp"], D, home=home, without=["prescriptions", "employment"])
    first = verbs.lists("daemp", D, home=home, out=out / "lists.csv")
    asked = {"home": home, "earlier": earlier.name, "identified_for": "a test"}
    new = verbs.lists("daemp", D, out=out / "new.parquet", **asked)
    practice = max(first.practices, key=lambda each: each.listed).provider_number
    verbs.lists("daemp", D, practice=practice, out=out / "new.html", **asked)
    found = verbs.validate("daemp", BEFORE, home=home, out=out, report_date=D)
    return {
        "runs": [each.rows() for each in (earlier, run, less)],
        "lists": [[each.rows(), each.entries, each.left] for each in (first, new)],
        "validation": found.rows(),
    }


def test_the_same_is_shown_kept_and_written(places: dict[str, Path]) -> None:
    shown = {}
    for name, place in places.items():
        with using(name):
            shown[name] = models(place)
    one, other = shown
    assert shown[one] == shown[other]
    kept = [{run.name: run for run in _runs(place)} for place in places.values()]
    assert kept[0].keys() == kept[1].keys()
    for name, run in kept[0].items():
        _same_run(run, kept[1][name])
    written = [{file.name: file.read_bytes() for file in (place / "out").iterdir()} for place in places.values()]
    assert written[0] == written[1]


def _runs(place: Path) -> list[StoredRun]:
    return all_runs(Home.find(place / "var"))


def _same_run(one: StoredRun, other: StoredRun) -> None:
    assert (one.description["engine"], other.description["engine"]) == ENGINES
    assert one.description | {"engine": None} == other.description | {"engine": None}
    assert one.tables == other.tables
    for table in one.tables:
        same(*(pq.read_table(run.place.address(f"{table}{TABLE}")) for run in (one, other)))
