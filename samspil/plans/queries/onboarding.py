"""How a citizen follows the plan: what was settled, and what there is to settle it with."""

from __future__ import annotations

from dataclasses import dataclass

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Proxy
from samspil.access.policy import Resource, may
from samspil.plans.actions.onboarding import has_tried, needs_of, readers_of
from samspil.plans.actions.pathways import resource_of_pathway
from samspil.plans.models import Pathway, Plan, PlanPrint, ReadingNeeds
from samspil.plans.prints import last_print, reads_on_paper


@dataclass(frozen=True)
class Onboarding:
    """A pathway with how its citizen follows the plan; `pathway.onboarding` is empty while it is not settled."""

    pathway: Pathway
    tried: bool
    readers: list[Proxy]
    needs: ReadingNeeds
    may_write: bool
    paper: Paper | None


@dataclass(frozen=True)
class Paper:
    """A plan and its last print. `old` when the plan has changed since, or was never printed for who reads on paper."""

    plan: Plan
    reader: bool
    printed: PlanPrint | None

    @property
    def old(self) -> bool:
        return self.reader and (self.printed is None or self.printed.version < self.plan.version)


def onboarding_of(actor: Actor, key: int) -> Onboarding:
    """How the citizen of a pathway follows the plan. Logged. Raises Pathway.DoesNotExist and Refused."""
    pathway = Pathway.objects.select_related("citizen__practice", "plan__accountable", "onboarded_by__user").get(pk=key)
    guard.require(actor, "read", resource_of_pathway(pathway), "care", detail="onboarding")
    return Onboarding(
        pathway=pathway,
        tried=has_tried(pathway.citizen),
        readers=readers_of(pathway.citizen),
        needs=needs_of(pathway.citizen),
        may_write=bool(may(actor, "write", Resource("plan", pathway.citizen), "care")) and pathway.ended_at is None,
        paper=paper_of(pathway.plan) if pathway.plan is not None else None,
    )


def ways_of(plan: Plan) -> tuple[list[Pathway], Paper]:
    """The running pathways of a plan, each with how the citizen follows it or that it is not settled, and the paper.

    Whoever calls this has asked the policy.
    """
    running = plan.pathways.filter(ended_at__isnull=True).select_related("onboarded_by__user").order_by("id")
    return list(running), paper_of(plan)


def paper_of(plan: Plan) -> Paper:
    """A plan on paper. Whoever calls this has asked the policy."""
    return Paper(plan, reads_on_paper(plan), last_print(plan))
