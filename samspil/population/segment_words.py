"""Why a person is where they are: every rule of the segments with its tests, the value each met, and what it says.

So that a result can be followed by hand (R-SEG-03). What is missing is said as missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from samspil.population.binding import Use, bind_condition
from samspil.population.criteria import KNOWN, bind_reading, rule_holds, value_holds
from samspil.population.segments import SegmentDefinitions
from samspil.programmes.criteria import Criteria, Criterion
from samspil.programmes.segment_rules import Axis

#: How a rule joins its tests.
_JOINED = {"any_of": "any of", "all_of": "all of", "none_of": "none of"}
#: What a rule or test says.
SAYS = {True: "yes", False: "no", None: "not known"}


@dataclass(frozen=True)
class Told:
    """One line: where the rule stands, the test or result, the value it met, what it says, and the rule's source."""

    part: str
    rule: str
    test: str
    value: Any
    says: str
    source: str


@dataclass(frozen=True)
class Person:
    """What is known of one person: values of uses (absent where the source is missing), and the row of the run."""

    values: Mapping[Use, Any]
    row: Mapping[str, Any]

    def value(self, criterion: Criterion) -> Any:
        if criterion.found is not None:
            return self.row[criterion.found]
        return self.values.get(bind_condition(criterion.condition))

    def says(self, criterion: Criterion) -> bool | None:
        """What a criterion says of the person; None is not known."""
        known = KNOWN.get(criterion.found or "")
        return value_holds(criterion, self.value(criterion), may_grow=known is not None and not self.row[known])


def explained(definitions: SegmentDefinitions, person: Person) -> Iterator[Told]:
    """Every rule of the segments, in the order they are decided, with the result of the run after each group."""
    rules = definitions.rules
    for condition in rules.conditions.conditions:
        for criterion in condition.criteria(rules.conditions.within):
            if person.says(criterion) is not False:
                source = "chosen" if rules.conditions.source is None else rules.conditions.source
                yield _told("conditions", condition.title.en, "any of", criterion, person, source)
    yield _result("conditions", person.row["conditions"], known=person.row["conditions_known"])
    for programme in definitions.programmes:
        key, name = programme.key, programme.programme
        yield from _rule(name, "diagnosed", programme.diagnosed, person)
        yield from _rule(name, "estimate", programme.algorithm, person)
        for reading in programme.control.sum_of:
            value = person.values.get(bind_reading(reading))
            words = Criterion.model_validate({"measure": reading.measure, "with": reading.with_}).in_words()
            yield Told(
                name, "controls", words, value, "" if value is not None else SAYS[None], _source(programme.control)
            )
        needed = f"{programme.control.needed} of {programme.control.expected} expected are S1"
        yield Told(name, "controls", needed, person.row[f"attended_{key}"], "", _source(programme.control))
        yield _result(name, person.row[f"segment_{key}"])
        for criterion in (programme.referral.referred, programme.referral.started, programme.referral.declined):
            yield _told(name, "referral", "", criterion, person, _source(programme.referral))
        for kind, level_rules in (
            ("recommended", programme.recommended),
            ("raised by other illness", programme.comorbidity),
            ("actual", programme.actual),
        ):
            for rule in level_rules:
                yield from _rule(name, f"{kind}: {rule.level}", rule, person)
        yield from _rule(name, "stable", programme.stable, person)
        levels = f"recommended {person.row[f'recommended_{key}']}, actual {person.row[f'actual_{key}']}"
        yield _result(name, levels if person.row[f"diagnosed_{key}"] else "not diagnosed: no level")
    for stratum in rules.strata:
        if stratum.criteria is not None:
            yield from _rule("stratum", stratum.title.en, stratum.criteria, person)
    until = f"{person.row['stratum']}, until {person.row['valid_until']}"
    yield _result("stratum", until, known=person.row["stratum_certain"])
    for axis in (rules.square.complexity, rules.square.self_care):
        yield from _axis(axis, person)
    axes = f"complexity {person.row['complexity']}, self-care {person.row['self_care']}"
    yield _result("square", f"{axes}: {person.row['quadrant']}".replace("None", "not known"))
    cost = "not known" if person.row["cost"] is None else f"{person.row['cost']:,.2f} DKK in a year"
    yield _result("high need", f"{cost}: {SAYS[person.row['high_need']]}")
    yield _result("hospitals", f"{person.row['hospitals']}: fragmented {SAYS[person.row['fragmented']]}")


def _rule(part: str, title: str, rule: Criteria, person: Person) -> Iterator[Told]:
    for name, criteria in rule.parts:
        for criterion in criteria:
            yield _told(part, title, _JOINED[name], criterion, person, _source(rule))
    yield Told(part, title, "→", None, SAYS[rule_holds(rule, person.says)], _source(rule))


def _axis(axis: Axis, person: Person) -> Iterator[Told]:
    for rule in axis.inputs:
        yield from _rule("square", f"{axis.title.en}, {axis.cut} make it {axis.reaching}", rule, person)


def _told(part: str, title: str, joined: str, criterion: Criterion, person: Person, source: str) -> Told:
    words = f"{joined}: {criterion.in_words()}" if joined else criterion.in_words()
    return Told(part, title, words, person.value(criterion), SAYS[person.says(criterion)], source)


def _result(part: str, value: Any, *, known: bool = True) -> Told:
    return Told(part, "RESULT", "", value, "" if known else "not certain: a source is missing", "")


def _source(rule: Any) -> str:
    return rule.source if rule.source is not None else "chosen"
