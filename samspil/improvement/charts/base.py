"""What every drawing is made of: an area with margins, an axis, its marks, and the table behind it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from samspil.improvement.charts.words import percent

#: Distances between marks of an axis of shares, the finest first, and the most marks there may be.
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25)
_MOST_MARKS = 7


@dataclass(frozen=True)
class Tick:
    """A mark of an axis: where it is in the drawing, and what stands at it."""

    at: str
    label: str


@dataclass(frozen=True)
class Table:
    """The numbers behind a drawing, as text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Area:
    """The area that is drawn in, in the units of the drawing; texts stand in the margins around it."""

    width: int = 480
    height: int = 300
    left: int = 52
    right: int = 464
    top: int = 30
    bottom: int = 262


@dataclass(frozen=True)
class Axis:
    """A straight scale: values from `low` to `high` lie between the places `start` and `end`."""

    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        """Where a value lies; one beyond the axis lies at its end."""
        if self.high == self.low:
            return (self.start + self.end) / 2
        within = min(max(value, self.low), self.high)
        return self.start + (within - self.low) / (self.high - self.low) * (self.end - self.start)

    def at(self, value: float) -> str:
        """The place as text, because a drawing knows no decimal comma."""
        return f"{self.place(value):.1f}"


@dataclass(frozen=True)
class Drawn:
    """What a template needs of the area, as text."""

    width: str
    height: str
    left: str
    right: str
    top: str
    bottom: str


def drawn(area: Area) -> Drawn:
    """An area as text."""
    return Drawn(*(str(number) for number in (area.width, area.height, area.left, area.right, area.top, area.bottom)))


def whole_axis(area: Area) -> tuple[Axis, tuple[Tick, ...]]:
    """The upright axis of shares from nobody to everybody, with a mark at each fifth."""
    axis = Axis(0, 1, area.bottom, area.top)
    return axis, tuple(Tick(axis.at(fifth / 5), percent(fifth / 5)) for fifth in range(6))


def share_axis(area: Area, shares: Sequence[float]) -> tuple[Axis, tuple[Tick, ...]]:
    """An upright axis of shares around those given, from round mark to round mark. Without any, the whole axis."""
    if not shares:
        return whole_axis(area)
    first, last, step = _round_marks(shares)
    axis = Axis(first * step, last * step, area.bottom, area.top)
    return axis, tuple(Tick(axis.at(mark * step), percent(mark * step)) for mark in range(first, last + 1))


def level_share_axis(area: Area, shares: Sequence[float]) -> tuple[Axis, tuple[Tick, ...]]:
    """The same from left to right, at most seven marks wide."""
    first, last, step = _round_marks(shares)
    axis = Axis(first * step, last * step, area.left, area.right)
    return axis, tuple(Tick(axis.at(mark * step), percent(mark * step)) for mark in range(first, last + 1))


def _round_marks(shares: Sequence[float]) -> tuple[int, int, float]:
    """The first and the last mark around some shares, in steps, and the step."""
    low, high = max(min(shares), 0.0), min(max(shares), 1.0)
    step = next((step for step in _STEPS if (high - low) / step <= _MOST_MARKS - 2), _STEPS[-1])
    first = max(math.floor(low / step + 1e-9), 0)
    last = min(max(math.ceil(high / step - 1e-9), first + 1), round(1 / step))
    return min(first, last - 1), last, step


def number_marks(low: float, high: float, most: int = 6) -> tuple[float, ...]:
    """Round numbers from `low` to `high`, at most so many."""
    if high <= low:
        return (low,)
    rough = (high - low) / max(most - 1, 1)
    magnitude = 10 ** math.floor(math.log10(rough))
    step = next(times * magnitude for times in (1, 2, 5, 10) if times * magnitude >= rough - 1e-12)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(mark * step for mark in range(first, last + 1))


def day_axis(area: Area, days: Sequence[dt.date]) -> tuple[Axis, tuple[Tick, ...]]:
    """The level axis of a series of days, with at most six of them written: years where all days end one."""
    ordered = sorted(set(days))
    first, last = ordered[0].toordinal(), ordered[-1].toordinal()
    inset = 14
    axis = Axis(first, last, area.left + inset, area.right - inset)
    years = all((day.month, day.day) == (12, 31) for day in ordered)
    every = math.ceil(len(ordered) / (6 if years else 5))
    # The newest day is always written, and others from there with room for their text.
    marked: list[dt.date] = []
    for number, day in enumerate(reversed(ordered)):
        near = marked and axis.place(marked[-1].toordinal()) - axis.place(day.toordinal()) < (40 if years else 66)
        if number % every == 0 and not near:
            marked.append(day)
    return axis, tuple(Tick(axis.at(day.toordinal()), _short(day, years)) for day in sorted(marked))


def _short(day: dt.date, years: bool) -> str:
    return str(day.year) if years else f"{day:%m-%Y}"


def day_words(day: dt.date) -> str:
    """A day as pages write it."""
    return date_format(day, "SHORT_DATE_FORMAT")


def why_words(why: str) -> str:
    """Why a figure is not there, in words: `few`, `not_collected`, `no_persons`; other words stand as they are."""
    known = {
        "few": _("too few to show"),
        "not_collected": _("not collected"),
        "no_persons": _("nobody to count"),
        "not_delivered": _("not delivered"),
    }
    return known.get(why, why)
