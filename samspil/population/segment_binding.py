"""Checks that segments and cohorts use measures rightly, before anything is computed with them."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from samspil.definitions import DefinitionError, Fault, Location, YamlFile
from samspil.population.binding import BindingError, Use, bind, bind_condition
from samspil.population.criteria import bind_reading
from samspil.programmes.criteria import Criterion, Reading
from samspil.programmes.segment_rules import Conditions, HighNeed
from samspil.programmes.segments import SegmentFile


def cost_uses(rule: HighNeed, months: int) -> list[Use]:
    """The uses that add up to the cost of the last so many months. Raises BindingError for what is no amount."""
    uses = []
    for place, name in enumerate(rule.cost):
        try:
            use = bind(name, {"within": f"{months} months"})
        except BindingError as error:
            raise BindingError(("cost", place), str(error)) from error
        if use.measure.returns != "number":
            raise BindingError(("cost", place), f"`{name}` gives a {use.measure.returns}, and an amount is needed")
        uses.append(use)
    return uses


def check_definition(file: YamlFile, definition: BaseModel, place: Location = ()) -> None:
    """Check that every measure a definition names exists and is used rightly. `place` is where it stands in the file.

    Raises DefinitionError with file, line and cause of each fault.
    """
    faults: dict[str, Fault] = {}
    for location, cause in _faults(definition, place):
        fault = file.fault(location, cause)
        faults[str(fault)] = fault
    if faults:
        raise DefinitionError(list(faults.values()))


def check_segments(file: SegmentFile) -> None:
    """`check_definition` of a programme's segments, in every version they have."""
    for version in file.versions():
        check_definition(file.file, version)


def _faults(node: object, place: Location) -> Iterator[tuple[Location, str]]:
    try:
        if isinstance(node, Criterion) and node.measure is not None:
            bind_condition(node.condition)
        elif isinstance(node, Reading):
            bind_reading(node)
        elif isinstance(node, HighNeed):
            cost_uses(node, node.months)
    except BindingError as error:
        yield (*place, *error.key), str(error)
    if isinstance(node, Conditions):
        yield from _faults_of_codes(node, place)
    if isinstance(node, BaseModel):
        for name in type(node).model_fields:
            yield from _faults(getattr(node, name), (*place, name))
    elif isinstance(node, tuple):
        for number, each in enumerate(node):
            yield from _faults(each, (*place, number))
    elif isinstance(node, dict):
        for name, each in node.items():
            yield from _faults(each, (*place, name))


def _faults_of_codes(rules: Conditions, place: Location) -> Iterator[tuple[Location, str]]:
    for number, condition in enumerate(rules.conditions):
        for criterion in condition.criteria(rules.within):
            try:
                bind_condition(criterion.condition)
            except BindingError as error:
                yield (*place, "conditions", number), f"condition `{condition.condition}`: {error}"
