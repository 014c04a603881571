"""A model card: what a risk model is, what it is made of, which of its readings are in force, and on which data.

After Mitchell et al., Model Cards for Model Reporting (2019). The figures of the validation stand in the
`Validation` that the card is shown with.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from samspil.evaluation.validation import Validation
from samspil.population import Switch
from samspil.programmes import ModelFile, RiskModel
from samspil.programmes.schema import Text


@dataclass(frozen=True)
class DataSource:
    """A source as delivered: its title by language, its owner, the days it covers and when it was last drawn.

    `deliveries` identify the data: the same deliveries are the same data.
    """

    source: str
    title: Mapping[str, str]
    owner: str
    data_from: dt.date
    data_until: dt.date
    drawn_on: dt.date
    deliveries: tuple[str, ...]


@dataclass(frozen=True)
class DatedRule:
    """One value of the model that changes with time: where it stands, its days, and whether it is in force at D."""

    place: str
    value: str
    from_: dt.date | None
    until: dt.date | None
    source: str | None
    in_force: bool


@dataclass(frozen=True)
class ModelCard:
    """A risk model as validated. `software` is the version of Samspil and of the code that scores."""

    model: RiskModel
    file: str
    programme: Text
    as_of: dt.date
    dated_rules: tuple[DatedRule, ...]
    switches: tuple[Switch, ...]
    sources: tuple[DataSource, ...]
    software: str


def model_card(model: ModelFile, validation: Validation, sources: Sequence[DataSource], software: str) -> ModelCard:
    """The card of the model as `validation` had it. `sources` are those of the data that were used."""
    needed = {found.source for found in validation.sources}
    return ModelCard(
        model=validation.model,
        file=model.file.path.name,
        programme=model.programme.title,
        as_of=validation.as_of,
        dated_rules=tuple(_dated_rules(model.file.content, validation.as_of)),
        switches=validation.switches,
        sources=tuple(sorted((s for s in sources if s.source in needed), key=lambda s: s.source)),
        software=software,
    )


def _dated_rules(node: Any, day: dt.date, place: tuple[str, ...] = ()) -> Iterator[DatedRule]:
    if isinstance(node, dict) and "dated" in node:
        for entry in node["dated"]:
            from_, until = entry.get("from"), entry.get("until")
            in_force = (from_ is None or from_ <= day) and (until is None or day <= until)
            yield DatedRule(".".join(place), _text(entry["value"]), from_, until, entry.get("source"), in_force)
    elif isinstance(node, dict):
        for key, child in node.items():
            yield from _dated_rules(child, day, (*place, str(key)))
    elif isinstance(node, list):
        for number, child in enumerate(node):
            yield from _dated_rules(child, day, (*place, _name(child) or str(number + 1)))


def _name(part: Any) -> str | None:
    """What a member of a list is called in the definition: an item, an exclusion, a measure, a band."""
    names = ("item", "exclusion", "measure", "band")
    return next((str(part[key]) for key in names if key in part), None) if isinstance(part, dict) else None


def _text(value: Any) -> str:
    return ", ".join(_text(member) for member in value) if isinstance(value, list) else str(value)
