"""The people of one validation as arrays: scores and item levels at one day, and what happened after it.

The engine scores and adds up; only one narrow row per person is taken out of it, in the order of person ids.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from samspil.evaluation.statistics import Bools, Ints
from samspil.population import Switch, stratify
from samspil.population.binding import outcome_uses
from samspil.population.engine import column_names, is_loaded, with_measures
from samspil.population.stratification import SCORED
from samspil.population.tables import Tables
from samspil.population.time import AsOf, Period
from samspil.programmes import RiskModel
from samspil.programmes.schema import Item, Outcome, Outcomes

#: The category of a person for whom an item is missing.
NO_CATEGORY = -1

_OERE = 100


@dataclass(frozen=True)
class Grouping:
    """Which group each person belongs to: names of the groups, and a number per person."""

    names: tuple[str, ...]
    member_of: Ints


@dataclass(frozen=True)
class Cohort:
    """Everybody a model could list on one day, one place per person in every array.

    `points` holds 0 where an item is missing; `categories` holds the position of the level or band an item has,
    or NO_CATEGORY where it is missing. Items that are off or missing for all are in neither. `events` are the
    outcomes that happen or not, `amounts` those that add up, in øre.
    """

    as_of: dt.date
    model: RiskModel
    score: Ints
    in_target: Bools
    incomplete: Bools
    emigrated_later: Bools
    age: Ints
    sex: Grouping
    practice: Grouping
    points: Mapping[str, Ints]
    categories: Mapping[str, Ints]
    events: Mapping[str, Bools]
    amounts: Mapping[str, Ints]
    excluded: Mapping[str, int]
    excluded_persons: int
    unchecked: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def persons(self) -> int:
        return len(self.score)


def cohort(
    model: RiskModel,
    outcomes: Outcomes,
    tables: Tables,
    as_of: dt.date,
    horizon: Period,
    *,
    switches: Sequence[Switch] = (),
) -> Cohort:
    """Score everybody at `as_of` and look up what happened to them in `horizon`.

    Outcomes whose tables are not loaded are left out; `switches` are those of this model.
    """
    run = stratify([model], tables, as_of, switches)
    model = run.models[model.model]
    everybody = run.persons(model.model)
    excluded = everybody.excluded_by.length() > 0
    items = [item for item in model.items if item.enabled and item.item not in run.missing[model.model]]
    known = [outcome for outcome in outcomes.outcomes if _loaded(outcome, outcomes, tables)]
    uses = [use for outcome in known for use in outcome_uses(outcomes)[outcome.outcome]]
    people = _with_later_emigration(everybody.filter(~excluded), tables, horizon)
    measured = with_measures(people, uses, tables, AsOf(as_of), horizon=horizon)
    columns = column_names(uses)
    uses_of = {name: [columns[use] for use in found] for name, found in outcome_uses(outcomes).items()
               if all(use in columns for use in found)}  # fmt: skip
    rows = (
        measured.order_by("person_id")
        .select(
            measured.provider_number, measured.sex, measured.age, measured.score, measured.in_target,
            measured.incomplete, measured.emigrated_later,
            **{f"points_{item.item}": measured[f"points_{item.item}"].fill_null(0) for item in items},
            **{f"category_{item.item}": _category(item, measured) for item in items},
            **{f"outcome_{o.outcome}": _outcome(o, measured, uses_of[o.outcome]) for o in known},
        )
        .to_pyarrow()
    )  # fmt: skip
    reasons: Counter[str] = Counter()
    combinations = (
        everybody.filter(excluded)
        .select(codes=everybody.excluded_by.join(" "))
        .group_by("codes")
        .aggregate(persons=ibis._.count())
    ).to_pyarrow()
    for combination in combinations.to_pylist():
        reasons.update(dict.fromkeys(combination["codes"].split(), combination["persons"]))
    return Cohort(
        as_of=as_of,
        model=model,
        score=_numbers(rows["score"]),
        in_target=_truths(rows["in_target"]),
        incomplete=_truths(rows["incomplete"]),
        emigrated_later=_truths(rows["emigrated_later"]),
        age=_numbers(rows["age"]),
        sex=_grouping(rows["sex"]),
        practice=_grouping(rows["provider_number"]),
        points={item.item: _numbers(rows[f"points_{item.item}"]) for item in items},
        categories={item.item: _numbers(rows[f"category_{item.item}"]) for item in items},
        events={o.outcome: _truths(rows[f"outcome_{o.outcome}"]) for o in known if o.any_of},
        amounts={o.outcome: _numbers(rows[f"outcome_{o.outcome}"]) for o in known if o.sum_of},
        excluded={rule.exclusion: reasons[rule.exclusion] for rule in model.exclusions if rule.enabled},
        excluded_persons=sum(combination["persons"] for combination in combinations.to_pylist()),
        unchecked=run.unchecked[model.model],
        missing=run.missing[model.model],
    )


def categories_of(item: Item) -> tuple[tuple[str, int], ...]:
    """The levels or bands of an item with their points, in the order `Cohort.categories` counts them.

    A band is named by the value it begins at.
    """
    if item.first_of is not None and item.otherwise is not None:
        rungs = [(rung.level, rung.points) for rung in item.first_of]
        return (*rungs, (item.otherwise.level, item.otherwise.points))
    if item.levels is not None:
        return tuple(item.levels.items())
    bands = item.bands or ()
    # Values below the first band give 0 points, as the score has it.
    return (("", 0), *((f"{band.at_least:g}", band.points) for band in bands))


def _category(item: Item, people: ir.Table) -> ir.IntegerValue:
    value, status = people[f"value_{item.item}"], people[f"status_{item.item}"]
    if item.bands is not None:
        reached = [ibis.literal(0, type="int16")]
        reached += [(value >= band.at_least).cast("int16") for band in item.bands]
        category = sum(reached[1:], reached[0])
    else:
        levels = [(value == level, ibis.literal(n, type="int16"))
                  for n, (level, _) in enumerate(categories_of(item))]  # fmt: skip
        category = ibis.cases(*levels)
    return (status == SCORED).ifelse(category, NO_CATEGORY).fill_null(NO_CATEGORY).cast("int16")


def _loaded(outcome: Outcome, outcomes: Outcomes, tables: Tables) -> bool:
    return all(is_loaded(use, tables) for use in outcome_uses(outcomes)[outcome.outcome])


def _outcome(outcome: Outcome, people: ir.Table, columns: Sequence[str]) -> ir.Value:
    """Whether the outcome happened, or its amount in øre."""
    values = [people[column] for column in columns]
    if outcome.sum_of:
        return sum((_oere(value) for value in values[1:]), _oere(values[0]))
    held = [
        value if condition.at_least is None else value >= condition.at_least
        for condition, value in zip(outcome.any_of, values, strict=True)
    ]
    return ibis.or_(*held).fill_null(False)


def _oere(amount: ir.NumericValue) -> ir.IntegerValue:
    return (amount * _OERE).round().cast("int64").fill_null(0)


def _with_later_emigration(people: ir.Table, tables: Tables, horizon: Period) -> ir.Table:
    """Marks who left the country in the horizon: what happens to them afterwards is not known."""
    person = tables["person"]
    gone = ((person.status == "emigrated") & horizon.contains(person.status_date)).fill_null(False)
    left = person.filter(gone).select(emigrated_id="person_id")
    joined = people.left_join(left, people.person_id == left.emigrated_id)
    return joined.mutate(emigrated_later=joined.emigrated_id.notnull()).drop("emigrated_id")


def _numbers(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    return np.asarray(column.to_numpy(), dtype=np.int64)


def _truths(column: pa.ChunkedArray) -> Bools:
    return np.asarray(column.to_numpy(), dtype=np.bool_)


def _grouping(column: pa.ChunkedArray) -> Grouping:
    """Groups in the order of their names."""
    member_of, names = pd.factorize(column.to_pandas(), sort=True)
    return Grouping(tuple(names), np.asarray(member_of, dtype=np.int64))
