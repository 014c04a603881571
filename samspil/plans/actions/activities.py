"""Activities: who does what by when, for which goal. One party is responsible (report 000 L3150-3162; 003 L1375-1376).

Offers come after needs: nothing of a catalogue is agreed on before the citizen's needs and wishes are written (report
002 L270-272). Duties by law serve no goal (report 001 L2721-2724).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.errors import Invalid
from samspil.access.models import Category, Membership, Organisation, Role, User
from samspil.access.policy import Resource, may
from samspil.plans.actions.changing import purpose_of, revise
from samspil.plans.actions.parts import (
    WrittenMeanwhile,
    check_write,
    goal_in,
    hold_open,
    last_change_of,
    part,
    read_text,
)
from samspil.plans.actions.tasks import close_tasks, open_task
from samspil.plans.models import Activity, Goal, Plan, PlanTask
from samspil.plans.programme import in_words, plan_format

TASK_KIND = "activity"
_ENDED = {Activity.State.DONE, Activity.State.STOPPED}
_FIELDS = {"what", "category", "goal", "party", "holder", "by_citizen", "due", "statutory"}


def agree(
    actor: Actor,
    plan: Plan,
    *,
    what: str,
    category: str,
    goal: Goal | None = None,
    party: Organisation | None = None,
    holder: User | None = None,
    by_citizen: bool = False,
    due: dt.date | None = None,
    programme: str = "",
    service: str = "",
    statutory: bool = False,
    task: bool = True,
) -> Activity:
    """Agree on something: one party does it, for a goal. `task` opens a task for the party; a referral opens its own.

    A citizen agrees on what the citizen does. Raises Refused, Conflict for a closed plan, and Invalid for what cannot
    be agreed on, such as a service before the needs are written.
    """
    check_write(actor, plan, category, "activity")
    with transaction.atomic():
        held = hold_open(plan)
        made = made_in(
            actor,
            held,
            what=what,
            category=category,
            goal=goal,
            party=party,
            holder=holder,
            by_citizen=by_citizen,
            due=due,
            programme=programme,
            service=service,
            statutory=statutory,
        )
        if task:
            ask_party(actor, made)
        revise(actor, held, "activity_agreed")
    return made


def made_in(actor: Actor, held: Plan, **given: Any) -> Activity:
    """A new activity in a held plan, looked through. Part of a larger act, which keeps the revision. Raises Invalid."""
    assert actor.user is not None, "the policy lets nobody write who is not logged in"
    if actor.role == Role.CITIZEN and not given.get("by_citizen"):
        guard.refuse(actor, "write", part(held, given["category"]), purpose_of(actor), "role")
    if given.get("service"):
        require_needs(held)
    due = given.get("due")
    if due is not None and due < timezone.localdate():
        raise Invalid("due", _("The day has passed. Write a day that is to come."))
    activity = Activity(plan=held, by=actor.user, at=timezone.now())
    _put(activity, given)
    activity.save()
    return activity


def ask_party(actor: Actor, activity: Activity) -> PlanTask | None:
    """Open the task of whoever is responsible; the citizen is asked by the own page. Part of a larger act."""
    if activity.party is None or actor.user is None:
        return None
    return open_task(
        actor.user,
        activity.plan.citizen,
        activity.party,
        TASK_KIND,
        activity.what,
        activity.due,
        holder=activity.holder,
        plan=activity.plan,
        activity=activity,
    )


def require_needs(plan: Plan) -> None:
    """That what has to be written before any service is written. Raises Invalid that names what is missing."""
    wanted = plan_format().before_services.sections
    written = set(plan.sections.filter(section__in=wanted).exclude(text="").values_list("section", flat=True))
    lacking = [
        in_words(known.title)
        for name in wanted
        if name not in written and (known := plan_format().section(name)) is not None
    ]
    if lacking:
        raise Invalid(
            "service",
            _("Offers come after needs. Write first: %(what)s.") % {"what": ", ".join(lacking)},
        )


def change(actor: Actor, activity: Activity, version: int, **changes: Any) -> Activity:
    """Change an activity that is still as it was at `version`; its task follows to another party, or another day.

    Raises Refused, Invalid, Conflict, and WrittenMeanwhile when somebody else changed it first.
    """
    assert set(changes) <= _FIELDS, "no such field of an activity"
    plan = activity.plan
    for category in {activity.category, changes.get("category", activity.category)}:
        check_write(actor, plan, category, f"activity {activity.pk}")
    with transaction.atomic():
        held = hold_open(plan)
        now = Activity.objects.select_related("party", "holder", "by").get(pk=activity.pk, plan=held)
        if now.version == version:
            before = {name: getattr(now, name) for name in _FIELDS}
            _put(now, changes)
            if before == {name: getattr(now, name) for name in _FIELDS}:
                return now
            if actor.role == Role.CITIZEN and not (before["by_citizen"] and now.by_citizen):
                guard.refuse(actor, "write", part(held, now.category), purpose_of(actor), "role")
            now.version += 1
            now.save()
            _move_task(actor, now, before)
            revise(actor, held, "activity_changed")
            return now
        last = last_change_of(held, "activities", activity.pk)
    raise WrittenMeanwhile(
        theirs=now.what,
        own=str(changes.get("what", "")),
        by=last.by if last is not None else now.by,
        at=last.at if last is not None else now.at,
        version=now.version,
    )


def _move_task(actor: Actor, now: Activity, before: dict[str, Any]) -> None:
    """The open task of an activity goes with it. What a referral asked for is the referral's."""
    tasks = PlanTask.objects.filter(activity=now, kind=TASK_KIND, task__closed_at__isnull=True)
    if not tasks.exists():
        return
    if (before["party"], before["holder"]) != (now.party, now.holder):
        close_tasks(activity=now, kind=TASK_KIND)
        ask_party(actor, now)
    else:
        for about in tasks.select_related("task"):
            about.task.due, about.task.title = now.due, now.what[:200]
            about.task.save(update_fields=["due", "title"])


