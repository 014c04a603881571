"""The report of a network: its figures as they were released, day by day, and its practices' figures that are shown.

Nothing here is about a person (report 003 L950-951, TC3-17). What the release hides of a practice is not read into the
report at all, not even for the practice's own doctors: a report is shown on a wall.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

from django.db.models import Max, Q

from samspil.access.actor import Actor
from samspil.improvement.bulletins import Bulletin
from samspil.improvement.models import CategoryCount, Coverage, IndicatorResult, Level, NetworkPractice
from samspil.improvement.queries.networks import Opened, in_it, memberships, newest_publications, open_network
from samspil.improvement.shares import Shares, shares_of
from samspil.population.proportions import Proportion
from samspil.programmes.indicators import Indicator, Variable


@dataclass(frozen=True)
class Figure:
    """An indicator of the network, or of one practice, on one day. `why` says why there are no shares."""

    day: dt.date
    version: str
    shares: Shares | None
    why: str
    result: IndicatorResult | None = None


@dataclass(frozen=True)
class PracticeFigure:
    """What one practice's share is on the newest day; `label` is empty where its name is not shown."""

    share: Proportion
    own: bool
    label: str


@dataclass(frozen=True)
class Category:
    """How many persons are in one category; None where the release hides it."""

    title: str
    persons: int | None


@dataclass(frozen=True)
class Change:
    """From `day` on other practices deliver than on the day before in the series (report 003 L977-979)."""

    day: dt.date
    before: int
    after: int
    joined: int
    left: int


@dataclass
class Line:
    """One indicator of the report. What only its own page shows is empty on the overview."""

    indicator: Indicator
    figures: list[Figure]
    first_valid: dt.date | None
    not_collected: list[Variable]
    categories: list[Category]
    practices: list[PracticeFigure] = field(default_factory=list)
    #: Practices with figures that the release hides.
    hidden: int = 0
    #: The share of the practices that deliver on every day, and how many they are (report 003 L-32).
    constant: list[Figure] = field(default_factory=list)
    constant_practices: int = 0

    @property
    def newest(self) -> Figure | None:
        return self.figures[-1] if self.figures else None

    def first(self, figure: Figure | None) -> Proportion | None:
        """The share that the indicator shows first; the other one is never mixed into it."""
        return figure.shares.first(self.indicator) if figure is not None and figure.shares is not None else None


@dataclass
class Report:
    """A set's figures for one network."""

    opened: Opened
    bulletin: Bulletin
    sets: list[Bulletin]
    lines: list[Line]
    coverage: Coverage | None
    with_value: dict[str, Coverage]
    changes: list[Change]

    @property
    def few(self) -> int:
        """The smallest count that is shown."""
        return self.bulletin.set.few


def report(actor: Actor, key: int, name: str, *, only: str | None = None, practices: bool = False) -> Report:
    """The report of a set, or of its indicator `only`; with its practices' shown figures where it is asked.

    Raises Network.DoesNotExist, Refused, and LookupError for a set that was never published or an indicator it has not.
    """
    opened = open_network(actor, key)
    sets = [Bulletin(publication) for publication in newest_publications()]
    bulletin = next((each for each in sets if each.name == name), None)
    if bulletin is None:
        raise LookupError(name)
    shown = [each for each in bulletin.shown if only is None or each.indicator == only]
    if not shown:
        raise LookupError(only)
    figures = _Figures(actor, opened, bulletin, only)
    lines = [figures.line(indicator) for indicator in shown]
    if practices:
        figures.add_practices(lines)
    return Report(
        opened, bulletin, sets, lines, next(iter(figures.coverage.values()), None), figures.coverage, figures.changes()
    )


