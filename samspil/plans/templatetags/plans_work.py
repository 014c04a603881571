"""The ways from a citizen's record and plan to notes, medicine and stays: those that are open to the reader."""

from __future__ import annotations

from typing import Any

from django import template

from samspil.access.models import Citizen
from samspil.access.naming import named_for
from samspil.access.policy import Resource, may
from samspil.plans.actions.medicine import resource_of
from samspil.plans.queries import notes

register = template.Library()


@register.inclusion_tag("plans/_around.html", takes_context=True)
def around_citizen(context: dict[str, Any], citizen: Citizen, *, count: bool = True) -> dict[str, Any]:
    """Links to what people write around a citizen; `count` says how many notes wait to be read."""
    actor = context["request"].actor
    medicine = resource_of(citizen)
    looks = notes.may_look(actor, citizen)
    return {
        "citizen": citizen,
        "notes": looks,
        "unread": notes.unread(actor, citizen) if looks and count else 0,
        "medicine": bool(may(actor, "read", medicine, "care")),
        "needs": bool(
            may(actor, "read", Resource("need_assessment", citizen, named=named_for(actor, citizen)), "care")
        ),
        "stays": bool(may(actor, "read", Resource("stay", citizen, category=medicine.category), "care")),
    }
