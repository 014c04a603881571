"""The spread: where the practices' shares lie, as dots on one line with a box from the first to the third quarter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samspil.improvement.charts.base import Area, Axis, Drawn, Table, Tick, drawn, level_share_axis
from samspil.improvement.charts.words import percent, whole

AREA = Area(height=150, top=20, bottom=112, left=24, right=446)
_MIDDLE, _BOX = 62, 22


@dataclass(frozen=True)
class Spread:
    """How the practices' shares lie: the least, the quarters and the most, of how many practices."""

    practices: int
    least: float
    first: float
    median: float
    third: float
    most: float


@dataclass(frozen=True)
class Dot:
    """A practice on the strip; the viewer's own is drawn as a diamond."""

    x: str
    y: str
    own: bool
    words: str


@dataclass(frozen=True)
class Strip:
    """Everything the template draws."""

    key: str
    title: str
    description: str
    area: Drawn
    ticks: tuple[Tick, ...]
    least: str
    most: str
    box: str
    box_width: str
    box_top: str
    box_height: str
    box_bottom: str
    middle: str
    median: str
    dots: tuple[Dot, ...]
    own: bool
    table: Table


def strip(key: str, title: str, spread: Spread, shares: Sequence[float], *, own: float | None = None) -> Strip:
    """The strip of practices' shares. `own` is the viewer's own practice's share, which is among `shares` too.

    Whether there are enough practices to say anything is for the caller to judge: without a `Spread` there is no strip.
    """
    level, ticks = level_share_axis(AREA, [spread.least, spread.most, *shares])
    box_left, box_right = level.place(spread.first), level.place(spread.third)
    others = list(shares)
    if own is not None and own in others:
        others.remove(own)
    dots = _stacked(level, sorted(others))
    if own is not None:
        words = _("Your practice: %(share)s") % {"share": percent(own, 1)}
        dots.append(Dot(level.at(own), str(_MIDDLE), own=True, words=words))
    return Strip(
        key=key,
        title=title,
        description=_described(spread),
        area=drawn(AREA),
        ticks=ticks,
        least=level.at(spread.least),
        most=level.at(spread.most),
        box=f"{box_left:.1f}",
        box_width=f"{max(box_right - box_left, 1):.1f}",
        box_top=str(_MIDDLE - _BOX),
        box_height=str(2 * _BOX),
        box_bottom=str(_MIDDLE + _BOX),
        middle=str(_MIDDLE),
        median=level.at(spread.median),
        dots=tuple(dots),
        own=own is not None,
        table=Table(
            (_("Of practices"), _("Share")),
            (
                (_("the least"), percent(spread.least, 1)),
                (_("a quarter has at most"), percent(spread.first, 1)),
                (_("half has at most"), percent(spread.median, 1)),
                (_("three quarters have at most"), percent(spread.third, 1)),
                (_("the most"), percent(spread.most, 1)),
            ),
        ),
    )


def _stacked(level: Axis, shares: Sequence[float]) -> list[Dot]:
    """Dots that would lie upon each other are moved a little up and down in turn."""
    found: list[Dot] = []
    last, near = -100.0, 0
    for share in shares:
        x = level.place(share)
        near = near + 1 if x - last < 6 else 0
        last = x
        offset = 6 * ((near % 7 + 1) // 2) * (1 if near % 2 else -1)
        found.append(Dot(f"{x:.1f}", str(_MIDDLE + offset), own=False, words=percent(share, 1)))
    return found


def _described(spread: Spread) -> str:
    words = ngettext(
        "%(count)s practice from %(least)s to %(most)s; the middle half lies between %(first)s and %(third)s.",
        "%(count)s practices from %(least)s to %(most)s; the middle half lies between %(first)s and %(third)s.",
        spread.practices,
    )
    return words % {
        "count": whole(spread.practices),
        "least": percent(spread.least),
        "most": percent(spread.most),
        "first": percent(spread.first),
        "third": percent(spread.third),
    }
