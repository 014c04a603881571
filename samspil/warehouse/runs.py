"""Results kept with what they were made of: each run is a folder with its tables and a `run.json`.

The store knows nothing of risk models. It keeps what it is given, under a name that the same input always has,
and knows from `run.json` which deliveries a run read, so that a purge can find it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from samspil.definitions import SamspilError
from samspil.warehouse.files import replace_file, sync, sync_all
from samspil.warehouse.home import Home
from samspil.warehouse.lake import Lake
from samspil.warehouse.state import read_state

DESCRIPTION = "run.json"


@dataclass(frozen=True)
class StoredRun:
    """A run as it was kept: its name, its description and where its tables lie."""

    name: str
    folder: Path
    description: dict[str, Any]

    def file(self, table: str) -> Path:
        return self.folder / f"{table}.parquet"

    def read(self, lake: Lake, table: str) -> ir.Table:
        """One table of the run, on the engine of `lake`."""
        return lake.engine.read([str(self.file(table))], table)


def keep_run(lake: Lake, name: str, description: Mapping[str, Any], tables: Mapping[str, ir.Table]) -> StoredRun:
    """Keep a run's tables under `name`; a run already kept under it is left as it is.

    The caller is `changing` the home. Raises SamspilError when a source the run read was purged meanwhile.
    """
    home = lake.home
    folder = home.runs / name
    if (folder / DESCRIPTION).exists():
        return find_run(home, name)
    known = read_state(home, lake.state.number).deliveries
    if any(delivery not in known for used in lake.manifest().values() for delivery in used):
        raise SamspilError("a source was purged while the run was made; run again")
    making = home.runs / f".{name}.new"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    for table, rows in tables.items():
        path = making / f"{table}.parquet"
        lake.engine.write(rows, str(path))
        sync_all(path)
    replace_file(making / DESCRIPTION, json.dumps(description, indent=1, ensure_ascii=False).encode())
    shutil.rmtree(folder, ignore_errors=True)
    making.rename(folder)
    sync(home.runs)
    return find_run(home, name)


def find_run(home: Home, name: str) -> StoredRun:
    """The run called `name`, or the only one whose name begins so. Raises SamspilError naming what there is."""
    found = [run for run in all_runs(home) if run.name == name]
    found = found or [run for run in all_runs(home) if run.name.startswith(name)]
    if len(found) != 1:
        known = ", ".join(run.name for run in all_runs(home)) or "none yet"
        raise SamspilError(f"{'no run' if not found else 'several runs'} called `{name}`; runs: {known}")
    return found[0]


def all_runs(home: Home) -> list[StoredRun]:
    """Every run that was kept, by name."""
    return [
        StoredRun(path.parent.name, path.parent, json.loads(path.read_bytes()))
        for path in sorted(home.runs.glob(f"[!.]*/{DESCRIPTION}"))
    ]


def remove_runs_of(home: Home, deliveries: set[str]) -> list[str]:
    """Remove every run that read one of the deliveries. Returns their names."""
    removed = []
    for run in runs_of(home, deliveries):
        # Out of sight in one step: a folder that loses its files one by one would not be found again after a crash.
        gone = run.folder.rename(run.folder.with_name(f".{run.name}.gone"))
        shutil.rmtree(gone)
        removed.append(run.name)
    return removed


def clear_unfinished_runs(home: Home) -> None:
    """Remove what is left of runs that were being made, or removed, when their process died."""
    for folder in home.runs.glob(".*"):
        shutil.rmtree(folder)


def runs_of(home: Home, deliveries: set[str]) -> list[StoredRun]:
    """The runs that read one of the deliveries."""
    return [
        run
        for run in all_runs(home)
        if deliveries & {d for ds in run.description.get("manifest", {}).values() for d in ds}
    ]
