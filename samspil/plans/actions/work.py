"""Finishing what one was asked to do: each kind of task by the act that owns it, so that the promise is kept too."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from samspil.access.actions.tasks import close_task
from samspil.access.actor import Actor
from samspil.access.errors import Invalid
from samspil.access.models import CareTask
from samspil.plans.actions import activities, stays
from samspil.plans.actions.changing import hold
from samspil.plans.actions.tasks import finish
from samspil.plans.models import Activity, PlanTask
from samspil.plans.task_kinds import how


def done(actor: Actor, asked: PlanTask | CareTask, answer: str = "") -> bool:
    """Mark a task as done, and what it is about with it. False when it was done before: then nothing changes.

    `answer` is asked for by some kinds, such as the handover to home care. Raises Refused, and Invalid when an answer
    is missing, or when the task is finished by something that its own page asks for.
    """
    about = asked if isinstance(asked, PlanTask) else PlanTask.objects.filter(task=asked).first()
    if about is None:
        assert isinstance(asked, CareTask)
        was_open = asked.closed_at is None
        close_task(actor, asked)
        return was_open
    way = how(about.kind)
    if way == "page" and about.task.closed_at is None:
        raise Invalid("", _("This is done on the page that the task is about."))
    if way == "answer" and not answer.strip():
        raise Invalid("answer", _("Write what came of it."))
    if about.kind == "home_care_handover":
        return stays.confirm_handover(actor, about, answer)
    if about.kind == "joint_visit":
        raise Invalid("", _("Say who took part in the visit."))
    if about.kind == "activity" and about.activity is not None:
        return _activity(actor, about, answer)
    return finish(actor, about, answer)


def _activity(actor: Actor, about: PlanTask, answer: str) -> bool:
    """The activity of the plan is done when who promised it says so."""
    assert about.activity is not None
    with transaction.atomic():
        # Before the task, as everybody does who changes the plan: nobody then waits for each other for ever.
        hold(about.activity.plan)
        if not finish(actor, about, answer):
            return False
        activity = about.activity
        activity.refresh_from_db()
        if activity.state in {Activity.State.PLANNED, Activity.State.ACTIVE}:
            activities.set_state(actor, activity, Activity.State.DONE, asked=True)
    return True
