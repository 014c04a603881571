"""The verb `stratify`: risk models on the population of the warehouse, kept as a run that can be repeated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from samspil.definitions import SamspilError
from samspil.population.binding import check_model
from samspil.population.stratification import (
    Stratification,
    Switch,
    items_of,
    needed_sources,
    switched,
    with_status,
)
from samspil.population.stratification import stratify as stratify_tables
from samspil.programmes import ModelFile, RiskModel, find_model, model_files, pick_model
from samspil.verbs.kept import described, fingerprint, kept
from samspil.verbs.show import Shown
from samspil.verbs.write import check_target, write_table
from samspil.warehouse.home import Home
from samspil.warehouse.lake import Lake
from samspil.warehouse.runs import StoredRun, all_runs, find_run

#: What a run of risk models calls itself.
STRATIFY = "stratify"


@dataclass
class Run(Shown):
    """Risk models on the population at D, with what they were made of.

    `persons(model)` and `items()` are Ibis tables (`.to_pyarrow()`, `.to_polars()`, `.to_pandas()`).
    """

    stored: StoredRun
    lake: Lake

    @property
    def name(self) -> str:
        return self.stored.name

    @property
    def as_of(self) -> dt.date:
        return dt.date.fromisoformat(self.stored.description["as_of"])

    @property
    def models(self) -> dict[str, RiskModel]:
        """The models as they were in force at D, with the run's switches set."""
        kept = self.stored.description["models"]
        return {name: RiskModel.model_validate(model["definition"]) for name, model in kept.items()}

    @property
    def data_dates(self) -> dict[str, dt.date]:
        """By source, the day its newest delivery was drawn."""
        dates = self.stored.description["data_dates"]
        return {source: dt.date.fromisoformat(day) for source, day in dates.items()}

    @property
    def stale(self) -> list[str]:
        """The sources whose data were too old at D."""
        return list(self.stored.description["stale"])

    def unchecked(self, model: str) -> list[str]:
        """The exclusions that could not be checked because their source was missing."""
        return list(self.stored.description["models"][model]["unchecked"])

    def missing(self, model: str) -> list[str]:
        """The items that were missing for everybody because their source was."""
        return list(self.stored.description["models"][model]["missing"])

    def persons(self, model: str, practice: str | None = None) -> ir.Table:
        """One row per eligible or excluded person; of one practice when given."""
        if model not in self.stored.description["models"]:
            raise SamspilError(f"the run {self.name} has no model `{model}`")
        rows = persons_of(self.stored, self.lake, model)
        return rows if practice is None else rows.filter(rows.provider_number == practice)

    def items(self, model: str | None = None, practice: str | None = None) -> ir.Table:
        """One row per person and item in the contract's columns, in the order of practice, person and item."""
        chosen = [model] if model is not None else list(self.models)
        parts = [items_of(self.models[name], self.persons(name, practice), self.as_of) for name in chosen]
        return ibis.union(*parts)

    def rows(self) -> list[dict[str, Any]]:
        found = []
        for name, model in self.models.items():
            persons = self.persons(name)
            counts = persons.aggregate(
                persons=persons.count(),
                excluded=(persons.excluded_by.length() > 0).sum(),
                target=persons.in_target.sum(),
                incomplete=persons.incomplete.sum(),
            )
            everybody, excluded, target, incomplete = (number or 0 for number in self.lake.engine.one(counts).values())
            found.append(
                {
                    "model": name,
                    "version": model.version,
                    "persons": everybody,
                    "excluded": excluded,
                    "in target": target,
                    "incomplete": incomplete,
                    "missing items": ", ".join(self.missing(name)) or "none",
                    "unchecked exclusions": ", ".join(self.unchecked(name)) or "none",
                }
            )
        return found


def persons_of(stored: StoredRun, lake: Lake, model: str) -> ir.Table:
    """The persons of one model of a kept run, on the engine of `lake`."""
    definition = RiskModel.model_validate(stored.description["models"][model]["definition"])
    return with_status(definition, stored.read(lake, model))


