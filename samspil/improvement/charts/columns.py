"""Upright bars of several parts over a series, such as what sectors cost month by month around an index date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from samspil.improvement.charts.base import Area, Axis, Drawn, Table, Tick, drawn, number_marks, why_words
from samspil.improvement.charts.stacked import COLOURS, Legend, letter
from samspil.improvement.charts.words import whole

AREA = Area(width=480, height=300, left=64, right=470, top=20, bottom=250)
#: Only every so many columns is written below, so that texts do not meet.
_EVERY = 3


@dataclass(frozen=True)
class Column:
    """One column: what stands below it, its parts in the order of their names, and more for the table alone.

    A part that is hidden is None: it is not drawn, and the column says that something is missing.
    """

    label: str
    parts: tuple[float | None, ...]
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """A part as drawn."""

    x: str
    y: str
    width: str
    height: str
    fill: str
    words: str


@dataclass(frozen=True)
class Columns:
    """Everything the template draws."""

    key: str
    title: str
    description: str
    area: Drawn
    ticks: tuple[Tick, ...]
    labels: tuple[Tick, ...]
    parts: tuple[Part, ...]
    mark: str
    mark_words: str
    across: str
    legend: tuple[Legend, ...]
    hidden: bool
    table: Table


def columns(
    key: str,
    title: str,
    names: Sequence[str],
    given: Sequence[Column],
    *,
    across: str,
    unit: str,
    mark: int | None = None,
    mark_words: str = "",
    beside: Sequence[str] = (),
) -> Columns | None:
    """Columns of at most eight parts, with `names`; None without any.

    `across` says what the columns are, `unit` what their height is. `mark` is the place of a column that is marked, as
    the month of a diagnosis, and `mark_words` what it is. `beside` are the names of what columns have for the table.
    """
    if not given:
        return None
    sums = [sum(part or 0.0 for part in each.parts) for each in given]
    marks = number_marks(0, max([*sums, 1.0]), 6)
    upright = Axis(0, max(marks[-1], *sums, 1.0), AREA.bottom, AREA.top)
    step = (AREA.right - AREA.left) / len(given)
    first = given[0].label, whole(sums[0])
    most = max(range(len(given)), key=lambda place: sums[place])
    return Columns(
        key=key,
        title=title,
        description=_("%(unit)s: %(first)s at %(begin)s, most at %(most)s with %(amount)s.") % {
            "unit": unit, "first": first[1], "begin": first[0], "most": given[most].label, "amount": whole(sums[most]),
        },
        area=drawn(AREA),
        ticks=tuple(Tick(upright.at(each), whole(each)) for each in marks),
        labels=tuple(
            Tick(f"{AREA.left + step * (place + 0.5):.1f}", each.label)
            for place, each in enumerate(given)
            if (place - (mark or 0)) % _EVERY == 0
        ),
        parts=tuple(part for place, each in enumerate(given) for part in _parts(place, each, names, step, upright)),
        mark=f"{AREA.left + step * (mark + 0.5):.1f}" if mark is not None else "",
        mark_words=mark_words,
        across=across,
        legend=tuple(Legend(letter(number), name, str(number % 8)) for number, name in enumerate(names)),
        hidden=any(part is None for each in given for part in each.parts),
        table=Table(
            (across, *beside, *names),
            tuple((each.label, *each.beside, *(_value(part) for part in each.parts)) for each in given),
        ),
    )  # fmt: skip


def _parts(place: int, column: Column, names: Sequence[str], step: float, upright: Axis) -> list[Part]:
    x, below, found = AREA.left + step * place, 0.0, []
    for number, (part, name) in enumerate(zip(column.parts, names, strict=True)):
        if not part:
            continue
        top, bottom = upright.place(below + part), upright.place(below)
        found.append(
            Part(
                x=f"{x + 1.5:.1f}",
                y=f"{top:.1f}",
                width=f"{step - 3:.1f}",
                height=f"{max(bottom - top, 0.3):.1f}",
                fill=COLOURS[number % len(COLOURS)][0],
                words=f"{column.label}: {name} {whole(part)}",
            )
        )
        below += part
    return found


def _value(part: float | None) -> str:
    return why_words("few") if part is None else whole(part)
