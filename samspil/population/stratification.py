"""Risk models on a population: who is eligible, who is excluded and why, every point and what it came from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from samspil.definitions import SamspilError
from samspil.population.binding import Use, bind_condition, bind_item
from samspil.population.engine import citizens, column_names, is_loaded, may_be_unknown, with_measures
from samspil.population.tables import Tables, sources_of
from samspil.population.time import AsOf
from samspil.programmes import RiskModel
from samspil.programmes.schema import Condition, Exclusion, Item

SCORED, MISSING, OFF = "scored", "missing", "off"

#: The columns of a run's items, as the contract names them.
ITEM_COLUMNS = (
    "person_id", "provider_number", "model", "version", "as_of", "excluded_by", "score", "band", "in_target",
    "item", "value", "points", "status",
)  # fmt: skip


@dataclass(frozen=True)
class Switch:
    """A decision to take an item, an exclusion or a band's place in the target in or out of a model.

    `because` documents it, and is required to switch on an item that uses special-category data.
    """

    model: str
    name: str
    enabled: bool
    because: str = ""

    @classmethod
    def parse(cls, text: str) -> Switch:
        """Read `daemp.open_courses=off` or `sad.origin=on:why it is justified`. Raises SamspilError."""
        place, equals, setting = text.partition("=")
        model, dot, name = place.strip().partition(".")
        state, _, because = setting.partition(":")
        if not (equals and dot and state.strip() in {"on", "off"}):
            raise SamspilError(f"`{text}` is not a switch such as `daemp.open_courses=off` or `sad.origin=on:why`")
        return cls(model, name, state.strip() == "on", because.strip())

    def __str__(self) -> str:
        return f"{self.model}.{self.name}={'on' if self.enabled else 'off'}"


def apply_switches(model: RiskModel, switches: Sequence[Switch]) -> RiskModel:
    """The model with its switches set. Raises SamspilError for an unknown switch or a missing justification."""
    items = {item.item: item for item in model.items}
    exclusions = {rule.exclusion: rule for rule in model.exclusions}
    bands = {band.switch: band for band in model.bands if band.switch}
    for switch in switches:
        if switch.model != model.model:
            continue
        if switch.name in items:
            item = items[switch.name]
            if switch.enabled and item.special_category and not switch.because:
                raise SamspilError(
                    f"`{switch}` needs a documented justification (`{switch}:why`): {item.special_category}"
                )
            items[switch.name] = item.model_copy(update={"enabled": switch.enabled})
        elif switch.name in exclusions:
            rule = exclusions[switch.name]
            exclusions[switch.name] = rule.model_copy(update={"enabled": switch.enabled})
        elif switch.name in bands:
            band = bands[switch.name]
            bands[switch.name] = band.model_copy(update={"in_target": switch.enabled})
        else:
            known = ", ".join([*items, *exclusions, *(name for name in bands if name)])
            raise SamspilError(f"`{model.model}` has no switch `{switch.name}`; its switches are {known}")
    return model.model_copy(
        update={
            "items": tuple(items.values()),
            "exclusions": tuple(exclusions.values()),
            "bands": tuple(bands[band.switch] if band.switch else band for band in model.bands),
        }
    )


def switched(models: Sequence[RiskModel], switches: Sequence[Switch]) -> list[RiskModel]:
    """The models of a run with its switches set. Raises SamspilError for a switch that no model of the run has."""
    unknown = {switch.model for switch in switches} - {model.model for model in models}
    if unknown:
        raise SamspilError(f"a switch names a model that is not run: {', '.join(sorted(unknown))}")
    return [apply_switches(model, switches) for model in models]


@dataclass(frozen=True)
class Stratification:
    """The risk models of one run on one population at D.

    `unchecked` names, by model, the exclusions that could not be checked because their source is missing, and
    `missing` the items that are missing for everybody.
    """

    as_of: dt.date
    models: Mapping[str, RiskModel]
    unchecked: Mapping[str, tuple[str, ...]]
    missing: Mapping[str, tuple[str, ...]]
    _persons: Mapping[str, ir.Table]

    def persons(self, model: str) -> ir.Table:
        """One row per eligible or excluded person of a model.

        person_id, provider_number, age, sex, municipality, excluded_by (list of codes), score, band, in_target,
        incomplete, and for each item `i` the columns value_i, points_i and status_i.
        """
        return with_status(self.models[model], self._persons[model])

    def to_keep(self, model: str) -> ir.Table:
        """`persons` without the statuses, which follow from the points (`with_status`)."""
        return self._persons[model]

    def items(self, model: str | None = None) -> ir.Table:
        """One row per person and item of one model, or of all: the contract's columns, values as text."""
        chosen = [model] if model is not None else list(self.models)
        return ibis.union(*(items_of(self.models[name], self.persons(name), self.as_of) for name in chosen))


