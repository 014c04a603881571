"""Does the model find the right people? Scores at D against what happened in (D, D + horizon].

The persons validated are those whom the model could list at D: eligible and not excluded. The model is as in force
at D, with its switches set. Who emigrates in the horizon is counted as far as the data go, and so is who dies: a
person who died without the outcome did not have it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from samspil.evaluation.accuracy import Accuracy, accuracy
from samspil.evaluation.cohort import Cohort, cohort
from samspil.evaluation.comparison import Comparison, compare
from samspil.evaluation.contributions import ItemContribution, contributions
from samspil.evaluation.costs import Amounts, amounts
from samspil.evaluation.coverage import Coverage, ShortWindow, SourcePeriod
from samspil.evaluation.figures import Unknown
from samspil.population import Switch
from samspil.population.binding import outcome_uses
from samspil.population.tables import Tables
from samspil.population.time import DAY, Months, Period
from samspil.programmes import ModelFile, RiskModel
from samspil.programmes.schema import Outcome, Outcomes


@dataclass(frozen=True)
class Population:
    """Who was validated: persons, how many of them are on the list, and what is not known of them.

    `excluded` counts persons by reason, who are not among `persons`; one person may have several reasons.
    `incomplete` persons lack an item or an exclusion check.
    """

    persons: int
    listed: int
    incomplete: int
    incomplete_listed: int
    emigrated_later: int
    excluded_persons: int
    excluded: Mapping[str, int]
    unchecked: tuple[str, ...]
    missing_items: tuple[str, ...]


@dataclass(frozen=True)
class EventResult:
    """How well the score finds who has an outcome, what each item adds, and what a regression would do."""

    accuracy: Accuracy
    contributions: tuple[ItemContribution, ...]
    comparison: Comparison | Unknown


@dataclass(frozen=True)
class OutcomeResult:
    """One outcome: figures of an event or of an amount, or why it cannot be assessed."""

    outcome: Outcome
    result: EventResult | Amounts | Unknown


@dataclass(frozen=True)
class Validation:
    """A model's validation. `horizon_ends` is the last day on which outcomes are looked for."""

    model: RiskModel
    as_of: dt.date
    horizon: Months
    horizon_ends: dt.date
    switches: tuple[Switch, ...]
    sources: tuple[SourcePeriod, ...]
    short_windows: tuple[ShortWindow, ...]
    population: Population
    outcomes: tuple[OutcomeResult, ...]
    practice_names: Mapping[str, str]
    practices: bool
    few: int

    def of(self, outcome: str) -> EventResult | Amounts | Unknown:
        """The result of an outcome by its name. Raises KeyError for an unknown one."""
        return {found.outcome.outcome: found.result for found in self.outcomes}[outcome]

    @property
    def main(self) -> OutcomeResult:
        """The outcome the model is about: the first of the programme's that names it, else the first of all."""
        named = [found for found in self.outcomes if self.model.model in found.outcome.main_for]
        return (named or list(self.outcomes))[0]


def validate(
    model: ModelFile,
    outcomes: Outcomes,
    tables: Tables,
    as_of: dt.date,
    horizon: Months,
    *,
    data_until: Mapping[str, dt.date],
    data_from: Mapping[str, dt.date] | None = None,
    switches: Sequence[Switch] = (),
    practices: bool = True,
) -> Validation:
    """Score at `as_of` and compare with what happened in the `horizon` after it.

    `data_until` and `data_from` give, by source, the last and the first day its data cover; an outcome whose data do
    not reach the end of the horizon is not assessed, and neither is the regression when the data do not reach far
    enough back. `switches` are those of this model; without `practices` results are not split by practice.
    Raises SamspilError for an unknown switch, or without civil registration or general practice.
    """
    coverage = Coverage(tables, data_from or {}, data_until)
    ahead = Period(as_of, horizon.after(as_of))
    people = cohort(model.at(as_of), outcomes, tables, as_of, ahead, switches=switches, practices=practices)
    uses = outcome_uses(outcomes)
    before = horizon.before(as_of)
    training = _training(people, outcomes, coverage, before)
    return Validation(
        model=people.model,
        as_of=as_of,
        horizon=horizon,
        horizon_ends=ahead.until,
        switches=tuple(switches),
        sources=coverage.sources(people.model, [use for found in uses.values() for use in found]),
        short_windows=coverage.short_windows(people.model, as_of),
        population=_population(people),
        outcomes=tuple(
            OutcomeResult(
                outcome,
                coverage.reaches(uses[outcome.outcome], ahead.until)
                or _result(outcome.outcome, people, coverage.begin(uses[outcome.outcome], before + DAY) or training),
            )
            for outcome in outcomes.outcomes
        ),
        practice_names=_practice_names(tables) if practices else {},
        practices=practices,
        few=outcomes.few,
    )


def _training(people: Cohort, outcomes: Outcomes, coverage: Coverage, before: dt.date) -> Cohort | Unknown:
    """The same model on D' = D − horizon with what happened up to D, or why the data do not go back so far."""
    lacking = coverage.scored(people.model, before)
    if lacking is not None:
        return lacking
    trained_on = outcomes.model_copy(update={"outcomes": tuple(each for each in outcomes.outcomes if each.any_of)})
    return cohort(people.model, trained_on, coverage.tables, before, Period(before, people.as_of), practices=False)


def _result(outcome: str, people: Cohort, training: Cohort | Unknown) -> EventResult | Amounts:
    if outcome in people.amounts:
        return amounts(people.amounts[outcome])
    return EventResult(
        accuracy=accuracy(people, outcome),
        contributions=contributions(people, people.events[outcome]),
        comparison=training if isinstance(training, Unknown) else compare(training, people, outcome),
    )


def _population(people: Cohort) -> Population:
    return Population(
        persons=people.everybody,
        listed=int(people.persons[people.in_target].sum()),
        incomplete=int(people.incomplete.sum()),
        incomplete_listed=int(people.incomplete[people.in_target].sum()),
        emigrated_later=int(people.emigrated_later.sum()),
        excluded_persons=people.excluded_persons,
        excluded=people.excluded,
        unchecked=people.unchecked,
        missing_items=people.missing,
    )


def _practice_names(tables: Tables) -> dict[str, str]:
    if "practice" not in tables:
        return {}
    rows = tables["practice"].select("provider_number", "name").to_pyarrow().to_pylist()
    return {row["provider_number"]: row["name"] for row in sorted(rows, key=lambda row: row["provider_number"])}
