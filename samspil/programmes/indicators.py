"""What a programme's `indicators.yaml` may say: variables, case definitions, indicators, standards and suggestions.

An indicator is read as in force on a day: whatever changed with time stands `dated` in the file, and its `version` says
which definition that is. A trend across two versions has a break (report 003 1.7).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from samspil.definitions import Definition, DefinitionError, Fault, YamlFile, read_yaml, validate
from samspil.programmes.dated import change_days, resolve_at
from samspil.programmes.schema import Condition, Identifier, SourceRef, Text

INDICATORS = "indicators.yaml"

#: How a variable reaches the collection of a year.
Channel = Literal["care_plan_module", "manual_journal_review", "other_sector_feed", "delivery"]
#: What can be said of one patient and one indicator.
State = Literal["met", "not_met", "overdue", "no_data", "not_applicable"]


class Collected(Definition):
    """The calendar years in which a variable was collected, both ends included, and through which channel."""

    from_: int = Field(alias="from")
    until: int | None = None
    channel: Channel
    note: Text | None = None

    def includes(self, year: int) -> bool:
        return self.from_ <= year and (self.until is None or year <= self.until)


class Variable(Definition):
    """One variable of the collection: what it is for, its domain, and the years it was collected (003 1.6, L-40)."""

    variable: Identifier
    number: str | None = None
    title: Text
    purpose: Text
    domain: Text
    unit: str | None = None
    source: SourceRef
    collected: tuple[Collected, ...]

    def channel(self, year: int) -> Channel | None:
        """How the variable was collected in a year; None when it was not."""
        return next((each.channel for each in self.collected if each.includes(year)), None)


class Case(Definition):
    """One way to say who has the disease: any of the conditions holds. The first of a set is the default."""

    case: Identifier
    title: Text
    about: Text
    source: SourceRef
    any_of: tuple[Condition, ...] = Field(min_length=1)


class Reading(Definition):
    """A measure with its parameters that gives a value or a day."""

    measure: str
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")


class Done(Definition):
    """Met when the latest day that one of the measures gives lies in the last `within` before D."""

    latest_of: tuple[Reading, ...] = Field(min_length=1)
    within: str


class OwnTarget(Definition):
    """The patient's own target, and how the value has to compare with it."""

    target: Reading
    compare: Literal["at_most", "below", "at_least"]


class Value(Definition):
    """Met when a value compares as said with one limit, or with the patient's own target."""

    value: Reading
    below: float | None = None
    at_most: float | None = None
    at_least: float | None = None
    own_target: OwnTarget | None = None

    @model_validator(mode="after")
    def _one_limit(self) -> Value:
        given = [limit is not None for limit in (self.below, self.at_most, self.at_least, self.own_target)]
        if sum(given) != 1:
            raise ValueError("a value is compared with exactly one of `below`, `at_most`, `at_least` and `own_target`")
        return self


class Known(Definition):
    """Met when one of the measures gives a value at all: a standard of registration."""

    known: tuple[Reading, ...] = Field(min_length=1)


class Holds(Definition):
    """Met when any condition holds. Of events and spells no row is a true no; never `no_data` then."""

    any_of: tuple[Condition, ...] = Field(min_length=1)


class Category(Definition):
    """One category of a value, from `at_least` up to the next."""

    category: str
    title: Text
    at_least: float


class Categories(Definition):
    """The categories a value falls into. `values` sorts texts instead of numbers. There is no met and not met."""

    value: Reading
    bins: tuple[Category, ...] = ()
    values: dict[str, Text] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _bins_or_values(self) -> Categories:
        if bool(self.bins) == bool(self.values):
            raise ValueError("categories are either `bins` of a number or `values` of a text")
        starts = [each.at_least for each in self.bins]
        if starts != sorted(set(starts)):
            raise ValueError("`bins` must rise: each begins above the one before")
        return self


class CountedException(Definition):
    """A reason for which a patient does not count as not met: left out, and always shown apart (003 L-31)."""

    exception: Identifier
    title: Text
    source: SourceRef
    any_of: tuple[Condition, ...] = Field(min_length=1)


