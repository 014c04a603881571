"""What is true of each patient by one indicator: met, not met, overdue since a day, without data, or not applicable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from samspil.population.binding import Use, bind_condition
from samspil.population.indicator_binding import bind_category, bind_date, bind_known, bind_number
from samspil.population.time import AsOf, Months
from samspil.programmes.indicators import Categories, Done, Indicator, State, Value
from samspil.programmes.schema import Condition

MET: State = "met"
NOT_MET: State = "not_met"
OVERDUE: State = "overdue"
NO_DATA: State = "no_data"
NOT_APPLICABLE: State = "not_applicable"

#: What an answer says, with its types. Days are of examinations, numbers in the unit of the variable.
ANSWER = {
    "state": "string", "exception": "string", "last": "date", "since": "date", "value": "float64",
    "target": "float64", "category": "string",
}  # fmt: skip


@dataclass(frozen=True)
class Answers:
    """Measured people, of whom indicators are asked. A use without a column among theirs is not known of anybody."""

    people: ir.Table
    columns: Mapping[Use, str]
    at: AsOf

    def of(self, indicator: Indicator) -> dict[str, ir.Value]:
        """Every column of `ANSWER` for one indicator, of which something is measured."""
        found = self._measured(indicator)
        # Who is met stays met, and who has no target is left out already: an exception explains what was not met.
        open_to = found["state"].isin([NOT_MET, OVERDUE, NO_DATA]) & (indicator.categories is None)
        reasons = [
            (open_to & self.any_of(each.any_of).fill_null(False), each.exception) for each in indicator.exceptions
        ]
        if reasons:
            found["exception"] = ibis.cases(*reasons)
        return {name: found[name].cast(kind) if name in found else ibis.null(kind) for name, kind in ANSWER.items()}

    def holds(self, condition: Condition) -> ir.BooleanValue:
        """Whether a condition holds; null where that is not known."""
        value = self.column(bind_condition(condition))
        if value is None:
            return ibis.null("boolean")
        return value if condition.at_least is None else value >= condition.at_least

    def any_of(self, conditions: Iterable[Condition]) -> ir.BooleanValue:
        """Whether any holds: null where none does and one is not known; false of none."""
        return any_of(self.holds(condition) for condition in conditions)

    def column(self, use: Use) -> ir.Value | None:
        """What was measured; None when it was not."""
        return self.people[self.columns[use]] if self.columns[use] in self.people.columns else None

    def _number(self, use: Use) -> ir.FloatingValue:
        return self.people[self.columns[use]].cast("float64")

    def _measured(self, indicator: Indicator) -> dict[str, ir.Value]:
        """State, and what it was seen from."""
        if indicator.done is not None:
            return self.done(indicator.done)
        if indicator.value is not None:
            return self._value(indicator.value)
        if indicator.known is not None:
            columns = [self.column(bind_known(reading)) for reading in indicator.known.known]
            known = any_of(column.notnull() for column in columns if column is not None)
            return {"state": known.ifelse(MET, NO_DATA)}
        if indicator.holds is not None:
            return {"state": _state(self.any_of(indicator.holds.any_of))}
        return self._category(indicator.categories) if indicator.categories is not None else {}

    def done(self, done: Done) -> dict[str, ir.Value]:
        """The latest day it was done, and since when it is overdue: that day and the window, where it ever was done."""
        within = Months.parse(done.within)
        uses = [bind_date(reading) for reading in done.latest_of]
        days = [column for use in uses if (column := self.column(use)) is not None]
        latest = ibis.greatest(*days) if len(days) > 1 else days[0]
        in_window = self.at.last(within).contains(latest).fill_null(False)
        # Where one of the sources is missing, nobody can say that it was not done.
        late = OVERDUE if len(days) == len(uses) else NO_DATA
        state = ibis.cases((in_window, MET), (latest.notnull(), late), else_=NO_DATA)
        since = (latest + ibis.interval(months=within.count)).cast("date")
        return {"state": state, "last": latest, "since": (state == OVERDUE).ifelse(since, ibis.null("date"))}

    def _value(self, value: Value) -> dict[str, ir.Value]:
        number = self._number(bind_number(value.value))
        if value.own_target is not None:
            target = self._number(bind_number(value.own_target.target))
            reached = {"at_most": number <= target, "below": number < target, "at_least": number >= target}
            met = _state(reached[value.own_target.compare])
            # Without a value there are no data; with one, a patient without a target is a group of its own (REQ-IND-3).
            no_target = number.notnull() & target.isnull()
            return {"state": no_target.ifelse(NOT_APPLICABLE, met), "value": number, "target": target}
        if value.below is not None:
            return {"state": _state(number < value.below), "value": number}
        if value.at_most is not None:
            return {"state": _state(number <= value.at_most), "value": number}
        return {"state": _state(number >= value.at_least), "value": number}

    def _category(self, categories: Categories) -> dict[str, ir.Value]:
        """A category has no met and not met: who has one is not applicable to a share, the others are without data."""
        found: dict[str, ir.Value] = {}
        if categories.bins:
            number = self._number(bind_category(categories))
            found["value"] = number
            category = ibis.cases(*((number >= each.at_least, each.category) for each in reversed(categories.bins)))
        else:
            text = self.people[self.columns[bind_category(categories)]]
            category = text.isin(list(categories.values)).ifelse(text, ibis.null("string"))
        return {**found, "category": category, "state": category.isnull().ifelse(NO_DATA, NOT_APPLICABLE)}


def any_of(conditions: Iterable[ir.BooleanValue]) -> ir.BooleanValue:
    """Whether any holds: null where none does and one is null; false of none."""
    given = list(conditions)
    return ibis.or_(*given) if given else ibis.literal(False)


def _state(met: ir.BooleanValue) -> ir.StringValue:
    """Met or not met, and `no_data` where it is not known."""
    return ibis.cases((met.isnull(), NO_DATA), (met, MET), else_=NOT_MET)
