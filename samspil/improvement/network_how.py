"""How a network's figure is computed, for the panel behind it and the methods page on paper (report 003 L2646-2648)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

from samspil.improvement.bulletins import Bulletin, said
from samspil.improvement.charts.base import day_words
from samspil.improvement.charts.words import decimals, part_of, percent, whole
from samspil.improvement.models import Coverage, NetworkMeeting, Participation
from samspil.improvement.quality_words import CHANNELS
from samspil.improvement.queries.discussion import Reconciliation, Totals
from samspil.improvement.queries.network_report import Line
from samspil.programmes.indicators import Indicator


@dataclass(frozen=True)
class How:
    """Everything a figure rests on, in words. Lists are empty where there is nothing to say."""

    title: str
    number: str
    version: str
    why: str
    numerator: str
    denominator: str
    missing: str
    counts: list[str]
    exceptions: list[str]
    assumptions: list[str]
    channels: list[str]
    coverage: list[str]
    first_valid: str
    standard: str
    direction: str
    source: str
    review: str


class Explained(Protocol):
    """A report whose figures can be explained: a network's, or the population's."""

    @property
    def bulletin(self) -> Bulletin: ...

    @property
    def with_value(self) -> Mapping[str, Coverage]: ...


def how(report: Explained, line: Line) -> How:
    """How an indicator of a report is computed."""
    indicator = line.indicator
    bulletin = report.bulletin
    # An earlier version may have needed other variables, so only the years of this one are told.
    years = sorted({figure.day.year for figure in line.figures if figure.version == indicator.version})
    return How(
        title=said(indicator.title),
        number=indicator.number or "",
        version=indicator.version,
        why=said(indicator.why),
        numerator=said(indicator.numerator),
        denominator=said(indicator.denominator),
        missing=_missing(indicator),
        counts=_counts(line),
        exceptions=[said(each.title) for each in indicator.exceptions],
        assumptions=[said(each) for each in indicator.assumptions],
        channels=[_channel(bulletin, name, years) for name in indicator.needs],
        coverage=_coverage(report, indicator),
        first_valid=day_words(line.first_valid) if line.first_valid is not None else "",
        standard=_standard(indicator),
        direction=_("A larger share is better.") if indicator.direction == "up" else _("A smaller share is better."),
        source=str(indicator.source),
        review=day_words(indicator.review),
    )


def _missing(indicator: Indicator) -> str:
    if indicator.categories is not None:
        return _("Patients without data are in no category.")
    if indicator.missing == "strict":
        return _("Patients without data count as not met. The other share leaves them out.")
    return _("Patients without data are left out. The other share counts them as not met.")


def _counts(line: Line) -> list[str]:
    """The persons behind the newest figure; nothing where the release hides it."""
    result = line.newest.result if line.newest is not None else None
    if result is None or result.persons is None:
        return []
    counts = [
        (_("patients"), result.persons),
        (_("met"), result.met),
        (_("not met"), result.not_met),
        (_("overdue"), result.overdue),
        (_("without data"), result.no_data),
        (_("not counted"), result.not_applicable),
        (_("of them with a known reason"), result.exceptions),
    ]
    if line.indicator.categories is not None:
        counts = [counts[0], counts[4]]
    return [f"{whole(count)} {words}" for words, count in counts if count is not None]


def _channel(bulletin: Bulletin, name: str, years: list[int]) -> str:
    """How a variable came in the years of the series: `2018-2021 the care plan module, 2022 deliveries`."""
    variable = bulletin.set.variable(name)
    spans: list[tuple[int, int, str]] = []
    for year in years or [bulletin.as_of.year]:
        channel = variable.channel(year)
        words = str(CHANNELS[channel]) if channel is not None else _("not collected")
        if spans and spans[-1][2] == words:
            spans[-1] = (spans[-1][0], year, words)
        else:
            spans.append((year, year, words))
    told = [f"{first if first == last else f'{first}–{last}'} {words}" for first, last, words in spans]
    return f"{said(variable.title)}: {', '.join(told)}"


def _coverage(report: Explained, indicator: Indicator) -> list[str]:
    found = []
    for name in indicator.needs:
        row = report.with_value.get(name)
        if row is None:
            continue
        title = said(report.bulletin.set.variable(name).title)
        if row.hidden or row.with_value is None or not row.persons:
            found.append(f"{title}: {_('too few to show') if row.hidden else _('not collected')}")
        else:
            share = percent(row.with_value / row.persons)
            found.append(f"{title}: {part_of(row.with_value, row.persons)} ({share})")
    return found


def _standard(indicator: Indicator) -> str:
    if indicator.standard is None:
        return _("There is no standard, so the share is neither good nor bad.")
    return _("%(share)s (%(number)s, %(source)s)") % {
        "share": percent(indicator.standard.share),
        "number": indicator.standard.number,
        "source": indicator.standard.source,
    }


@dataclass(frozen=True)
class TotalsRow:
    """A line of the register: a kind of meeting, or all of them."""

    kind: str
    count: str
    cross_sector: str
    latest: str
    minutes: str
    forms: str
    persons: tuple[str, ...]
    hours: str
    person_hours: str


def totals_row(totals: Totals, kind: str = "") -> TotalsRow:
    """Totals in words; means per meeting with one decimal."""
    latest = totals.latest_as_written or (day_words(totals.latest) if totals.latest is not None else "–")
    return TotalsRow(
        kind=kind or totals.kind or _("without a kind"),
        count=whole(totals.count),
        cross_sector=whole(totals.cross_sector),
        latest=latest,
        minutes=_plain(totals.mean_minutes),
        forms=_forms(totals),
        persons=tuple(_plain(totals.mean(side)) for side in Participation.Side),
        hours=_plain(totals.hours),
        person_hours=_plain(totals.person_hours),
    )


def _forms(totals: Totals) -> str:
    found = [f"{whole(totals.forms[form])} {form.label}" for form in NetworkMeeting.Form if totals.forms[form]]
    return ", ".join(found) or "–"


def _plain(number: float | None) -> str:
    """A number with one decimal where it has one."""
    if number is None:
        return "–"
    return decimals(number, 0 if abs(number - round(number)) < 0.05 else 1)


def reconciled(found: Reconciliation) -> str:
    """What holding a stated number against the records came to (A-08, TC3-24)."""
    counted = {"counted": whole(found.counted), "stated": whole(found.stated)}
    if not found.differs:
        return _("The records have %(counted)s, as stated.") % counted
    forms = ", ".join(f"{whole(found.forms[form])} {form.label}" for form in NetworkMeeting.Form if found.forms[form])
    return _("The records have %(counted)s (%(forms)s); stated are %(stated)s. The records count.") % (
        counted | {"forms": forms or "–"}
    )
