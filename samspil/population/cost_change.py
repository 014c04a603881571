"""How cost moves from one year to the next: transitions between groups, persistence, and regression to the mean.

High-cost patients alternate between high and low periods (001 L1033-1037), and only about 15 % of a high-need group
were still in it a year later (002 L1191-1192). So a group chosen by one year's cost falls by itself, and no figure of
such a group goes without the caution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir

from samspil.population import high_need
from samspil.population.concordance import Share
from samspil.population.tables import Tables
from samspil.population.time import AsOf
from samspil.programmes.cost_analysis import Caution

#: What somebody is who was no citizen a year ago, or is none any more; beside the groups of cost.
NEW, DEAD, MOVED = "new", "dead", "moved"


def transitions(before: ir.Table, after: ir.Table, tables: Tables, at: AsOf) -> ir.Table:
    """How many went from which group of cost to which, and what they cost: one row per pair that somebody is in.

    `before` and `after` have `person_id`, `group` and `total` of the citizens at D a year ago and at D. Columns:
    `from_group` (or `new`), `to_group` (or `dead`, `moved`), `persons`, `cost_before`, `cost_after`; the cost of a year
    in which somebody was no citizen is null.
    """
    first = before.select(first="person_id", from_group="group", cost_before="total")
    then = after.select(then="person_id", to_group="group", cost_after="total")
    both = first.join(then, first.first == then.then, how="outer")
    person = tables["person"]
    died = person.filter((person.status == "dead") & ~(person.status_date > at.day).fill_null(False))
    died = died.select(dead="person_id")
    known = both.left_join(died, both.first == died.dead)
    gone = known.dead.notnull().ifelse(DEAD, MOVED)
    known = known.mutate(from_group=known.from_group.fill_null(NEW), to_group=ibis.coalesce(known.to_group, gone))
    return known.group_by("from_group", "to_group").aggregate(
        persons=known.count(),
        cost_before=known.cost_before.sum().cast("decimal(18, 2)"),
        cost_after=known.cost_after.sum().cast("decimal(18, 2)"),
    )


def persistence(rows: Sequence[dict[str, Any]], group: str) -> Share:
    """|G(t) ∩ G(t+1)| / |G(t)|: of those in a group a year ago, who is in it still (report 002, ALG-4).

    `rows` are those of `transitions`. The dead and moved stay in the denominator, as they were in the group.
    """
    were = [row for row in rows if row["from_group"] == group]
    stayed = sum(row["persons"] for row in were if row["to_group"] == group)
    return high_need.persistence(sum(row["persons"] for row in were), stayed)


@dataclass(frozen=True)
class Change:
    """What some persons cost before and after; `relative` is None when they cost nothing before."""

    persons: int
    before: Decimal
    after: Decimal

    @property
    def relative(self) -> float | None:
        """The change as a part of what it was: −0.4 is a fall of 40 %."""
        return float((self.after - self.before) / self.before) if self.before else None


@dataclass(frozen=True)
class NaiveChange:
    """Before and after of a group that was chosen by its cost before, beside the same of everybody.

    Both are of those who were citizens in both years. The group's fall is no effect of anything that was done: it is
    there without an intervention as well, and `caution` says so wherever the figure is shown.
    """

    group: str
    chosen: Change
    everybody: Change
    caution: Caution


def naive_change(rows: Sequence[dict[str, Any]], group: str, caution: Caution) -> NaiveChange:
    """The change of a group chosen by cost before; `rows` are those of `transitions`."""
    stayed = [row for row in rows if row["from_group"] != NEW and row["to_group"] not in {DEAD, MOVED}]
    return NaiveChange(group, _change(row for row in stayed if row["from_group"] == group), _change(stayed), caution)


def _change(rows: Any) -> Change:
    found = list(rows)
    return Change(
        sum(row["persons"] for row in found),
        sum((row["cost_before"] for row in found), Decimal(0)),
        sum((row["cost_after"] for row in found), Decimal(0)),
    )
