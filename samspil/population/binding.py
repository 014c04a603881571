"""Where definitions meet measures: a measure with the parameters a definition gives it, checked and typed."""

from __future__ import annotations

import datetime as dt
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from samspil.definitions import DefinitionError, Fault, Location
from samspil.population.codes import Code, CodeRange
from samspil.population.measures import MEASURES, Measure
from samspil.population.tables import allowed_values
from samspil.population.time import AsOf, Months, Period
from samspil.programmes import ModelFile, OutcomeFile, RiskModel
from samspil.programmes.schema import Condition, Item, Outcomes

#: What a definition writes for the days after a run's date that a validation looks at.
HORIZON = "horizon"


class BindingError(ValueError):
    """A definition that uses a measure wrongly. `key` is the place inside the definition's part."""

    def __init__(self, key: Location, cause: str) -> None:
        self.key = key
        super().__init__(cause)


@dataclass(frozen=True)
class Use:
    """A measure with its parameters: what the engine computes once, however many items ask for it."""

    measure: Measure
    parameters: tuple[tuple[str, Any], ...]

    def __hash__(self) -> int:
        return hash((self.measure.name, self.parameters))

    @property
    def tables(self) -> tuple[str, ...]:
        return self.measure.tables

    def at(self, at: AsOf, horizon: Period | None = None) -> dict[str, Any]:
        """The parameters as the measure takes them on one day: lengths of time become periods."""
        given = {}
        for name, value in self.parameters:
            if value == HORIZON and _takes(self.measure.types[name], Period):
                if horizon is None:
                    raise BindingError(("with", name), "`horizon` has a meaning in validation only")
                given[name] = horizon
            elif isinstance(value, Months) and _takes(self.measure.types[name], Period):
                given[name] = at.last(value)
            else:
                given[name] = value
        return given


def bind(measure: str, given: Mapping[str, Any]) -> Use:
    """The measure called `measure` with the parameters of a definition. Raises BindingError for what is wrong."""
    found = MEASURES.get(measure)
    if found is None:
        raise BindingError(("measure",), f"unknown measure `{measure}`; measures are {', '.join(sorted(MEASURES))}")
    for name in given:
        if name not in found.parameters:
            takes = ", ".join(found.parameters) or "none"
            raise BindingError(("with", name), f"`{measure}` has no parameter `{name}`; its parameters: {takes}")
    parameters = []
    for name, parameter in found.parameters.items():
        if name in given:
            value = _typed(found, name, given[name])
            parameters.append((name, value))
        elif parameter.default is parameter.empty:
            raise BindingError(("with",), f"`{measure}` needs the parameter `{name}`")
    return Use(found, tuple(parameters))


def _members(hint: Any) -> tuple[Any, ...]:
    """The types a parameter may have, None left out."""
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        return tuple(member for member in typing.get_args(hint) if member is not type(None))
    return (hint,)


def _takes(hint: Any, kind: type) -> bool:
    return kind in _members(hint)


#: How a member of a list is read: the type it must be written as, that type in words, and the reader.
_READERS: dict[Any, tuple[str, Callable[[str], Any]]] = {
    str: ("a text", str),
    Code: ("a code", Code.parse),
    CodeRange: ("a range of codes", CodeRange.parse),
}


def _typed(measure: Measure, name: str, value: Any) -> Any:
    """`value` as the parameter's type. Raises BindingError when it cannot be."""
    (hint,) = _members(measure.types[name])
    place = ("with", name)
    if hint in (Period, Months):
        if hint is Period and value == HORIZON:
            return value
        try:
            return Months.parse(str(value))
        except ValueError as error:
            raise BindingError(place, f"`{name}`: {error}") from error
    if hint in (bool, int):
        if type(value) is not hint:
            wanted = "true or false" if hint is bool else "a whole number"
            raise BindingError(place, f"`{name}` must be {wanted}, not {value!r}")
        return value
    words, read = _READERS[typing.get_args(hint)[0]]
    if not isinstance(value, list) or not value:
        raise BindingError(place, f"`{name}` must be a list, not {value!r}")
    allowed = allowed_values(measure.vocabulary[name]) if name in measure.vocabulary else None
    read_values: list[Any] = []
    for position, member in enumerate(value):
        here = (*place, position)
        if not isinstance(member, str):
            raise BindingError(here, f"`{name}`: {member!r} is not {words}")
        if allowed is not None and member not in allowed:
            raise BindingError(here, f"`{name}`: unknown `{member}`; the contract has {', '.join(allowed)}")
        try:
            read_values.append(read(member))
        except ValueError as error:
            raise BindingError(here, f"`{name}`: {error}") from error
    return tuple(read_values)


