"""The model card tells which values were in force and which data were used."""

from __future__ import annotations

import datetime as dt

from samspil.evaluation import DataSource, model_card
from samspil.population import Switch
from tests.evaluation.made_people import D, model_file, validated
from tests.population.builders import Region


def source(name: str) -> DataSource:
    day = dt.date(2016, 2, 1)
    return DataSource(name, {"da": name.title(), "en": name}, "Ejer", dt.date(2010, 1, 1), day, day, ("first", "last"))


def test_dated_values_switches_and_sources() -> None:
    region = Region(as_of=D)
    region.citizen(1)
    switch = Switch("small", "living", False, "prøve")
    validation = validated(region, switches=[switch])
    card = model_card(model_file(), validation, [source("hospital"), source("health_insurance")], "1.2.3")
    assert card.model == validation.model
    assert not next(item for item in card.model.items if item.item == "living").enabled
    assert card.switches == (switch,)
    assert [found.source for found in card.sources] == ["hospital"]
    assert [(rule.place, rule.value, rule.in_force) for rule in card.dated_rules] == [
        ("version", "1", False),
        ("version", "2", True),
    ]
    assert card.file == "small.yaml"
