"""Bars: counts of categories, or shares of places, in the order they are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from samspil.improvement.charts.base import Area, Drawn, Table, Tick, drawn, why_words
from samspil.improvement.charts.words import interval, part_of, percent, whole

WIDTH, LEFT, RIGHT = 480, 4, 476
#: A bar with its text above it takes so much height, the bar itself so much, and its text so much.
ROW, BAR, TEXT = 44, 18, 16


@dataclass(frozen=True)
class Bar:
    """One bar: a count of persons `n`, or with `d` a share of them. A hidden one has neither and says `why` (`few`)."""

    label: str
    n: int | None = None
    d: int | None = None
    interval: tuple[float, float] | None = None
    why: str = "few"

    @property
    def length(self) -> float | None:
        """What the bar's length shows: the share where there is a denominator, the count where there is none."""
        if self.n is None:
            return None
        return float(self.n) if self.d is None else (self.n / self.d if self.d else None)


@dataclass(frozen=True)
class Piece:
    """A bar as drawn: its words stand above it; `low` and `high` are the ends of its interval, empty without one."""

    label: str
    words: str
    label_y: str
    y: str
    width: str
    middle: str
    low: str
    high: str


@dataclass(frozen=True)
class Bars:
    """Everything the template draws."""

    key: str
    title: str
    description: str
    area: Drawn
    bar_height: str
    pieces: tuple[Piece, ...]
    standard: Tick | None
    table: Table


def bars(key: str, title: str, given: Sequence[Bar], *, standard: float | None = None) -> Bars | None:
    """Level bars; None without any.

    All are counts, or all are shares; then the whole width is everybody, and `standard` is drawn across them. A bar
    that is hidden has its words and no bar. The order is the caller's: of names or categories, never of lengths.
    """
    if not given:
        return None
    shares = any(each.d is not None for each in given)
    longest = 1.0 if shares else max([each.length or 0.0 for each in given] + [1.0])
    scale = (RIGHT - LEFT) / longest
    pieces = tuple(_piece(number, each, scale, shares) for number, each in enumerate(given))
    area = Area(width=WIDTH, height=ROW * len(given) + 8, left=LEFT, right=RIGHT, top=0, bottom=ROW * len(given))
    return Bars(
        key=key,
        title=title,
        description="; ".join(f"{piece.label}: {piece.words}" for piece in pieces),
        area=drawn(area),
        bar_height=str(BAR),
        pieces=pieces,
        standard=Tick(f"{LEFT + standard * scale:.1f}", percent(standard)) if standard is not None else None,
        table=_table(given, shares),
    )


def _piece(number: int, each: Bar, scale: float, shares: bool) -> Piece:
    top = number * ROW
    length = each.length
    ends = each.interval if shares and length is not None else None
    return Piece(
        label=each.label,
        words=_words(each),
        label_y=str(top + TEXT),
        y=str(top + TEXT + 6),
        width=f"{(length or 0.0) * scale:.1f}" if length is not None else "",
        middle=str(top + TEXT + 6 + BAR // 2),
        low=f"{LEFT + ends[0] * scale:.1f}" if ends else "",
        high=f"{LEFT + ends[1] * scale:.1f}" if ends else "",
    )


def _words(each: Bar) -> str:
    if each.n is None:
        return why_words(each.why)
    if each.d is None:
        return whole(each.n)
    return f"{percent(each.length)} ({part_of(each.n, each.d)})"


def _table(given: Sequence[Bar], shares: bool) -> Table:
    if not shares:
        return Table(("", _("Persons")), tuple((each.label, _words(each)) for each in given))
    rows = []
    for each in given:
        if each.n is None or each.d is None:
            rows.append((each.label, _words(each), "–", "–"))
        else:
            within = interval(*each.interval) if each.interval else "–"
            rows.append((each.label, percent(each.length, 1), within, part_of(each.n, each.d)))
    return Table(("", _("Share"), _("Interval (95 %)"), _("Of how many")), tuple(rows))
