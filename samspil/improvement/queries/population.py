"""Segments and cost of the population, as released: what leadership sees, and nothing of anybody in it.

Report 001 3.1-3.2, report 002 3.3. Every figure comes from a release; what it hides is not here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import get_language

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.policy import Resource, may
from samspil.improvement.models import FiguresPublication
from samspil.improvement.released import MUNICIPALITY, NOTHING, REGION, Released, released
from samspil.population.tables import source_title
from samspil.programmes.cost_analysis import CostAnalysis
from samspil.programmes.prices import PriceList
from samspil.programmes.segment_rules import SegmentRules
from samspil.programmes.segments import ProgrammeSegments

FIGURES = Resource("population_figures")
TABLES = Resource("released_figures")
FUNCTIONS = Resource("new_function")


@dataclass
class Figures:
    """One publication of segments or cost with its tables."""

    publication: FiguresPublication
    tables: dict[str, Released]

    @property
    def as_of(self) -> dt.date:
        return self.publication.as_of

    @property
    def said(self) -> dict[str, Any]:
        """What the run says of itself."""
        found: dict[str, Any] = self.publication.definition
        return found

    @property
    def sources(self) -> list[tuple[str, dt.date]]:
        """Every source that was read, with the day of its newest data."""
        language = "en" if (get_language() or "da").startswith("en") else "da"
        days = self.publication.data_dates
        return [(source_title(name, language), dt.date.fromisoformat(day)) for name, day in days.items()]

    def table(self, name: str) -> Released:
        """A table by its name; one without rows where it was not released."""
        return self.tables.get(name, NOTHING)


class Segments(Figures):
    """The segments of the population."""

    @cached_property
    def rules(self) -> SegmentRules:
        return SegmentRules.model_validate(self.said["rules"])

    @cached_property
    def programmes(self) -> list[ProgrammeSegments]:
        """The programmes' segments as in force on the day."""
        return [ProgrammeSegments.model_validate(each) for each in self.said["programmes"].values()]

    @property
    def valid_until(self) -> dt.date:
        """The last day on which the strata hold."""
        return dt.date.fromisoformat(self.said["valid_until"])

    @property
    def units(self) -> list[str]:
        """The municipalities that have figures."""
        return self.table("sizes").units(MUNICIPALITY)

    def at(self, unit: str) -> dict[str, Released]:
        """The tables of the region, or of one municipality. Raises LookupError for one without figures."""
        if unit and unit not in self.units:
            raise LookupError(unit)
        level = MUNICIPALITY if unit else REGION
        return {name: table.of(level, unit or REGION) for name, table in self.tables.items()}


class Cost(Figures):
    """What the population's care cost."""

    @cached_property
    def prices(self) -> PriceList:
        return PriceList.model_validate(self.said["prices"])

    @cached_property
    def analysis(self) -> CostAnalysis:
        return CostAnalysis.model_validate(self.said["analysis"])

    @property
    def months(self) -> int:
        return int(self.said["months"])

    @property
    def gini(self) -> float | None:
        """Gini's coefficient of the citizens' own cost; None when nothing was spent."""
        found: float | None = self.said.get("gini")
        return found


def newest_segments(actor: Actor) -> Segments | None:
    """The newest segments; None before any are published. Raises Refused."""
    guard.require(actor, "read", FIGURES, "improvement")
    found = _newest(FiguresPublication.Kind.SEGMENTS)
    return None if found is None else Segments(found, _tables(found))


def newest_cost(actor: Actor) -> Cost | None:
    """The newest cost; None before any is published. Raises Refused."""
    guard.require(actor, "read", FIGURES, "improvement")
    found = _newest(FiguresPublication.Kind.COST)
    return None if found is None else Cost(found, _tables(found))


def segments_of(publication: FiguresPublication) -> Segments:
    """The segments of one publication, for who has asked the policy."""
    return Segments(publication, _tables(publication))


def _newest(kind: str) -> FiguresPublication | None:
    return FiguresPublication.objects.filter(kind=kind).first()


def _tables(publication: FiguresPublication) -> dict[str, Released]:
    return {table.name: released(table) for table in publication.tables.all()}


def may_take_tables(actor: Actor) -> bool:
    """Whether the actor may take tables out, for showing the links."""
    return bool(may(actor, "read", TABLES, "improvement"))


def may_see_functions(actor: Actor) -> bool:
    """Whether the actor may see what is proposed, for showing the way there."""
    return bool(may(actor, "read", FUNCTIONS, "improvement"))


def may_propose(actor: Actor) -> None:
    """The policy's yes to proposing a function, before its form is shown. Raises Refused."""
    guard.check(actor, "write", FUNCTIONS, "improvement")
