"""How something of a few levels moved over time: marks on levels, each by how it was assessed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from samspil.improvement.charts.base import Area, Axis, Drawn, Table, Tick, day_axis, drawn


@dataclass(frozen=True)
class Step:
    """One assessment: the day, the level by its code, whether it was own judgement, and what it says in words."""

    day: dt.date
    level: str
    judged: bool
    words: str


@dataclass(frozen=True)
class Mark:
    """One mark of the drawing."""

    x: str
    y: str
    judged: bool
    words: str


@dataclass(frozen=True)
class Steps:
    """Marks on levels over time, with a line for each way of assessing, and the table behind."""

    key: str
    title: str
    description: str
    area: Drawn
    levels: tuple[Tick, ...]
    days: tuple[Tick, ...]
    line: str
    judged_line: str
    marks: tuple[Mark, ...]
    table: Table


def steps(
    key: str,
    title: str,
    description: str,
    levels: Sequence[tuple[str, str]],
    told: Sequence[Step],
    table: Table,
) -> Steps | None:
    """The drawing; None with fewer than two assessments. `levels` rise: (code, label), the lowest first."""
    ordered = sorted((each for each in told if each.level in dict(levels)), key=lambda each: each.day)
    if len(ordered) < 2:
        return None
    area = Area(width=480, height=70 + 44 * len(levels), left=140, right=464, top=16, bottom=26 + 44 * len(levels))
    codes = [code for code, _label in levels]
    upright = Axis(0, len(codes) - 1, area.bottom - 22, area.top + 12)
    level, ticks = day_axis(area, [each.day for each in ordered])
    places = {code: upright.place(number) for number, code in enumerate(codes)}
    # Two ways of assessing on the same day stand a little apart, so that neither hides the other.
    marks = tuple(
        Mark(
            level.at(each.day.toordinal()),
            f"{places[each.level] + (6 if each.judged else -6):.1f}",
            each.judged,
            each.words,
        )
        for each in ordered
    )
    return Steps(
        key=key,
        title=title,
        description=description,
        area=drawn(area),
        levels=tuple(Tick(f"{places[code]:.1f}", label) for code, label in levels),
        days=ticks,
        line=_line(marks, judged=False),
        judged_line=_line(marks, judged=True),
        marks=marks,
        table=table,
    )


def _line(marks: Sequence[Mark], *, judged: bool) -> str:
    return " ".join(f"{mark.x},{mark.y}" for mark in marks if mark.judged is judged)
