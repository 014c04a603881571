"""Verbs of the warehouse: ingest, status, rejects, lineage, switch off and on, purge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from samspil.config.setup import care_plane, has_care_plane
from samspil.definitions import SamspilError
from samspil.population.words import item_sources
from samspil.programmes import RiskModel, load_programmes
from samspil.verbs.show import Shown
from samspil.warehouse.choice import EMBEDDED, using
from samspil.warehouse.contracts import contracts, table_sources
from samspil.warehouse.home import Home
from samspil.warehouse.lake import Lake, SourceStatus, freshness
from samspil.warehouse.load import LoadReport, load
from samspil.warehouse.package import Refused, find_packages, open_package
from samspil.warehouse.runs import find_run
from samspil.warehouse.sources import changing
from samspil.warehouse.sources import purge as purge_source
from samspil.warehouse.sources import switch_off as switch_source_off
from samspil.warehouse.sources import switch_on as switch_source_on
from samspil.warehouse.state import PurgeRecord, State, read_state
from samspil.warehouse.vault import find_person


@dataclass
class IngestReport(Shown):
    """What became of each package, in the order they were loaded."""

    packages: list[LoadReport] = field(default_factory=list)

    @property
    def refused(self) -> list[LoadReport]:
        return [report for report in self.packages if report.refused]

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "delivery": report.name or report.folder.name,
                "outcome": "refused" if report.refused else "unchanged" if report.unchanged else "loaded",
                "rows": report.rows,
                "rejected": report.rejected,
                "remarks": report.refused
                or ("already loaded; nothing changed" if report.unchanged else "; ".join(report.warnings)),
            }
            for report in self.packages
        ]


def ingest(
    folders: Sequence[Path | str],
    home: Path | str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> IngestReport:
    """Load packages of deliveries, each wholly or not at all, the oldest extract first.

    `folders` are packages, or folders of packages. A refused package changes nothing and does not keep the others
    from loading; look at `refused` of the report. A second ingest at the same time waits for the first.
    `progress` is told in words what is being done. Raises SamspilError when a folder holds no package.
    """
    found = find_packages([Path(folder) for folder in folders])
    report = IngestReport()
    place = Home.find(home)

    def waiting() -> None:
        progress("another process is changing the warehouse; waiting for it to finish")

    with changing(place, waiting):
        for folder in sorted(found, key=_extracted):

            def told(what: str, name: str = folder.name) -> None:
                progress(f"{name}: {what}")

            report.packages.append(load(place, folder, told))
    return report


def _extracted(folder: Path) -> tuple[dt.datetime, str]:
    """When a package was drawn; one that cannot be read comes last and is refused in its turn."""
    try:
        return open_package(folder).extracted_at, folder.name
    except Refused:
        return dt.datetime.max.replace(tzinfo=dt.UTC), folder.name


@dataclass(frozen=True)
class WarehouseStatus(Shown):
    """Every source with its owner, the age of its data and its rows."""

    state: int
    day: dt.date
    sources: list[SourceStatus]
    purges: list[PurgeRecord]

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "source": source.source,
                "owner": source.owner or "",
                "deliveries": source.deliveries,
                "data date": source.data_date or "not delivered",
                # Data drawn after the day they are seen from are not older than nothing.
                "age (days)": "" if source.age_days is None else max(source.age_days, 0),
                "state": f"off: {source.switched_off}"
                if source.switched_off
                else ""
                if source.age_days is None
                else "stale"
                if source.stale
                else "fresh",
                "rows": source.rows,
                "rejected": source.rejected,
            }
            for source in self.sources
        ]


def stale_after_days(programmes: Path | str | None = None) -> int:
    """The age in days from which data are stale: the strictest of the programmes' own.

    Raises SamspilError when no programme has lists, and so none says.
    """
    found = load_programmes(Path(programmes) if programmes else None)
    days = [days for programme in found if (days := programme.definition.stale_after_days) is not None]
    if not days:
        raise SamspilError("no programme says `stale_after_days`: none of them has lists")
    return min(days)


def status(
    home: Path | str | None = None, as_of: dt.date | None = None, programmes: Path | str | None = None
) -> WarehouseStatus:
    """How fresh each source is on `as_of` (today when absent), with its owner, rows and rejected rows."""
    place = Home.find(home)
    state = read_state(place)
    day = as_of or dt.date.today()  # noqa: DTZ011 - the user's own day
    return WarehouseStatus(state.number, day, freshness(place, day, stale_after_days(programmes), state), state.purges)


def rejects(delivery: str | None = None, home: Path | str | None = None) -> pa.Table:
    """Rejected rows: delivery, refused, table, line, column, fault and the offending value.

    Of every delivery, or of those whose name begins with `delivery`. Values may name people: the table comes from
    the identity vault. `line` is the line of a CSV file or the row, from 1, of a Parquet file.
    """
    vault = Home.find(home).vault
    found = []
    for kind in ("rejects", "refused"):
        for path in sorted((vault / kind).glob("*.parquet")):
            if delivery is None or path.stem.startswith(delivery):
                rows = pq.read_table(path)
                rows = rows.add_column(0, "refused", pa.array([kind == "refused"] * len(rows), pa.bool_()))
                found.append(rows.add_column(0, "delivery", pa.array([path.stem] * len(rows), pa.string())))
    if not found:
        raise SamspilError(f"no delivery called `{delivery}` was loaded" if delivery else "nothing was loaded yet")
    return pa.concat_tables(found)


def switch_off(source: str, reason: str, home: Path | str | None = None) -> State:
    """Use a source in no run until it is switched on; its data stay, and its items become `missing`."""
    place = Home.find(home)
    with changing(place):
        return switch_source_off(place, source, reason)


def switch_on(source: str, home: Path | str | None = None) -> State:
    """Use a source again."""
    place = Home.find(home)
    with changing(place):
        return switch_source_on(place, source)


def purge(source: str, reason: str, home: Path | str | None = None) -> PurgeRecord:
    """Remove every trace of a source: rows, rejected rows, names, identities that are its alone, and runs.

    What it told of leaves the published lists too. The returned record says what was removed from the warehouse. Files
    written outside the home (`--out`) are not reached.
    """
    place = Home.find(home)
    if has_care_plane(place.root):
        _forget_in_lists(source, place)
    with changing(place):
        return purge_source(place, source, reason)


def _forget_in_lists(source: str, place: Home) -> None:
    """First, so that a purge that fails half-way can be given again."""
    care_plane(place.root)
    from samspil.access.actor import system  # noqa: PLC0415
    from samspil.improvement.actions import forget as figures  # noqa: PLC0415
    from samspil.lists.actions.forget import forget_source  # noqa: PLC0415

    forget_source(system(), source)
    figures.forget_source(system(), source)


@using(EMBEDDED)
def person_id(cpr: str, purpose: str, home: Path | str | None = None) -> int:
    """The `person_id` of a CPR number. It crosses into the identity zone and is logged with its purpose."""
    if not purpose.strip():
        raise SamspilError("a look-up in the identity vault needs a purpose")
    lake = Lake.open(Home.find(home))
    return find_person(lake.engine, lake.home, lake.state, cpr, purpose.strip())


@dataclass(frozen=True)
class Lineage(Shown):
    """From a figure back to deliveries: what it was made of, who sent it, when, and on what legal basis."""

    target: str
    entries: list[dict[str, Any]]

    def rows(self) -> list[dict[str, Any]]:
        return self.entries


def lineage(target: str, home: Path | str | None = None) -> Lineage:
    """Where a figure comes from. `target` is a source, a table, a run, or `RUN:MODEL.ITEM` for one criterion and
    `RUN:SET.INDICATOR` for one indicator.

    Each entry names what was made, the source and table, the delivery with owner, period, the day it was drawn,
    its legal basis, rows and hash. Raises SamspilError for a target there is none of.
    """
    place = Home.find(home)
    state = read_state(place)
    if target in contracts():
        return Lineage(target, _of_tables(state, target, list(contracts()[target].tables)))
    if target in table_sources():
        return Lineage(target, _of_tables(state, table_sources()[target], [target]))
    name, _, figure = target.partition(":")
    try:
        run = find_run(place, name)
    except SamspilError as error:
        known = ", ".join([*contracts(), *table_sources()])
        raise SamspilError(f"`{target}` is no source, table or run. Sources and tables: {known}; {error}") from error
    of_run = read_state(place, run.description["state"])
    entries = []
    for made_of, rule, sources in _figures(run.description):
        if figure and figure not in {made_of, made_of.partition(".")[0]}:
            continue
        for source in sources:
            used = run.description["manifest"].get(source)
            made = {"figure": made_of, "rule": rule}
            if used is None:
                entries.append({**made, "source": source, "delivery": "missing in this run"})
            else:
                entries += [{**made, **_delivery(of_run, source, delivery)} for delivery in used]
    if not entries:
        raise SamspilError(f"the run {run.name} has no figure `{figure}`")
    return Lineage(target, entries)


def _figures(description: Mapping[str, Any]) -> Iterator[tuple[str, str, Sequence[str]]]:
    """Every figure of a run with the lines of its rule and its sources; all it read where a run tells no more."""
    for model_name, kept in description.get("models", {}).items():
        for item in RiskModel.model_validate(kept["definition"]).items:
            if item.enabled:
                yield f"{model_name}.{item.item}", item.source, item_sources(item)
    for name, made in description.get("figures", {}).items():
        yield name, made["rule"], made["sources"]
    if not {"models", "figures"} & set(description):
        yield description["kind"], "", list(description["manifest"])


def _of_tables(state: State, source: str, tables: list[str]) -> list[dict[str, Any]]:
    found = state.sources.get(source)
    if found is None or not found.tables:
        raise SamspilError(f"nothing of `{source}` is in the warehouse")
    entries = []
    for table in tables:
        for segment in found.tables[table]:
            loaded = state.deliveries[segment.delivery].tables[table]
            in_force = ", ".join(str(days) for days in segment.in_force) if segment.in_force else "whole table"
            entries.append(
                {
                    "table": table,
                    **_delivery(state, source, segment.delivery),
                    "in force": in_force,
                    "rows": loaded.loaded,
                    "rejected": loaded.rejected,
                    "sha256": loaded.sha256[:12],
                }
            )
    return entries


def _delivery(state: State, source: str, delivery: str) -> dict[str, Any]:
    known = state.deliveries.get(delivery)
    if known is None:
        return {"source": source, "delivery": f"{delivery} (purged)"}
    return {
        "source": source,
        "delivery": delivery,
        "owner": known.owner,
        "period": str(known.period),
        "drawn": f"{known.extracted_at:%Y-%m-%d %H:%M}",
        "loaded": f"{known.loaded_at:%Y-%m-%d}",
        "legal basis": known.legal_basis,
    }
