"""Taking a source out: switched off for as long as it must be, or purged with every trace.

The Danish General Practice Database (DAMD) was stopped by law in the middle of the Odense programme (report 000
L916-918); a warehouse must be able to lose any one source and go on (R-DW-4, L-03).
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import ibis
import pyarrow.parquet as pq

from samspil.definitions import SamspilError
from samspil.warehouse.claim import claim
from samspil.warehouse.contracts import contracts
from samspil.warehouse.embedded import EmbeddedEngine
from samspil.warehouse.home import Home
from samspil.warehouse.runs import clear_unfinished_runs, remove_runs_of, runs_of
from samspil.warehouse.state import (
    PurgeRecord,
    Source,
    State,
    SwitchedOff,
    all_states,
    clear_unnamed_files,
    commit,
    read_state,
    rewrite,
)
from samspil.warehouse.vault import identities, write_secret


def _source(state: State, name: str) -> Source:
    if name not in contracts():
        raise SamspilError(f"unknown source `{name}`; sources are {', '.join(contracts())}")
    return state.sources.get(name, Source())


def switch_off(home: Home, name: str, reason: str) -> State:
    """Use the source in no run until it is switched on again; its data stay. The caller is `changing` the home.

    Returns the new state. Raises SamspilError for an unknown source or one that is off.
    """
    state = read_state(home)
    source = _source(state, name)
    if source.switched_off is not None:
        raise SamspilError(f"`{name}` is switched off already: {source.switched_off.reason}")
    off = SwitchedOff(at=dt.datetime.now(dt.UTC).replace(microsecond=0), reason=reason)
    after = state.next(
        f"switched off {name}",
        sources=state.with_source(name, source.model_copy(update={"switched_off": off})),
    )
    commit(home, after)
    return after


def switch_on(home: Home, name: str) -> State:
    """Use the source again. The caller is `changing` the home. Raises SamspilError for one that is not off."""
    state = read_state(home)
    source = _source(state, name)
    if source.switched_off is None:
        raise SamspilError(f"`{name}` is not switched off")
    after = state.next(
        f"switched on {name}",
        sources=state.with_source(name, source.model_copy(update={"switched_off": None})),
    )
    commit(home, after)
    return after


def purge(home: Home, name: str, reason: str) -> PurgeRecord:
    """Remove every trace of a source. The caller is `changing` the home.

    Its rows in every state, its rejected rows, the names it gave, the identities that no other source has, and
    the runs that read it. What remains is the record of the purge: names and counts. Raises SamspilError when
    there is nothing to remove.
    """
    state = read_state(home)
    _source(state, name)
    deliveries = {d.id for s in all_states(home) for d in s.deliveries.values() if d.source == name}
    refused = _refused_files(home, name)
    if not deliveries and not refused:
        raise SamspilError(f"there is nothing of `{name}` in the warehouse")
    rows: dict[str, int] = {}
    rejected = 0
    for delivery in {d.id: d for s in all_states(home) for d in s.deliveries.values()}.values():
        if delivery.source == name:
            for table, loaded in delivery.tables.items():
                rows[table] = rows.get(table, 0) + loaded.loaded
                rejected += loaded.rejected
    identity_files, forgotten = _identities_without(home, state, name)
    record = PurgeRecord(
        source=name,
        at=dt.datetime.now(dt.UTC).replace(microsecond=0),
        reason=reason,
        deliveries=sorted(deliveries),
        rows=rows,
        rejected_rows=rejected,
        identities=forgotten,
        runs=[run.name for run in runs_of(home, deliveries)],
    )
    after = _without(state, name).next(f"purged {name}", identity_files=identity_files, purges=[*state.purges, record])
    commit(home, after)
    finish_purges(home)
    return record


@contextlib.contextmanager
def changing(home: Home, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Be the only process that changes the warehouse, after putting right what a killed one left behind.

    A second process waits; `waiting` is called once if it has to. Raises SamspilError when the lake is another home's.
    """
    with home.writing(waiting):
        claim(home)
        clear_unfinished_runs(home)
        finish_purges(home)
        clear_unnamed_files(home)
        yield


def finish_purges(home: Home) -> None:
    """Remove the files of purges whose decision is committed, also after a crash in the middle of one."""
    state = read_state(home)
    for record in state.purges:
        if record.finished:
            continue
        remove_runs_of(home, set(record.deliveries))
        for file in _refused_files(home, record.source):
            file.unlink()
        for old in all_states(home):
            if old.number < state.number:
                rewrite(home, _without(old, record.source).model_copy(update={"identity_files": state.identity_files}))
    if any(not record.finished for record in state.purges):
        clear_unnamed_files(home)
        done = [record.model_copy(update={"finished": True}) for record in state.purges]
        rewrite(home, state.model_copy(update={"purges": done}))


def _without(state: State, name: str) -> State:
    """A state as if the source had never delivered; a switch that was set on it stays."""
    sources = dict(state.sources)
    if name in sources:
        sources[name] = sources[name].model_copy(update={"tables": {}})
    deliveries = {key: d for key, d in state.deliveries.items() if d.source != name}
    return state.model_copy(update={"sources": sources, "deliveries": deliveries})


def _refused_files(home: Home, name: str) -> list[Path]:
    """Rejected rows kept from refused deliveries of a source."""
    return [
        path
        for path in sorted((home.vault / "refused").glob("*.parquet"))
        if set(pq.read_table(path, columns=["table"])["table"].to_pylist()) & set(contracts()[name].tables)
    ]


def _identities_without(home: Home, state: State, name: str) -> tuple[list[str], int]:
    """Identity files that hold only persons whom another source has delivered, and how many are forgotten."""
    if not state.identity_files:
        return [], 0
    engine = EmbeddedEngine(home.tmp)
    files = sorted(
        {
            (table, segment.file)
            for old in all_states(home)
            for source, content in old.sources.items()
            if source != name
            for table, segments in content.tables.items()
            for segment in segments
        }
    )
    read = [engine.read([home.lake.address(file)], table) for table, file in files]
    delivered = [rows.select("person_id") for rows in read if "person_id" in rows.columns]
    known = identities(engine, home, state).cache()
    kept = known.semi_join(ibis.union(*delivered).distinct(), "person_id").cache() if delivered else known.limit(0)
    before, after = (engine.one(rows.aggregate(persons=rows.count()))["persons"] for rows in (known, kept))
    if after == before:
        return list(state.identity_files), 0
    left = f"identities/after-purge-{state.number + 1:06d}.parquet"
    if after:
        write_secret(engine, kept.order_by("person_id"), home.vault / left)
    return [left] if after else [], before - after
