"""A draft plan from the templates of its programmes: what the doctor and the citizen tick, and nothing else.

A goal that comes from a template is marked as suggested by a professional until the citizen says yes to it: nothing is
put into the citizen's mouth silently.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from samspil.access.actor import Actor
from samspil.access.errors import Invalid
from samspil.access.models import Organisation
from samspil.plans.actions import activities, goals
from samspil.plans.actions.changing import revise
from samspil.plans.actions.parts import check_write, hold_open
from samspil.plans.kinds import category_of_domain
from samspil.plans.models import Activity, Goal, Plan
from samspil.plans.templates_of import SuggestedActivity, SuggestedGoal, suggestions


@dataclass
class Composed:
    """What was added."""

    goals: list[Goal] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)


def compose(
    actor: Actor, plan: Plan, chosen_goals: Collection[str], chosen: Mapping[str, Organisation | None]
) -> Composed:
    """Add the suggestions with these keys, each activity with the organisation that does it; one version of the plan.

    What is there already is not added again, so pressing twice adds nothing. A service waits for its referral, which
    opens the task. Raises Refused, Conflict for a closed plan, and Invalid for an activity without its goal, a service
    before the needs are written, or an activity that nobody was chosen for.
    """
    check_write(actor, plan, None, "compose")
    done = Composed()
    with transaction.atomic():
        held = hold_open(plan)
        for goal in suggestions(held):
            mine = [each for each in goal.activities if each.key in chosen]
            if goal.key not in chosen_goals and not mine:
                continue
            if goal.key not in chosen_goals and goal.existing is None:
                raise Invalid("goals", _("Every activity serves a goal. Choose “%(goal)s” too.") % {"goal": goal.words})
            check_write(actor, held, category_of_domain(goal.domain), "compose")
            _add(actor, held, goal, mine, chosen, done)
        if done.goals or done.activities:
            revise(actor, held, "composed")
    return done


def _add(
    actor: Actor,
    held: Plan,
    goal: SuggestedGoal,
    mine: list[SuggestedActivity],
    chosen: Mapping[str, Organisation | None],
    done: Composed,
) -> None:
    kept = goal.existing
    if kept is None:
        kept = goals.made_in(actor, held, words=goal.words, domain=goal.domain, stated_by=Goal.StatedBy.PROFESSIONAL)
        done.goals.append(kept)
    for each in mine:
        check_write(actor, held, each.category, "compose")
        party = _party(held, each, chosen[each.key])
        made = activities.made_in(
            actor,
            held,
            what=each.what,
            category=each.category,
            goal=kept,
            party=party,
            by_citizen=party is None,
            due=each.due,
            programme=each.programme,
            service=each.service,
        )
        if not each.service or each.party == "practice":
            activities.ask_party(actor, made)
        done.activities.append(made)


def _party(held: Plan, each: SuggestedActivity, chosen: Organisation | None) -> Organisation | None:
    """Who does it; None is the citizen. Raises Invalid when it is somebody else's to do and nobody was chosen."""
    if each.party == "citizen":
        return None
    if each.party == "practice":
        return held.practice
    if chosen is None or chosen.kind != each.party:
        raise Invalid("activities", _("Choose who does “%(what)s”.") % {"what": each.what})
    return chosen
