"""The way from a citizen to the plan, read together with the citizen: it costs the record no statement of its own."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from samspil.access.models import Citizen
from samspil.plans.models import Pathway, Plan

_WAITING = {"plan__isnull": True, "ended_at__isnull": True}


def with_way_to_plan(citizens: QuerySet[Citizen]) -> QuerySet[Any]:
    """Citizens with `current_plan`, its number or None, and `waits_for_plan`: a pathway whose plan is to be made."""
    plan = Plan.objects.filter(citizen=OuterRef("pk"), closed_at__isnull=True).values("pk")
    waiting = Pathway.objects.filter(citizen=OuterRef("pk"), **_WAITING)
    return citizens.annotate(current_plan=Subquery(plan), waits_for_plan=Exists(waiting))


def waiting_pathways(citizen: Citizen) -> list[Pathway]:
    """The pathways whose plan is still to be made, the newest first."""
    return list(Pathway.objects.filter(citizen=citizen, **_WAITING))
