"""Do the data reach far enough? An outcome whose data stop short would be counted as if nothing had happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from samspil.evaluation.figures import Reason, Unknown
from samspil.population.binding import Use, bind_condition, bind_item
from samspil.population.engine import is_loaded
from samspil.population.tables import Tables, seen_from, sources_of
from samspil.population.time import DAY, AsOf, Period
from samspil.programmes import RiskModel
from samspil.programmes.schema import Condition


@dataclass(frozen=True)
class SourcePeriod:
    """A source that a validation reads: whether it is loaded, and the first and last day its data cover.

    The days are null where they are not known. `for_outcomes` is false for a source only the score needs.
    """

    source: str
    loaded: bool
    data_from: dt.date | None
    data_until: dt.date | None
    for_outcomes: bool


@dataclass(frozen=True)
class ShortWindow:
    """An item, or exclusion, that looks back beyond the first day of its source's data: it may count too little."""

    part: str
    source: str
    needed_from: dt.date
    data_from: dt.date


@dataclass(frozen=True)
class Coverage:
    """What is known of the periods of the sources."""

    tables: Tables
    data_from: Mapping[str, dt.date]
    data_until: Mapping[str, dt.date]

    def reaches(self, uses: Iterable[Use], day: dt.date) -> Unknown | None:
        """Why what the uses measure is not known up to `day`, or None if it is."""
        for use in uses:
            absent = tuple(table for table in use.tables if table not in self.tables)
            if absent:
                return Unknown.because(Reason.NOT_LOADED, source=sources_of(absent)[0])
        for source in _sources(uses):
            until = self.data_until.get(source)
            if until is None:
                return Unknown.because(Reason.UNTIL_UNKNOWN, source=source)
            if until < day:
                return Unknown.because(Reason.ENDS_EARLY, source=source, until=until, horizon_ends=day)
        return None

    def begin(self, uses: Iterable[Use], day: dt.date) -> Unknown | None:
        """Why events are not known from `day` on, or None if they are."""
        for use in uses:
            if seen_from(use.measure.table) is not None:
                lacking = self._begins(sources_of((use.measure.table,))[0], day)
                if lacking is not None:
                    return lacking
        return None

    def scored(self, model: RiskModel, day: dt.date) -> Unknown | None:
        """Why the model cannot be scored on `day` with the data there are, or None if it can."""
        for _, source, needed in _windows(model, self.tables, day):
            lacking = self._begins(source, needed)
            if lacking is not None:
                return lacking
        return None

    def _begins(self, source: str, needed: dt.date) -> Unknown | None:
        first = self.data_from.get(source)
        if first is None:
            return Unknown.because(Reason.FROM_UNKNOWN, source=source)
        if first > needed:
            return Unknown.because(Reason.BEGINS_LATE, source=source, first=first, needed_from=needed)
        return None

    def short_windows(self, model: RiskModel, day: dt.date) -> tuple[ShortWindow, ...]:
        """The parts of the model that look back on `day` beyond what their source is known to cover."""
        return tuple(
            ShortWindow(part, source, needed, first)
            for part, source, needed in _windows(model, self.tables, day)
            if (first := self.data_from.get(source)) is not None and first > needed
        )

    def sources(self, model: RiskModel, outcome_uses: Iterable[Use]) -> tuple[SourcePeriod, ...]:
        """Every source the model or the outcomes read, civil registration and general practice first."""
        for_outcomes = _sources(outcome_uses)
        scored = [source for _, use in _model_uses(model) for source in sources_of(use.tables)]
        named = dict.fromkeys((*sources_of(("person", "affiliation")), *scored, *for_outcomes))
        loaded = set(sources_of(tuple(self.tables)))
        return tuple(
            SourcePeriod(
                source,
                source in loaded,
                self.data_from.get(source),
                self.data_until.get(source),
                source in for_outcomes,
            )
            for source in named
        )


def _sources(uses: Iterable[Use]) -> tuple[str, ...]:
    return sources_of(tuple(table for use in uses for table in use.tables))


def _model_uses(model: RiskModel) -> list[tuple[str, Use]]:
    """Everything that is switched on in the model and what it measures, by the name of the item or exclusion."""
    items = [(item.item, use) for item in model.items if item.enabled for use in bind_item(item)]
    conditions: list[tuple[str, Condition]] = [
        (rule.exclusion, condition) for rule in model.exclusions if rule.enabled for condition in rule.any_of
    ]
    return items + [(name, bind_condition(condition)) for name, condition in conditions]


def _windows(model: RiskModel, tables: Tables, day: dt.date) -> list[tuple[str, str, dt.date]]:
    """Part, source and the first day of the part's window, for each part with a window and loaded tables.

    What is read without a window (spells at D, diagnoses ever) has no first day that could be asked for.
    """
    found: dict[tuple[str, str], dt.date] = {}
    for part, use in _model_uses(model):
        periods = [value for value in use.at(AsOf(day)).values() if isinstance(value, Period)]
        # A state is known by its latest change, however long ago that was.
        dated = seen_from(use.measure.table) is not None
        if periods and dated and is_loaded(use, tables):
            source = sources_of((use.measure.table,))[0]
            needed = min(period.after for period in periods) + DAY
            found[part, source] = min(found.get((part, source), needed), needed)
    return [(part, source, needed) for (part, source), needed in found.items()]
