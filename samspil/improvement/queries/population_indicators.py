"""Indicators of the region and its municipalities, as released. Practices are in none of it, and nobody is ranked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import F, Q

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.improvement.bulletins import Bulletin
from samspil.improvement.models import CategoryCount, Coverage, IndicatorPublication, IndicatorResult, Level
from samspil.improvement.queries.network_report import Category, Figure, Line
from samspil.improvement.queries.networks import newest_publications
from samspil.improvement.queries.population import FIGURES
from samspil.improvement.shares import shares_of
from samspil.programmes.indicators import Indicator


@dataclass
class SetFigures:
    """One set: the region's lines with their series, and by municipality the lines of the indicators."""

    bulletin: Bulletin
    lines: list[Line]
    with_value: dict[str, Coverage]
    municipalities: dict[str, dict[str, Line]] = field(default_factory=dict)

    @property
    def coverage(self) -> Coverage | None:
        """How many practices deliver to the figures of the day."""
        return next(iter(self.with_value.values()), None)


def sets(actor: Actor) -> list[SetFigures]:
    """Every set's region with its series, and its municipalities on the day of the figures. Raises Refused."""
    guard.require(actor, "read", FIGURES, "improvement")
    publications = newest_publications()
    region = Q(level=Level.REGION)
    now = Q(level=Level.MUNICIPALITY, day=F("publication__as_of"))
    results = IndicatorResult.objects.filter(region | now, publication__in=publications)
    return _read(publications, results.order_by("day", "municipality"))


def one(actor: Actor, name: str, indicator: str) -> SetFigures:
    """One indicator of a set: the series of the region and of every municipality.

    Raises Refused, and LookupError for what was never published.
    """
    guard.require(actor, "read", FIGURES, "improvement")
    publications = newest_publications([name])
    if not publications:
        raise LookupError(name)
    wanted = Q(level__in=(Level.REGION, Level.MUNICIPALITY), indicator=indicator)
    results = IndicatorResult.objects.filter(wanted, publication__in=publications)
    (found,) = _read(publications, results.order_by("day", "municipality"))
    found.lines = [line for line in found.lines if line.indicator.indicator == indicator]
    if not found.lines:
        raise LookupError(indicator)
    return found


def _read(publications: list[IndicatorPublication], results: object) -> list[SetFigures]:
    series: dict[tuple[int, str, str], list[IndicatorResult]] = defaultdict(list)
    for result in results:  # type: ignore[attr-defined]
        series[result.publication_id, result.municipality, result.indicator].append(result)
    coverage: dict[int, dict[str, Coverage]] = defaultdict(dict)
    rows = Coverage.objects.filter(
        publication__in=publications, level=Level.REGION, day=F("publication__as_of")
    ).order_by("id")
    for row in rows:
        coverage[row.publication_id][row.variable] = row
    categories: dict[tuple[int, str], dict[str, CategoryCount]] = defaultdict(dict)
    counts = CategoryCount.objects.filter(publication__in=publications, level=Level.REGION, day=F("publication__as_of"))
    for count in counts:
        categories[count.publication_id, count.indicator][count.category] = count
    found = []
    for publication in publications:
        bulletin = Bulletin(publication)
        with_value = coverage[publication.pk]
        towns = sorted({town for key, town, _ in series if key == publication.pk and town})
        made = SetFigures(bulletin, [], with_value)
        for indicator in bulletin.shown:
            own = series[publication.pk, "", indicator.indicator]
            line = _line(bulletin, indicator, own, with_value)
            line.categories = _categories(bulletin, indicator, categories[publication.pk, indicator.indicator])
            made.lines.append(line)
        for town in towns:
            made.municipalities[town] = {
                each.indicator: _line(bulletin, each, series[publication.pk, town, each.indicator], {})
                for each in bulletin.shown
            }
        found.append(made)
    return found


def _line(
    bulletin: Bulletin, indicator: Indicator, results: list[IndicatorResult], with_value: dict[str, Coverage]
) -> Line:
    valid = [with_value[need].first_valid for need in indicator.needs if need in with_value]
    return Line(
        indicator=indicator,
        figures=[_figure(result, indicator) for result in results],
        first_valid=max((day for day in valid if day is not None), default=None),
        not_collected=bulletin.not_collected(indicator),
        categories=[],
    )


def _figure(result: IndicatorResult, indicator: Indicator) -> Figure:
    if result.hidden:
        return Figure(result.day, result.version, None, "few")
    if result.outcome != IndicatorResult.Outcome.COMPUTED:
        return Figure(result.day, result.version, None, result.outcome, result)
    shares = shares_of(result, indicator)
    if shares is None or not shares.first(indicator).d:
        return Figure(result.day, result.version, None, "no_persons" if indicator.categories is None else "", result)
    return Figure(result.day, result.version, shares, "", result)


def _categories(bulletin: Bulletin, indicator: Indicator, counts: dict[str, CategoryCount]) -> list[Category]:
    if indicator.categories is None or not counts:
        return []
    codes = [each.category for each in indicator.categories.bins] or list(indicator.categories.values)
    found = []
    for code in codes:
        count = counts.get(code)
        persons = None if count is None or count.hidden else count.persons
        found.append(Category(bulletin.category_title(indicator, code), persons))
    return found
