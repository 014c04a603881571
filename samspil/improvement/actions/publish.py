"""Bringing a run of indicators, segments or cost to practices, networks and leadership: everything, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from samspil.access import guard
from samspil.access.actions.people_of_population import batches, practices_of, unknown_added
from samspil.access.actor import Actor
from samspil.access.policy import Resource
from samspil.improvement.handover import FiguresHandover, IndicatorHandover, NetworkRow, Released, Unit
from samspil.improvement.models import (
    CategoryCount,
    CostlyPatient,
    Coverage,
    FiguresPublication,
    IndicatorPublication,
    IndicatorResult,
    LostPatient,
    Network,
    NetworkPractice,
    PatientState,
    ReleasedTable,
)

PATIENTS = Resource("quality_patients")
FIGURES = Resource("population_figures")


@dataclass
class Published:
    """What publishing did. `again` is a run that had been published before; nothing was changed then."""

    run: str
    figures: int = 0
    patients: int = 0
    hidden: int = 0
    again: bool = False


def publish_indicators(actor: Actor, handover: IndicatorHandover) -> Published:
    """Publish a run of indicators. Published again, nothing changes.

    Patients' states are kept for the newest publication of a set alone. Raises Refused when no legal basis for
    following up patients through linked data is in force.
    """
    guard.require(actor, "write", PATIENTS, "improvement")
    if IndicatorPublication.objects.filter(run=handover.run).exists():
        return Published(handover.run, again=True)
    # Read to the end before anything is locked, so that nobody's page waits for the warehouse.
    people = list(handover.citizens)
    results, categories = list(handover.results), list(handover.categories)
    coverage, patients, lost = list(handover.coverage), list(handover.patients), list(handover.lost)
    with transaction.atomic():
        practices = practices_of(handover.practices)
        citizens = unknown_added(people, practices, handover.as_of)
        places = _Places(practices, _networks(handover.networks, practices))
        publication = IndicatorPublication.objects.create(
            run=handover.run,
            set=handover.set,
            programme=handover.programme,
            case=handover.case,
            as_of=handover.as_of,
            definition=handover.definition,
            versions=handover.versions,
            data_dates={source: day.isoformat() for source, day in handover.data_dates.items()},
            stale=handover.stale,
            release=handover.release.id,
            checks=handover.release.checks,
            published_at=timezone.now(),
            published_by=actor.name,
        )
        _tables(handover.release, indicators=publication)
        for kind, rows in ((IndicatorResult, results), (CategoryCount, categories), (Coverage, coverage)):
            _write(kind, rows, partial(_figure, kind, publication, places))
        newest = IndicatorPublication.objects.filter(set=handover.set).first()
        if newest == publication:
            earlier = IndicatorPublication.objects.filter(set=handover.set).exclude(pk=publication.pk)
            PatientState.objects.filter(publication__in=earlier).delete()
            LostPatient.objects.filter(publication__in=earlier).delete()
            _write(PatientState, patients, lambda r: PatientState(
                publication=publication, citizen_id=citizens[r.person_id], practice_id=practices[r.provider_number],
                indicator=r.indicator, state=r.state, exception=r.exception, last=r.last, since=r.since,
                value=r.value, target=r.target, category=r.category))  # fmt: skip
            _write(LostPatient, lost, lambda r: LostPatient(
                publication=publication, citizen_id=citizens[r.person_id], practice_id=practices[r.provider_number],
                last_contact=r.last_contact))  # fmt: skip
    return Published(
        handover.run,
        figures=len(results),
        patients=len({row.person_id for row in patients}),
        hidden=sum(row.hidden for row in results),
    )


def publish_figures(actor: Actor, handover: FiguresHandover) -> Published:
    """Publish a run of segments or cost. Published again, nothing changes. Raises Refused.

    The most costly patients are kept for the newest publication alone.
    """
    guard.require(actor, "write", FIGURES, "improvement")
    if FiguresPublication.objects.filter(run=handover.run).exists():
        return Published(handover.run, again=True)
    people, costly = list(handover.citizens), list(handover.costly)
    if costly:
        guard.require(actor, "write", PATIENTS, "improvement")
    with transaction.atomic():
        practices = practices_of(handover.practices)
        citizens = unknown_added(people, practices, handover.as_of)
        publication = FiguresPublication.objects.create(
            run=handover.run,
            kind=handover.kind,
            as_of=handover.as_of,
            definition=handover.definition,
            data_dates={source: day.isoformat() for source, day in handover.data_dates.items()},
            release=handover.release.id,
            checks=handover.release.checks,
            published_at=timezone.now(),
            published_by=actor.name,
        )
        _tables(handover.release, figures=publication)
        if FiguresPublication.objects.filter(kind=handover.kind).first() == publication:
            CostlyPatient.objects.filter(publication__kind=handover.kind).delete()
            _write(CostlyPatient, costly, lambda r: CostlyPatient(
                publication=publication, citizen_id=citizens[r.person_id], practice_id=practices[r.provider_number],
                diagnosis=r.diagnosis, rank=r.rank, cost=r.cost, before=r.before, sectors=r.sectors))  # fmt: skip
    rows = sum(len(table.rows) for table in handover.release.tables)
    hidden = sum(
        row[table.columns.index("suppressed")] is not None for table in handover.release.tables for row in table.rows
    )
    return Published(handover.run, figures=rows, patients=len({row.person_id for row in costly}), hidden=hidden)


@dataclass(frozen=True)
class _Places:
    """Keys of practices by provider number and of networks by code."""

    practices: Mapping[str, int]
    networks: Mapping[str, int]

    def of(self, unit: Unit) -> dict[str, Any]:
        """The columns that say what a figure is about."""
        match unit.level:
            case "practice":
                return {"level": unit.level, "practice_id": self.practices[unit.unit]}
            case "network" | "constant":
                return {"level": unit.level, "network_id": self.networks[unit.unit]}
            case "municipality":
                return {"level": unit.level, "municipality": unit.unit}
            case _:
                return {"level": unit.level}


def _networks(rows: Iterable[NetworkRow], practices: Mapping[str, int]) -> dict[str, int]:
    """Networks and who is in them, as delivered; a network that was not delivered any more stays as it was."""
    keys = {}
    for row in rows:
        network, _made = Network.objects.update_or_create(code=row.code, defaults={"name": row.name})
        keys[row.code] = network.pk
        network.practices.all().delete()
        NetworkPractice.objects.bulk_create(
            NetworkPractice(
                network=network, practice_id=practices[number], joined=joined, left=left, agreed_labels=agreed
            )
            for number, joined, left, agreed in row.practices
            if number in practices
        )
    return keys


#: The columns that a row of each kind brings, beside the day, what it is about and whether it is hidden.
_COLUMNS: dict[type[Model], tuple[str, ...]] = {
    IndicatorResult: (
        "indicator", "version", "outcome", "persons", "met", "not_met", "overdue", "no_data", "not_applicable",
        "exceptions", "strict_d", "observed_d",
    ),
    CategoryCount: ("indicator", "category", "persons"),
    Coverage: ("participating", "delivering", "persons", "variable", "with_value", "first_valid"),
}  # fmt: skip


def _figure(kind: Any, publication: IndicatorPublication, places: _Places, row: Any) -> Model:
    given = {name: getattr(row, name) for name in _COLUMNS[kind]}
    made: Model = kind(publication=publication, day=row.day, hidden=row.hidden, **places.of(row.of), **given)
    return made


def _tables(release: Released, **of: Any) -> None:
    ReleasedTable.objects.bulk_create(
        ReleasedTable(name=table.name, columns=table.columns, rows=table.rows, **of) for table in release.tables
    )


def _write(kind: Any, rows: Iterable[Any], made: Callable[[Any], Model]) -> None:
    for batch in batches(rows):
        kind.objects.bulk_create([made(row) for row in batch])
