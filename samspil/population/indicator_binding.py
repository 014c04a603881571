"""Where a set of indicators meets measures: every reading and condition checked, and what a set asks to be measured."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from samspil.definitions import DefinitionError, Fault, Location
from samspil.population.binding import BindingError, Use, bind, bind_condition
from samspil.population.engine import may_be_unknown
from samspil.population.tables import columns_of, seen_from
from samspil.population.time import AsOf, Months
from samspil.programmes.indicators import Case, Categories, Indicator, IndicatorFile, IndicatorSet, Reading
from samspil.programmes.schema import Condition

#: The column by which a table tells which practice delivered a row.
PRACTICE_COLUMN = "provider_number"

_ANY_DAY = AsOf(dt.date(2000, 1, 1))
Binder = Callable[[Any], Use]


def bind_date(reading: Reading) -> Use:
    """The use of a reading that must give a day. Raises BindingError."""
    return _of_kind(reading, "date", "a day is needed")


def bind_number(reading: Reading) -> Use:
    """The use of a reading that must give a number. Raises BindingError."""
    return _of_kind(reading, "number", "a number is needed")


def bind_known(reading: Reading) -> Use:
    """The use of a reading that can be unknown. A count never is: it is zero without rows. Raises BindingError."""
    use = bind(reading.measure, reading.with_)
    if not may_be_unknown(use):
        raise BindingError(
            ("measure",), f"`{reading.measure}` is always known, because no row is a true zero; use `holds` instead"
        )
    return use


def bind_category(categories: Categories) -> Use:
    """The use of the value that is put into categories. Raises BindingError."""
    kind, need = ("number", "a number is needed for `bins`") if categories.bins else ("text", "a text is needed")
    try:
        use = _of_kind(categories.value, kind, need)
    except BindingError as error:
        raise BindingError(("value", *error.key), str(error)) from error
    if categories.values and use.measure.levels and set(categories.values) != set(use.measure.levels):
        can_be = ", ".join(use.measure.levels)
        raise BindingError(("values",), f"`values` must name what `{categories.value.measure}` can be: {can_be}")
    return use


def bind_contact(condition: Condition) -> Use:
    """The use of a contact: the day of the latest, or a condition that holds. Raises BindingError."""
    use = bind(condition.measure, condition.with_)
    if use.measure.returns == "date" and condition.at_least is None:
        return use
    return bind_condition(condition)


def _of_kind(reading: Reading, kind: str, need: str) -> Use:
    use = bind(reading.measure, reading.with_)
    if use.measure.returns != kind:
        raise BindingError(("measure",), f"`{reading.measure}` gives a {use.measure.returns}: {need}")
    return use


def readings(indicator: Indicator) -> Iterator[tuple[Location, Any, Binder]]:
    """What an indicator is measured by: the place in its definition, what stands there, and how it is bound."""
    if indicator.done is not None:
        for number, reading in enumerate(indicator.done.latest_of):
            yield ("done", "latest_of", number), reading, bind_date
    if indicator.value is not None:
        yield ("value", "value"), indicator.value.value, bind_number
        if indicator.value.own_target is not None:
            yield ("value", "own_target", "target"), indicator.value.own_target.target, bind_number
    if indicator.known is not None:
        for number, reading in enumerate(indicator.known.known):
            yield ("known", "known", number), reading, bind_known
    if indicator.holds is not None:
        for number, condition in enumerate(indicator.holds.any_of):
            yield ("holds", "any_of", number), condition, bind_condition
    if indicator.categories is not None:
        yield ("categories",), indicator.categories, bind_category


def measuring_uses(indicator: Indicator) -> tuple[Use, ...]:
    """The uses an indicator is measured by, without those of who is excluded or excepted."""
    return tuple(binder(part) for _, part, binder in readings(indicator))


def _of_indicator(indicator: Indicator) -> Iterator[tuple[Location, Any, Binder]]:
    yield from readings(indicator)
    for number, condition in enumerate(indicator.excluded):
        yield ("excluded", number), condition, bind_condition
    for number, exception in enumerate(indicator.exceptions):
        for position, condition in enumerate(exception.any_of):
            yield ("exceptions", number, "any_of", position), condition, bind_condition


def _parts(found: IndicatorSet, cases: tuple[Case, ...]) -> Iterator[tuple[Location, str, Any, Binder]]:
    for position, case in enumerate(found.cases):
        if case in cases:
            for number, condition in enumerate(case.any_of):
                yield ("cases", position, "any_of", number), f"case `{case.case}`", condition, bind_condition
    for position, indicator in enumerate(found.indicators):
        for place, part, binder in _of_indicator(indicator):
            yield ("indicators", position, *place), f"indicator `{indicator.indicator}`", part, binder
    for number, contact in enumerate(found.lost.contacts):
        yield ("lost", "contacts", number), "lost to follow-up", contact, bind_contact


def uses_of(found: IndicatorSet, case: Case) -> list[Use]:
    """Everything a set asks to be measured for one of its cases, each thing once."""
    return list(dict.fromkeys(binder(part) for _, _, part, binder in _parts(found, (case,))))


def check_indicators(file: IndicatorFile) -> None:
    """Check that every measure of a set exists and fits its use, in every version of the set.

    `done` needs days, `value` and `bins` numbers, `values` texts, `known` what can be unknown, `holds`, cases,
    exclusions and exceptions conditions. Raises DefinitionError with file, line and cause of each fault.
    """
    faults: dict[str, Fault] = {}
    for found in file.versions():
        for location, cause in _faults(found):
            fault = file.file.fault(location, cause)
            faults[str(fault)] = fault
    if faults:
        raise DefinitionError(list(faults.values()))


def _faults(found: IndicatorSet) -> Iterator[tuple[Location, str]]:
    for location, what, part, binder in _parts(found, found.cases):
        try:
            binder(part).at(_ANY_DAY)
        except BindingError as error:
            yield (*location, *error.key), f"{what}: {error}"
    lengths: list[tuple[Location, str]] = [
        (("indicators", position, "done", "within"), indicator.done.within)
        for position, indicator in enumerate(found.indicators)
        if indicator.done is not None
    ]
    lengths += [(("delivering", "within"), found.delivering.within), (("lost", "within"), found.lost.within)]
    for location, text in lengths:
        try:
            Months.parse(text)
        except ValueError as error:
            yield location, f"`within`: {error}"
    table = found.delivering.table
    columns = columns_of(table)
    if columns is None:
        yield ("delivering", "table"), f"delivering: there is no table `{table}`"
    elif PRACTICE_COLUMN not in columns or seen_from(table) is None:
        cause = f"delivering: `{table}` does not tell which practice did what on which day"
        yield ("delivering", "table"), cause
