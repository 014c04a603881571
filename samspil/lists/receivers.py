"""What this room does when something happens in the room of plans."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from samspil.access.models import Membership
from samspil.lists.actions.ending import end_with_pathway
from samspil.lists.programme import programme
from samspil.plans.models import Pathway
from samspil.plans.signals import pathway_ended


@receiver(pathway_ended, dispatch_uid="lists_end_inclusion")
def end_inclusion(sender: Any, *, pathway: Pathway, by: Membership, reason: str, words: str, **_: Any) -> None:
    """The inclusion ends with the pathway that it opened."""
    if pathway.arm and programme(pathway.programme).inclusion is not None:
        end_with_pathway(pathway, by, reason, words)
