"""Runs of indicators, segments and cost as the care plane takes them: released figures, and a practice's own patients.

Counts that are seen outside a practice come from a release (disclosure.yaml); beside them stand two sums that are
looked at here: the series of practices that always deliver, and how many stay in the high-need group. A practice's own
counts and patients come from the run itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

import ibis.expr.types as ir

from samspil.definitions import SamspilError
from samspil.improvement.handover import (
    CategoryRow,
    CostlyRow,
    CoverageRow,
    FiguresHandover,
    IndicatorHandover,
    LostRow,
    NetworkRow,
    PatientRow,
    Released,
    ResultRow,
    TableRow,
    Unit,
)
from samspil.population.disclosure import small
from samspil.population.indicator_results import REGION
from samspil.programmes import load_programmes
from samspil.programmes.disclosure import load_disclosure
from samspil.programmes.loader import set_files
from samspil.verbs.costing import CostRun
from samspil.verbs.deliveries import stale_after_days
from samspil.verbs.indicator_run import IndicatorRun
from samspil.verbs.kept import fetched
from samspil.verbs.people import citizens_at, practices_at
from samspil.verbs.releasing import Release, release
from samspil.verbs.segmenting import SegmentRun
from samspil.warehouse.lake import Lake

#: The audience of disclosure.yaml that pages are.
PAGES = "pages"
#: Segments and cost are for those who plan: no practice is in them.
_LEADERSHIP = "leadership"
_PURPOSE = "publish figures to practices, networks and leadership"
_PRACTICE, _NETWORK = "practice", "network"
#: One practice alone is no series of a network.
_SEVERAL = 2
#: A result is hidden when its share is; an indicator of categories has none, and then all there is are its persons.
_SHARE = ("strict_n", "strict_d")
_BOTH = (*_SHARE, "observed_n", "observed_d")


def hand_over_indicators(run: IndicatorRun) -> IndicatorHandover:
    """A run of indicators, ready to be published. What it shows outside practices is released first."""
    found = _released(run.name, ["results", "categories", "coverage"], run.lake, PAGES)
    definition = run.definition()
    said = run.stored.description
    dates = {source: dt.date.fromisoformat(day) for source, day in said["data_dates"].items()}
    return IndicatorHandover(
        run=run.name,
        set=str(said["set"]),
        programme=_programme_of(str(said["set"])),
        case=run.case,
        as_of=run.as_of,
        definition=definition.model_dump(mode="json", by_alias=True),
        versions={
            day.isoformat(): {each.indicator: each.version for each in run.definition(day).indicators}
            for day in run.days
        },
        data_dates=dates,
        stale=[source for source, day in dates.items() if (run.as_of - day).days > stale_after_days()],
        release=as_released(found, ["results", "categories", "coverage"]),
        practices=practices_at(run.lake, run.as_of),
        networks=_networks(run.lake),
        citizens=citizens_at(run.lake, run.as_of, _PURPOSE),
        results=chain(_results(run, found), constant_results(run, found, load_disclosure().few.value)),
        categories=_categories(run, found),
        coverage=_coverage(run, found),
        patients=_patients(run),
        lost=_lost(run),
    )


def as_released(found: Release, names: Sequence[str]) -> Released:
    """A release with its tables as values that JSON knows: days as text, amounts as text, null for what is hidden."""
    tables = []
    for name in names:
        rows = found.table(name)
        values = [[_plain(value) for value in row.values()] for row in fetched(found.lake, rows)]
        tables.append(TableRow(name, list(rows.columns), values))
    return Released(found.id, found.rows(), tables)


def _released(run: str, tables: Sequence[str], lake: Lake, audience: str) -> Release:
    return release(run, tables, audience=audience, purpose=_PURPOSE, home=lake.home.root)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _programme_of(name: str) -> str:
    for programme in load_programmes():
        if programme.indicators is not None and programme.indicators.name == name:
            return programme.name
    raise SamspilError(f"no programme in use has the set `{name}`")


def _networks(lake: Lake) -> list[NetworkRow]:
    """Networks and who is or was in them; none where that source was not delivered."""
    if "network" not in lake.tables:
        return []
    members: dict[str, list[tuple[str, dt.date, dt.date | None, bool]]] = {}
    for row in fetched(lake, lake.tables["network_practice"].order_by(["network", "provider_number", "joined"])):
        entry = (row["provider_number"], row["joined"], row["left"], row["agreed_labels"])
        members.setdefault(row["network"], []).append(entry)
    rows = fetched(lake, lake.tables["network"].order_by("network"))
    return [NetworkRow(row["network"], row["name"], tuple(members.get(row["network"], ()))) for row in rows]


def _pairs(
    run: IndicatorRun, found: Release, table: str, key: Sequence[str], of: Sequence[str]
) -> Iterator[tuple[dict[str, Any], bool]]:
    """Each row of a table with whether the release hides what it is about: one of the columns `of`.

    A practice's row is its own, exactly; every other row is the released one, with null for what is hidden.
    """
    place = ("as_of", "level", "unit", *key)
    seen = {tuple(row[name] for name in place): row for row in fetched(found.lake, found.table(table))}
    for row in fetched(run.lake, run.table(table)):
        released = seen.get(tuple(row[name] for name in place))
        hidden = released is None or any(released[name] is None and row[name] is not None for name in of)
        yield (row if row["level"] == _PRACTICE else released or dict.fromkeys(row, None) | _named(row, place)), hidden


def _named(row: Mapping[str, Any], place: Iterable[str]) -> dict[str, Any]:
    """What a row is about, without its counts."""
    return {name: row[name] for name in (*place, "version", "outcome") if name in row}


def _results(run: IndicatorRun, found: Release) -> Iterator[ResultRow]:
    for row, hidden in _pairs(run, found, "results", ["indicator"], _SHARE):
        yield ResultRow(
            day=row["as_of"], of=Unit(row["level"], row["unit"]), indicator=row["indicator"], version=row["version"],
            outcome=row["outcome"], persons=row["persons"], not_met=row["not_met"],
            met=row["met"] if row["strict_n"] is None else row["strict_n"],
            overdue=row["overdue"], no_data=row["no_data"], not_applicable=row["not_applicable"],
            exceptions=row["exceptions"], strict_d=row["strict_d"], observed_d=row["observed_d"], hidden=hidden,
        )  # fmt: skip


def constant_results(run: IndicatorRun, found: Release, few: int) -> Iterator[ResultRow]:
    """The shares of each network's practices that deliver on every day, beside the full series (003 L-32).

    They are given of an indicator all of whose practices are shown, so that on the last day they say nothing new; of
    the days before, where neither they nor what they leave of the network is a small count.
    """
    members: dict[str, dict[dt.date, set[str]]] = {}
    for row in fetched(run.lake, run.table("practices")):
        if row["level"] == _NETWORK and row["delivers"]:
            members.setdefault(row["unit"], {}).setdefault(row["as_of"], set()).add(row["provider_number"])
    exact = {
        (row["as_of"], row["level"], row["unit"], row["indicator"]): row
        for row in fetched(run.lake, run.table("results"))
        if row["level"] in {_PRACTICE, _NETWORK} and row["strict_d"] is not None
    }
    shown = {
        (row["unit"], row["indicator"])
        for row in fetched(found.lake, found.table("results"))
        if row["level"] == _PRACTICE and all(row[name] is not None for name in _SHARE)
    }
    for network, by_day in members.items():
        always = set.intersection(*by_day.values()) if len(by_day) == len(run.days) else set()
        if len(always) < _SEVERAL or all(theirs == always for theirs in by_day.values()):
            continue
        for (day, level, unit, indicator), full in exact.items():
            whole = all((practice, indicator) in shown for practice in by_day[run.as_of])
            if level == _NETWORK and unit == network and whole:
                parts = [exact.get((day, _PRACTICE, practice, indicator)) for practice in sorted(always)]
                yield from _constant(network, full, [part for part in parts if part is not None], few)


def _constant(
    network: str, full: Mapping[str, Any], parts: Sequence[Mapping[str, Any]], few: int
) -> Iterator[ResultRow]:
    counts = {name: sum(part[name] for part in parts) for name in _BOTH}
    others = {name: full[name] - counts[name] for name in _BOTH}
    for each in (counts, others):
        told = (each["strict_n"], each["strict_d"] - each["strict_n"], each["strict_d"] - each["observed_d"])
        if any(small(count, few) for count in told):
            return
    yield ResultRow(
        day=full["as_of"], of=Unit("constant", network), indicator=full["indicator"], version=full["version"],
        outcome="computed", persons=None, met=counts["strict_n"], not_met=None, overdue=None, no_data=None,
        not_applicable=None, exceptions=None, strict_d=counts["strict_d"], observed_d=counts["observed_d"],
        hidden=False,
    )  # fmt: skip


def _categories(run: IndicatorRun, found: Release) -> Iterator[CategoryRow]:
    for row, hidden in _pairs(run, found, "categories", ["indicator", "category"], ["persons"]):
        of = Unit(row["level"], row["unit"])
        yield CategoryRow(row["as_of"], of, row["indicator"], row["category"], row["persons"], hidden)


def _coverage(run: IndicatorRun, found: Release) -> Iterator[CoverageRow]:
    for row, hidden in _pairs(run, found, "coverage", ["variable"], ["persons", "with_value"]):
        yield CoverageRow(
            day=row["as_of"], of=Unit(row["level"], row["unit"]), participating=row["participating"] or 0,
            delivering=row["delivering"] or 0, persons=row["persons"], variable=row["variable"],
            with_value=row["with_value"], first_valid=row["first_valid"], hidden=hidden,
        )  # fmt: skip


def _patients(run: IndicatorRun) -> Iterator[PatientRow]:
    for row in _streamed(run.table("patients")):
        yield PatientRow(
            person_id=row["person_id"], provider_number=row["provider_number"], indicator=row["indicator"],
            state=row["state"], exception=row["exception"] or "", last=row["last"], since=row["since"],
            value=row["value"], target=row["target"], category=row["category"] or "",
        )  # fmt: skip


def _lost(run: IndicatorRun) -> Iterator[LostRow]:
    for row in _streamed(run.table("lost")):
        yield LostRow(row["person_id"], row["provider_number"], row["last_contact"])


def _streamed(rows: ir.Table) -> Iterator[dict[str, Any]]:
    for batch in rows.to_pyarrow().to_batches(max_chunksize=10_000):
        yield from batch.to_pylist()


def hand_over_segments(run: SegmentRun) -> FiguresHandover:
    """A run of segments, ready to be published: released counts, and the definitions they follow from."""
    tables = ["totals", "numbers", "sizes"]
    found = _released(run.name, tables, run.lake, _LEADERSHIP)
    said = run.stored.description
    few = load_disclosure().few.value
    return FiguresHandover(
        run=run.name,
        kind="segments",
        as_of=run.as_of,
        definition={
            "rules": said["rules"],
            "programmes": said["programmes"],
            "missing": said["missing"],
            "measured": said["measured"],
            "localities": said["localities"],
            "high_need": _profile_as_released(said["high_need"], found, few),
            "valid_until": run.valid_until.isoformat(),
        },
        data_dates={source: dt.date.fromisoformat(day) for source, day in said["data_dates"].items()},
        release=as_released(found, tables),
    )


def hand_over_cost(run: CostRun) -> FiguresHandover:
    """A run of cost, ready to be published: released tables, and each practice's most costly patients by disease."""
    tables = ["population", "sectors", "groups", "lorenz", "transitions", "profile", "course"]
    found = _released(run.name, tables, run.lake, _LEADERSHIP)
    said = run.stored.description
    names = ("months", "cuts", "prices", "analysis", "before_is_known", "measured", "gini")
    return FiguresHandover(
        run=run.name,
        kind="cost",
        as_of=run.as_of,
        definition={name: said[name] for name in names},
        data_dates={source: dt.date.fromisoformat(day) for source, day in said["data_dates"].items()},
        release=as_released(found, tables),
        practices=practices_at(run.lake, run.as_of),
        citizens=citizens_at(run.lake, run.as_of, _PURPOSE),
        costly=_costly(run),
    )