class _Figures:
    """Everything that lines are made of, read in a few statements whatever the number of lines and practices."""

    def __init__(self, actor: Actor, opened: Opened, bulletin: Bulletin, only: str | None) -> None:
        self.actor, self.opened, self.bulletin, self.only = actor, opened, bulletin, only
        self.publication = bulletin.publication
        own = Q(publication=self.publication, level=Level.NETWORK, network=opened.network)
        constant = Q(publication=self.publication, level=Level.CONSTANT, network=opened.network)
        results = IndicatorResult.objects.filter(own | constant)
        categories = CategoryCount.objects.filter(own, day=bulletin.as_of)
        if only is not None:
            results, categories = results.filter(indicator=only), categories.filter(indicator=only)
        self.series: dict[str, list[IndicatorResult]] = defaultdict(list)
        self.constant: dict[str, list[IndicatorResult]] = defaultdict(list)
        for result in results.order_by("day"):
            series = self.series if result.level == Level.NETWORK else self.constant
            series[result.indicator].append(result)
        self.categories: dict[str, dict[str, CategoryCount]] = defaultdict(dict)
        for each in categories:
            self.categories[each.indicator][each.category] = each
        self.coverage: dict[str, Coverage] = {}
        self.delivering: dict[dt.date, int] = {}
        for row in Coverage.objects.filter(own).order_by("day", "id"):
            self.delivering[row.day] = row.delivering
            if row.day == bulletin.as_of:
                self.coverage[row.variable] = row
        self.members = memberships(actor, opened.network)
        self._members_at: dict[dt.date, set[int]] = {}

    def line(self, indicator: Indicator) -> Line:
        name = indicator.indicator
        valid = [self.coverage[need].first_valid for need in indicator.needs if need in self.coverage]
        return Line(
            indicator=indicator,
            figures=[_figure(result, indicator) for result in self.series[name]],
            constant=[_figure(result, indicator) for result in self.constant[name]],
            first_valid=max((day for day in valid if day is not None), default=None),
            not_collected=self.bulletin.not_collected(indicator),
            categories=self._categories(indicator),
        )

    def _categories(self, indicator: Indicator) -> list[Category]:
        if indicator.categories is None or not self.categories[indicator.indicator]:
            return []
        counts = self.categories[indicator.indicator]
        codes = [each.category for each in indicator.categories.bins] or list(indicator.categories.values)
        found = []
        for code in codes:
            count = counts.get(code)
            persons = None if count is None or count.hidden else count.persons
            found.append(Category(self.bulletin.category_title(indicator, code), persons))
        return found

    def members_at(self, day: dt.date) -> set[int]:
        """The practices of the network on a day: memberships are dated (report 003 L916-920)."""
        if day not in self._members_at:
            self._members_at[day] = {each.practice_id for each in self.members if in_it(each, day)}
        return self._members_at[day]

    @cached_property
    def delivers(self) -> dict[dt.date, set[int]]:
        """The practices of the network that deliver, by day."""
        rows = Coverage.objects.filter(
            publication=self.publication, level=Level.PRACTICE, practice__in={each.practice_id for each in self.members}
        )
        found: dict[dt.date, set[int]] = defaultdict(set)
        for day, practice, delivering in rows.order_by().values_list("day", "practice").annotate(Max("delivering")):
            if delivering and practice in self.members_at(day):
                found[day].add(practice)
        return found

    def changes(self) -> list[Change]:
        """The days from which other practices deliver than before, oldest first."""
        found = []
        for before, after in pairwise(sorted(self.delivering)):
            one, other = self.delivers.get(before, set()), self.delivers.get(after, set())
            counts = self.delivering[before], self.delivering[after]
            if one != other or counts[0] != counts[1]:
                found.append(Change(after, *counts, len(other - one), len(one - other)))
        return found

    def add_practices(self, lines: list[Line]) -> None:
        """What is shown of the network's practices on the newest day."""
        rows = IndicatorResult.objects.filter(
            publication=self.publication, level=Level.PRACTICE, practice__in={each.practice_id for each in self.members}
        )
        if self.only is not None:
            rows = rows.filter(indicator=self.only)
        newest, now = self.bulletin.as_of, self.members_at(self.bulletin.as_of)
        shown: dict[str, dict[int, dict[dt.date, Any]]] = defaultdict(lambda: defaultdict(dict))
        hidden: dict[str, int] = defaultdict(int)
        # Rows and no records of Django: of a large network there are many.
        for row in rows.values_list(*_COLUMNS, named=True):
            if row.hidden:
                hidden[row.indicator] += row.day == newest and row.practice_id in now
            elif row.outcome == IndicatorResult.Outcome.COMPUTED and row.practice_id in self.members_at(row.day):
                shown[row.indicator][row.practice_id][row.day] = row
        always = set.intersection(*self.delivers.values()) if self.delivers else set()
        labels = {each.practice_id: each.practice.name for each in self.members if self._named(each)}
        for line in lines:
            theirs = shown[line.indicator.indicator]
            line.hidden = hidden[line.indicator.indicator]
            line.constant_practices = len(always) if line.constant else 0
            for practice, days in sorted(theirs.items()):
                shares = shares_of(days[newest], line.indicator) if newest in days else None
                # The strict share alone is released of single practices.
                share = shares.strict if shares is not None else None
                if share is not None and share.d:
                    own = self.opened.member and practice == self.actor.organisation_id
                    line.practices.append(PracticeFigure(share, own, labels.get(practice, "")))

    def _named(self, membership: NetworkPractice) -> bool:
        """Its name stands beside its figures if it agreed, and only for practices of the network (REQ-PRIV-3)."""
        return in_it(membership, self.bulletin.as_of) and membership.agreed_labels and self.opened.member


#: What is read of a practice's figure.
_COLUMNS = (
    "indicator", "practice_id", "day", "hidden", "outcome", "version", "persons", "met", "no_data", "not_applicable",
    "exceptions", "strict_d", "observed_d",
)  # fmt: skip


def _figure(result: IndicatorResult, indicator: Indicator) -> Figure:
    if result.hidden:
        return Figure(result.day, result.version, None, "few")
    shares = shares_of(result, indicator)
    first = shares.first(indicator) if shares is not None else None
    if result.outcome != IndicatorResult.Outcome.COMPUTED:
        return Figure(result.day, result.version, None, result.outcome, result)
    if first is None or not first.d:
        return Figure(result.day, result.version, None, "no_persons" if indicator.categories is None else "", result)
    return Figure(result.day, result.version, shares, "", result)
