"""The report of a network as its pages show it: numbers in words, and the drawings of each indicator."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samspil.improvement.bulletins import said
from samspil.improvement.charts import bars, control, funnel, spark, spread, trend
from samspil.improvement.charts.base import day_words, why_words
from samspil.improvement.charts.words import decimals, interval, part_of, percent, whole
from samspil.improvement.models import ChangeTest
from samspil.improvement.queries.network_report import Change, Figure, Line, Report
from samspil.improvement.shares import gap
from samspil.population import control_charts
from samspil.population import funnel as funnels
from samspil.population.control_charts import Counted, pooled


@dataclass(frozen=True)
class Row:
    """One indicator as a line of the report. `why` stands in place of the figures where there are none."""

    name: str
    number: str
    title: str
    share: str
    interval: str
    of: str
    why: str
    other: str
    standard: str
    first_valid: str
    spark: spark.Spark | None


@dataclass(frozen=True)
class Drawings:
    """The drawings of one indicator; None where there is too little to draw, which the words beside them say."""

    trend: trend.Trend | None
    constant: str
    funnel: funnel.Funnel | None
    funnel_words: str
    control: control.Control | None
    strip: spread.Strip | None
    strip_words: str
    bars: bars.Bars | None


def population(report: Report) -> str:
    """How many patients the figures are about, in words; empty where it is not shown."""
    coverage = report.coverage
    return whole(coverage.persons) if coverage is not None and coverage.persons is not None else ""


def row(line: Line) -> Row:
    """An indicator's line of the report."""
    newest = line.newest
    share = line.first(newest)
    standard = line.indicator.standard
    within = share.interval if share is not None else None
    return Row(
        name=line.indicator.indicator,
        number=line.indicator.number or "",
        title=said(line.indicator.title),
        share=percent(share.share) if share is not None else "",
        interval=interval(*within) if within is not None else "",
        of=part_of(share.n, share.d) if share is not None else "",
        why=_why(line, newest) if share is None else "",
        other=_other(line, newest),
        standard=_standard(line) if standard is not None else "",
        first_valid=day_words(line.first_valid) if line.first_valid is not None else "",
        spark=spark.spark(points(line, line.figures), standard=standard.share if standard is not None else None),
    )


def _why(line: Line, newest: Figure | None) -> str:
    if newest is None:
        return why_words("not_delivered")
    if newest.why:
        return why_words(newest.why)
    return _("divided into categories") if line.indicator.categories is not None else "–"


def _other(line: Line, newest: Figure | None) -> str:
    """The other of strict and observed, said in words so that the two are never mixed (report 003 1.7)."""
    if newest is None or newest.shares is None:
        return ""
    second = newest.shares.second(line.indicator)
    if not second.d or second == newest.shares.first(line.indicator):
        return ""
    figures = {"share": percent(second.share), "of": part_of(second.n, second.d)}
    if line.indicator.missing == "strict":
        return _("%(share)s of those with data (%(of)s)") % figures
    return _("%(share)s when those without data count as not met (%(of)s)") % figures


def _standard(line: Line) -> str:
    standard = line.indicator.standard
    if standard is None:
        return ""
    said_first = percent(standard.share)
    share = line.first(line.newest)
    lacking = gap(share, line.indicator) if share is not None else None
    if lacking is None:
        return said_first
    if not lacking:
        return _("%(standard)s, reached") % {"standard": said_first}
    if line.indicator.direction == "up":
        words = ngettext("%(standard)s, %(count)s patient short", "%(standard)s, %(count)s patients short", lacking)
    else:
        words = ngettext(
            "%(standard)s, %(count)s patient too many", "%(standard)s, %(count)s patients too many", lacking
        )
    return words % {"standard": said_first, "count": whole(lacking)}


def points(line: Line, figures: Sequence[Figure]) -> list[trend.Point]:
    """A series as a trend draws it."""
    found = []
    for figure in figures:
        share = line.first(figure)
        if share is None:
            found.append(trend.Point(figure.day, version=figure.version, why=figure.why))
        else:
            found.append(trend.Point(figure.day, share.n, share.d, share.interval, figure.version))
    return found


def drawings(report: Report, line: Line, tests: Sequence[ChangeTest] = ()) -> Drawings:
    """Every drawing of an indicator. `tests` are the tests of change that want to move it."""
    name, title = line.indicator.indicator, said(line.indicator.title)
    units = [Counted(str(number), each.share.n, each.share.d) for number, each in enumerate(line.practices)]
    strip, strip_words = _strip(name, title, line, units, report.few)
    drawn_funnel, funnel_words = _funnel(name, title, line, units, report.few)
    constant = ""
    if line.constant:
        constant = ngettext(
            "The dashed line has the %(count)s practice that delivers on every day.",
            "The dashed line has the %(count)s practices that deliver on every day.",
            line.constant_practices,
        ) % {"count": whole(line.constant_practices)}
    return Drawings(
        trend=_trend(name, title, report, line, tests) if line.indicator.categories is None else None,
        constant=constant,
        funnel=drawn_funnel,
        funnel_words=funnel_words,
        control=_control(name, title, report, line),
        strip=strip,
        strip_words=strip_words,
        bars=bars.bars(f"categories-{name}", title, [bars.Bar(each.title, each.persons) for each in line.categories]),
    )