def stratify(
    models: Sequence[str],
    as_of: dt.date,
    *,
    practice: str | None = None,
    out: Path | str | None = None,
    switches: Sequence[Switch] = (),
    without: Sequence[str] = (),
    state: int | None = None,
    home: Path | str | None = None,
    programmes: Path | str | None = None,
) -> Run:
    """Score the population at `as_of` with risk models, in one pass over each source table.

    The run is kept in the home under a name that the same models, switches, data and day always give; asked again
    it is read, not computed. `out` (`.csv` or `.parquet`) receives one row per person and item, of one `practice`
    when given. `without` leaves sources out; `state` repeats a run on an earlier state of the warehouse.
    Raises SamspilError for unknown models, switches or practice, and when civil registration or general practice is
    missing.
    """
    if out is not None:
        check_target(Path(out))
    known = model_files(Path(programmes) if programmes else None)
    files = [pick_model(name, known) for name in dict.fromkeys(models)]
    for file in files:
        check_model(file)
    lake = Lake.open(Home.find(home), state, without)
    check_practice(lake, practice)
    resolved = switched([file.at(as_of) for file in files], switches)
    description = _describe(files, resolved, switches, lake, as_of)

    def make() -> dict[str, ir.Table]:
        result = stratify_tables([file.at(as_of) for file in files], lake.tables, as_of, switches)
        for name, model in result.models.items():
            description["models"][name] = {
                "definition": model.model_dump(mode="json", by_alias=True),
                "file": next(file.file.path.name for file in files if file.name == name),
                "unchecked": result.unchecked[name],
                "missing": result.missing[name],
            }
        return _sorted_persons(result)

    run = Run(kept(lake, description, make), lake)
    if out is not None:
        write_table(lake.engine, run.items(practice=practice), Path(out))
    return run


def check_practice(lake: Lake, practice: str | None) -> None:
    """Raises SamspilError for a practice that was not delivered, instead of an empty file."""
    if practice is None or "practice" not in lake.tables:
        return
    known = lake.tables["practice"]
    found = known.filter(known.provider_number == practice)
    if not lake.engine.one(found.aggregate(practices=found.count()))["practices"]:
        raise SamspilError(f"no practice has the provider number {practice}")


def _sorted_persons(result: Stratification) -> dict[str, ir.Table]:
    return {name: result.to_keep(name).order_by(["provider_number", "person_id"]) for name in result.models}


def _describe(
    files: Sequence[ModelFile],
    models: Sequence[RiskModel],
    switches: Sequence[Switch],
    lake: Lake,
    as_of: dt.date,
) -> dict[str, Any]:
    """What a run is made of; its name follows from that alone."""
    dates = lake.data_dates()
    limit = min(file.programme.stale_limit for file in files)
    wanted = dict.fromkeys(source for model in models for source in needed_sources(model))
    made_of = {model.model: _made_of(model, lake, as_of) for model in models}
    return {
        **described(lake, STRATIFY, as_of, made_of),
        "models": {},
        "switches": [{"switch": str(switch), "because": switch.because} for switch in switches],
        "stale": [source for source, day in dates.items() if (as_of - day).days > limit],
        "not_loaded": [source for source in wanted if source not in dates],
    }


def _made_of(model: RiskModel, lake: Lake, as_of: dt.date) -> str:
    """Identifies one model's part of a run: the definition with its switches, the rows in force, day and code."""
    return fingerprint(lake, as_of, model.model_dump(mode="json", by_alias=True))


def run_with(
    model: str,
    as_of: dt.date,
    *,
    switches: Sequence[Switch] = (),
    without: Sequence[str] = (),
    home: Path | str | None = None,
    programmes: Path | str | None = None,
) -> Run:
    """A run that has the model at `as_of` on today's data: one that was kept for several models, or a new one."""
    file = find_model(model, Path(programmes) if programmes else None)
    lake = Lake.open(Home.find(home), without=without)
    (definition,) = switched([file.at(as_of)], switches)
    wanted = _made_of(definition, lake, as_of)
    found = [stored for stored in all_runs(lake.home) if stored.description["made_of"].get(model) == wanted]
    if found:
        # The run with most models, because it also tells who belongs to the target group of another.
        return Run(max(found, key=lambda stored: len(stored.description["made_of"])), lake)
    return stratify([model], as_of, switches=switches, without=without, home=home, programmes=programmes)


def open_run(name: str, home: Path | str | None = None) -> Run:
    """A run that was kept, by its name or the beginning of it."""
    place = Home.find(home)
    stored = find_run(place, name)
    if stored.description["kind"] != STRATIFY:
        raise SamspilError(f"the run {stored.name} has no risk models; it is a run of `{stored.description['kind']}`")
    return Run(stored, Lake.open(place, stored.description["state"]))


def runs(home: Path | str | None = None) -> list[str]:
    """The names of every run that was kept."""
    return [run.name for run in all_runs(Home.find(home))]


def tables(home: Path | str | None = None, state: int | None = None) -> Mapping[str, ir.Table]:
    """The linked, pseudonymous tables of the warehouse by name, as Ibis tables, each opened when it is asked for."""
    return Lake.open(Home.find(home), state).tables
