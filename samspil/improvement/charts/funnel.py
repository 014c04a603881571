"""The funnel plot: each practice's share by how many patients it has, with what chance alone would give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samspil.improvement.charts.base import Area, Axis, Drawn, Table, Tick, drawn, number_marks, share_axis
from samspil.improvement.charts.words import interval, part_of, percent, whole

AREA = Area(height=320, bottom=272)


@dataclass(frozen=True)
class Practice:
    """One practice's numerator and denominator. `label` is its name, where it may be shown; `own` the viewer's own."""

    n: int
    d: int
    own: bool = False
    label: str = ""

    @property
    def share(self) -> float:
        return self.n / self.d


@dataclass(frozen=True)
class Limit:
    """Between what shares chance alone keeps a practice with so many patients, 95 and 99.8 times of 100."""

    d: int
    inner: tuple[float, float]
    outer: tuple[float, float]


@dataclass(frozen=True)
class Dot:
    """A practice as drawn. `text` stands beside it: its name, or nothing."""

    x: str
    y: str
    own: bool
    text: str
    text_x: str
    anchor: str
    words: str


@dataclass(frozen=True)
class Funnel:
    """Everything the template draws."""

    key: str
    title: str
    description: str
    area: Drawn
    ticks: tuple[Tick, ...]
    sizes: tuple[Tick, ...]
    inner: tuple[str, str]
    outer: tuple[str, str]
    centre: Tick
    dots: tuple[Dot, ...]
    own: bool
    outside: int
    hidden: int
    hidden_words: str
    table: Table


def funnel(
    key: str,
    title: str,
    practices: Sequence[Practice],
    limits: Sequence[Limit],
    *,
    centre: float,
    hidden: int = 0,
) -> Funnel | None:
    """The funnel of practices with somebody in the denominator; None without any.

    `limits` rise by `d` and have the practices' sizes among them; `centre` is the share of all together. Practices
    whose figures are hidden are not given: `hidden` says how many they are. Practices are in the order of their size,
    never of their share: this is no ranking.
    """
    shown = sorted((each for each in practices if each.d > 0), key=lambda each: (each.d, each.label, each.n))
    if not shown or not limits:
        return None
    by_size = {limit.d: limit for limit in limits}
    shares = [each.share for each in shown] + [edge for limit in limits[len(limits) // 4 :] for edge in limit.outer]
    upright, ticks = share_axis(AREA, [*shares, centre])
    level = Axis(0, max(shown[-1].d, limits[-1].d), AREA.left, AREA.right - 6)
    return Funnel(
        key=key,
        title=title,
        description=_described(shown, by_size, centre, hidden),
        area=drawn(AREA),
        ticks=ticks,
        sizes=tuple(Tick(level.at(size), whole(size)) for size in number_marks(0, level.high, 5)),
        inner=_edges(level, upright, [(limit.d, limit.inner) for limit in limits]),
        outer=_edges(level, upright, [(limit.d, limit.outer) for limit in limits]),
        centre=Tick(upright.at(centre), percent(centre)),
        dots=tuple(_dot(level, upright, each) for each in sorted(shown, key=lambda each: each.own)),
        own=any(each.own for each in shown),
        outside=_beyond(shown, by_size),
        hidden=hidden,
        hidden_words=_hidden_words(hidden) if hidden else "",
        table=_table(shown, by_size),
    )


def _hidden_words(hidden: int) -> str:
    words = ngettext(
        "%(count)s practice is not drawn: too few patients to show.",
        "%(count)s practices are not drawn: too few patients to show.",
        hidden,
    )
    return words % {"count": whole(hidden)}


def _edges(level: Axis, upright: Axis, limits: Sequence[tuple[int, tuple[float, float]]]) -> tuple[str, str]:
    below = " ".join(f"{level.at(d)},{upright.at(low)}" for d, (low, _high) in limits)
    above = " ".join(f"{level.at(d)},{upright.at(high)}" for d, (_low, high) in limits)
    return below, above


def _dot(level: Axis, upright: Axis, each: Practice) -> Dot:
    x = level.place(each.d)
    right = x > (level.start + level.end) / 2
    name = each.label or (_("Your practice") if each.own else _("A practice"))
    return Dot(
        x=f"{x:.1f}",
        y=upright.at(each.share),
        own=each.own,
        text=each.label or (_("Your practice") if each.own else ""),
        text_x=f"{x + (-10 if right else 10):.1f}",
        anchor="end" if right else "start",
        words=f"{name}: {percent(each.share)} ({part_of(each.n, each.d)})",
    )


def _limit_of(each: Practice, by_size: Mapping[int, Limit]) -> Limit:
    """The limits at the practice's size, or at the nearest one that was given."""
    found = by_size.get(each.d)
    return found if found is not None else by_size[min(by_size, key=lambda size: abs(size - each.d))]


def _beyond(practices: Sequence[Practice], by_size: Mapping[int, Limit]) -> int:
    """How many lie outside the outer limits."""
    found = 0
    for each in practices:
        low, high = _limit_of(each, by_size).outer
        found += not low <= each.share <= high
    return found


def _described(practices: Sequence[Practice], by_size: Mapping[int, Limit], centre: float, hidden: int) -> str:
    beyond = _beyond(practices, by_size)
    said = [
        ngettext("%(count)s practice around %(centre)s.", "%(count)s practices around %(centre)s.", len(practices))
        % {"count": whole(len(practices)), "centre": percent(centre)},
        ngettext("%(count)s lies outside the outer limits.", "%(count)s lie outside the outer limits.", beyond)
        % {"count": whole(beyond)},
    ]
    return " ".join(said + ([_hidden_words(hidden)] if hidden else []))


def _table(practices: Sequence[Practice], by_size: Mapping[int, Limit]) -> Table:
    columns = (_("Practice"), _("Patients"), _("Share"), _("Limits (95 %)"), _("Limits (99.8 %)"))
    rows = []
    for each in practices:
        limit = _limit_of(each, by_size)
        name = each.label or (_("Your practice") if each.own else _("A practice"))
        rows.append(
            (name, part_of(each.n, each.d), percent(each.share, 1), interval(*limit.inner), interval(*limit.outer))
        )
    return Table(columns, tuple(rows))
