"""Values that change with time inside a definition.

Wherever a definition holds a value, it may instead hold `dated:` and a list of values with the days they are in
force (inclusive `from` and `until`, either may be absent):

    min: {dated: [{until: 2015-09-30, value: 70}, {from: 2015-10-01, value: 65}]}
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import ValidationError

from samspil.definitions import Definition, DefinitionError, Fault, Location, YamlFile


class DatedValue(Definition):
    """One value and the days it is in force."""

    value: Any
    from_: dt.date | None = None
    until: dt.date | None = None
    source: str | None = None

    def in_force(self, day: dt.date) -> bool:
        return (self.from_ is None or self.from_ <= day) and (self.until is None or day <= self.until)


def _dated_values(file: YamlFile, node: Any, location: Location) -> list[DatedValue] | None:
    """The dated values of a node, or None if the node is not dated."""
    if not (isinstance(node, dict) and "dated" in node):
        return None
    entries = node["dated"]
    if len(node) > 1 or not isinstance(entries, list) or not entries:
        raise DefinitionError([file.fault(location, "`dated` stands alone and holds a list of values")])
    values = []
    for position, entry in enumerate(entries):
        place = (*location, "dated", position)
        if not isinstance(entry, dict):
            raise DefinitionError([file.fault(place, "a dated value has `value`, and `from` or `until`")])
        renamed = {("from_" if key == "from" else key): value for key, value in entry.items()}
        try:
            values.append(DatedValue.model_validate(renamed))
        except ValidationError as error:
            faults: list[Fault] = [
                file.fault((*place, *fault["loc"]), f"dated value: {fault['msg']}") for fault in error.errors()
            ]
            raise DefinitionError(faults) from error
    return values


def resolve_at(file: YamlFile, day: dt.date) -> Any:
    """The content of `file` with every dated value replaced by the one in force on `day`.

    Raises DefinitionError where no value, or more than one, is in force.
    """

    def resolve(node: Any, location: Location) -> Any:
        values = _dated_values(file, node, location)
        if values is not None:
            in_force = [value for value in values if value.in_force(day)]
            if len(in_force) != 1:
                count = "no value is" if not in_force else "several values are"
                raise DefinitionError([file.fault(location, f"{count} in force on {day}")])
            return in_force[0].value
        if isinstance(node, dict):
            return {key: resolve(value, (*location, key)) for key, value in node.items()}
        if isinstance(node, list):
            return [resolve(value, (*location, position)) for position, value in enumerate(node)]
        return node

    return resolve(file.content, ())


def change_days(file: YamlFile) -> list[dt.date]:
    """The days on which some value of `file` begins to be in force, oldest first."""
    days: set[dt.date] = set()

    def walk(node: Any, location: Location) -> None:
        values = _dated_values(file, node, location)
        for value in values or ():
            if value.from_ is not None:
                days.add(value.from_)
            if value.until is not None and value.until < dt.date.max:
                days.add(value.until + dt.timedelta(days=1))
        if isinstance(node, dict):
            for key, child in node.items():
                walk(child, (*location, key))
        elif isinstance(node, list):
            for position, child in enumerate(node):
                walk(child, (*location, position))

    walk(file.content, ())
    return sorted(days)
