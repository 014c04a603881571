"""Results kept with what they were made of: each run is a folder with its tables and a `run.json`.

The store knows nothing of risk models. It keeps what it is given, under a name that the same input always has,
and knows from `run.json` which deliveries a run read, so that a purge can find it. `run.json` is written last and
removed first: a folder without it is no run, and is cleared away by whoever comes next.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir

from samspil.definitions import SamspilError
from samspil.warehouse.home import Home
from samspil.warehouse.lake import Lake
from samspil.warehouse.place import TABLE, Place
from samspil.warehouse.state import read_state

DESCRIPTION = "run.json"


@dataclass(frozen=True)
class StoredRun:
    """A run as it was kept: its name, its description and where its tables lie."""

    name: str
    place: Place
    description: dict[str, Any]

    @property
    def tables(self) -> list[str]:
        """The names of its tables."""
        return [name.removesuffix(TABLE) for name in self.place.tables()]

    def read(self, lake: Lake, table: str) -> ir.Table:
        """One table of the run, on the engine of `lake`."""
        return lake.engine.read([self.place.address(f"{table}{TABLE}")], table)


def keep_run(lake: Lake, name: str, description: Mapping[str, Any], tables: Mapping[str, ir.Table]) -> StoredRun:
    """Keep a run's tables under `name`; a run already kept under it is left as it is.

    The caller is `changing` the home. Raises SamspilError when a source the run read was purged meanwhile.
    """
    home = lake.home
    if has_run(home, name):
        return find_run(home, name)
    known = read_state(home, lake.state.number).deliveries
    if any(delivery not in known for used in lake.manifest().values() for delivery in used):
        raise SamspilError("a source was purged while the run was made; run again")
    making = home.runs.below(name)
    home.runs.remove(name)
    for table, rows in tables.items():
        file = f"{table}{TABLE}"
        making.prepare(file)
        lake.engine.write(rows, making.address(file))
        home.runs.settle(f"{name}/{file}")
    making.replace(DESCRIPTION, json.dumps(description, indent=1, ensure_ascii=False).encode())
    return find_run(home, name)


def has_run(home: Home, name: str) -> bool:
    """Whether a run is kept under exactly this name."""
    return home.runs.exists(f"{name}/{DESCRIPTION}")


def find_run(home: Home, name: str) -> StoredRun:
    """The run called `name`, or the only one whose name begins so. Raises SamspilError naming what there is."""
    every = all_runs(home)
    found = [run for run in every if run.name == name] or [run for run in every if run.name.startswith(name)]
    if len(found) != 1:
        known = ", ".join(run.name for run in every) or "none yet"
        raise SamspilError(f"{'no run' if not found else 'several runs'} called `{name}`; runs: {known}")
    return found[0]


def all_runs(home: Home) -> list[StoredRun]:
    """Every run that was kept, by name."""
    described = home.runs.contents(f"{name}/{DESCRIPTION}" for name in home.runs.folders() if name[0] != ".")
    return [
        StoredRun(name, home.runs.below(name), json.loads(content))
        for name, content in sorted((path.partition("/")[0], content) for path, content in described.items())
    ]


def remove_runs_of(home: Home, deliveries: set[str]) -> list[str]:
    """Remove every run that read one of the deliveries. Returns their names."""
    removed = []
    for run in runs_of(home, deliveries):
        # Out of sight in one step: a folder that loses its files one by one would not be found again after a crash.
        run.place.remove(DESCRIPTION)
        home.runs.remove(run.name)
        removed.append(run.name)
    return removed


def clear_unfinished_runs(home: Home) -> None:
    """Remove what is left of runs that were being made, or removed, when their process died."""
    kept = {run.name for run in all_runs(home)}
    for name in home.runs.folders():
        if name not in kept:
            home.runs.remove(name)


def runs_of(home: Home, deliveries: set[str]) -> list[StoredRun]:
    """The runs that read one of the deliveries."""
    return [
        run
        for run in all_runs(home)
        if deliveries & {d for ds in run.description.get("manifest", {}).values() for d in ds}
    ]