def stratify(
    models: Sequence[RiskModel], tables: Tables, as_of: dt.date, switches: Sequence[Switch] = ()
) -> Stratification:
    """Score the population at `as_of` with every model in one pass over each source table.

    `models` are models as in force at `as_of`; a table that is absent from `tables` makes the items that need it
    `missing`. Raises SamspilError when civil registration or general practice is absent, or for a switch that
    no model has.
    """
    at = AsOf(as_of)
    models = switched(models, switches)
    uses = [use for model in models for use in _uses(model)]
    # Kept once: every model reads its columns from here instead of reading the sources again.
    measured = with_measures(_of_any_age(citizens(tables, at), models), uses, tables, at).cache()
    scorers = [_Scorer(model, column_names(uses), tables) for model in models]
    return Stratification(
        as_of=as_of,
        models={scorer.model.model: scorer.model for scorer in scorers},
        unchecked={scorer.model.model: scorer.unchecked for scorer in scorers},
        missing={scorer.model.model: scorer.missing for scorer in scorers},
        _persons={scorer.model.model: scorer.persons(measured) for scorer in scorers},
    )


def _enabled_items(model: RiskModel) -> list[Item]:
    return [item for item in model.items if item.enabled]


def _enabled_exclusions(model: RiskModel) -> list[Exclusion]:
    return [rule for rule in model.exclusions if rule.enabled]


def _uses(model: RiskModel) -> list[Use]:
    """Everything a model needs measured."""
    uses = [use for item in _enabled_items(model) for use in bind_item(item)]
    return uses + [bind_condition(c) for rule in _enabled_exclusions(model) for c in rule.any_of]


def needed_sources(model: RiskModel) -> tuple[str, ...]:
    """The sources a model reads, beside civil registration and general practice which every run needs."""
    return sources_of(tuple(table for use in _uses(model) for table in use.tables))


def _within_ages(people: ir.Table, model: RiskModel) -> ir.BooleanValue:
    age = model.eligible.age
    wanted = ibis.literal(True)
    if age.min is not None:
        wanted = wanted & (people.age >= age.min)
    if age.max is not None:
        wanted = wanted & (people.age <= age.max)
    return wanted


def _of_any_age(people: ir.Table, models: Sequence[RiskModel]) -> ir.Table:
    return people.filter(ibis.or_(*(_within_ages(people, model) for model in models)))


