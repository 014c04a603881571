"""What the overview of the practice's own quality shows: figures as text, and how each is computed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from samspil.improvement.bulletins import Bulletin, said
from samspil.improvement.charts.spark import Spark, spark
from samspil.improvement.charts.trend import Point
from samspil.improvement.charts.words import interval, part_of, percent, whole
from samspil.improvement.journal import EXCEPTION, State
from samspil.improvement.models import IndicatorResult
from samspil.improvement.queries.own_overview import Line, Overview, first_day
from samspil.population.proportions import Proportion
from samspil.programmes.indicators import Indicator

CHANNELS: dict[str, Promise] = {
    "care_plan_module": gettext_lazy("the care plan module"),
    "manual_journal_review": gettext_lazy("review of the journals by hand"),
    "other_sector_feed": gettext_lazy("another sector's data"),
    "delivery": gettext_lazy("deliveries from the sectors"),
}


@dataclass(frozen=True)
class Figure:
    """A share as text: `52 %`, `340 of 653`, `48–56 %`."""

    share: str
    of: str
    interval: str


def figure(share: Proportion | None) -> Figure | None:
    """A share in words; None when there is none."""
    if share is None or share.share is None or share.interval is None:
        return None
    return Figure(percent(share.share), part_of(share.n, share.d), interval(*share.interval))


@dataclass(frozen=True)
class BesideLine:
    """A network's share, or why there is none, and the way to its report."""

    name: str
    share: str
    address: str


@dataclass
class LineWords:
    """One indicator as the overview shows it."""

    line: Line
    title: str
    number: str
    first: Figure | None
    second: Figure | None
    reviewed: Figure | None
    #: Why there is no share.
    why: str
    spark: Spark | None
    points: list[tuple[str, str, str, str]]
    broken: bool
    standard: str
    gap: str
    #: Counts in words, each linking to its patients: (group, words).
    counts: list[tuple[str, str]]
    networks: list[BesideLine]
    categories: list[tuple[str, str, str]]
    how: How


@dataclass
class How:
    """How a figure is computed: everything it rests on."""

    version: str
    numerator: str
    denominator: str
    missing: str
    channels: list[str]
    exceptions: list[str]
    assumptions: list[str]
    coverage: list[str]
    first_valid: dt.date | None
    journal: str
    source: str
    standard: str
    review: dt.date
    why: str = ""
    direction: str = ""
    data: list[str] = field(default_factory=list)


def lines(found: Overview) -> list[LineWords]:
    """Every indicator of the overview."""
    if found.bulletin is None:
        return []
    return [line(each, found.bulletin, may_see_patients=found.may_see_patients) for each in found.lines]


def line(of: Line, bulletin: Bulletin, *, may_see_patients: bool) -> LineWords:
    """One indicator in words."""
    indicator = of.indicator
    standard = indicator.standard
    return LineWords(
        line=of,
        title=said(indicator.title),
        number=indicator.number or "",
        first=figure(of.first),
        second=figure(of.second),
        reviewed=figure(of.reviewed),
        why=_why(of),
        spark=spark(of.points, standard=standard.share if standard else None) if not indicator.categories else None,
        points=[_point(each) for each in of.points],
        broken=len({each.version for each in of.points}) > 1,
        standard=percent(standard.share) if standard else "",
        gap=_gap(of),
        counts=_counts(of),
        networks=[
            BesideLine(each.network.name, _beside(each, indicator), network_report(each.network.pk, bulletin.name))
            for each in of.networks
        ],
        categories=[
            (each.title, part_of(each.persons, each.of), percent(each.persons / each.of if each.of else None))
            for each in of.categories
        ],
        how=how(of, bulletin, may_see_patients=may_see_patients),
    )  # fmt: skip


def _why(of: Line) -> str:
    """Why there is no share, in words; a share that is not there is never zero."""
    if of.not_collected:
        names = ", ".join(said(each.title) for each in of.not_collected)
        return _("Not collected that year: %(what)s.") % {"what": names}
    if of.result is None or of.result.outcome == IndicatorResult.Outcome.NOT_COLLECTED:
        return _("Not collected: nothing was delivered that tells it.")
    if of.result.outcome == IndicatorResult.Outcome.NO_PERSONS:
        return _("The practice has no patients with it.")
    if of.indicator.categories is None and of.first is not None and of.first.share is None:
        return _("Nobody can be counted.")
    return ""


def _gap(of: Line) -> str:
    """What is missing to the standard, in patients; empty without one."""
    if of.gap is None:
        return ""
    if of.gap == 0:
        return _("The standard is reached.")
    if of.indicator.direction == "down":
        return ngettext("%(count)s fewer is needed", "%(count)s fewer are needed", of.gap) % {"count": whole(of.gap)}
    return ngettext("%(count)s more is needed", "%(count)s more are needed", of.gap) % {"count": whole(of.gap)}


