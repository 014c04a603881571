"""What a citizen changes in the own plan: goals, how much to take on, texts, and what the citizen does.

Motivation is no demand: nothing that a citizen changes here touches the pathway, the plan's state, what others have
promised or what has been asked of them (report 001 R-PLAN-03). The accountable person is told.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actions.notices import tell_user
from samspil.access.actor import Actor
from samspil.access.errors import Invalid
from samspil.access.models import Notice, Role
from samspil.plans.actions import activities, goals, sections
from samspil.plans.actions.changing import resource_of
from samspil.plans.models import Activity, Goal, Plan, Section


def add(actor: Actor, plan: Plan, words: str, domain: str) -> Goal:
    """A goal in the citizen's own words. Raises Refused, Invalid, and Conflict for a closed plan."""
    _own(actor, plan)
    with transaction.atomic():
        made = goals.add(actor, plan, words=words, domain=domain, stated_by=Goal.StatedBy.CITIZEN)
        _tell(plan, "citizen_changed_goals")
    return made


def reword(actor: Actor, goal: Goal, version: int, words: str, domain: str | None = None) -> Goal:
    """The citizen's words in place of those at `version`; a goal that was suggested becomes the citizen's.

    Raises Refused, Invalid, Conflict, and WrittenMeanwhile when somebody else changed it first.
    """
    _own(actor, goal.plan)
    changes = {"words": words} | ({"domain": domain} if domain else {})
    # Not within a transaction of its own: what could not be saved is kept as a draft.
    changed = goals.change(actor, goal, version, **changes)
    if changed.version != version:
        _tell(goal.plan, "citizen_changed_goals")
    return changed


def let_go(actor: Actor, goal: Goal, version: int) -> Goal:
    """The citizen does not work on the goal any more, or not now. What others do for it goes on until they have talked.

    Raises Refused, and Conflict when the goal was changed first.
    """
    return _set_state(actor, goal, version, Goal.State.LET_GO)


def take_up(actor: Actor, goal: Goal, version: int) -> Goal:
    """The citizen works on the goal again. Raises Refused and Conflict."""
    return _set_state(actor, goal, version, Goal.State.OPEN)


def reach(actor: Actor, goal: Goal, version: int) -> Goal:
    """The citizen has reached the goal. Raises Refused and Conflict."""
    return _set_state(actor, goal, version, Goal.State.REACHED)


def _set_state(actor: Actor, goal: Goal, version: int, state: str) -> Goal:
    _own(actor, goal.plan)
    with transaction.atomic():
        changed = goals.change(actor, goal, version, state=state)
        if changed.version != version:
            _tell(goal.plan, "citizen_changed_goals")
    return changed


def confirm(actor: Actor, plan: Plan, read: Mapping[int, int]) -> None:
    """The citizen says yes to the goals as they were read, goal by version. Raises Refused, Invalid and Conflict."""
    _own(actor, plan)
    with transaction.atomic():
        goals.confirm(actor, plan, read)
        _tell(plan, "citizen_confirmed_goals")


def take_on(actor: Actor, plan: Plan, before: str, involvement: str) -> None:
    """How much the citizen wants to take on right now; it may change at any time (report 000 L-32).

    Raises Refused, Invalid, and Conflict when somebody has just chosen something else.
    """
    _own(actor, plan)
    sections.choose_involvement(actor, plan, before, involvement)


def write(actor: Actor, plan: Plan, section: str, version: int, text: str) -> Section:
    """A text that the citizen writes in the plan. Raises Refused, Invalid and WrittenMeanwhile."""
    _own(actor, plan)
    return sections.write(actor, plan, section, version, text)


def did(actor: Actor, activity: Activity) -> None:
    """The citizen has done what the citizen was to do. Raises Refused, Conflict, and Invalid for what has stopped."""
    _own(actor, activity.plan)
    if activity.state == Activity.State.STOPPED:
        raise Invalid("", _("This is no longer part of the plan."))
    activities.set_state(actor, activity, Activity.State.DONE)


def _own(actor: Actor, plan: Plan) -> None:
    """That it is the citizen's own plan. A relative reads it, and changes nothing. Raises Refused."""
    resource = resource_of(plan)
    guard.check(actor, "write", resource, "self")
    if actor.role != Role.CITIZEN:
        guard.refuse(actor, "write", resource, "self", "role")


def _tell(plan: Plan, message: str) -> None:
    """Tell the accountable person, once until it has been read."""
    plan.refresh_from_db(fields=["accountable"])
    user = plan.accountable.user
    name = plan.citizen.name
    if not Notice.objects.filter(user=user, message=message, values__name=name, read_at__isnull=True).exists():
        tell_user(user, Notice.Kind.PLAN, message, name=name)