class _Scorer:
    """One model on measured people."""

    def __init__(self, model: RiskModel, columns: Mapping[Use, str], tables: Tables) -> None:
        self.model = model
        self.columns = columns
        self.tables = tables
        self.unchecked = tuple(
            rule.exclusion
            for rule in _enabled_exclusions(model)
            if not all(is_loaded(bind_condition(c), tables) for c in rule.any_of)
        )
        self.missing = tuple(
            item.item for item in _enabled_items(model) if not all(is_loaded(use, tables) for use in bind_item(item))
        )

    def persons(self, measured: ir.Table) -> ir.Table:
        people = measured.filter(_within_ages(measured, self.model))
        scored = people.select(
            "person_id", "provider_number", "age", "sex", "municipality", "active",
            excluded_by=self._excluded_by(people),
            undecided=self._undecided(people),
            **{name: column for item in self.model.items for name, column in self._item(item, people).items()},
        )  # fmt: skip
        points = [scored[f"points_{item.item}"].fill_null(0) for item in self.model.items]
        # Engines widen a sum differently; points fit in 32 bits.
        score = sum(points[1:], points[0]).cast("int32")
        scored = scored.mutate(score=score)
        scored = scored.mutate(band=self._band(scored.score))
        missing = [scored[f"points_{item.item}"].isnull() for item in _enabled_items(self.model)]
        if not any(rule.not_active for rule in _enabled_exclusions(self.model)):
            scored = scored.filter(scored.active)
        return scored.select(
            "person_id", "provider_number", "age", "sex", "municipality", "excluded_by", "score", "band",
            in_target=self._in_target(scored),
            incomplete=ibis.or_(ibis.literal(bool(self.unchecked)), scored.undecided, *missing),
            **{
                f"{part}_{item.item}": scored[f"{part}_{item.item}"]
                for item in self.model.items
                for part in ("value", "points")
            },
        )  # fmt: skip

    def _holds(self, condition: Condition, people: ir.Table) -> ir.BooleanValue:
        value = people[self.columns[bind_condition(condition)]]
        return value if condition.at_least is None else value >= condition.at_least

    def _excluded_by(self, people: ir.Table) -> ir.ArrayValue:
        codes = []
        for rule in _enabled_exclusions(self.model):
            if rule.not_active:
                excluded = ~people.active
            elif rule.exclusion in self.unchecked:
                continue
            else:
                excluded = self._excludes(rule, people)
            codes.append(excluded.ifelse(rule.exclusion, ibis.null("string")))
        return ibis.array(codes).filter(lambda code: code.notnull()) if codes else NO_CODES

    def _excludes(self, rule: Exclusion, people: ir.Table) -> ir.BooleanValue:
        """Whether some condition of an exclusion holds; null where none does and one is unknown."""
        return ibis.or_(*(self._holds(condition, people) for condition in rule.any_of))

    def _undecided(self, people: ir.Table) -> ir.BooleanValue:
        """Whether an exclusion could not be checked for a person, because a state it reads is not known."""
        undecided = [
            self._excludes(rule, people).isnull()
            for rule in _enabled_exclusions(self.model)
            if rule.exclusion not in self.unchecked and any(may_be_unknown(bind_condition(c)) for c in rule.any_of)
        ]
        return ibis.or_(ibis.literal(False), *undecided)

    def _item(self, item: Item, people: ir.Table) -> dict[str, ir.Value]:
        """Value and points of one item for everybody; both null where it is off or missing."""
        value_name, points_name = f"value_{item.item}", f"points_{item.item}"
        if not item.enabled or item.item in self.missing:
            kind = "int64" if item.bands is not None else "string"
            return {value_name: ibis.null(kind), points_name: ibis.null("int32")}
        if item.first_of is not None and item.otherwise is not None:
            rungs = [(self._holds(rung, people), rung) for rung in item.first_of]
            # A ladder is known when every rung is.
            unknown = [holds.isnull() for holds, rung in rungs if may_be_unknown(bind_condition(rung))]
            nothing = ibis.or_(ibis.literal(False), *unknown)
            value = ibis.cases(
                (nothing, ibis.null("string")),
                *((holds, rung.level) for holds, rung in rungs),
                else_=item.otherwise.level,
            )
            points = ibis.cases(
                (nothing, ibis.null("int32")),
                *((holds, _points(rung.points)) for holds, rung in rungs),
                else_=_points(item.otherwise.points),
            )
            return {value_name: value, points_name: points}
        value = people[self.columns[bind_item(item)[0]]]
        if item.levels is not None:
            points = ibis.cases(*((value == level, _points(given)) for level, given in item.levels.items()))
        else:
            # An amount is banded as it is, and shown in whole kroner.
            points = _banded(value, item)
            value = (value if value.type().is_integer() else value.round()).cast("int64")
        return {value_name: value, points_name: points}

    def _band(self, score: ir.IntegerValue) -> ir.StringValue:
        bands = [(score >= band.at_least, band.band) for band in reversed(self.model.bands)]
        return ibis.cases(*bands) if bands else ibis.null("string")

    def _in_target(self, scored: ir.Table) -> ir.BooleanValue:
        wanted = (scored.score >= self.model.target.at_least) & (scored.excluded_by.length() == 0)
        left_out = [band.band for band in self.model.bands if not band.in_target]
        return wanted & ~scored.band.isin(left_out).fill_null(False) if left_out else wanted


#: An empty list that engines know to be of texts; a bare `[]` has no type to some.
NO_CODES = ibis.array([""])[:0]


def _points(points: int) -> ir.IntegerScalar:
    return ibis.literal(points, type="int32")


def _banded(value: ir.NumericValue, item: Item) -> ir.IntegerValue:
    """Points of the highest band a value reaches; 0 below all, null where the value is."""
    bands = [(value >= band.at_least, _points(band.points)) for band in reversed(item.bands or ())]
    return ibis.cases(*bands, (value.notnull(), _points(0)))


def with_status(model: RiskModel, persons: ir.Table) -> ir.Table:
    """A model's persons with the status of each item after its points: scored, missing or off."""
    columns: dict[str, ir.Value] = {}
    for item in model.items:
        points = persons[f"points_{item.item}"]
        columns[f"value_{item.item}"] = persons[f"value_{item.item}"]
        columns[f"points_{item.item}"] = points
        status = points.isnull().ifelse(MISSING, SCORED) if item.enabled else ibis.literal(OFF)
        columns[f"status_{item.item}"] = status
    others = [name for name in persons.columns if name not in columns]
    return persons.select(*others, **columns)


def items_of(model: RiskModel, persons: ir.Table, as_of: dt.date) -> ir.Table:
    """A model's persons as one row per person and item, in the contract's columns, values as text."""
    entries = ibis.array(
        [
            ibis.struct(
                {
                    "item": ibis.literal(item.item),
                    "value": persons[f"value_{item.item}"].cast("string"),
                    "points": persons[f"points_{item.item}"],
                    "status": persons[f"status_{item.item}"],
                }
            )
            for item in model.items
        ]
    )
    rows = persons.select(
        "person_id", "provider_number",
        model=ibis.literal(model.model), version=ibis.literal(model.version), as_of=ibis.literal(as_of),
        excluded_by=persons.excluded_by, score=persons.score, band=persons.band, in_target=persons.in_target,
        entry=entries.unnest(),
    )  # fmt: skip
    return rows.select(
        *ITEM_COLUMNS[:9],
        item=rows.entry["item"], value=rows.entry["value"], points=rows.entry["points"],
        status=rows.entry["status"],
    )  # fmt: skip
