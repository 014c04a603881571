"""Scores of a risk model, person by person (contracts of the risk models, rules of time of the house)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from samspil.programmes import RiskModel
from samspil.programmes.schema import Condition, Exclusion, Item
from tests.reference.measures import MEASURES, NEEDS, Rows, Value
from tests.reference.rules_of_time import Row, active_spell, age

#: Tables by name; a table that is not there was not loaded, or its source is switched off.
Tables = Mapping[str, Sequence[Row]]
NOTHING_SWITCHED: Mapping[str, bool] = MappingProxyType({})


class ItemResult(NamedTuple):
    """What one item says of one person; value and points are None unless the status is `scored`."""

    item: str
    value: int | str | None
    points: int | None
    status: str


@dataclass(frozen=True)
class PersonResult:
    """What a model says of one person."""

    person_id: int
    provider_number: str
    excluded_by: list[str]
    score: int
    band: str | None
    in_target: bool
    incomplete: bool
    items: list[ItemResult]

    def item(self, name: str) -> ItemResult:
        return next(item for item in self.items if item.item == name)

    def points(self, name: str) -> int | None:
        return self.item(name).points

    def missing(self) -> list[str]:
        return [item.item for item in self.items if item.status == "missing"]


def score(
    model: RiskModel, tables: Tables, as_of: dt.date, switches: Mapping[str, bool] = NOTHING_SWITCHED
) -> list[PersonResult]:
    """Everybody the model speaks about at D, by person id. `model` is the version in force at D."""
    for source, table in (("civil", "person"), ("general_practice", "affiliation")):
        if table not in tables:
            raise ValueError(f"a run needs the source {source}")
    results = []
    for person in sorted(tables["person"], key=lambda row: row["person_id"]):
        found = score_person(model, person, own_rows(tables, person["person_id"]), as_of, switches)
        if found is not None:
            results.append(found)
    return results


def own_rows(tables: Tables, person_id: int) -> dict[str, list[Row]]:
    """The rows of one person; registers, which are about nobody, in full."""
    return {
        name: [row for row in rows if row.get("person_id", person_id) == person_id] for name, rows in tables.items()
    }


def score_person(
    model: RiskModel, person: Row, rows: Rows, as_of: dt.date, switches: Mapping[str, bool]
) -> PersonResult | None:
    """The result of one person, or None if the model does not speak about this person."""
    practice = practice_at(rows, as_of)
    rules = [rule for rule in model.exclusions if switches.get(rule.exclusion, rule.enabled)]
    reported = is_active(person, as_of) or any(rule.not_active for rule in rules)
    if practice is None or not reported or not of_age(model, person, as_of):
        return None

    verdicts = {rule.exclusion: excludes(rule, person, rows, as_of) for rule in rules}
    excluded_by = [name for name, verdict in verdicts.items() if verdict]
    items = [
        score_item(item, rows, as_of)
        if switches.get(item.item, item.enabled)
        else ItemResult(item.item, None, None, "off")
        for item in model.items
    ]
    total = sum(item.points for item in items if item.points is not None)
    band, band_in_target = band_of(model, total, switches)
    return PersonResult(
        person_id=person["person_id"],
        provider_number=practice,
        excluded_by=excluded_by,
        score=total,
        band=band,
        in_target=total >= model.target.at_least and band_in_target and not excluded_by,
        incomplete=None in verdicts.values() or any(item.status == "missing" for item in items),
        items=items,
    )


def practice_at(rows: Rows, as_of: dt.date) -> str | None:
    """The practice at D: of several, the one joined last, and of those the highest number."""
    current = [row for row in rows["affiliation"] if active_spell(row, as_of)]
    if not current:
        return None
    return max((row["from"], row["provider_number"]) for row in current)[1]


def is_active(person: Row, as_of: dt.date) -> bool:
    """Whether a person was neither dead nor emigrated at D. The register tells the status of today."""
    changed_later = person["status_date"] is not None and person["status_date"] > as_of
    return person["status"] == "active" or changed_later


def of_age(model: RiskModel, person: Row, as_of: dt.date) -> bool:
    if person["birth_date"] > as_of:
        return False
    limits, years = model.eligible.age, age(person["birth_date"], as_of)
    return (limits.min is None or years >= limits.min) and (limits.max is None or years <= limits.max)


def excludes(rule: Exclusion, person: Row, rows: Rows, as_of: dt.date) -> bool | None:
    """Whether a rule excludes the person; None when it cannot be checked."""
    if rule.not_active:
        return not is_active(person, as_of)
    if not all(loaded(condition.measure, rows) for condition in rule.any_of):
        return None
    verdicts = [holds(condition, rows, as_of) for condition in rule.any_of]
    if any(verdicts):
        return True
    return None if None in verdicts else False


def loaded(measure: str, rows: Rows) -> bool:
    return all(table in rows for table in NEEDS[measure])


def measured(measure: str, parameters: Mapping[str, Any], rows: Rows, as_of: dt.date) -> Value:
    return MEASURES[measure](rows, as_of, **parameters)


def holds(condition: Condition, rows: Rows, as_of: dt.date) -> bool | None:
    """Whether a condition holds; None when the measure is missing for this person."""
    value = measured(condition.measure, condition.with_, rows, as_of)
    if value is None:
        return None
    if condition.at_least is None:
        return value is True
    return value >= condition.at_least


def score_item(item: Item, rows: Rows, as_of: dt.date) -> ItemResult:
    measures = [item.measure] if item.measure else [rung.measure for rung in item.first_of]
    if not all(loaded(measure, rows) for measure in measures):
        return missing(item)
    if item.first_of:
        return climb(item, rows, as_of)
    value = measured(item.measure, item.with_, rows, as_of)
    if value is None:
        return missing(item)
    if item.levels is not None:
        return ItemResult(item.item, value, item.levels[value], "scored")
    points = 0
    for band in item.bands:
        if value >= band.at_least:
            points = band.points
    return ItemResult(item.item, whole(value), points, "scored")


def whole(value: int | Decimal) -> int:
    """A number as shown: money in whole kroner. Points are given to the exact amount."""
    return int(Decimal(value).quantize(Decimal(1), ROUND_HALF_UP))


def climb(item: Item, rows: Rows, as_of: dt.date) -> ItemResult:
    """The first rung that holds; what any rung reads, the item reads, so unknown in one is missing."""
    verdicts = [holds(rung, rows, as_of) for rung in item.first_of]
    if None in verdicts:
        return missing(item)
    for rung, verdict in zip(item.first_of, verdicts, strict=True):
        if verdict:
            return ItemResult(item.item, rung.level, rung.points, "scored")
    return ItemResult(item.item, item.otherwise.level, item.otherwise.points, "scored")


def missing(item: Item) -> ItemResult:
    return ItemResult(item.item, None, None, "missing")


def band_of(model: RiskModel, total: int, switches: Mapping[str, bool]) -> tuple[str | None, bool]:
    """The band of a score, and whether it is in the target group; a score below all bands has none."""
    name, in_target = None, True
    for band in model.bands:
        if total >= band.at_least:
            name = band.band
            in_target = switches.get(band.switch, band.in_target) if band.switch else band.in_target
    return name, in_target
