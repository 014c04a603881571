"""The control chart: a series with its centre and the limits of chance, a p-chart or, with few points, an XmR chart."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from samspil.improvement.charts.base import (
    Area,
    Axis,
    Drawn,
    Table,
    Tick,
    day_axis,
    day_words,
    drawn,
    share_axis,
    why_words,
)
from samspil.improvement.charts.words import percent

AREA = Area()
#: `p` takes its limits from counts of persons, `xmr` from how much the series moves from one point to the next.
Way = Literal["p", "xmr"]


@dataclass(frozen=True)
class Point:
    """One day's share with the centre and the limits of its stretch; `signal` says in words why it stands out.

    A stretch begins anew where the definition or the practices change: centre and limits are never computed across a
    break. `why` says why there is no share, as in a trend.
    """

    day: dt.date
    share: float | None
    stretch: int = 0
    centre: float | None = None
    low: float | None = None
    high: float | None = None
    signal: str = ""
    why: str = ""


@dataclass(frozen=True)
class Dot:
    """A point as drawn; one that stands out is drawn as a square, with its words."""

    x: str
    y: str
    words: str
    signal: bool


@dataclass(frozen=True)
class Stretch:
    """The centre line and the limits of a stretch, and its points as a line."""

    line: str
    centre: str
    low: str
    high: str


@dataclass(frozen=True)
class Control:
    """Everything the template draws."""

    key: str
    title: str
    description: str
    way: str
    area: Drawn
    ticks: tuple[Tick, ...]
    days: tuple[Tick, ...]
    stretches: tuple[Stretch, ...]
    breaks: tuple[str, ...]
    dots: tuple[Dot, ...]
    too_few: str
    signals: tuple[str, ...]
    table: Table


def control(key: str, title: str, points: Sequence[Point], *, way: Way, needed: int) -> Control | None:
    """The control chart of a series; None without any figure.

    `needed` is how many points a stretch needs before its rules mean anything (`few_points` of the set): below it the
    chart says so in words (003 2.3: "baseline < 12 points"), whatever limits are drawn.
    """
    ordered = sorted(points, key=lambda point: point.day)
    known = [point for point in ordered if point.share is not None]
    if not known:
        return None
    level, days = day_axis(AREA, [point.day for point in ordered])
    edges = [edge for point in known for edge in (point.share, point.centre, point.low, point.high) if edge is not None]
    upright, ticks = share_axis(AREA, edges)
    stretches = [[point for point in known if point.stretch == each] for each in sorted({p.stretch for p in known})]
    newest = len(stretches[-1])
    too_few = ""
    if newest < needed:
        words = _("Too few points: the baseline has %(count)s of the %(needed)s points that tell change from chance.")
        too_few = words % {"count": newest, "needed": needed}
    signals = tuple(f"{day_words(point.day)}: {point.signal}" for point in known if point.signal)
    return Control(
        key=key,
        title=title,
        description=" ".join([_described(known), too_few, *signals]).strip(),
        way=way,
        area=drawn(AREA),
        ticks=ticks,
        days=days,
        stretches=tuple(_stretch(level, upright, stretch) for stretch in stretches),
        breaks=tuple(
            f"{(level.place(before[-1].day.toordinal()) + level.place(after[0].day.toordinal())) / 2:.1f}"
            for before, after in itertools.pairwise(stretches)
        ),
        dots=tuple(_dot(level, upright, point) for point in known),
        too_few=too_few,
        signals=signals,
        table=_table(ordered),
    )


def _stretch(level: Axis, upright: Axis, points: Sequence[Point]) -> Stretch:
    return Stretch(
        line=_line(level, upright, [(point.day, point.share) for point in points]),
        centre=_line(level, upright, [(point.day, point.centre) for point in points]),
        low=_line(level, upright, [(point.day, point.low) for point in points]),
        high=_line(level, upright, [(point.day, point.high) for point in points]),
    )


def _line(level: Axis, upright: Axis, points: Sequence[tuple[dt.date, float | None]]) -> str:
    """A line through points; one point alone gets a short line of its own."""
    places = [(level.place(day.toordinal()), upright.at(value)) for day, value in points if value is not None]
    if len(places) == 1:
        x, y = places[0]
        places = [(x - 10, y), (x + 10, y)]
    return " ".join(f"{x:.1f},{y}" for x, y in places)


def _dot(level: Axis, upright: Axis, point: Point) -> Dot:
    words = f"{day_words(point.day)}: {percent(point.share, 1)}"
    return Dot(
        x=level.at(point.day.toordinal()),
        y=upright.at(point.share or 0.0),
        words=f"{words} ({point.signal})" if point.signal else words,
        signal=bool(point.signal),
    )


def _described(known: Sequence[Point]) -> str:
    last = known[-1]
    said = _("%(count)s points, the last %(share)s on %(day)s.") % {
        "count": len(known),
        "share": percent(last.share, 1),
        "day": day_words(last.day),
    }
    if last.centre is None:
        return said
    return said + " " + _("The centre is %(centre)s.") % {"centre": percent(last.centre, 1)}


def _table(ordered: Sequence[Point]) -> Table:
    columns = (_("Day"), _("Share"), _("Centre"), _("Lower limit"), _("Upper limit"), _("Stands out"))
    rows = [
        (
            day_words(point.day),
            percent(point.share, 1) if point.share is not None else why_words(point.why) or "–",
            percent(point.centre, 1),
            percent(point.low, 1),
            percent(point.high, 1),
            point.signal or "–",
        )
        for point in ordered
    ]
    return Table(columns, tuple(rows))
