"""A goal is looked at midway and at the end: on those days the accountable person has a task (report 002 L3400-3402).

A day that passes is a task past its day, which is reminded of and told like every other.
"""

from __future__ import annotations

import datetime as dt

from samspil.access.models import User
from samspil.plans.actions.follow_ups import danish_title
from samspil.plans.actions.tasks import close_tasks, open_task
from samspil.plans.models import Goal, Plan, PlanTask


def ask_for_evaluations(by: User, held: Plan, goal: Goal) -> None:
    """Let the open tasks of a goal be what its days and the accountable person ask for. Part of a larger act.

    Nothing is asked for midway once something is written about it, nor for a goal that is not worked on any more.
    """
    going_on = goal.state == Goal.State.OPEN
    days: dict[str, dt.date | None] = {
        "goal_midway": goal.midterm_on if going_on and not goal.midterm else None,
        "goal_final": goal.final_on if going_on else None,
    }
    for kind, day in days.items():
        open_now = PlanTask.objects.filter(goal=goal, kind=kind, task__closed_at__isnull=True).select_related("task")
        about = open_now.first()
        accountable = held.accountable
        if about is not None and (about.task.due, about.task.holder_id) == (day, accountable.user_id):
            continue
        if about is not None:
            close_tasks(goal=goal, kind=kind)
        if day is not None:
            open_task(
                by,
                held.citizen,
                accountable.organisation,
                kind,
                danish_title(kind),
                day,
                holder=accountable.user,
                plan=held,
                goal=goal,
            )


def hand_over_evaluations(by: User, held: Plan) -> None:
    """Somebody else is accountable: what is to be looked at is theirs now. Part of a larger act."""
    for goal in held.goals.filter(state=Goal.State.OPEN):
        ask_for_evaluations(by, held, goal)
