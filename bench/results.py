"""Results that a risk model can give, made up: what a bench or a test of many citizens writes on lists."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from samspil.programmes import RiskModel
from samspil.programmes.schema import Item


@dataclass(frozen=True)
class Result:
    """What a model may say of somebody, as an entry keeps it: `criteria` is by item [value, status, points]."""

    score: int
    band: str
    in_target: bool
    incomplete: bool
    criteria: dict[str, list[Any]]


def results(model: RiskModel, count: int, *, in_target: bool, seed: int = 1) -> list[Result]:
    """So many results that the model's definition can give, all inside or all outside its target group."""
    source = random.Random(f"{model.model} {seed} {in_target}")
    found: list[Result] = []
    while len(found) < count:
        result = _result(model, source)
        if result.in_target == in_target:
            found.append(result)
    return found


def _result(model: RiskModel, source: random.Random) -> Result:
    criteria: dict[str, list[Any]] = {}
    for item in model.items:
        if not item.enabled:
            criteria[item.item] = [None, "off", None]
        elif source.random() < 0.02:
            criteria[item.item] = [None, "missing", None]
        else:
            value, points = _value(item, source)
            criteria[item.item] = [value, "scored", points]
    score = sum(points or 0 for _value, _status, points in criteria.values())
    bands = [band for band in model.bands if band.at_least <= score]
    return Result(
        score=score,
        band=bands[-1].band if bands else "",
        in_target=score >= model.target.at_least and (not bands or bands[-1].in_target),
        incomplete=any(status == "missing" for _value, status, _points in criteria.values()),
        criteria=criteria,
    )


def _value(item: Item, source: random.Random) -> tuple[int | str, int]:
    """A value that the item can have, and its points."""
    if item.bands is not None:
        number = source.randrange(len(item.bands))
        band = item.bands[number]
        following = item.bands[number + 1].at_least if number + 1 < len(item.bands) else band.at_least + 5
        return source.randrange(int(band.at_least), int(following)), band.points
    if item.levels is not None:
        return source.choice(list(item.levels.items()))
    assert item.first_of is not None
    assert item.otherwise is not None
    rung = source.choice([*item.first_of, item.otherwise])
    return rung.level, rung.points