class Standard(Definition):
    """The share that is aimed at. An indicator without one is neither good nor bad (003 REQ-IND-1)."""

    share: float = Field(gt=0, le=1)
    number: str
    source: SourceRef


class Indicator(Definition):
    """One indicator as in force on a day, measured in exactly one way.

    `missing` is the policy of the share that is shown first: `strict` counts a patient without data as not met,
    `observed` leaves them out; both are always computed, and never mixed (003 1.7). `needs` names the variables: in a
    year in which one of them was not collected the answer is `not_collected`. `excluded` patients are not part of the
    population at all. `shown: false` is an indicator that only suggestions read.
    """

    indicator: Identifier
    number: str | None = None
    title: Text
    why: Text
    numerator: Text
    denominator: Text
    source: SourceRef
    version: str
    needs: tuple[Identifier, ...] = Field(min_length=1)
    direction: Literal["up", "down"]
    missing: Literal["strict", "observed"]
    done: Done | None = None
    value: Value | None = None
    known: Known | None = None
    holds: Holds | None = None
    categories: Categories | None = None
    excluded: tuple[Condition, ...] = ()
    exceptions: tuple[CountedException, ...] = ()
    standard: Standard | None = None
    shown: bool = True
    assumptions: tuple[Text, ...] = ()
    review: dt.date

    @model_validator(mode="after")
    def _measured_one_way(self) -> Indicator:
        ways = [self.done, self.value, self.known, self.holds, self.categories]
        if sum(way is not None for way in ways) != 1:
            raise ValueError("measured by exactly one of `done`, `value`, `known`, `holds` and `categories`")
        if self.categories is not None and self.standard is not None:
            raise ValueError("categories have no share, so no `standard` either")
        return self


class IsState(Definition):
    """An indicator that is in one of the states, for one patient."""

    indicator: Identifier
    is_: tuple[State, ...] = Field(alias="is", min_length=1)


class Clause(Definition):
    """One part of a suggestion: an indicator's state, or a flag that a professional set. Exactly one of them."""

    state: IsState | None = None
    flag: Identifier | None = None
    reason: Text

    @model_validator(mode="after")
    def _one_kind(self) -> Clause:
        if (self.state is None) == (self.flag is None):
            raise ValueError("a clause is either a `state` or a `flag`")
        return self


