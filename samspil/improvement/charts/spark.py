"""The trend so small that it stands in a line of a table, beside the numbers it shows."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from samspil.improvement.charts.base import Area, Axis, day_words
from samspil.improvement.charts.trend import Dot, Point, dots_of, line_of, runs_of
from samspil.improvement.charts.words import percent

SMALL = Area(width=132, height=40, left=0, right=132, top=4, bottom=36)


@dataclass(frozen=True)
class Spark:
    """A trend so small that it stands in a line of a table: the words beside it say what it shows."""

    width: str
    height: str
    lines: tuple[str, ...]
    dots: tuple[Dot, ...]
    standard: str
    breaks: tuple[str, ...]
    words: str


def spark(points: Sequence[Point], *, standard: float | None = None) -> Spark | None:
    """A small trend; None with fewer than two figures. Its axis goes from nobody to everybody."""
    ordered = sorted(points, key=lambda point: point.day)
    known = [point for point in ordered if point.share is not None]
    if len(known) < 2:
        return None
    level = Axis(ordered[0].day.toordinal(), ordered[-1].day.toordinal(), SMALL.left + 5, SMALL.right - 5)
    upright = Axis(0, 1, SMALL.bottom, SMALL.top)
    changes = [
        f"{(level.place(before.day.toordinal()) + level.place(after.day.toordinal())) / 2:.1f}"
        for before, after in itertools.pairwise(ordered)
        if before.version != after.version
    ]
    words = _("%(first)s on %(begin)s, %(last)s on %(end)s") % {
        "first": percent(known[0].share),
        "begin": day_words(known[0].day),
        "last": percent(known[-1].share),
        "end": day_words(known[-1].day),
    }
    return Spark(
        width=str(SMALL.width),
        height=str(SMALL.height),
        lines=tuple(line_of(level, upright, run) for run in runs_of(ordered) if len(run) > 1),
        dots=dots_of(level, upright, known[-1:]),
        standard=upright.at(standard) if standard is not None else "",
        breaks=tuple(changes),
        words=words,
    )
