"""How verbs keep their results: as a run under a name that the same definitions, data, day and code always give."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from samspil import __version__, population
from samspil.warehouse.lake import Lake
from samspil.warehouse.runs import StoredRun, find_run, has_run, keep_run
from samspil.warehouse.sources import changing


@cache
def code_fingerprint() -> str:
    """Identifies the code that computes results, so that a run made by other code has another name."""
    code = hashlib.sha256()
    for path in sorted(Path(population.__file__).parent.rglob("*.py")):
        code.update(path.read_bytes())
    return code.hexdigest()[:12]


def fingerprint(lake: Lake, as_of: dt.date, definition: Mapping[str, Any]) -> str:
    """Identifies one result: its definition (as JSON values), the rows in force, the day and the code."""
    parts = {
        "code": code_fingerprint(),
        "as_of": as_of.isoformat(),
        "definition": definition,
        "data": {
            source: {
                table: [segment.model_dump(mode="json") for segment in segments]
                for table, segments in lake.state.sources[source].tables.items()
            }
            for source in sorted(lake.sources)
        },
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def described(lake: Lake, kind: str, as_of: dt.date, made_of: Mapping[str, str]) -> dict[str, Any]:
    """What every run says of itself. `made_of` has the fingerprint of each part, and the name follows from them."""
    digest = hashlib.sha256(json.dumps(dict(made_of)).encode()).hexdigest()
    return {
        "kind": kind,
        "name": f"{as_of:%Y%m%d}-{'+'.join(made_of)}-{digest[:8]}",
        "samspil": __version__,
        "code": code_fingerprint(),
        "engine": lake.engine.name,
        "as_of": as_of.isoformat(),
        "state": lake.state.number,
        "made_of": dict(made_of),
        "manifest": lake.manifest(),
        "data_dates": {source: day.isoformat() for source, day in lake.data_dates().items()},
    }


def kept(lake: Lake, description: dict[str, Any], make: Callable[[], Mapping[str, ir.Table]]) -> StoredRun:
    """The run described: read when it is there already, otherwise made by `make` and kept with its tables.

    `make` may add to `description`, which is written after it returns.
    """
    name = description["name"]
    if not has_run(lake.home, name):
        tables = make()
        with changing(lake.home):
            keep_run(lake, name, description, tables)
    return find_run(lake.home, name)


def fetched(lake: Lake, rows: ir.Table) -> list[dict[str, Any]]:
    """The rows of a small result, each by its columns' names."""
    return lake.engine.few(rows)
