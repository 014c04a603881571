"""How cost is concentrated: citizens in groups by rank, the Lorenz curve and Gini's coefficient.

Citizens are ranked by cost, the most costly first, and those with the same cost by `person_id`, so that the same data
always give the same groups; who of several with the same cost is in which group changes no total. Ranks are given by
the engine: only groups, and points of the curve, leave it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import ibis
import ibis.expr.types as ir

from samspil.population.ranking import ranked
from samspil.population.sums import whole
from samspil.programmes.cost_analysis import Caution

#: Points of a stored Lorenz curve: as many as a drawing can show.
POINTS = 200
#: A per cent is counted in thousandths, so that a cut such as 12.5 % is exact.
_WHOLE = 100_000


@dataclass(frozen=True)
class CostGroup:
    """One group of citizens by rank: so many persons with such a cost, of all persons and all cost."""

    group: str
    persons: int
    cost: Decimal
    all_persons: int
    all_cost: Decimal

    @property
    def population_share(self) -> float | None:
        """The group's part of all persons; None of nobody."""
        return self.persons / self.all_persons if self.all_persons else None

    @property
    def cost_share(self) -> float | None:
        """The group's part of all cost; None when nothing was spent."""
        return float(self.cost / self.all_cost) if self.all_cost else None

    @property
    def relative(self) -> float | None:
        """Cost per head against that of everybody, whose is 1; None of nobody or of no cost."""
        population, cost = self.population_share, self.cost_share
        return cost / population if population and cost is not None else None


@dataclass(frozen=True)
class Concentration:
    """Groups of citizens by one period's cost, the most costly first, and the caution that goes with any of them."""

    groups: tuple[CostGroup, ...]
    caution: Caution


def group_names(cuts: Sequence[Decimal]) -> tuple[str, ...]:
    """The names of the groups between cuts, in per cent, the most costly first: `0-1`, `1-5`, `5-20`, `20-100`."""
    ends = ["0", *(f"{cut.normalize():f}" for cut in cuts), "100"]
    return tuple(f"{low}-{high}" for low, high in pairwise(ends))


def grouped(persons: ir.Table, cost: str, cuts: Sequence[Decimal]) -> ir.Table:
    """`persons` (`person_id` and a column of cost) with `rank` (1 is the most costly) and `group`.

    A cut at p per cent of N persons ends after the first ceil(p · N) (report 002, ALG-4).
    """
    places = ranked(persons, cost).select("rank", "everybody", placed="person_id")
    known = persons.inner_join(places, persons.person_id == places.placed)
    names = group_names(cuts)
    # rank ≤ ceil(p·N/100) is the same as rank − 1 < p·N/100, in whole numbers.
    before = (known["rank"] - 1) * _WHOLE
    branches = [(before < known.everybody * int(cut * 1000), name) for cut, name in zip(cuts, names[:-1], strict=True)]
    return known.mutate(group=ibis.cases(*branches, else_=names[-1])).drop("everybody", "placed")


def concentration(totals: Sequence[dict[str, Any]], cuts: Sequence[Decimal], caution: Caution) -> Concentration:
    """The sums of each group of `grouped` (`group`, `persons`, `cost`) as a concentration.

    A group that nobody is in has no persons and no cost.
    """
    rows = {row["group"]: row for row in totals}
    persons = sum(row["persons"] for row in totals)
    cost = sum((row["cost"] for row in totals), Decimal(0))
    empty: dict[str, Any] = {"persons": 0, "cost": Decimal(0)}
    found = ((name, rows.get(name, empty)) for name in group_names(cuts))
    return Concentration(
        tuple(CostGroup(name, row["persons"], row["cost"], persons, cost) for name, row in found), caution
    )


def lorenz_points(persons: ir.Table, cost: str, points: int = POINTS) -> ir.Table:
    """The Lorenz curve in at most so many points, the least costly first: `point`, `persons`, `cost`, both running.

    A point is the end of an equal part of the citizens; the curve begins in (0, 0), which has no row.
    """
    least_first = persons.cross_join(persons.aggregate(everybody=persons.count()))
    place = least_first.everybody - least_first["rank"]
    parts = (
        least_first.mutate(point=(place * points // least_first.everybody + 1).cast("int64"))
        .group_by("point")
        .aggregate(some=lambda t: t.count(), spent=lambda t: t[cost].sum().cast("decimal(18, 2)"))
    )
    so_far = ibis.cumulative_window(order_by=parts.point)
    return parts.select(
        "point",
        persons=whole(parts.some.sum().over(so_far)),
        cost=parts.spent.sum().over(so_far).cast("decimal(18, 2)"),
    )


def gini_sums(persons: ir.Table, cost: str) -> dict[str, ir.Scalar]:
    """What the engine adds up for `exact_gini`: `persons`, `total` and `weighted`, in whole øre."""
    oere = (persons[cost] * 100).cast("int64")
    weighted = (persons["rank"] * oere).cast("decimal(38, 0)")
    return {"persons": persons.count(), "total": oere.sum(), "weighted": weighted.sum()}


def exact_gini(persons: int, total: int | None, weighted: Decimal | None) -> float | None:
    """Gini's coefficient of everybody's own cost; None when nothing was spent. `weighted` is Σ rank · cost.

    (2 · Σ i·x_i − (n + 1) · Σ x) / (n · Σ x), with i the rank from the least costly.
    """
    if not total or weighted is None:
        return None
    # The rank from the most costly is r = n + 1 − i, and is what the table has.
    return float(Fraction((persons + 1) * int(total) - 2 * int(weighted), persons * int(total)))
