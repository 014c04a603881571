"""The ways from a citizen's record and inclusion to the plan: those that are open to the reader."""

from __future__ import annotations

from typing import Any

from django import template

from samspil.access.models import Citizen
from samspil.access.policy import Resource, may
from samspil.plans.actions.changing import resource_of
from samspil.plans.models import Pathway, Plan
from samspil.plans.programme import programme_title

register = template.Library()


@register.inclusion_tag("plans/_way_to_plan.html", takes_context=True)
def way_to_plan(context: dict[str, Any], citizen: Citizen) -> dict[str, Any]:
    """The current plan, or beginning one, and the pathways whose plan is still to be made."""
    actor = context["request"].actor
    plan = Plan.objects.filter(citizen=citizen, closed_at__isnull=True).select_related("accountable").first()
    about = resource_of(plan) if plan is not None else Resource("plan", citizen)
    decides = bool(may(actor, "decide", Resource("plan", citizen), "care"))
    waiting = Pathway.objects.filter(citizen=citizen, plan__isnull=True, ended_at__isnull=True) if decides else []
    return {
        "citizen": citizen,
        "plan": plan if plan is not None and may(actor, "read", about, "care") else None,
        "may_begin": decides,
        "waiting": [(each, programme_title(each.programme)) for each in waiting],
    }