def _profile_as_released(profile: dict[str, Any], found: Release, few: int) -> dict[str, Any]:
    """The profile of the high-need group with the counts that were released, and null for those that are hidden."""
    rows = fetched(found.lake, found.table("sizes"))
    told = {(row["section"], row["key"], row["key2"]): row["persons"] for row in rows if row["level"] == REGION}
    parts = {
        part: {name: told.get((section, name, None)) for name in profile[part]}
        for part, section in (("by_age", "high_need_age"), ("by_group", "high_need_group"))
    }
    shares = {"under_age": profile["under_age"], "persistence": profile["persistence"]}
    if None in (told.get(("high_need", "yes", "young")), told.get(("high_need", "yes", "old"))):
        shares["under_age"] = None
    again = shares["persistence"]
    if again is not None and (small(again["numerator"], few) or small(again["denominator"] - again["numerator"], few)):
        shares["persistence"] = None
    return {**profile, **parts, **shares}


def _costly(run: CostRun) -> Iterator[CostlyRow]:
    """Each practice's most costly patients with the disease of each set of indicators."""
    for name in set_files():
        for row in _streamed(run.top_of_practices(name)):
            sectors = {sector: str(row[sector]) for sector in run.prices.of_kind("service") if row[sector]}
            yield CostlyRow(
                person_id=row["person_id"], provider_number=row["provider_number"], diagnosis=name, rank=row["place"],
                cost=row["total"], before=row["total_before"], sectors=sectors,
            )  # fmt: skip
