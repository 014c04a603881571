"""The ways from a citizen's record and inclusion to the plan: those that are open to the reader."""

from __future__ import annotations

from typing import Any

from django import template

from samspil.access.actor import Actor
from samspil.access.models import Citizen
from samspil.access.policy import Resource, may
from samspil.plans.actions.changing import resource_of
from samspil.plans.models import Plan
from samspil.plans.programme import programme_title
from samspil.plans.queries.ways import waiting_pathways, with_way_to_plan

register = template.Library()


@register.inclusion_tag("plans/_way_to_plan.html", takes_context=True)
def way_to_plan(context: dict[str, Any], citizen: Citizen) -> dict[str, Any]:
    """The current plan, or beginning one, and the pathways whose plan is still to be made."""
    actor = context["request"].actor
    known: Any = (
        citizen if hasattr(citizen, "current_plan") else with_way_to_plan(Citizen.objects.all()).get(pk=citizen.pk)
    )
    decides = bool(may(actor, "decide", Resource("plan", citizen), "care"))
    waiting = waiting_pathways(citizen) if decides and known.waits_for_plan else []
    return {
        "citizen": citizen,
        "plan": known.current_plan if _may_read(actor, citizen, known.current_plan) else None,
        "may_begin": decides,
        "waiting": [(each, programme_title(each.programme)) for each in waiting],
    }


def _may_read(actor: Actor, citizen: Citizen, plan: int | None) -> bool:
    """Whether the plan is open to the reader; whom it names is looked up only for those who need that."""
    if plan is None:
        return False
    return bool(
        may(actor, "read", Resource("plan", citizen), "care")
        or may(actor, "read", resource_of(Plan.objects.select_related("citizen").get(pk=plan)), "care")
    )
