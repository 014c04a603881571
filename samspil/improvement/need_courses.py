"""How a citizen's needs moved over time: a drawing for each side of the square, and one for the level."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.improvement.bulletins import said
from samspil.improvement.charts.base import Table, day_words
from samspil.improvement.charts.steps import Step, Steps, steps
from samspil.improvement.need_levels import level_short
from samspil.improvement.need_words import method_words
from samspil.improvement.needs import COMPLEXITY, SELF_CARE
from samspil.improvement.queries.needs import Needs, Seen


def drawings_of(needs: Needs) -> list[Steps]:
    """How each side, and the level, moved over time. Nothing with fewer than two assessments."""
    found: list[Steps | None] = []
    square = needs.rules.square
    titles = {COMPLEXITY: square.complexity, SELF_CARE: square.self_care}
    for side in needs.sides:
        axis = titles[side.axis]
        labels = [("low", said(axis.low)), ("high", said(axis.high))]
        found.append(
            _drawing(f"course-{side.axis}", said(axis.title), labels, [(e, e.axes.get(side.axis)) for e in needs.drawn])
        )
    table = needs.rules.integration
    labels = [(each.level, level_short(each.level, table)) for each in table.levels]
    found.append(
        _drawing("course-integration", said(table.title), labels, [(each, each.level) for each in needs.drawn])
    )
    return [each for each in found if each is not None]


def _drawing(
    key: str, title: str, labels: Sequence[tuple[str, str]], told: Sequence[tuple[Seen, str | None]]
) -> Steps | None:
    names, known = dict(labels), [(seen, level) for seen, level in told if level is not None]
    lines = [(_local(seen), seen, level) for seen, level in known]
    rows = tuple(
        (day_words(day), names.get(level, level), method_words(seen.told), seen.told.by.user.name)
        for day, seen, level in lines
    )
    points = [
        Step(day, level, seen.subjective, f"{day_words(day)}: {names.get(level, level)} ({method_words(seen.told)})")
        for day, seen, level in lines
    ]
    description = "; ".join(each.words for each in reversed(points[:5]))
    columns = (_("Day"), title, _("How it was assessed"), _("Who"))
    return steps(key, _("%(title)s over time") % {"title": title}, description, labels, points, Table(columns, rows))


def _local(seen: Seen) -> dt.date:
    return timezone.localdate(seen.told.at)
