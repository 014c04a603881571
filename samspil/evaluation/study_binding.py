"""Where a study meets measures: what it asks for is there, is used rightly, and looks back from the index date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from samspil.definitions import DefinitionError, Fault, Location, YamlFile
from samspil.population.binding import HORIZON, BindingError, Use, bind, bind_condition
from samspil.programmes.criteria import Criteria, Criterion
from samspil.programmes.study import Covariate, Study

#: What a study may ask that was found of a person; the rest is found by a run of segments.
_FOUND = (None, "age")


@dataclass(frozen=True)
class BoundStudy:
    """A study with the uses of its measures by name. Covariates that were `found` and costs have none."""

    study: Study
    covariates: Mapping[str, Use]
    outcomes: Mapping[str, Use]
    events: Mapping[str, tuple[Use, ...]]
    criteria: tuple[Use, ...]
    subgroups: tuple[Use, ...]

    @property
    def tables(self) -> set[str]:
        """Every table that a measure of the study needs."""
        used = [*self.covariates.values(), *self.outcomes.values(), *self.criteria, *self.subgroups]
        used += [use for uses in self.events.values() for use in uses]
        return {table for use in used for table in use.tables}


def bind_study(study: Study, file: YamlFile) -> BoundStudy:
    """The study with its measures. Raises DefinitionError with file, line and cause of every fault.

    Criteria, covariates and subgroups look back from the index date: one that looks ahead would give time as a gift to
    whoever lived to meet it (immortal time), and is refused.
    """
    faults: list[Fault] = []
    covariates: dict[str, Use] = {}
    outcomes: dict[str, Use] = {}
    events: dict[str, tuple[Use, ...]] = {}
    for place, covariate in enumerate(study.covariates):
        try:
            if covariate.measure is not None:
                covariates[covariate.covariate] = _looking_back(_covariate(covariate))
        except BindingError as error:
            faults.append(_fault(file, ("covariates", place), covariate.covariate, error))
    for place, outcome in enumerate(study.outcomes):
        try:
            if outcome.measure is not None:
                outcomes[outcome.outcome] = _of_a_month(bind(outcome.measure, outcome.with_))
        except BindingError as error:
            faults.append(_fault(file, ("outcomes", place), outcome.outcome, error))
    for place, event in enumerate(study.events):
        try:
            uses = tuple(bind_condition(_measured(criterion).condition) for criterion in event.any_of)
            events[event.event] = tuple(_of_a_month(use) for use in uses)
        except BindingError as error:
            faults.append(_fault(file, ("events", place), event.event, error))
    criteria = _rules(file, "criteria", [(each.criterion, each.criteria) for each in study.criteria], faults)
    subgroups = _rules(file, "subgroups", [(each.subgroup, each.criteria) for each in study.subgroups], faults)
    if faults:
        raise DefinitionError(faults)
    return BoundStudy(study, covariates, outcomes, events, criteria, subgroups)


def _rules(file: YamlFile, part: str, rules: list[tuple[str, Criteria]], faults: list[Fault]) -> tuple[Use, ...]:
    uses: list[Use] = []
    for place, (name, rule) in enumerate(rules):
        try:
            uses += [_looking_back(use) for use in _uses(rule)]
        except BindingError as error:
            faults.append(_fault(file, (part, place, "criteria"), name, error))
    return tuple(uses)


def _uses(rule: Criteria) -> Iterator[Use]:
    for _, criteria in rule.parts:
        for criterion in criteria:
            if criterion.found not in _FOUND:
                raise BindingError((), f"a study cannot ask for `{criterion.found}`; it knows `age` and measures")
            if criterion.measure is not None:
                yield bind_condition(criterion.condition)


def _covariate(covariate: Covariate) -> Use:
    use = bind(str(covariate.measure), covariate.with_)
    if use.measure.returns == "date":
        raise BindingError(("measure",), f"`{covariate.measure}` gives a date, and nobody is alike in dates")
    return use


def _measured(criterion: Criterion) -> Criterion:
    if criterion.measure is None:
        raise BindingError((), "an event is told by measures")
    return criterion


def _looks_ahead(use: Use) -> bool:
    return any(value == HORIZON for _, value in use.parameters)


def _looking_back(use: Use) -> Use:
    if _looks_ahead(use):
        raise BindingError(
            ("with",),
            "looks ahead of the index date: who lived to meet it would be given that time; write months before",
        )
    return use


def _of_a_month(use: Use) -> Use:
    if use.measure.returns not in {"number", "truth"}:
        raise BindingError(("measure",), f"`{use.measure.name}` gives a {use.measure.returns}, not an amount")
    if not _looks_ahead(use):
        raise BindingError(("with",), "is counted month by month: write `within: horizon`")
    return use


def _fault(file: YamlFile, place: Location, name: str, error: BindingError) -> Fault:
    return file.fault((*place, *error.key), f"`{name}`: {error}")
