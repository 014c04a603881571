"""The Lorenz curve: how unevenly something, such as cost, is spread over people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from samspil.improvement.charts.base import Area, Axis, Drawn, Table, Tick, drawn
from samspil.improvement.charts.words import decimals, percent

AREA = Area(width=400, height=400, left=56, right=374, top=20, bottom=348)


@dataclass(frozen=True)
class Lorenz:
    """Everything the template draws."""

    key: str
    title: str
    description: str
    area: Drawn
    area_points: str
    points: str
    even: str
    across: tuple[Tick, ...]
    upright: tuple[Tick, ...]
    people: str
    amount: str
    table: Table


def lorenz(
    key: str, title: str, curve: Sequence[tuple[float, float]], *, gini: float | None, people: str, amount: str
) -> Lorenz | None:
    """The curve; None with fewer than two points.

    `curve` rises from (0, 0) to (1, 1): the share of the people, from those with the least on, and their share of all.
    `people` and `amount` say what the axes are: "Citizens, from the least costly to the most", "Share of the cost".
    """
    if len(curve) < 2:
        return None
    across, up = Axis(0, 1, AREA.left, AREA.right), Axis(0, 1, AREA.bottom, AREA.top)
    points = " ".join(f"{across.at(x)},{up.at(y)}" for x, y in curve)
    description = _("A curve below the line of an even spread.")
    if gini is not None:
        description += " " + _("Gini coefficient %(gini)s: 0 is an even spread, 1 is everything by one.") % {
            "gini": decimals(gini, 2)
        }
    marks = (0, 0.25, 0.5, 0.75, 1)
    return Lorenz(
        key=key,
        title=title,
        description=description,
        area=drawn(AREA),
        area_points=points,
        points=points,
        even=f"{across.at(0)},{up.at(0)} {across.at(1)},{up.at(1)}",
        across=tuple(Tick(across.at(mark), percent(mark)) for mark in marks),
        upright=tuple(Tick(up.at(mark), percent(mark)) for mark in marks),
        people=people,
        amount=amount,
        table=Table((people, amount), tuple((percent(x, 1), percent(y, 1)) for x, y in curve)),
    )
