"""The trend: a share over days with its 95 % band, marks where the series breaks, and what it is compared with."""

from __future__ import annotations

import datetime as dt
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
    whole_axis,
    why_words,
)
from samspil.improvement.charts.words import interval, part_of, percent

#: Why a series breaks, or is marked: the definition changed, others deliver, or a test of change began.
Kind = Literal["definition", "practices", "test"]
AREA = Area(top=44)


@dataclass(frozen=True)
class Point:
    """One day: numerator, denominator and 95 % interval; without figures it says why.

    `why` is `few`, `not_collected`, `no_persons`, or words of one's own. `version` is that of the definition: the line
    never connects two versions.
    """

    day: dt.date
    n: int | None = None
    d: int | None = None
    interval: tuple[float, float] | None = None
    version: str = ""
    why: str = ""

    @property
    def share(self) -> float | None:
        return self.n / self.d if self.n is not None and self.d else None


@dataclass(frozen=True)
class Break:
    """From `day` on the series is another one (`definition`, `practices`), or something was tried (`test`).

    A change lies between the day before in the series and `day`; what was tried lies on the day itself.
    """

    day: dt.date
    kind: Kind
    words: str


@dataclass(frozen=True)
class Mark:
    """A break as drawn: its letter, its kind, where it is, and its words for the list below the drawing."""

    letter: str
    kind: str
    x: str
    label_y: str
    words: str
    day: str


@dataclass(frozen=True)
class Dot:
    """A day's share as drawn, with what a pointer over it is told."""

    x: str
    y: str
    words: str


@dataclass(frozen=True)
class Trend:
    """Everything the template draws."""

    key: str
    title: str
    description: str
    area: Drawn
    ticks: tuple[Tick, ...]
    days: tuple[Tick, ...]
    bands: tuple[str, ...]
    lines: tuple[str, ...]
    dots: tuple[Dot, ...]
    constant: tuple[str, ...]
    constant_dots: tuple[Dot, ...]
    standard: Tick | None
    marks: tuple[Mark, ...]
    gaps: tuple[str, ...]
    table: Table

    @property
    def kinds(self) -> set[str]:
        """The kinds of marks there are, for the legend."""
        return {mark.kind for mark in self.marks}


def trend(
    key: str,
    title: str,
    points: Sequence[Point],
    *,
    constant: Sequence[Point] = (),
    standard: float | None = None,
    breaks: Sequence[Break] = (),
) -> Trend | None:
    """The trend of a share; None without any day.

    `constant` is the same share of the practices that deliver on every day, drawn dashed beside it (003 L-32);
    `standard` the share aimed at; `breaks` may come in any order. The axis goes from nobody to everybody.
    """
    ordered = sorted(points, key=lambda point: point.day)
    if not ordered:
        return None
    level, days = day_axis(AREA, [point.day for point in ordered])
    upright, ticks = whole_axis(AREA)
    runs = runs_of(ordered)
    return Trend(
        key=key,
        title=title,
        description=_described(ordered, breaks, standard),
        area=drawn(AREA),
        ticks=ticks,
        days=days,
        bands=tuple(_band(level, upright, run) for run in runs if len(run) > 1),
        lines=tuple(line_of(level, upright, run) for run in runs if len(run) > 1),
        dots=dots_of(level, upright, ordered),
        constant=tuple(line_of(level, upright, run) for run in runs_of(sorted(constant, key=_day)) if len(run) > 1),
        constant_dots=dots_of(level, upright, constant),
        standard=Tick(upright.at(standard), percent(standard)) if standard is not None else None,
        marks=_marks(level, ordered, breaks),
        gaps=tuple(f"{day_words(point.day)}: {why_words(point.why)}" for point in ordered if point.share is None),
        table=_table(ordered, constant),
    )


def _day(point: Point) -> dt.date:
    return point.day


def runs_of(ordered: Sequence[Point]) -> list[list[Point]]:
    """Days that one line may connect: without a gap, and of one version."""
    runs: list[list[Point]] = [[]]
    for point in ordered:
        if runs[-1] and (point.share is None or point.version != runs[-1][-1].version):
            runs.append([])
        if point.share is not None:
            runs[-1].append(point)
    return [run for run in runs if run]


