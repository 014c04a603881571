"""The plan as it is printed for the citizen: what the own page shows, for those who read it on paper."""

from __future__ import annotations

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.plans.actions.changing import resource_of
from samspil.plans.actions.onboarding import needs_of
from samspil.plans.actions.paper import require_open
from samspil.plans.models import Plan, ReadingNeeds
from samspil.plans.queries.onboarding import Paper, paper_of
from samspil.plans.queries.own import OwnPlan, content_for_citizen


def to_print(actor: Actor, plan: Plan) -> tuple[OwnPlan, Paper, ReadingNeeds]:
    """What stands on paper, when it was printed last, and in which language. Logged.

    By who works in all of the plan: the paper leaves out nothing. Raises Refused, and Conflict for a closed plan.
    """
    resource = resource_of(plan)
    guard.check(actor, "write", resource, "care", detail="on paper")
    require_open(plan)
    guard.require(actor, "read", resource, "care", detail="on paper")
    return content_for_citizen(plan.citizen), paper_of(plan), needs_of(plan.citizen)
