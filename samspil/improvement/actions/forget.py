"""Forgetting a source that is purged: what its data said of a patient leaves the practice's pages too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from samspil.access import guard, log
from samspil.access.actor import Actor
from samspil.access.policy import Resource
from samspil.improvement.models import (
    CostlyPatient,
    FiguresPublication,
    IndicatorPublication,
    LostPatient,
    PatientState,
)
from samspil.population.measures import MEASURES
from samspil.population.tables import sources_of


@dataclass(frozen=True)
class Forgotten:
    """How many rows about patients were removed."""

    states: int
    lost: int
    costly: int


def forget_source(actor: Actor, source: str) -> Forgotten:
    """Remove what publications that read a source said of patients. A second time changes nothing.

    Counts without anybody in them stay, as released, and say that the source was purged: an artefact of the
    publication zone is immutable, and nobody can be found in it.
    """
    resource = Resource("source")
    decision = guard.require(actor, "write", resource, "administration", detail=source)
    states = lost = costly = 0
    with transaction.atomic():
        for publication in IndicatorPublication.objects.filter(data_dates__has_key=source):
            if source in set(read_by(publication.definition)):
                states += PatientState.objects.filter(publication=publication).delete()[0]
                lost += LostPatient.objects.filter(publication=publication).delete()[0]
            _purged(publication, source)
        for figures in FiguresPublication.objects.filter(data_dates__has_key=source):
            costly += CostlyPatient.objects.filter(publication=figures).delete()[0]
            _purged(figures, source)
        log.append([log.entry(actor, "write", resource, "administration", decision, detail=f"purged {source}")])
    return Forgotten(states, lost, costly)


def read_by(definition: Any) -> Iterator[str]:
    """The sources that the measures of a definition read, and those without which there is nobody to count."""
    yield from ("civil", "general_practice")
    for name in _measures(definition):
        yield from sources_of(MEASURES[name].tables)


def _measures(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        named = part.get("measure")
        if isinstance(named, str):
            yield named
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _measures(each)


def _purged(publication: IndicatorPublication | FiguresPublication, source: str) -> None:
    del publication.data_dates[source]
    publication.checks = [*publication.checks, {"purged": source}]
    publication.save(update_fields=["data_dates", "checks"])
