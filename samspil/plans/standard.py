"""What a plan lacks, held against the standard of `plan_format.yaml`, and how each is mended.

The fee for a plan is conditional on its meeting the standard (report 000 L4166-4172).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from samspil.access.errors import Invalid
from samspil.plans.models import Activity, Contact, Goal, Plan, Section
from samspil.plans.programme import in_words, plan_format
from samspil.programmes.plan_format import StandardRule


@dataclass(frozen=True)
class Missing:
    """Something that the plan lacks. `about` names the goal or activity; `place` is where on the page it is mended."""

    rule: str
    title: str
    mend: str
    about: str = ""
    place: str = ""


@dataclass
class Filled:
    """What the standard looks at: a plan with its parts, read once."""

    plan: Plan
    sections: dict[str, Section]
    goals: list[Goal]
    activities: list[Activity]
    contacts: list[Contact]
    programmes: list[str]
    arms: list[str]


def filled(plan: Plan) -> Filled:
    """A plan with its parts as they are now, in five statements."""
    pathways = list(plan.pathways.filter(ended_at__isnull=True))
    return Filled(
        plan=plan,
        sections={each.section: each for each in plan.sections.select_related("by")},
        goals=list(plan.goals.select_related("by")),
        activities=list(plan.activities.select_related("party", "holder", "goal", "referral")),
        contacts=list(plan.contacts.select_related("organisation")),
        programmes=[each.programme for each in pathways],
        arms=[each.arm for each in pathways if each.arm],
    )


def missing(plan: Plan) -> list[Missing]:
    """What the plan lacks, in the order of the standard; empty when it meets it."""
    return missing_of(filled(plan))


def missing_of(found: Filled) -> list[Missing]:
    """As `missing`, of a plan that was read already."""
    return [
        Missing(rule.rule, in_words(rule.title), in_words(rule.mend), about, place)
        for rule in plan_format().standard
        if rule.holds_for(found.programmes, found.arms)
        for about, place in _faults(rule, found)
    ]


def _faults(rule: StandardRule, found: Filled) -> Iterator[tuple[str, str]]:
    """What breaks a rule: the name of what does, when it is one thing, and where on the page it stands."""
    if rule.kind in _ACTIVITIES:
        # Duties by law serve no goal and have the days the law gives them; they are kept apart.
        agreed = {Activity.State.PLANNED, Activity.State.ACTIVE}
        for activity in found.activities:
            if activity.state in agreed and not activity.statutory and _ACTIVITIES[rule.kind](activity):
                yield activity.what, f"activity-{activity.pk}"
    elif rule.kind in _GOALS:
        for goal in found.goals:
            if goal.state == Goal.State.OPEN and _GOALS[rule.kind](goal, found.plan):
                yield goal.words, f"goal-{goal.pk}"
    elif rule.kind in _PLAN:
        place, lacks = _PLAN[rule.kind]
        if lacks(found):
            yield "", place
    else:
        written = found.sections.get(rule.section or "")
        if written is None or not (written.text or written.not_assessed):
            yield "", f"section-{rule.section}"


#: When an activity, a goal, the plan as a whole breaks a rule of each kind.
_ACTIVITIES: dict[str, Callable[[Activity], bool]] = {
    "activity_serves_goal": lambda each: each.goal is None or each.goal.state == Goal.State.LET_GO,
    # A referral has its own steps; where no start was agreed with the provider, no day is invented.
    "activity_has_due": lambda each: each.due is None and getattr(each, "referral", None) is None,
    "activity_has_party": lambda each: each.party_id is None and not each.by_citizen,
}
_GOALS: dict[str, Callable[[Goal, Plan], bool]] = {
    "goal_confirmed": lambda goal, plan: goal.stated_by == Goal.StatedBy.PROFESSIONAL or plan.confirmed_at is None,
    "goal_dates": lambda goal, _plan: not (goal.baseline and goal.midterm_on and goal.final_on),
}
_PLAN: dict[str, tuple[str, Callable[[Filled], bool]]] = {
    "shared_goal": ("goals", lambda found: all(goal.state == Goal.State.LET_GO for goal in found.goals)),
    "next_follow_up": ("follow-up", lambda found: found.plan.next_follow_up is None),
    "accountable": ("accountable", lambda found: found.plan.accountable_id is None),
    "contact": ("contacts", lambda found: not any(each.phone for each in found.contacts)),
    "involvement": ("involvement", lambda found: not found.plan.involvement),
    "most_limiting": ("most-limiting", lambda found: not found.plan.most_limiting),
}


def has_citizen_version(plan: Plan) -> bool:
    """Whether the citizen's own version has something in it: what matters to them, and what happens or is aimed at."""
    in_their_words = plan.sections.filter(section__in=("own_words", "needs", "what_matters")).exclude(text="").exists()
    return in_their_words and (plan.goals.exists() or plan.activities.exists())


def require_citizen_version(plan: Plan) -> None:
    """That the citizen gets a plan with something in it; without it none is active (002 L1902-1908). Raises Invalid."""
    if not has_citizen_version(plan):
        raise Invalid(
            "",
            _(
                "The citizen would get an empty plan. Write what matters to the citizen, and at least one goal or "
                "activity, before the plan begins."
            ),
        )
