"""The verb `lists`: the practices' risk lists, initial or accrual, with who left and why."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

from samspil.definitions import SamspilError
from samspil.population.lists import Entry, Expectation, Practice, accrual, expected_size, leavers, on_list, sizes
from samspil.population.stratification import Switch, needed_sources
from samspil.population.words import Language, criteria
from samspil.programmes import RiskModel, find_model
from samspil.reports.practice_list import Leaver, SourceAge, practice_list_page
from samspil.verbs.scoring import Run, open_run, persons_of, run_with
from samspil.verbs.show import Shown
from samspil.verbs.write import check_target, write_table, write_text
from samspil.warehouse.contracts import contracts
from samspil.warehouse.embedded import EmbeddedEngine
from samspil.warehouse.vault import names_of


@dataclass
class PracticeLists(Shown):
    """The lists of one model at D: the entries, who left since the earlier run, and each practice's length."""

    model: RiskModel
    run: Run
    earlier: Run | None
    entries: list[Entry]
    left: list[dict[str, Any]]
    practices: list[Practice]
    identified: bool = False

    @property
    def kind(self) -> str:
        return "initial" if self.earlier is None else "accrual"

    def of(self, practice: str) -> list[Entry]:
        """The entries of one practice, highest score first."""
        return [entry for entry in self.entries if entry.provider_number == practice]

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "practice": practice.provider_number,
                "name": practice.name or "",
                "doctors": practice.doctors,
                "scored": practice.scored,
                "on the list": practice.listed,
                "expected": _range(practice.expected),
                "left": practice.left,
                "incomplete": practice.incomplete,
            }
            for practice in self.practices
        ]

    def to_arrow(self) -> pa.Table:
        """One row per name: practice, person_id, score, band, arrival, incomplete, also_on and reasons."""
        columns = [
            ("provider_number", pa.string()),
            ("person_id", pa.int64()),
            *([("cpr", pa.string()), ("name", pa.string())] if self.identified else []),
            ("model", pa.string()),
            ("version", pa.string()),
            ("as_of", pa.date32()),
            ("list", pa.string()),
            ("arrival", pa.string()),
            ("score", pa.int64()),
            ("band", pa.string()),
            ("incomplete", pa.bool_()),
            ("also_on", pa.list_(pa.string())),
            ("reasons", pa.string()),
        ]
        made_of = {
            "model": self.model.model,
            "version": self.model.version,
            "as_of": self.run.as_of,
            "list": self.kind,
        }
        rows = [
            {name: made_of[name] if name in made_of else getattr(entry, name) for name, _ in columns}
            for entry in self.entries
        ]
        return pa.Table.from_pylist(rows, schema=pa.schema(columns))


def _range(expected: Expectation) -> str:
    if expected.low is None or expected.high is None:
        return "unknown"
    return f"{expected.low:.0f}–{expected.high:.0f}"