def line_of(level: Axis, upright: Axis, run: Sequence[Point]) -> str:
    return " ".join(f"{level.at(point.day.toordinal())},{upright.at(point.share or 0.0)}" for point in run)


def _band(level: Axis, upright: Axis, run: Sequence[Point]) -> str:
    known = [(level.at(point.day.toordinal()), point.interval) for point in run if point.interval is not None]
    above = [f"{x},{upright.at(high)}" for x, (_low, high) in known]
    below = [f"{x},{upright.at(low)}" for x, (low, _high) in reversed(known)]
    return " ".join(above + below)


def dots_of(level: Axis, upright: Axis, points: Sequence[Point]) -> tuple[Dot, ...]:
    return tuple(
        Dot(level.at(point.day.toordinal()), upright.at(point.share), f"{day_words(point.day)}: {percent(point.share)}")
        for point in points
        if point.share is not None
    )


def _marks(level: Axis, ordered: Sequence[Point], breaks: Sequence[Break]) -> tuple[Mark, ...]:
    """Changes between two days of the series share the space between them; tests stand on their own day."""
    days = [point.day for point in ordered]
    wanted = sorted(
        (each for each in breaks if days[0] <= each.day <= days[-1]), key=lambda each: (each.day, each.kind)
    )
    found = []
    for number, each in enumerate(wanted):
        x = level.place(each.day.toordinal())
        if each.kind != "test":
            between = [other for other in wanted if other.day == each.day and other.kind != "test"]
            before = max((day for day in days if day < each.day), default=each.day)
            start = level.place(before.toordinal())
            x = start + (x - start) * (between.index(each) + 1) / (len(between) + 1)
        # Letters of neighbours stand in two rows, so that they do not lie upon each other.
        found.append(
            Mark(
                letter=_letter(number),
                kind=each.kind,
                x=f"{x:.1f}",
                label_y=str(AREA.top - 8 - 16 * (number % 2)),
                words=each.words,
                day=day_words(each.day),
            )
        )
    return tuple(found)


def _letter(number: int) -> str:
    return chr(ord("A") + number % 26) * (1 + number // 26)


def _described(ordered: Sequence[Point], breaks: Sequence[Break], standard: float | None) -> str:
    known = [point for point in ordered if point.share is not None]
    if not known:
        return _("There is no figure to show.")
    said = [
        _("From %(first)s on %(begin)s to %(last)s on %(end)s.")
        % {
            "first": percent(known[0].share),
            "begin": day_words(known[0].day),
            "last": percent(known[-1].share),
            "end": day_words(known[-1].day),
        }
    ]
    if standard is not None:
        said.append(_("The standard is %(share)s.") % {"share": percent(standard)})
    said += [f"{day_words(each.day)}: {each.words}." for each in sorted(breaks, key=lambda each: each.day)]
    return " ".join(said)


def _table(ordered: Sequence[Point], constant: Sequence[Point]) -> Table:
    beside = {point.day: point for point in constant}
    columns = [_("Day"), _("Share"), _("Interval (95 %)"), _("Of how many"), _("Definition")]
    columns += [_("Same practices all the time")] if constant else []
    rows = []
    for point in ordered:
        row = [day_words(point.day), *_figures(point), point.version or "–"]
        if constant:
            other = beside.get(point.day)
            row.append(_beside(other) if other is not None else "–")
        rows.append(tuple(row))
    return Table(tuple(columns), tuple(rows))


def _figures(point: Point) -> tuple[str, str, str]:
    if point.share is None or point.n is None or point.d is None:
        return why_words(point.why) or "–", "–", "–"
    within = interval(*point.interval) if point.interval is not None else "–"
    return percent(point.share), within, part_of(point.n, point.d)


def _beside(point: Point) -> str:
    if point.share is None or point.n is None or point.d is None:
        return why_words(point.why) or "–"
    return f"{percent(point.share)} ({part_of(point.n, point.d)})"
