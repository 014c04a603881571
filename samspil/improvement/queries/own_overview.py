"""The practice's own figures, indicator by indicator: share, series, gap to the standard, and what the journal says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Q

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.improvement.bulletins import Bulletin
from samspil.improvement.charts.trend import Point
from samspil.improvement.journal import Stand, as_published, with_journal
from samspil.improvement.models import (
    CategoryCount,
    Coverage,
    IndicatorResult,
    Level,
    Network,
    NetworkPractice,
    PatientState,
)
from samspil.improvement.queries.own_practice import (
    answers_of,
    may_see_patients,
    newest,
    own_figures,
    states_of,
)
from samspil.improvement.shares import Shares, gap, shares_of
from samspil.population.proportions import Proportion
from samspil.programmes.indicators import Indicator, Variable


@dataclass(frozen=True)
class Beside:
    """The same indicator in a network of the practice; without figures where the release hides them."""

    network: Network
    shares: Shares | None
    hidden: bool


@dataclass(frozen=True)
class CategoryLine:
    """How many of the practice's patients fall into one category, of those who fall into any."""

    code: str
    title: str
    persons: int
    of: int


@dataclass
class Line:
    """One indicator of the practice."""

    indicator: Indicator
    result: IndicatorResult | None
    shares: Shares | None
    #: The share that is shown first, with what the practice found in its journals; None where nothing was found.
    reviewed: Proportion | None
    #: Patients whose state the journal changed.
    changed: int
    gap: int | None
    points: list[Point]
    networks: list[Beside]
    categories: list[CategoryLine]
    not_collected: list[Variable]
    coverage: list[Coverage] = field(default_factory=list)

    @property
    def first(self) -> Proportion | None:
        return self.shares.first(self.indicator) if self.shares else None

    @property
    def second(self) -> Proportion | None:
        return self.shares.second(self.indicator) if self.shares else None

    @property
    def own_target(self) -> bool:
        """Whether the patient's own target is the limit: who has none is a group of its own (REQ-IND-3)."""
        return self.indicator.value is not None and self.indicator.value.own_target is not None


@dataclass
class Overview:
    """A set as the practice's own page shows it, and the other sets there are."""

    sets: list[Bulletin]
    bulletin: Bulletin | None
    lines: list[Line]
    networks: list[Network]
    coverage: Coverage | None
    persons: int | None
    may_see_patients: bool


def overview(actor: Actor, name: str | None) -> Overview:
    """The practice's own figures of a set, or of the first there is. Counts alone, so nobody's log is written.

    Raises Refused, and LookupError for a set that was never published.
    """
    guard.require(actor, "read", own_figures(actor), "improvement")
    sets = newest()
    found = next((each for each in sets if name is None or each.name == name), None)
    if found is None:
        if name is not None:
            raise LookupError(name)
        return Overview([], None, [], [], None, None, False)
    figures = _Figures(actor, found)
    lines = [figures.line(indicator) for indicator in found.shown]
    return Overview(
        sets, found, lines, figures.networks, next(iter(figures.coverage.values()), None),
        max((each.result.persons or 0 for each in lines if each.result), default=None), figures.sees_patients,
    )  # fmt: skip


def one_line(actor: Actor, found: Bulletin, indicator: Indicator) -> Line:
    """One indicator of the practice, as on the overview; the caller has asked the policy."""
    return _Figures(actor, found, indicator.indicator).line(indicator)