def _counts(of: Line) -> list[tuple[str, str]]:
    """How many there are in each state that asks for something."""
    result = of.result
    if result is None or result.outcome != IndicatorResult.Outcome.COMPUTED:
        return []
    found = [
        (str(State.OVERDUE), result.overdue, _("%(count)s overdue")),
        (str(State.NOT_MET), result.not_met, _("%(count)s not met")),
        (str(State.NO_DATA), result.no_data, _("%(count)s without data")),
        (EXCEPTION, result.exceptions, _("%(count)s of them with a known reason")),
    ]
    if of.own_target:
        found.append((str(State.NOT_APPLICABLE), result.not_applicable, _("%(count)s with no target set")))
    elif of.indicator.categories is None:
        found.append((str(State.NOT_APPLICABLE), result.not_applicable, _("%(count)s not counted")))
    return [(group, text % {"count": whole(count)}) for group, count, text in found if count]


def _beside(each: object, indicator: Indicator) -> str:
    hidden, shares = getattr(each, "hidden", False), getattr(each, "shares", None)
    if hidden:
        return _("too few to show")
    share = shares.first(indicator) if shares is not None else None
    return percent(share.share) if share is not None and share.share is not None else _("no figure")


def network_report(key: int, name: str) -> str:
    """The address of a network's report on a set."""
    try:
        return reverse("network-report", args=[key, name])
    except NoReverseMatch:
        return ""


def network_links(found: Overview) -> list[tuple[str, str]]:
    """The practice's networks with the way to their reports."""
    if found.bulletin is None:
        return []
    return [(each.name, network_report(each.pk, found.bulletin.name)) for each in found.networks]


def _point(point: Point) -> tuple[str, str, str, str]:
    """A day of the series for the table behind the drawing."""
    day = date_format(point.day, "SHORT_DATE_FORMAT")
    if point.share is None or point.n is None or point.d is None:
        return day, "–", "–", point.version
    return day, percent(point.share), part_of(point.n, point.d), point.version


def how(of: Line, bulletin: Bulletin, *, may_see_patients: bool) -> How:
    """How a figure is computed (report 003 L2646-2648, L-33)."""
    indicator, year = of.indicator, bulletin.as_of.year
    if indicator.missing == "strict":
        missing = _("Patients without data count as not met. The other share leaves them out.")
    else:
        missing = _("Patients without data are left out. The other share counts them as not met.")
    return How(
        version=indicator.version,
        numerator=said(indicator.numerator),
        denominator=said(indicator.denominator),
        missing=missing,
        channels=[_channel(bulletin, name, year) for name in indicator.needs],
        exceptions=[said(each.title) for each in indicator.exceptions],
        assumptions=[said(each) for each in indicator.assumptions],
        coverage=[
            f"{said(bulletin.set.variable(each.variable).title)}: {part_of(each.with_value, each.persons)}"
            for each in of.coverage
            if each.with_value is not None and each.persons
        ],
        first_valid=first_day(of),
        journal=_journal(of) if may_see_patients else "",
        source=indicator.source,
        standard=_standard(indicator),
        review=indicator.review,
        why=said(indicator.why),
        direction=_("A larger share is better.") if indicator.direction == "up" else _("A smaller share is better."),
        data=[f"{each.title} {date_format(each.data_date, 'SHORT_DATE_FORMAT') if each.data_date else _('not there')}"
              for each in bulletin.sources],
    )  # fmt: skip


def _channel(bulletin: Bulletin, name: str, year: int) -> str:
    variable = bulletin.set.variable(name)
    channel = variable.channel(year)
    told = str(CHANNELS[channel]) if channel is not None else _("not collected in %(year)s") % {"year": year}
    return f"{said(variable.title)}: {told}"


def _standard(indicator: Indicator) -> str:
    if indicator.standard is None:
        return _("There is no standard, so the share is neither good nor bad.")
    return _("%(share)s (%(number)s, %(source)s)") % {
        "share": percent(indicator.standard.share),
        "number": indicator.standard.number,
        "source": indicator.standard.source,
    }


def _journal(of: Line) -> str:
    """What the practice's look into its journals would make of it; what is published stays as it is."""
    if of.reviewed is None or of.first is None:
        return _("No answers from the journal change it.")
    return _("Answers from the journal change %(count)s patients: %(before)s as published, %(after)s with them.") % {
        "count": whole(of.changed),
        "before": percent(of.first.share),
        "after": percent(of.reviewed.share),
    }