class Suggestion(Definition):
    """A service a doctor may think of: the first whose clauses hold is suggested. A doctor decides and refers."""

    suggestion: Identifier
    title: Text
    service: Identifier
    source: SourceRef
    all_of: tuple[Clause, ...] = ()
    any_of: tuple[Clause, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Suggestion:
        if not self.all_of and not self.any_of:
            raise ValueError("a suggestion has `all_of` or `any_of`")
        return self


class Flag(Definition):
    """What a professional says of a patient and no data can: it is never inferred (003 R-SDS).

    Whoever has one with `stops_outreach` is not sought out from the practice's lists.
    """

    flag: Identifier
    title: Text
    about: Text
    stops_outreach: bool = False


class Reviewed(Definition):
    """A variable that the journal-review worksheet asks for when data do not have it, and the answers it can have.

    `states` says what each answer makes of the indicators that need the variable; a reason (declined, contraindicated,
    done elsewhere, not reachable) is shown apart from not done. `asks_day` questions also ask when.
    """

    variable: Identifier
    question: Text
    answers: dict[Identifier, Text] = Field(min_length=1)
    states: dict[Identifier, Literal["met", "not_met", "exception"]]
    asks_day: bool = False

    @model_validator(mode="after")
    def _every_answer(self) -> Reviewed:
        if set(self.states) != set(self.answers):
            raise ValueError("`states` says of every answer what it means")
        return self


class Delivering(Definition):
    """A practice delivers at D when it has a row in `table` (which has `provider_number`) in the last `within`."""

    table: str
    within: str


class LostToFollowUp(Definition):
    """A patient without any of the contacts in the last `within` is lost to follow-up (003 R-LOST)."""

    contacts: tuple[Condition, ...] = Field(min_length=1)
    within: str
    source: SourceRef


class IndicatorSet(Definition):
    """The indicators of one programme as in force on a day.

    `few` is the smallest count of persons that is shown outside the practice, `few_points` the number of periods a
    control chart needs for its rules (below it the chart says so), `spread` the practices a spread needs.
    """

    set_: Identifier = Field(alias="set")
    title: Text
    source: SourceRef
    few: int = Field(ge=2)
    few_points: int = Field(ge=2)
    cases: tuple[Case, ...] = Field(min_length=1)
    age: tuple[int, int] | None = None
    delivering: Delivering
    lost: LostToFollowUp
    variables: tuple[Variable, ...] = Field(min_length=1)
    indicators: tuple[Indicator, ...] = Field(min_length=1)
    flags: tuple[Flag, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    worksheet: tuple[Reviewed, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> IndicatorSet:
        for names, what in (
            ([each.indicator for each in self.indicators], "indicators"),
            ([each.variable for each in self.variables], "variables"),
            ([each.case for each in self.cases], "cases"),
            ([each.suggestion for each in self.suggestions], "suggestions"),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{what} named twice: {', '.join(twice)}")
        return self

    def indicator(self, name: str) -> Indicator:
        """The indicator called `name`. Raises KeyError for none."""
        return next((each for each in self.indicators if each.indicator == name), None) or _none(name)

    def variable(self, name: str) -> Variable:
        """The variable called `name`. Raises KeyError for none."""
        return next((each for each in self.variables if each.variable == name), None) or _none(name)

    def not_collected(self, indicator: Indicator, year: int) -> tuple[str, ...]:
        """The variables an indicator needs that were not collected in a year."""
        return tuple(name for name in indicator.needs if self.variable(name).channel(year) is None)


def _none(name: str) -> Any:
    raise KeyError(name)


@dataclass(frozen=True)
class IndicatorFile:
    """A set of indicators as its file stands, with all its dated values."""

    file: YamlFile
    programme: str

    @property
    def name(self) -> str:
        return self.at(dt.date.max).set_

    def at(self, day: dt.date) -> IndicatorSet:
        """The set as in force on `day`. Raises DefinitionError with file, line and cause."""
        found = validate(self.file, IndicatorSet, resolve_at(self.file, day))
        faults = list(_unknown_names(self.file, found))
        if faults:
            raise DefinitionError(faults)
        return found

    def versions(self) -> list[IndicatorSet]:
        """The set before, and after, each day on which something in it changes."""
        days = change_days(self.file)
        before = [days[0] - dt.timedelta(days=1)] if days else [dt.date.max]
        return [self.at(day) for day in before + days]


def load_indicators(path: Path, programme: str) -> IndicatorFile:
    """One `indicators.yaml`, valid in every version it has. Raises DefinitionError with file, line and cause."""
    found = IndicatorFile(read_yaml(path), programme)
    found.versions()
    return found


def _unknown_names(file: YamlFile, found: IndicatorSet) -> Iterator[Fault]:
    """Mentions of what the set does not have."""
    variables = {each.variable for each in found.variables}
    indicators = {each.indicator for each in found.indicators}
    flags = {each.flag for each in found.flags}
    for position, indicator in enumerate(found.indicators):
        for name in indicator.needs:
            if name not in variables:
                cause = f"indicator `{indicator.indicator}`: there is no variable `{name}`"
                yield file.fault(("indicators", position, "needs"), cause)
    for position, asked in enumerate(found.worksheet):
        if asked.variable not in variables:
            yield file.fault(("worksheet", position, "variable"), f"there is no variable `{asked.variable}`")
    for position, suggestion in enumerate(found.suggestions):
        for clause in (*suggestion.all_of, *suggestion.any_of):
            place = ("suggestions", position)
            if clause.state is not None and clause.state.indicator not in indicators:
                cause = f"suggestion `{suggestion.suggestion}`: there is no indicator `{clause.state.indicator}`"
                yield file.fault(place, cause)
            if clause.flag is not None and clause.flag not in flags:
                yield file.fault(place, f"suggestion `{suggestion.suggestion}`: there is no flag `{clause.flag}`")
