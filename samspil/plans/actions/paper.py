"""The plan on paper, for those who cannot or will not log in (report 000 L-28; report 003 L-48).

What was printed is kept with its version. A plan that changes after that gives the practice a task to print it anew.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.errors import Conflict
from samspil.plans.actions.changing import hold, resource_of
from samspil.plans.actions.tasks import close_tasks
from samspil.plans.models import Plan, PlanPrint
from samspil.plans.prints import TASK_KIND


def require_open(plan: Plan) -> None:
    """That a plan is the current one: what the paper tells of a citizen is what holds now. Raises Conflict.

    Whoever was accountable for a plan that is closed has no part in the one that came after it.
    """
    if plan.closed_at is not None:
        raise Conflict(_("The plan is closed. It can be read here, and is not printed any more."))


def print_plan(actor: Actor, plan: Plan, seen: int) -> PlanPrint:
    """Record that the plan is printed as it is at version `seen`. By who works in all of the plan.

    Raises Refused, and Conflict when the plan has changed since it was shown, or is closed.
    """
    resource = resource_of(plan)
    # The paper has all of the plan: who reads only some kinds of data does not print it.
    guard.check(actor, "write", resource, "care", detail="on paper")
    assert actor.membership is not None, "only members of an organisation write in plans for care"
    with transaction.atomic():
        held = hold(plan)
        require_open(held)
        if held.version != seen:
            raise Conflict(_("The plan has changed since you opened the page. Look at it again before you print."))
        made = PlanPrint.objects.create(plan=held, version=held.version, by=actor.membership, at=timezone.now())
        close_tasks(plan=held, kind=TASK_KIND)
        guard.require(actor, "read", resource, "care", detail=f"on paper, version {held.version}")
    return made
