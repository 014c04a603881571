"""The rules of time: what "the last n months" is, when a spell is active, and how old a person is.

All of it is relative to a day D, the run's `as_of` date. Nothing dated after D is seen (DESIGN, rules of the
house; report 000, A-35).
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
from dateutil.relativedelta import relativedelta

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Months:
    """A length of time in calendar months, written `6 months` in definitions."""

    count: int

    @classmethod
    def parse(cls, text: str) -> Months:
        """Read `6 months`, `1 month` or `12m`. Raises ValueError for anything else."""
        found = re.fullmatch(r"(\d+) ?(?:months?|m)", text.strip())
        if found is None or int(found[1]) == 0:
            raise ValueError(f"`{text}` is not a number of months such as `6 months`")
        return cls(int(found[1]))

    def before(self, day: dt.date) -> dt.date:
        """The same day of the month, clamped to the month's end: six months before 31 August is 28 February."""
        return day - relativedelta(months=self.count)

    def after(self, day: dt.date) -> dt.date:
        """The same day of the month this many months later, clamped to the month's end."""
        return day + relativedelta(months=self.count)

    def __str__(self) -> str:
        return f"{self.count} month{'s' if self.count != 1 else ''}"


@dataclass(frozen=True)
class Period:
    """The days after `after`, up to and including `until`."""

    after: dt.date
    until: dt.date

    def contains(self, moment: ir.Value) -> ir.BooleanValue:
        """Whether a date, or the calendar day of a timestamp (Copenhagen wall time), lies in the period."""
        if moment.type().is_timestamp():
            # Compared as moments, without a cast per row, so that files can be skipped by their statistics.
            return (moment >= _midnight(self.after + DAY)) & (moment < _midnight(self.until + DAY))
        return (moment > _day(self.after)) & (moment <= _day(self.until))


@dataclass(frozen=True)
class AsOf:
    """The day D from which everything is seen."""

    day: dt.date

    def last(self, months: Months) -> Period:
        """The last n months: (D − n calendar months, D]."""
        return Period(months.before(self.day), self.day)

    def seen(self, moment: ir.Value) -> ir.BooleanValue:
        """Whether a date or timestamp is not after D."""
        if moment.type().is_timestamp():
            return moment < _midnight(self.day + DAY)
        return moment <= _day(self.day)

    def active(self, start: ir.DateValue, end: ir.DateValue) -> ir.BooleanValue:
        """Whether a spell is active at D: begun by D, and open or ending on D or later."""
        return (start <= _day(self.day)) & (end.isnull() | (end >= _day(self.day)))

    def spell_days(self, start: ir.DateValue, end: ir.DateValue) -> ir.IntegerValue:
        """The length at D of a spell, both ends counted: min(to, D) − from + 1 days."""
        return self.clipped(end).delta(start, unit="day") + 1

    def clipped(self, end: ir.DateValue) -> ir.DateValue:
        """The last day of a spell that is seen at D: `to`, or D if the spell is open or ends later."""
        return ibis.least(end.fill_null(_day(self.day)), _day(self.day))

    def age(self, birth_date: ir.DateValue) -> ir.IntegerValue:
        """Completed years at D."""
        month_and_day = birth_date.month() * 100 + birth_date.day()
        not_yet = (month_and_day > self.day.month * 100 + self.day.day).cast("int32")
        return ibis.literal(self.day.year, type="int32") - birth_date.year() - not_yet


def day_number(day: ir.DateValue) -> ir.IntegerValue:
    """A day as a positive number that grows with it, for ordering rows by a day and then by something else."""
    return day.epoch_days().cast("int64") + _DAYS_BEFORE_1970


#: More days than there are from any birth in a register to 1970.
_DAYS_BEFORE_1970 = 1_000_000


def _day(day: dt.date) -> ir.DateScalar:
    return ibis.literal(day, type="date")


def _midnight(day: dt.date) -> ir.TimestampScalar:
    return ibis.literal(dt.datetime.combine(day, dt.time()), type="timestamp")