class _Figures:
    """Everything that the lines of a set are made of, read in a few statements whatever the number of lines."""

    def __init__(self, actor: Actor, found: Bulletin, only: str | None = None) -> None:
        self.bulletin = found
        day, place = found.as_of, actor.organisation_id
        members = NetworkPractice.objects.filter(Q(left__isnull=True) | Q(left__gt=day), practice_id=place)
        members = members.filter(joined__lte=day).select_related("network").order_by("network__name", "network_id")
        self.networks = list({member.network_id: member.network for member in members}.values())
        of_practice = Q(level=Level.PRACTICE, practice_id=place)
        of_network = Q(level=Level.NETWORK, network__in=[each.pk for each in self.networks], day=day)
        results = IndicatorResult.objects.filter(of_practice | of_network, publication=found.publication)
        if only is not None:
            results = results.filter(indicator=only)
        self.series: dict[str, list[IndicatorResult]] = {}
        self.beside: dict[tuple[str, int], IndicatorResult] = {}
        for result in results.order_by("day"):
            if result.network_id is not None:
                self.beside[result.indicator, result.network_id] = result
            else:
                self.series.setdefault(result.indicator, []).append(result)
        self.categories: dict[str, dict[str, int]] = {}
        for each in CategoryCount.objects.filter(of_practice, publication=found.publication, day=day):
            self.categories.setdefault(each.indicator, {})[each.category] = each.persons or 0
        rows = Coverage.objects.filter(of_practice, publication=found.publication, day=day)
        self.coverage = {each.variable: each for each in rows}
        self.sees_patients = may_see_patients(actor)
        self.changes = self._changes(actor) if self.sees_patients else {}

    def _changes(self, actor: Actor) -> dict[str, list[tuple[Stand, Stand]]]:
        """By indicator the patients whose state the journal changes: as published, and as it is with the answer."""
        answers = answers_of(actor, self.bulletin.name)
        changes: dict[str, list[tuple[Stand, Stand]]] = {}
        if not answers:
            return changes
        for state in states_of(actor, self.bulletin).filter(citizen__in=list(answers)):
            before = as_published(state)
            after = with_journal(before, answers[state.citizen_id], self.bulletin.set, self.bulletin.as_of)
            if after.answer is not None:
                changes.setdefault(state.indicator, []).append((before, after))
        return changes

    def line(self, indicator: Indicator) -> Line:
        name = indicator.indicator
        series = self.series.get(name, [])
        result = next((each for each in series if each.day == self.bulletin.as_of), None)
        shares = shares_of(result, indicator) if result is not None else None
        changes = self.changes.get(name, [])
        first = shares.first(indicator) if shares else None
        return Line(
            indicator=indicator,
            result=result,
            shares=shares,
            reviewed=_reviewed(first, changes, indicator) if first and changes else None,
            changed=sum(before.group != after.group for before, after in changes),
            gap=gap(first, indicator) if first else None,
            points=[_point(each, indicator) for each in series],
            networks=[self._beside(each, indicator) for each in self.networks],
            categories=self._categories(indicator),
            not_collected=self.bulletin.not_collected(indicator),
            coverage=[self.coverage[each] for each in indicator.needs if each in self.coverage],
        )

    def _beside(self, network: Network, indicator: Indicator) -> Beside:
        result = self.beside.get((indicator.indicator, network.pk))
        if result is None or result.hidden:
            return Beside(network, None, result is not None)
        return Beside(network, shares_of(result, indicator), hidden=False)

    def _categories(self, indicator: Indicator) -> list[CategoryLine]:
        if indicator.categories is None:
            return []
        counts = self.categories.get(indicator.indicator, {})
        codes = [each.category for each in indicator.categories.bins] or list(indicator.categories.values)
        everybody = sum(counts.get(code, 0) for code in codes)
        title = self.bulletin.category_title
        return [CategoryLine(code, title(indicator, code), counts.get(code, 0), everybody) for code in codes]


def _reviewed(first: Proportion, changes: list[tuple[Stand, Stand]], indicator: Indicator) -> Proportion:
    """The share with the journal's answers in place of what was published of those patients."""
    met, whole = first.n, first.d
    for before, after in changes:
        met += _counts(after) - _counts(before)
        strict = indicator.missing == "strict"
        whole += (after.in_strict if strict else after.in_observed) - (
            before.in_strict if strict else before.in_observed
        )
    # A patient who has left since the figures were made is in them still; nothing is below nobody or above everybody.
    whole = max(whole, 0)
    return Proportion(min(max(met, 0), whole), whole)


def _counts(stand: Stand) -> bool:
    return stand.state == PatientState.State.MET


def _point(result: IndicatorResult, indicator: Indicator) -> Point:
    """A day of the practice's own series, which it sees exactly whatever the release hides from others."""
    shares = shares_of(result, indicator)
    share = shares.first(indicator) if shares else None
    if share is None or not share.d:
        why = "" if result.outcome == IndicatorResult.Outcome.COMPUTED else result.outcome
        return Point(result.day, version=result.version, why=why)
    return Point(result.day, share.n, share.d, share.interval, result.version)


def first_day(line: Line) -> dt.date | None:
    """The first day from which everything the indicator needs can be assessed; None when nothing tells."""
    return max((each.first_valid for each in line.coverage if each.first_valid is not None), default=None)
