"""What the templates of a plan's programmes suggest, merged so that nothing is there twice (report 001 L1634-1638).

Several programmes share one plan. A goal that two templates have is one goal, and a service or an activity that two of
them ask for is suggested once, for the first goal that it serves. What the plan has already is not suggested again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone

from samspil.access.models import Category
from samspil.plans.catalogue import Offered, offered
from samspil.plans.kinds import category_of_domain
from samspil.plans.models import Activity, Goal, Pathway, Plan
from samspil.plans.programme import in_words, plan_rules, programmes_with_plans
from samspil.plans.working_days import deadline_after
from samspil.programmes.plan import Phrase, Template, TemplateActivity, TemplateGoal


@dataclass(frozen=True)
class SuggestedActivity:
    """Something that may be done, by a kind of organisation or by the citizen."""

    key: str
    what: str
    party: str
    category: Category
    due: dt.date | None
    programme: str = ""
    service: str = ""

    @property
    def same(self) -> str:
        """What makes two of them one: the service, whatever programme it is of, or the words."""
        return f"service:{self.service}" if self.service else self.what.casefold()


@dataclass
class SuggestedGoal:
    """A goal that may be chosen; `existing` is the plan's own goal in the same words, when it has it already."""

    key: str
    words: str
    domain: str
    activities: list[SuggestedActivity] = field(default_factory=list)
    existing: Goal | None = None


def templates_of(plan: Plan) -> list[tuple[str, Template]]:
    """The templates of the plan's running pathways with their programmes; all of an arm where the band is not known."""
    found: list[tuple[str, Template]] = []
    known = programmes_with_plans()
    for pathway in plan.pathways.filter(ended_at__isnull=True).order_by("id"):
        if pathway.programme in known:
            found += [(pathway.programme, each) for each in _fitting(pathway)]
    return list({(name, each.template): (name, each) for name, each in found}.values())


def _fitting(pathway: Pathway) -> Iterable[Template]:
    rules = plan_rules(pathway.programme)
    if pathway.band:
        return rules.templates_for(pathway.arm or None, pathway.band)
    return (each for each in rules.templates if each.arm in (None, pathway.arm or None))


def prompts(templates: Iterable[tuple[str, Template]]) -> dict[str, list[str]]:
    """What to ask about in each section, once each."""
    found: dict[str, list[str]] = {}
    for _name, template in templates:
        for section, text in template.prompts.items():
            words = in_words(text)
            if words not in found.setdefault(section, []):
                found[section].append(words)
    return found


def phrases(templates: Iterable[tuple[str, Template]]) -> list[Phrase]:
    """Ways to say something so that another sector understands it (report 000 L1156-1164)."""
    return list({each.title.da: each for _name, template in templates for each in template.phrases}.values())


def suggestions(plan: Plan) -> list[SuggestedGoal]:
    """The goals and activities that may be chosen, without what the plan has and without anything twice."""
    catalogue = {(each.programme, each.service.service): each for each in offered()}
    have = [goal for goal in plan.goals.all() if goal.state != Goal.State.LET_GO]
    taken = {
        f"service:{each.service}" if each.service else each.what.casefold()
        for each in plan.activities.exclude(state=Activity.State.STOPPED)
    }
    found: dict[str, SuggestedGoal] = {}
    for programme, template in templates_of(plan):
        for goal in template.goals:
            kept = _merged(found, goal, f"{programme}/{template.template}/{goal.goal}")
            for activity in goal.activities:
                made = _activity(activity, kept, (programme, template.template, goal.goal), catalogue)
                if made is not None and made.same not in taken:
                    taken.add(made.same)
                    kept.activities.append(made)
    for each in found.values():
        own = [goal for goal in have if goal.words.casefold() == each.words.casefold()]
        each.existing = own[0] if own else None
    return [each for each in found.values() if each.activities or each.existing is None]


def _merged(found: dict[str, SuggestedGoal], goal: TemplateGoal, key: str) -> SuggestedGoal:
    """The goal that is there already under the same name and domain, or in the same words; else a new one."""
    words = in_words(goal.words)
    for each in found.values():
        same_name = each.key.rsplit("/", 1)[1] == goal.goal and each.domain == goal.domain
        if same_name or each.words.casefold() == words.casefold():
            return each
    found[key] = SuggestedGoal(key, words, goal.domain)
    return found[key]


def _activity(
    activity: TemplateActivity,
    goal: SuggestedGoal,
    origin: tuple[str, str, str],
    catalogue: dict[tuple[str, str], Offered],
) -> SuggestedActivity | None:
    """An activity to choose; None when its service is not offered any more."""
    programme = origin[0]
    category = category_of_domain(goal.domain) or Category.HEALTH
    if activity.service is not None:
        service = catalogue.get((programme, activity.service))
        if service is None:
            return None
        category = Category(service.service.category)
    return SuggestedActivity(
        key="/".join((*origin, activity.activity)),
        what=in_words(activity.what),
        party=activity.party,
        category=category,
        due=deadline_after(timezone.localdate(), activity.due) if activity.due is not None else None,
        programme=programme if activity.service else "",
        service=activity.service or "",
    )
