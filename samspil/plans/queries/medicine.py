"""The medicine lists of a citizen, source by source, and the one that was agreed on."""

from __future__ import annotations

from dataclasses import dataclass

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Citizen
from samspil.access.policy import may
from samspil.plans.actions.medicine import current_lists, differences, resource_of
from samspil.plans.divergence import Divergence
from samspil.plans.models import MedicineList


@dataclass(frozen=True)
class Medicine:
    """The lists in force and where they differ."""

    lists: list[MedicineList]
    differences: list[Divergence]
    may_write: bool
    may_settle: bool

    @property
    def agreed(self) -> MedicineList | None:
        """The list that holds until another source differs."""
        return next((each for each in self.lists if each.agreed), None)

    def own(self, actor: Actor) -> MedicineList | None:
        """What the reader's own organisation told last."""
        return next((each for each in self.lists if each.organisation_id == actor.organisation_id), None)


def medicine_of(actor: Actor, citizen: Citizen) -> Medicine:
    """The lists in force. Logged. Raises Refused."""
    resource = resource_of(citizen)
    guard.require(actor, "read", resource, "care")
    lists = current_lists(citizen)
    return Medicine(
        lists,
        differences(lists),
        may_write=bool(may(actor, "write", resource, "care")),
        may_settle=bool(may(actor, "decide", resource, "care")),
    )
