"""What somebody may say and see of what a citizen needs: sides of the square by sector, fields by kind of data.

Report 002 STRAT-8, -10 and -18: hospitals work with complexity, municipalities with self-care, general practice with
both; each field is of a kind of data; and what is clinical is left to clinical professions.
"""

from __future__ import annotations

from dataclasses import dataclass

from samspil.access.actor import Actor
from samspil.access.models import Category, Citizen
from samspil.access.naming import named_for
from samspil.access.policy import Resource, Verb, may
from samspil.programmes.in_use import own_folder
from samspil.programmes.segment_rules import (
    Axis,
    Characteristic,
    Dimension,
    Half,
    Profession,
    SegmentRules,
    SelfCareInput,
    load_segment_rules,
)

COMPLEXITY, SELF_CARE = "complexity", "self_care"
#: Both halves of an axis, the lower first.
HALVES: tuple[Half, ...] = ("low", "high")


def rules() -> SegmentRules:
    """The installation's own rules of segments, else those that come with Samspil."""
    return load_segment_rules(own_folder())


def resource(actor: Actor, citizen: Citizen, category: str | None = None) -> Resource:
    """What the policy is asked about: assessments of a citizen, or what they say of one kind of data."""
    kind = Category(category) if category is not None else None
    return Resource("need_assessment", citizen, category=kind, named=named_for(actor, citizen))


@dataclass(frozen=True)
class Reach:
    """How far an actor's sight, or hand, reaches in the assessments of a citizen. Asks the policy, logs nothing."""

    actor: Actor
    citizen: Citizen
    verb: Verb = "read"

    def open(self, category: str | None) -> bool:
        """Whether a kind of data is open; what is of no kind in particular is open with the page."""
        return category is None or bool(
            may(self.actor, self.verb, resource(self.actor, self.citizen, category), "care")
        )

    @property
    def sides(self) -> tuple[str, ...]:
        """The axes of the square that the actor's sector works with (002 STRAT-10)."""
        found = rules()
        sector = found.assessing.seen_as.get(self.actor.sector or "")
        return tuple(found.square.seen_by.get(sector, ())) if sector is not None else ()

    @property
    def axes(self) -> dict[str, Axis]:
        """Those of them whose kind of data is open."""
        square = rules().square
        known = {COMPLEXITY: square.complexity, SELF_CARE: square.self_care}
        return {name: axis for name, axis in known.items() if name in self.sides and self.open(axis.category)}

    @property
    def inputs(self) -> tuple[SelfCareInput, ...]:
        """What may be looked at for self-care: only where self-care itself is open."""
        if SELF_CARE not in self.axes:
            return ()
        return tuple(each for each in rules().square.self_care_inputs if self.open(each.category))

    @property
    def rows(self) -> tuple[Characteristic, ...]:
        """The characteristics of the need for integration whose kind of data is open."""
        return tuple(each for each in rules().integration.rows if self.open(each.category))

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The kinds of complexity whose kind of data is open."""
        return tuple(each for each in rules().integration.dimensions if self.open(each.category))


def professions(actor: Actor) -> tuple[Profession, ...]:
    """The professions in which somebody of the actor's role assesses."""
    return rules().assessing.professions_of(actor.role.value)