def lists(
    model: str,
    as_of: dt.date,
    *,
    earlier: str | None = None,
    practice: str | None = None,
    out: Path | str | None = None,
    identified_for: str | None = None,
    language: Language = "da",
    switches: Sequence[Switch] = (),
    without: Sequence[str] = (),
    home: Path | str | None = None,
    programmes: Path | str | None = None,
) -> PracticeLists:
    """The lists of one model at `as_of`, per practice, highest score first.

    Without `earlier` they are initial lists; with the name of an earlier run they are accrual lists, of those who
    are new, with who left and why. `identified_for`, a purpose, adds CPR number and name through the vault, where
    it is logged. `out` (`.csv` or `.parquet`) receives one row per name; `.html` is the page of one practice. Raises
    SamspilError for an unknown practice, and for an earlier run that is not earlier or did not have the model.
    """
    page = out is not None and Path(out).suffix.lower() == ".html"
    if page and practice is None:
        raise SamspilError(f"{out}: a page is for one practice; name it with --practice, or write .csv or .parquet")
    if out is not None:
        check_target(Path(out), (".csv", ".parquet", ".html"))
    run = run_with(model, as_of, switches=switches, without=without, home=home, programmes=programmes)
    before = open_run(earlier, home) if earlier is not None else None
    if before is not None and before.as_of >= as_of:
        raise SamspilError(f"the run {before.name} is of {before.as_of}, not before {as_of}")
    definition = run.models[model]
    rule = find_model(model, Path(programmes) if programmes else None).programme.list_size
    everybody = run.persons(model)
    if before is None:
        listed = on_list(everybody)
        left: list[dict[str, Any]] = []
    else:
        past = _on(run, before, model)
        listed = accrual(everybody, past)
        gone = leavers(definition, everybody, past, run.lake.tables, as_of)
        left = list(run.lake.engine.each(gone.order_by(["provider_number", "person_id"])))
    days = None if before is None else (as_of - before.as_of).days
    gone_from = Counter(person["provider_number"] for person in left)
    practices = [
        Practice(
            **row,
            left=gone_from[row["provider_number"]],
            expected=expected_size(rule, row["doctors"], days),
        )
        for row in sizes(listed, everybody, run.lake.tables).to_pyarrow().to_pylist()
    ]
    if practice is not None:
        practices = [found for found in practices if found.provider_number == practice]
        if not practices:
            raise SamspilError(f"no practice has the provider number {practice}")
        listed = listed.filter(listed.provider_number == practice)
        left = [person for person in left if person["provider_number"] == practice]
    rows = list(run.lake.engine.each(listed.order_by(["provider_number", listed.score.desc(), "person_id"])))
    names: dict[int, tuple[str, str]] = {}
    if identified_for is not None:
        lake = run.lake
        persons = [row["person_id"] for row in rows + left]
        names = names_of(lake.engine, lake.home, lake.state, persons, identified_for)
    others = {name: _target_of(run, name, practice) for name in run.models if name != model}
    result = PracticeLists(
        model=definition,
        run=run,
        earlier=before,
        entries=[_entry(definition, row, run.data_dates, language, names, others) for row in rows],
        left=left,
        practices=practices,
        identified=identified_for is not None,
    )
    if out is not None and page:
        write_text(_page(result, names, language), Path(out))
    elif out is not None:
        # What is in this process is written by the engine that is in it.
        write_table(EmbeddedEngine(run.lake.home.tmp), ibis.memtable(result.to_arrow()), Path(out))
    return result


def _page(lists: PracticeLists, names: dict[int, tuple[str, str]], language: Language) -> str:
    """The page of the one practice that `lists` holds."""
    run, model = lists.run, lists.model

    def known(person: int) -> str:
        return names[person][1] if person in names else str(person)

    needed = dict.fromkeys(("civil", "general_practice", *needed_sources(model)))
    return practice_list_page(
        model,
        run.as_of,
        lists.practices[0],
        lists.entries,
        kind=lists.kind,
        since=lists.earlier.as_of if lists.earlier else None,
        left=[Leaver(known(person["person_id"]), person["reason"], person["detail"]) for person in lists.left],
        sources=[
            SourceAge(contracts()[source].title[language], run.data_dates.get(source), source in run.stale)
            for source in needed
        ],
        unchecked=run.unchecked(model.model),
        run=run.name,
        other_titles={name: getattr(other.title, language) for name, other in run.models.items()},
        language=language,
    )


def _on(run: Run, other: Run, model: str) -> Any:
    """The persons of another run, on this run's engine."""
    if model not in other.models:
        raise SamspilError(f"the run {other.name} has no model `{model}`; it has {', '.join(other.models)}")
    return persons_of(other.stored, run.lake, model)


def _target_of(run: Run, model: str, practice: str | None) -> set[int]:
    """The persons in the target group of another model of the run."""
    persons = run.persons(model, practice)
    found = run.lake.engine.each(persons.filter(persons.in_target).select("person_id"))
    return {row["person_id"] for row in found}


def _entry(
    model: RiskModel,
    row: dict[str, Any],
    data_dates: dict[str, dt.date],
    language: Language,
    names: dict[int, tuple[str, str]],
    others: dict[str, set[int]],
) -> Entry:
    cpr, name = names.get(row["person_id"], (None, None))
    return Entry(
        person_id=row["person_id"],
        provider_number=row["provider_number"],
        score=row["score"],
        band=row["band"],
        arrival=row["arrival"],
        incomplete=row["incomplete"],
        age=row["age"],
        sex=row["sex"],
        criteria=criteria(model, row, data_dates, language),
        also_on=tuple(name for name, target in others.items() if row["person_id"] in target),
        cpr=cpr,
        name=name,
    )
