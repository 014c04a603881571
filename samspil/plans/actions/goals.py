"""Goals: in the citizen's words, shared by everybody, with how one sees that they are reached.

What a professional suggests is marked as such until the citizen has said yes to it; nothing is put into the citizen's
mouth silently (report 000 L710-726; report 001 L2800-2811).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Role
from samspil.plans.actions.changing import revise
from samspil.plans.actions.evaluations import ask_for_evaluations
from samspil.plans.actions.parts import (
    WrittenMeanwhile,
    check_write,
    drop_draft,
    hold_open,
    keep_draft,
    last_change_of,
    read_text,
)
from samspil.plans.kinds import category_of_domain
from samspil.plans.models import Goal, Plan

_TEXTS = ("measure", "baseline", "midterm")
_FIELDS = {"words", "domain", "stated_by", "midterm_on", "final_on", "state", *_TEXTS}


def add(
    actor: Actor,
    plan: Plan,
    *,
    words: str,
    domain: str,
    stated_by: str,
    measure: str = "",
    baseline: str = "",
    midterm_on: dt.date | None = None,
    final_on: dt.date | None = None,
) -> Goal:
    """A new goal. What a citizen writes is the citizen's. Raises Refused, Invalid, Conflict for a closed plan."""
    check_write(actor, plan, category_of_domain(domain), "goal")
    with transaction.atomic():
        held = hold_open(plan)
        made = made_in(
            actor,
            held,
            words=words,
            domain=domain,
            stated_by=stated_by,
            measure=measure,
            baseline=baseline,
            midterm_on=midterm_on,
            final_on=final_on,
        )
        revise(actor, held, "goal_added")
    return made


def made_in(actor: Actor, held: Plan, **given: Any) -> Goal:
    """A new goal in a held plan, looked through. Part of a larger act, which keeps the revision. Raises Invalid."""
    assert actor.user is not None, "the policy lets nobody write who is not logged in"
    own = actor.role == Role.CITIZEN
    goal = Goal(plan=held, by=actor.user, at=timezone.now())
    _put(goal, given | ({"stated_by": Goal.StatedBy.CITIZEN} if own else {}))
    goal.save()
    if not own:
        held.confirmed_at = None
    ask_for_evaluations(actor.user, held, goal)
    return goal


def change(actor: Actor, goal: Goal, version: int, **changes: Any) -> Goal:
    """Change a goal that is still as it was at `version`: words, domain, stated_by, measure, dates, midterm, state.

    What the citizen has written with the own log-in, the citizen rewords. Raises Refused, Invalid, Conflict, and
    WrittenMeanwhile, after keeping the words as a draft, when somebody else changed the goal first.
    """
    assert set(changes) <= _FIELDS, "no such field of a goal"
    assert actor.user is not None, "the policy lets nobody write who is not logged in"
    plan = goal.plan
    for domain in {goal.domain, changes.get("domain", goal.domain)}:
        check_write(actor, plan, category_of_domain(domain), f"goal {goal.pk}")
    place = f"goal-{goal.pk}"
    with transaction.atomic():
        held = hold_open(plan)
        now = Goal.objects.select_related("by").get(pk=goal.pk, plan=held)
        if now.version == version:
            before = {name: getattr(now, name) for name in _FIELDS}
            if actor.role == Role.CITIZEN and "words" in changes:
                changes["stated_by"] = Goal.StatedBy.CITIZEN
            _put(now, changes)
            after = {name: getattr(now, name) for name in _FIELDS}
            drop_draft(actor, held, place)
            if before == after:
                return now
            reworded = after["words"] != before["words"]
            if reworded and actor.role != Role.CITIZEN and now.by.citizen_id == held.citizen_id:
                raise Invalid("words", _("The citizen wrote this goal. Talk about it; the citizen changes the words."))
            now.version += 1
            now.save()
            ask_for_evaluations(actor.user, held, now)
            if actor.role != Role.CITIZEN and (reworded or after["stated_by"] != before["stated_by"]):
                held.confirmed_at = None
            revise(actor, held, "goal_changed")
            return now
        last = last_change_of(held, "goals", goal.pk)
    own = changes.get("words", "")
    if own:
        keep_draft(actor, plan, place, own, version)
    raise WrittenMeanwhile(
        theirs=now.words,
        own=own,
        by=last.by if last is not None else now.by,
        at=last.at if last is not None else now.at,
        version=now.version,
    )


def confirm(actor: Actor, plan: Plan, read: Mapping[int, int]) -> None:
    """The citizen says yes to the goals: from the own page, or in a conversation where they were read aloud.

    `read` has the version of every goal that is worked on, as it was read. Raises Refused, Invalid when there is no
    goal, and Conflict when a goal has become another since.
    """
    check_write(actor, plan, None, "goals confirmed")
    with transaction.atomic():
        held = hold_open(plan)
        goals = list(held.goals.filter(state=Goal.State.OPEN))
        for goal in goals:
            check_write(actor, plan, category_of_domain(goal.domain), "goals confirmed")
        if not goals:
            raise Invalid("", _("There is no goal to say yes to yet."))
        if {goal.pk: goal.version for goal in goals} != dict(read):
            raise Conflict(_("The goals have changed meanwhile. Read them once more."))
        suggested = [goal for goal in goals if goal.stated_by == Goal.StatedBy.PROFESSIONAL]
        if held.confirmed_at is not None and not suggested:
            return
        for goal in suggested:
            goal.stated_by, goal.version = Goal.StatedBy.CITIZEN, goal.version + 1
            goal.save()
        held.confirmed_at = timezone.now()
        revise(actor, held, "goals_confirmed")


def _put(goal: Goal, given: Mapping[str, Any]) -> None:
    """Write fields into a goal. Raises Invalid for what cannot be one."""
    for name, value in given.items():
        if name == "words":
            needed = _("Write the goal in words that the citizen would use.")
            goal.words = read_text("words", str(value), needed=needed, most=500)
        elif name in _TEXTS:
            setattr(goal, name, read_text(name, str(value)))
        else:
            setattr(goal, name, value)
    for name, known in (("domain", Goal.Domain), ("stated_by", Goal.StatedBy), ("state", Goal.State)):
        if getattr(goal, name) not in known.values:
            raise Invalid(name, _("Choose one of the answers."))
    if goal.midterm_on is not None and goal.final_on is not None and goal.final_on <= goal.midterm_on:
        raise Invalid("final_on", _("The final evaluation comes after the one midway."))
