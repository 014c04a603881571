"""A score in words: each criterion with its value as a sentence, its points, its source and the data's date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from samspil.population.binding import bind_item
from samspil.population.stratification import MISSING, OFF
from samspil.population.tables import sources_of
from samspil.programmes import RiskModel
from samspil.programmes.schema import Item

Language = Literal["da", "en"]

_NOT_LOADED = {"da": "ukendt: kilden er ikke indlæst", "en": "unknown: the source is not loaded"}
_NOT_KNOWN = {"da": "ukendt: ikke oplyst for borgeren", "en": "unknown: not stated for this citizen"}
_OFF = {"da": "bruges ikke", "en": "not used"}


@dataclass(frozen=True)
class Criterion:
    """One criterion of one person's score, explained.

    `sources` are those the item reads and `data_date` the oldest day one of them was drawn; None when missing.
    """

    item: str
    title: str
    value: int | str | None
    words: str
    points: int | None
    max_points: int
    status: str
    sources: tuple[str, ...]
    data_date: dt.date | None
    lines: str
    note: str | None


def item_sources(item: Item) -> tuple[str, ...]:
    """The sources an item needs."""
    return sources_of(tuple(table for use in bind_item(item) for table in use.tables))


def sentence(item: Item, value: int | str | None, status: str, language: Language, *, loaded: bool = True) -> str:
    """The value of an item in words. `loaded` says whether its sources are there at all."""
    if status == OFF:
        return _OFF[language]
    if status == MISSING or value is None:
        return (_NOT_KNOWN if loaded else _NOT_LOADED)[language]
    says = item.says[language]
    if item.bands is None:
        return says[str(value)]
    form = {0: "zero", 1: "one"}.get(int(value), "other")
    return says[form].format(value=value)


def criteria(
    model: RiskModel,
    person: Mapping[str, Any],
    data_dates: Mapping[str, dt.date],
    language: Language,
    known: Mapping[str, tuple[str, ...]] | None = None,
) -> list[Criterion]:
    """Every criterion of one row of a run's persons, in the model's order. `data_dates` is by source.

    `known` are the sources of each item, for who explains many persons and has looked them up.
    """
    explained = []
    for item in model.items:
        sources = known[item.item] if known is not None else item_sources(item)
        dates = [data_dates[source] for source in sources if source in data_dates]
        value, status = person[f"value_{item.item}"], person[f"status_{item.item}"]
        explained.append(
            Criterion(
                item=item.item,
                title=getattr(item.title, language),
                value=value,
                words=sentence(item, value, status, language, loaded=len(dates) == len(sources)),
                points=person[f"points_{item.item}"],
                max_points=item.max_points,
                status=status,
                sources=sources,
                data_date=min(dates) if len(dates) == len(sources) else None,
                lines=item.source,
                note=item.note,
            )
        )
    return explained