def set_state(actor: Actor, activity: Activity, state: str, *, asked: bool = False) -> None:
    """Agreed, under way, done or stopped. By who writes in the plan, who holds the task, or the citizen for the own.

    The state is seen by everybody in the plan at once (report 000 L3160-3162). `asked` when the act that this is part
    of has asked the policy and logged itself. Raises Refused, and Conflict for a closed plan.
    """
    plan = activity.plan
    through = None if asked else _may_set(actor, plan, activity)
    if state not in Activity.State.values:
        raise Invalid("state", _("Choose one of the answers."))
    with transaction.atomic():
        held = hold_open(plan)
        now = Activity.objects.get(pk=activity.pk, plan=held)
        if now.state == state:
            return
        ended = state in _ENDED
        now.state, now.version = state, now.version + 1
        now.done_at = timezone.now() if ended else None
        now.done_by = actor.user if ended else None
        now.save()
        if ended:
            close_tasks(activity=now, kind=TASK_KIND)
        revise(actor, held, "activity_state", asked=asked or through is not None)
        if through is not None:
            guard.require(actor, "write", through, "care", detail=f"activity {now.pk} {state}")
    activity.refresh_from_db()
    actor.forget()


def _may_set(actor: Actor, plan: Plan, activity: Activity) -> Resource | None:
    """None when the actor writes in the plan; else the task that lets them, for the log. Raises Refused."""
    resource, purpose = part(plan, activity.category), purpose_of(actor)
    if actor.role == Role.CITIZEN and not activity.by_citizen:
        guard.refuse(actor, "write", resource, purpose, "role")
    if may(actor, "write", resource, purpose):
        return None
    about = (
        PlanTask.objects.filter(
            activity=activity, task__closed_at__isnull=True, task__organisation=actor.membership.organisation
        )
        .select_related("task__citizen")
        .first()
        if actor.membership is not None
        else None
    )
    if about is None:
        guard.check(actor, "write", resource, purpose, detail=f"activity {activity.pk}")
        raise AssertionError("the policy has changed its mind")
    through = Resource("task", about.task.citizen, task=about.task)
    guard.check(actor, "write", through, "care", detail=f"activity {activity.pk}")
    return through


def _put(activity: Activity, given: dict[str, Any]) -> None:
    """Write fields into an activity. Raises Invalid for what cannot be one."""
    for name, value in given.items():
        if name == "what":
            activity.what = read_text("what", str(value), needed=_("Write what is to be done."), most=300)
        elif name == "goal":
            activity.goal = goal_in(activity.plan, value)
        else:
            setattr(activity, name, value)
    if activity.category not in Category.values:
        raise Invalid("category", _("Choose one of the answers."))
    if activity.by_citizen and (activity.party is not None or activity.holder is not None):
        raise Invalid("party", _("One party is responsible: the citizen, or one organisation."))
    if not activity.by_citizen and activity.party is None:
        raise Invalid("party", _("Choose who does it."))
    if activity.statutory and activity.goal is not None:
        raise Invalid("goal", _("A duty by law is kept apart and serves no goal. Take the goal out."))
    if activity.holder is not None and not works_at(activity.holder, activity.party):
        raise Invalid("holder", _("Choose somebody who works there."))


def works_at(who: User, organisation: Organisation | None) -> bool:
    """Whether somebody works in an organisation today."""
    current = Membership.objects.current(timezone.localdate())
    return organisation is not None and current.filter(user=who, organisation=organisation).exists()
