"""Where criteria meet measured people: a rule as one expression over everybody, or in plain values of one person.

True, false and unknown are kept apart: a rule is unknown where what is missing could decide it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from samspil.population.binding import BindingError, Use, bind, bind_condition
from samspil.population.engine import is_loaded
from samspil.population.tables import Tables
from samspil.programmes.criteria import Criteria, Criterion, Reading

#: What was counted of a person may be too low where a source is missing; this column then says so.
KNOWN = {"conditions": "conditions_known", "programmes": "programmes_known"}


def bind_reading(reading: Reading) -> Use:
    """The use of a reading. Raises BindingError when the measure is unknown, or gives no number."""
    use = bind(reading.measure, reading.with_)
    if use.measure.returns != "number":
        raise BindingError(("measure",), f"`{reading.measure}` gives a {use.measure.returns}, and a number is needed")
    return use


def uses_of(rules: Iterable[Criteria]) -> list[Use]:
    """Everything that rules need measured."""
    return [use for rule in rules for _, part in rule.parts for use in uses_of_criteria(part)]


def uses_of_criteria(criteria: Iterable[Criterion]) -> list[Use]:
    """Everything that criteria need measured."""
    return [bind_condition(criterion.condition) for criterion in criteria if criterion.measure is not None]


def are_loaded(uses: Iterable[Use], tables: Tables) -> bool:
    """Whether every table that some uses need is there."""
    return all(is_loaded(use, tables) for use in uses)


@dataclass(frozen=True)
class Judge:
    """Measured people, and how their columns are read. `columns` are the engine's names of uses."""

    people: ir.Table
    columns: Mapping[Use, str]
    tables: Tables

    def on(self, people: ir.Table) -> Judge:
        """The same reading of other people: those with what was found since."""
        return Judge(people, self.columns, self.tables)

    def number(self, use: Use) -> ir.NumericValue | None:
        """The number a use gives everybody; None where its source is missing."""
        return self.people[self.columns[use]] if is_loaded(use, self.tables) else None

    def any_of(self, criteria: Iterable[Criterion]) -> ir.BooleanValue:
        """Whether any criterion holds; unknown where none does and one is unknown."""
        return ibis.or_(ibis.literal(False), *(self.holds(criterion) for criterion in criteria))

    def holds(self, criterion: Criterion) -> ir.BooleanValue:
        """Whether a criterion holds for each person; null where that is not known."""
        if criterion.found is not None:
            return self._found(criterion)
        use = bind_condition(criterion.condition)
        if not is_loaded(use, self.tables):
            return ibis.null("boolean")
        return _compared(self.people[self.columns[use]], criterion)

    def rule(self, rule: Criteria) -> ir.BooleanValue:
        """Whether a rule holds for each person; null where what is missing could decide it."""
        parts = [ibis.literal(True)]
        for name, criteria in rule.parts:
            tests = [self.holds(criterion) for criterion in criteria]
            if name == "any_of":
                parts.append(ibis.or_(ibis.literal(False), *tests))
            else:
                parts += tests if name == "all_of" else [~test for test in tests]
        return ibis.and_(*parts)

    def _found(self, criterion: Criterion) -> ir.BooleanValue:
        found = str(criterion.found)
        holds = _compared(self.people[found], criterion)
        if found not in KNOWN:
            return holds
        # The count may grow: what it has reached is sure, what it has not reached is not.
        known = self.people[KNOWN[found]]
        if criterion.at_least is not None:
            return holds | known.ifelse(ibis.literal(False), ibis.null("boolean"))
        return holds & known.ifelse(ibis.literal(True), ibis.null("boolean"))


def _compared(value: Any, criterion: Criterion) -> Any:
    if criterion.at_least is not None:
        return value >= criterion.at_least
    return value <= criterion.at_most if criterion.at_most is not None else value


def value_holds(criterion: Criterion, value: Any, *, may_grow: bool = False) -> bool | None:
    """What a criterion says of one value; None is unknown. `may_grow` marks a count that may be too low."""
    if value is None:
        return None
    holds = bool(_compared(value, criterion))
    if may_grow and holds == (criterion.at_most is not None):
        return None
    return holds


def rule_holds(rule: Criteria, said_of: Callable[[Criterion], bool | None]) -> bool | None:
    """What a rule says of one person, when `said_of` tells what each of its criteria says."""
    said: list[bool | None] = []
    for name, criteria in rule.parts:
        found = [said_of(criterion) for criterion in criteria]
        if name == "any_of":
            said.append(True if True in found else None if None in found else False)
        else:
            said += found if name == "all_of" else [None if each is None else not each for each in found]
    return False if False in said else None if None in said else True
