"""The task of the next follow-up, which lies with whoever is accountable. Part of larger acts."""

from __future__ import annotations

from django.utils import translation

from samspil.access.models import User
from samspil.plans.actions.tasks import close_tasks, open_task
from samspil.plans.models import Plan
from samspil.plans.task_kinds import kind_title


def danish_title(kind: str) -> str:
    """What a task of a kind is called in the records, which are Danish."""
    with translation.override("da"):
        return kind_title(kind)


def ask_to_follow_up(by: User, plan: Plan) -> None:
    """The accountable person has the next follow-up on the work list; the one before is done with."""
    close_tasks(plan=plan, kind__in=["follow_up", "stalled"])
    open_task(
        by,
        plan.citizen,
        plan.accountable.organisation,
        "follow_up",
        danish_title("follow_up"),
        plan.next_follow_up,
        holder=plan.accountable.user,
        plan=plan,
    )
