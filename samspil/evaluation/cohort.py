"""The people of one validation: scores and item levels at one day, and what happened after it.

The engine scores, and counts those who are alike; what is taken out of it is a row for each kind of people, and never
one for each person (docs/scale.md). Kinds are few: a score has few items, and an item few levels.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from samspil.evaluation.statistics import Bools, Ints, Moments
from samspil.population import Switch, stratify
from samspil.population.age_bands import band_names, band_number, from_birth
from samspil.population.binding import outcome_uses
from samspil.population.engine import column_names, is_loaded, with_measures
from samspil.population.ranking import mid_ranks
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
    """Which group each row belongs to: names of the groups, and a number per row."""

    names: tuple[str, ...]
    member_of: Ints


@dataclass(frozen=True)
class Alike:
    """Rows of people with the same score and the same `events`, the outcomes that happen or not; `persons` in each."""

    persons: Ints
    score: Ints
    in_target: Bools
    events: Mapping[str, Bools]


@dataclass(frozen=True)
class ByPractice(Alike):
    """People alike of one practice."""

    practice: Grouping


@dataclass(frozen=True)
class AmountSums:
    """An outcome that adds up, in øre, of people with the same score: a row for each score on the list and off it.

    `ranks` is twice the sum of their mid-ranks by the amount, and `ties` the sum of t³ − t over all distinct amounts,
    each of which t persons have.
    """

    score: Ints
    in_target: Bools
    amounts: tuple[Moments, ...]
    ranks: tuple[int, ...]
    ties: int

    @property
    def persons(self) -> Ints:
        return np.array([one.persons for one in self.amounts], dtype=np.int64)


@dataclass(frozen=True)
class Cohort(Alike):
    """Everybody a model could list on one day, one place in every array for all who are alike in everything.

    `points` holds 0 where an item is missing; `categories` holds the position of the level or band an item has,
    or NO_CATEGORY where it is missing. Items that are off or missing for all are in neither. `incomplete` and
    `emigrated_later` count persons of each row. `practices` is None where nobody asked for them.
    """

    as_of: dt.date
    model: RiskModel
    incomplete: Ints
    emigrated_later: Ints
    age: Grouping
    sex: Grouping
    points: Mapping[str, Ints]
    categories: Mapping[str, Ints]
    practices: ByPractice | None
    amounts: Mapping[str, AmountSums]
    excluded: Mapping[str, int]
    excluded_persons: int
    unchecked: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def everybody(self) -> int:
        return int(self.persons.sum())


def cohort(
    model: RiskModel,
    outcomes: Outcomes,
    tables: Tables,
    as_of: dt.date,
    horizon: Period,
    *,
    switches: Sequence[Switch] = (),
    practices: bool = True,
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
    events, sums = [o for o in known if o.any_of], [o for o in known if o.sum_of]
    people = _with_later_emigration(everybody.filter(~excluded), tables, horizon)
    people = _with_outcomes(people, known, outcomes, tables, AsOf(as_of), horizon)
    first_ages = from_birth(outcomes.age_groups)
    # Kept by the engine, since they are counted in several ways.
    people = people.select(
        people.person_id, people.provider_number, people.sex, people.score, people.in_target,
        people.incomplete, people.emigrated_later,
        age_group=band_number(people.age, first_ages),
        **{f"points_{item.item}": people[f"points_{item.item}"].fill_null(0) for item in items},
        **{f"category_{item.item}": _category(item, people) for item in items},
        **{_name(outcome): people[_name(outcome)] for outcome in known},
    ).cache()  # fmt: skip
    happened = [_name(outcome) for outcome in events]
    levels = [f"{part}_{item.item}" for part in ("points", "category") for item in items]
    alike = ["score", "in_target", *happened]
    rows = _counted(
        people,
        [*alike, "sex", "age_group", *levels],
        incomplete=people.incomplete.sum(),
        emigrated_later=people.emigrated_later.sum(),
    )
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
        **_alike(rows, events),
        as_of=as_of,
        model=model,
        incomplete=_numbers(rows["incomplete"]),
        emigrated_later=_numbers(rows["emigrated_later"]),
        age=Grouping(band_names(first_ages), _numbers(rows["age_group"])),
        sex=_grouping(rows["sex"]),
        points={item.item: _numbers(rows[f"points_{item.item}"]) for item in items},
        categories={item.item: _numbers(rows[f"category_{item.item}"]) for item in items},
        practices=_by_practice(people, alike, events) if practices else None,
        amounts={outcome.outcome: _sums(people, _name(outcome)) for outcome in sums},
        excluded={rule.exclusion: reasons[rule.exclusion] for rule in model.exclusions if rule.enabled},
        excluded_persons=sum(combination["persons"] for combination in combinations.to_pylist()),
        unchecked=run.unchecked[model.model],
        missing=run.missing[model.model],
    )


def _counted(people: ir.Table, alike: Sequence[str], **more: ir.Value) -> pa.Table:
    """How many have the same of all columns, in the order of these."""
    return people.group_by(alike).aggregate(persons=people.count(), **more).order_by(alike).to_pyarrow()


def _alike(rows: pa.Table, events: Sequence[Outcome]) -> dict[str, Any]:
    return {
        "persons": _numbers(rows["persons"]),
        "score": _numbers(rows["score"]),
        "in_target": _truths(rows["in_target"]),
        "events": {outcome.outcome: _truths(rows[_name(outcome)]) for outcome in events},
    }


def _by_practice(people: ir.Table, alike: Sequence[str], events: Sequence[Outcome]) -> ByPractice:
    rows = _counted(people, ["provider_number", *alike])
    return ByPractice(**_alike(rows, events), practice=_grouping(rows["provider_number"]))


def _sums(people: ir.Table, amount: str) -> AmountSums:
    """Sums of an amount by score, exact and the same on every engine: a square of øre is beyond 64 bits."""
    among = people.group_by("score", "in_target", amount).aggregate(persons=people.count())
    ranks = mid_ranks(people, amount).rename(the_amount=amount, tied="persons")
    joined = among.inner_join(ranks, among[amount] == ranks.the_amount)
    oere, persons, tied = joined[amount], joined.persons, joined.tied
    rows = (
        joined.group_by("score", "in_target")
        .aggregate(
            persons=persons.sum(),
            total=(oere * persons).sum(),
            squares=(_long(oere * persons) * _long(oere)).sum(),
            ranks=_long(joined.twice_the_rank * persons).sum(),
            ties=(_long(tied * tied - 1) * _long(persons)).sum(),
        )
        .order_by("score", "in_target")
        .to_pyarrow()
    )
    found = rows.to_pylist()
    return AmountSums(
        score=_numbers(rows["score"]),
        in_target=_truths(rows["in_target"]),
        amounts=tuple(
            Moments(int(row["persons"]), Fraction(int(row["total"])), Fraction(int(row["squares"]))) for row in found
        ),
        ranks=tuple(int(row["ranks"]) for row in found),
        ties=sum(int(row["ties"]) for row in found),
    )


def _long(number: ir.IntegerValue) -> ir.DecimalValue:
    """A whole number whose product with another, and the sum of such products, do not run over.

    DuckDB gives a product twice the digits only of numbers with more than the 18 that fit into 64 bits.
    """
    return number.cast("decimal(19, 0)")


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


def _name(outcome: Outcome) -> str:
    return f"outcome_{outcome.outcome}"


def _with_outcomes(
    people: ir.Table, known: Sequence[Outcome], outcomes: Outcomes, tables: Tables, at: AsOf, horizon: Period
) -> ir.Table:
    """Marks for each outcome whether it happened in the horizon, or its amount in øre."""
    uses_of = outcome_uses(outcomes)
    uses = [use for outcome in known for use in uses_of[outcome.outcome]]
    measured = with_measures(people, uses, tables, at, horizon=horizon)
    columns = column_names(uses)
    found = {
        _name(outcome): _outcome(outcome, measured, [columns[use] for use in uses_of[outcome.outcome]])
        for outcome in known
    }
    return measured.mutate(**found)


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
