"""Time in the region: days counted from the first day of the period, quarters, working days, open spells.

Day 0 is the first day of the period and day `days - 1` is the `as_of` date. A spell runs from its first to
its last day, both included; `OPEN` as last day means that it has not ended.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from samspil.synth.arrays import Bools, Floats, Ints

OPEN = 2**30  # last day of a spell that has not ended
NEVER = 2**30  # onset of a condition that has not come
QUARTERS = 16
YEAR = 365.2425
_ZONE = ZoneInfo("Europe/Copenhagen")


@dataclass(frozen=True)
class Window:
    """The four years that end at `as_of`."""

    as_of: date

    @cached_property
    def first(self) -> date:
        """The first day of the period: four years before `as_of` plus one day (29 February clamps to the
        28th).
        """
        try:
            back = self.as_of.replace(year=self.as_of.year - 4)
        except ValueError:
            back = self.as_of.replace(year=self.as_of.year - 4, day=28)
        return back + timedelta(days=1)

    @cached_property
    def days(self) -> int:
        return (self.as_of - self.first).days + 1

    @cached_property
    def epoch(self) -> int:
        """Days from 1 January 1970 to day 0."""
        return self.first.toordinal() - date(1970, 1, 1).toordinal()

    @cached_property
    def edges(self) -> Ints:
        """The first day of each quarter, and the day after the last."""
        return np.round(np.linspace(0, self.days, QUARTERS + 1)).astype(np.int32)

    @cached_property
    def middles(self) -> Floats:
        """The middle day of each quarter."""
        return ((self.edges[:-1] + self.edges[1:]) / 2).astype(np.float32)

    @cached_property
    def _working_day(self) -> Ints:
        day = np.arange(self.days)
        weekday = (day + self.first.weekday()) % 7
        back = np.where(weekday == 5, day - 1, np.where(weekday == 6, day - 2, day))
        return np.where(back < 0, np.minimum(day + 7 - weekday, self.days - 1), back).astype(np.int32)

    def working_day(self, day: Ints) -> Ints:
        """The Friday before for days in a weekend (the Monday after at the very start), the same day
        otherwise.
        """
        moved: Ints = self._working_day[day]
        return moved

    @cached_property
    def _summer_time_begins(self) -> Bools:
        """Days on which the clock jumps from 02:00 to 03:00."""
        starts = np.zeros(self.days + 1, dtype=bool)
        for day in range(self.days):
            noon = datetime.combine(self.first + timedelta(days=day), time(12), _ZONE)
            before = noon - timedelta(days=1)
            starts[day] = noon.utcoffset() != before.utcoffset() and bool(noon.dst())
        return starts

    def existing_clock(self, seconds: Ints) -> Ints:
        """Moments (seconds from day 0, Copenhagen wall time) with the hour that summer time skips moved one
        hour on.
        """
        day = np.clip(seconds // 86400, 0, self.days)
        of_day = seconds % 86400
        skipped = self._summer_time_begins[day] & (of_day >= 7200) & (of_day < 10800)
        return seconds + 3600 * skipped

    def day_of(self, when: date) -> int:
        return when.toordinal() - self.first.toordinal()

    @cached_property
    def extracted_at(self) -> datetime:
        """03:00 in Copenhagen on the day after `as_of`."""
        return datetime.combine(self.as_of + timedelta(days=1), time(3), _ZONE)


def close_spells(start: Ints, stop: Ints, last: Ints, gone: Bools) -> tuple[Bools, Ints]:
    """Fit spells to what the region knows: nothing after a person's last day, and nothing ends in the future.

    `last` is the last day on which the person can have events and `gone` says that the person then died or
    left. Returns which spells remain, and their last day (`OPEN` when still running).
    """
    ended = np.minimum(stop, last)
    closed = np.where(gone, ended, np.where(stop > last, OPEN, stop))
    keep: Bools = (start <= last) & (stop >= start)
    return keep, closed.astype(np.int32)


def without_overlap(person: Ints, start: Ints, stop: Ints) -> Bools:
    """Which spells to keep so that a person's spells never overlap; rows must be ordered by person and start."""
    if not len(person):
        return np.zeros(0, dtype=bool)
    shift = person.astype(np.int64) * 2**32
    reach = np.maximum.accumulate(stop.astype(np.int64) + shift)
    keep: Bools = np.ones(len(person), dtype=bool)
    keep[1:] = start[1:] + shift[1:] > reach[:-1]
    return keep