def bind_condition(condition: Condition) -> Use:
    """The use of a condition. Raises BindingError when the measure cannot be tested that way."""
    use = bind(condition.measure, condition.with_)
    if condition.at_least is None and use.measure.returns != "truth":
        raise BindingError((), f"`{condition.measure}` gives a {use.measure.returns}: `at_least` is needed")
    if condition.at_least is not None and use.measure.returns != "number":
        raise BindingError(("at_least",), f"`{condition.measure}` gives a {use.measure.returns}, not a number")
    return use


def bind_item(item: Item) -> tuple[Use, ...]:
    """The uses of an item: one, or one per rung. Raises BindingError when they do not fit its scoring."""
    if item.first_of is not None:
        uses = []
        for position, rung in enumerate(item.first_of):
            try:
                uses.append(bind_condition(rung))
            except BindingError as error:
                raise BindingError(("first_of", position, *error.key), str(error)) from error
        return tuple(uses)
    use = bind(item.measure or "", item.with_)
    if item.bands is not None and use.measure.returns != "number":
        raise BindingError(("bands",), f"`{item.measure}` gives a {use.measure.returns}, and bands need a number")
    if item.levels is not None and set(item.levels) != set(use.measure.levels):
        can_be = ", ".join(use.measure.levels) or f"no levels but a {use.measure.returns}"
        raise BindingError(("levels",), f"`levels` must name what `{item.measure}` can be: {can_be}")
    return (use,)


def check_model(file: ModelFile) -> None:
    """Check that every measure of a model exists and is used rightly, in every version of the model.

    Raises DefinitionError with file, line and cause of each fault.
    """
    faults: dict[str, Fault] = {}
    for model in file.versions():
        for location, cause in _faults(model):
            fault = file.file.fault(location, cause)
            faults[str(fault)] = fault
    if faults:
        raise DefinitionError(list(faults.values()))


def _faults(model: RiskModel) -> Iterator[tuple[Location, str]]:
    for position, item in enumerate(model.items):
        try:
            for use in bind_item(item):
                use.at(_ANY_DAY)
        except BindingError as error:
            yield ("items", position, *error.key), f"item `{item.item}`: {error}"
    for position, rule in enumerate(model.exclusions):
        for number, condition in enumerate(rule.any_of):
            try:
                bind_condition(condition).at(_ANY_DAY)
            except BindingError as error:
                key = ("exclusions", position, "any_of", number, *error.key)
                yield key, f"exclusion `{rule.exclusion}`: {error}"


_ANY_DAY = AsOf(dt.date(2000, 1, 1))


def check_outcomes(file: OutcomeFile) -> None:
    """Check that every measure of a programme's outcomes exists and is used rightly. Raises DefinitionError."""
    faults = []
    for position, outcome in enumerate(file.outcomes.outcomes):
        for part, conditions in (("any_of", outcome.any_of), ("sum_of", outcome.sum_of)):
            for number, condition in enumerate(conditions):
                try:
                    bind_outcome_part(condition, amount=part == "sum_of")
                except BindingError as error:
                    key = ("outcomes", position, part, number, *error.key)
                    faults.append(file.file.fault(key, f"outcome `{outcome.outcome}`: {error}"))
    if faults:
        raise DefinitionError(faults)


def bind_outcome_part(condition: Condition, *, amount: bool) -> Use:
    """The use of one part of an outcome: a condition of an event, or a number that is added to an amount."""
    if not amount:
        return bind_condition(condition)
    use = bind(condition.measure, condition.with_)
    if use.measure.returns != "number":
        raise BindingError(("measure",), f"`{condition.measure}` gives a {use.measure.returns}, not an amount")
    return use


def outcome_uses(outcomes: Outcomes) -> dict[str, tuple[Use, ...]]:
    """The uses of each outcome, by its name."""
    return {
        outcome.outcome: tuple(
            bind_outcome_part(part, amount=bool(outcome.sum_of)) for part in outcome.any_of + outcome.sum_of
        )
        for outcome in outcomes.outcomes
    }