def _trend(name: str, title: str, report: Report, line: Line, tests: Sequence[ChangeTest]) -> trend.Trend | None:
    standard = line.indicator.standard
    breaks = [
        trend.Break(after.day, "definition", _("%(before)s to %(after)s") % {
            "before": before.version, "after": after.version
        })
        for before, after in zip(line.figures, line.figures[1:], strict=False)
        if before.version != after.version
    ]  # fmt: skip
    breaks += [trend.Break(change.day, "practices", change_words(change)) for change in report.changes]
    breaks += [trend.Break(test.began_on, "test", test.title) for test in tests]
    return trend.trend(
        f"trend-{name}",
        title,
        points(line, line.figures),
        constant=points(line, line.constant),
        standard=standard.share if standard is not None else None,
        breaks=breaks,
    )


def change_words(change: Change) -> str:
    """Which practices deliver, in words: "8 to 9 practices; 2 new, 1 not any more" (TC3-14)."""
    words = _("%(before)s to %(after)s practices") % {"before": change.before, "after": change.after}
    moved = []
    if change.joined:
        moved.append(_("%(count)s joined") % {"count": change.joined})
    if change.left:
        moved.append(_("%(count)s left") % {"count": change.left})
    return f"{words}; {', '.join(moved)}" if moved else words


def _funnel(name: str, title: str, line: Line, units: Sequence[Counted], few: int) -> tuple[funnel.Funnel | None, str]:
    """The funnel, or why there is none: fewer practices than may be shown tell nothing."""
    centre = pooled(units)
    if centre is None or len(units) < few:
        return None, _too_few_practices(len(units), few, line.hidden)
    practices = [funnel.Practice(each.share.n, each.share.d, own=each.own, label=each.label) for each in line.practices]
    limits = _limits(centre, [unit.persons for unit in units])
    drawn = funnel.funnel(f"funnel-{name}", title, practices, limits, centre=centre, hidden=line.hidden)
    return drawn, ""


#: How many places the lines of a funnel bend at.
_BENDS = 40


def _limits(centre: float, sizes: Sequence[int]) -> list[funnel.Limit]:
    """The limits of chance at each practice's size, and between them for the lines; all sizes at once."""
    most = max(sizes)
    wanted = sorted({*sizes, *(math.ceil(most * step / _BENDS) for step in range(1, _BENDS + 1))})
    numbers = np.array(wanted)
    (low, high), (lower, higher) = (funnels.funnel_limits(centre, numbers, level) for level in funnels.LEVELS)
    return [
        funnel.Limit(size, (float(low[place]), float(high[place])), (float(lower[place]), float(higher[place])))
        for place, size in enumerate(wanted)
    ]


def _strip(name: str, title: str, line: Line, units: Sequence[Counted], few: int) -> tuple[spread.Strip | None, str]:
    found = funnels.spread(units, few)
    if found.quartiles is None or found.least is None or found.most is None:
        return None, _too_few_practices(len(units), few, line.hidden)
    low, middle, high = found.quartiles
    own = next((each.share.share for each in line.practices if each.own), None)
    shares = [each.share.share or 0.0 for each in line.practices]
    drawn = spread.strip(
        f"spread-{name}",
        title,
        spread.Spread(found.units, found.least, low, middle, high, found.most),
        shares,
        own=own,
    )
    if found.overdispersion is None:
        return drawn, ""
    words = _("Practices differ %(times)s times as much as chance alone would make them (1 is chance alone).")
    return drawn, words % {"times": decimals(found.overdispersion, 1)}


def _too_few_practices(shown: int, few: int, hidden: int) -> str:
    words = ngettext(
        "Too few practices: %(count)s has figures to show, and %(few)s are needed.",
        "Too few practices: %(count)s have figures to show, and %(few)s are needed.",
        shown,
    ) % {"count": shown, "few": few}
    if not hidden:
        return words
    more = ngettext(
        "%(count)s practice has too few patients to be shown.",
        "%(count)s practices have too few patients to be shown.",
        hidden,
    )
    return f"{words} {more % {'count': hidden}}"


def _control(name: str, title: str, report: Report, line: Line) -> control.Control | None:
    """A p-chart with enough points of the newest definition, an XmR chart with few; anew at each definition."""
    figures = [figure for figure in line.figures if line.first(figure) is not None]
    periods = []
    for figure in figures:
        share = line.first(figure)
        if share is not None:
            periods.append(Counted(figure.day.isoformat(), share.n, share.d, figure.version))
    if not periods:
        return None
    needed = report.bulletin.set.few_points
    newest = sum(period.version == periods[-1].version for period in periods)
    way: control.Way = "p" if newest >= needed else "xmr"
    chart = (control_charts.p_chart if way == "p" else control_charts.xmr_chart)(periods, needed)
    days = {figure.day.isoformat(): figure.day for figure in figures}
    drawn = []
    for number, segment in enumerate(chart.segments):
        for point in segment.points:
            signal = ""
            if point.outside and point.high is not None and point.value is not None:
                signal = _("above the limits") if point.value > point.high else _("below the limits")
            drawn.append(
                control.Point(days[point.name], point.value, number, segment.centre, point.low, point.high, signal)
            )
        if segment.runs is not None and segment.runs.signal:
            last = drawn.pop()
            words = _("the series has shifted: a long run on one side, or few crossings of the median")
            signal = f"{last.signal}; {words}" if last.signal else words
            drawn.append(control.Point(last.day, last.share, last.stretch, last.centre, last.low, last.high, signal))
    drawn += [control.Point(figure.day, None, why=figure.why) for figure in line.figures if line.first(figure) is None]
    return control.control(f"control-{name}", title, drawn, way=way, needed=needed)
