"""The high-need group: the few with most cost, who they are, and how many stay (STRAT-14, ALG-4, R-POP-04, R-SEG-11).

Report 002 L1179-1192. Cost in one year describes and points nobody out: most are not among them the year after.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import ibis.expr.types as ir
from scipy.special import entr

from samspil.definitions import SamspilError
from samspil.population.concordance import Share
from samspil.population.ranking import ranked
from samspil.programmes.schema import Text


def members(people: ir.Table, cost: str, share: Decimal) -> ir.Table:
    """`person_id` of those with most in the column `cost`, ceil(share · everybody) of them, exactly.

    Of equals, the lower person id is among them. Whose cost is not known is not among them.
    """
    numerator, denominator = share.as_integer_ratio()
    places = ranked(people, cost)
    # rank ≤ ceil(share · everybody), in whole numbers.
    few = (places["rank"] - 1) * denominator < places.everybody * numerator
    return places.filter(places[cost].notnull(), few).select("person_id")


@dataclass(frozen=True)
class Homogeneity:
    """How alike a group is: its largest part, the entropy (bits) of its parts, and whether that is alike enough."""

    largest: str | None
    share: Share
    entropy: float
    homogeneous: bool | None

    def in_words(self) -> str:
        if self.homogeneous is None:
            return "not known"
        return "homogeneous" if self.homogeneous else "not homogeneous"


def homogeneity(counts: Mapping[str, int], at_least: Decimal) -> Homogeneity:
    """How alike a group is, from how many belong to each part.

    Where one may belong to several parts, shares are of all belongings, so that people with many illnesses do not make
    a mixed group look alike. It is homogeneous when its largest part has at least the share; not known of nobody.
    """
    total = sum(counts.values())
    if not total:
        return Homogeneity(None, Share(0, 0), 0.0, None)
    largest = max(sorted(counts), key=lambda name: counts[name])
    spread = sum(float(entr(count / total)) for count in counts.values()) / math.log(2)
    return Homogeneity(largest, Share(counts[largest], total), spread, Decimal(counts[largest]) >= at_least * total)


@dataclass(frozen=True)
class Profile:
    """What the high-need group is like. It always carries its warning, and persistence or that it is not known.

    Costs are DKK in the year before D. `by_age` and `by_group` count members; one member may have several diagnosis
    groups.
    """

    population: int
    members: int
    cost: Decimal
    cost_of_all: Decimal
    under_age: Share
    contacts: int | None
    admissions: int | None
    diagnoses: int
    persistence: Share | None
    by_age: Mapping[str, int]
    by_group: Mapping[str, int]
    ages: Homogeneity
    groups: Homogeneity
    missing: tuple[str, ...]
    warning: Text

    @property
    def cost_share(self) -> float | None:
        """The group's share of the cost of all; None when nothing cost anything."""
        return float(self.cost / self.cost_of_all) if self.cost_of_all else None

    def per_member(self, number: int | None) -> float | None:
        """A number per member and year; None of nobody, and where it is not measured."""
        return number / self.members if number is not None and self.members else None


def persistence(before: int, both: int) -> Share:
    """Of the group a year ago, how many are in it again. Those who died or moved since are in the denominator.

    Raises SamspilError for more than there were.
    """
    if not 0 <= both <= before:
        raise SamspilError(f"{both} of {before} cannot be in the group again")
    return Share(both, before)
