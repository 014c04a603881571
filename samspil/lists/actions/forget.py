"""Forgetting a source that is purged: what its data said must leave the practices' lists too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from samspil.access import guard, log
from samspil.access.actor import Actor
from samspil.access.policy import Resource
from samspil.lists.models import Entry, Publication, Standing
from samspil.lists.names import Bulletin
from samspil.population.stratification import needed_sources
from samspil.population.words import item_sources
from samspil.programmes import RiskModel

_MISSING: list[Any] = [None, "missing", None]


@dataclass(frozen=True)
class Forgotten:
    """How much was forgotten."""

    names: int
    standings: int


def forget_source(actor: Actor, source: str) -> Forgotten:
    """Make every criterion that a source told of missing, in every publication; scores fall accordingly.

    Nobody leaves a list by it: whether a name belongs there is for the doctor, who sees what is missing. Standings of
    models that read the source are removed, so that the gate asks about everything. A second time changes nothing.
    """
    resource = Resource("source")
    decision = guard.require(actor, "write", resource, "administration", detail=source)
    names = standings = 0
    with transaction.atomic():
        for publication in Publication.objects.all():
            model = Bulletin(publication).model
            if source not in publication.data_dates or source not in needed_sources(model):
                continue
            items = [item.item for item in model.items if source in item_sources(item)]
            names += _forget_criteria(publication, model, items)
            standings += Standing.objects.filter(publication=publication).delete()[0]
            del publication.data_dates[source]
            publication.not_loaded = sorted({*publication.not_loaded, source})
            publication.missing = sorted({*publication.missing, *items})
            publication.save(update_fields=["data_dates", "not_loaded", "missing"])
        log.append([log.entry(actor, "write", resource, "administration", decision, detail=f"purged {source}")])
    return Forgotten(names, standings)


def _forget_criteria(publication: Publication, model: RiskModel, items: list[str]) -> int:
    """Blank the items in every name that shows the publication's data. Returns how many names had one."""
    changed = []
    for entry in Entry.objects.filter(publication=publication).iterator():
        if all(entry.criteria.get(item, _MISSING) == _MISSING for item in items):
            continue
        entry.criteria |= dict.fromkeys(items, _MISSING)
        entry.score = sum(points or 0 for _value, _status, points in entry.criteria.values())
        bands = [band.band for band in model.bands if band.at_least <= entry.score]
        entry.band = bands[-1] if bands else ""
        entry.incomplete = True
        changed.append(entry)
    Entry.objects.bulk_update(changed, ["criteria", "score", "band", "incomplete"], batch_size=500)
    return len(changed)
