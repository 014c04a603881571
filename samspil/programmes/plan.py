"""What a programme adds to the common plan: `plan.yaml` with its templates, its promise of support and its closure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from samspil.definitions import Definition, DefinitionError, Location, read_yaml, validate
from samspil.programmes.plan_format import Chosen, PlanFormat, load_plan_format
from samspil.programmes.schema import Identifier, SourceRef, Text
from samspil.programmes.services import Catalogue, Deadline, Domain, ProviderKind, named_twice

__all__ = [
    "PLAN",
    "Closure",
    "Phrase",
    "PlanFormat",
    "ProgrammePlan",
    "Support",
    "Template",
    "TemplateActivity",
    "TemplateGoal",
    "load_plan",
    "load_plan_format",
]

PLAN = "plan.yaml"


class TemplateActivity(Definition):
    """Something that may be done for a goal, by whom, and by when. `what` is written for the citizen."""

    activity: Identifier
    what: Text
    service: Identifier | None = None
    party: ProviderKind | Literal["citizen"]
    due: Deadline | None = None


class TemplateGoal(Definition):
    """A goal to suggest, in the words a citizen might use."""

    goal: Identifier
    words: Text
    domain: Domain
    activities: tuple[TemplateActivity, ...] = Field(min_length=1)


class Phrase(Definition):
    """A way to say something so that another sector understands it; `caution` is what to think of before using it."""

    title: Text
    words: Text
    caution: Text | None = None
    source: SourceRef


class Template(Definition):
    """What a draft plan begins with, for one arm (all when null) and some bands (all when none).

    `prompts` help with single sections of the plan. `follow_up` is in days; null is the common rule.
    """

    template: Identifier
    arm: Identifier | None = None
    bands: tuple[Identifier, ...] = ()
    title: Text
    prompts: dict[Identifier, Text] = Field(default_factory=dict)
    goals: tuple[TemplateGoal, ...] = ()
    follow_up: Chosen | None = None
    phrases: tuple[Phrase, ...] = ()
    source: SourceRef

    @model_validator(mode="after")
    def _distinct(self) -> Template:
        named_twice([goal.goal for goal in self.goals], "`goals`")
        for goal in self.goals:
            named_twice([activity.activity for activity in goal.activities], f"`activities` of `{goal.goal}`")
        return self


class Support(Definition):
    """What the programme's support depends on. `unconditional` support depends on nothing the citizen does."""

    requires: tuple[Identifier, ...] = ()
    unconditional: bool = False
    source: SourceRef


class Closure(Definition):
    """From which day nobody new is taken in; plans that run go on to their end. Without `arms` it closes all."""

    no_new_from: dt.date | None = None
    arms: tuple[Identifier, ...] = ()
    source: SourceRef


class ProgrammePlan(Definition):
    """The whole of `plan.yaml`."""

    programme: str
    templates: tuple[Template, ...] = Field(min_length=1)
    support: Support
    closure: Closure | None = None
    open: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _distinct(self) -> ProgrammePlan:
        named_twice([template.template for template in self.templates], "`templates`")
        return self

    def takes_new(self, day: dt.date, arm: str | None = None) -> bool:
        """Whether somebody new may be taken in on `day`."""
        closure = self.closure
        if closure is None or closure.no_new_from is None or day < closure.no_new_from:
            return True
        return bool(closure.arms) and arm not in closure.arms

    def templates_for(self, arm: str | None = None, band: str | None = None) -> tuple[Template, ...]:
        """The templates for an arm and a band; a template for all fits every one."""
        return tuple(
            template
            for template in self.templates
            if template.arm in (None, arm) and (not template.bands or band in template.bands)
        )


def load_plan(
    path: Path,
    catalogue: Catalogue | None = None,
    bands: Mapping[str, Collection[str]] | None = None,
    form: PlanFormat | None = None,
) -> ProgrammePlan:
    """One `plan.yaml`, which may name services of the `catalogue`, sections of the `form` and arms and bands only.

    `bands` are those of each arm; an empty mapping is a programme without models, whose arms are free. None leaves
    services, or arms, unchecked. Raises DefinitionError with file, line and cause.
    """
    file = read_yaml(path)
    found = validate(file, ProgrammePlan)
    form = form or load_plan_format(path.parent.parent)
    unknown = [
        *_support(found.support, form),
        *(
            fault
            for number, template in enumerate(found.templates)
            for fault in _template(template, ("templates", number), catalogue, bands, form)
        ),
    ]
    if bands and found.closure is not None:
        unknown += [
            (("closure", "arms", number), f"the programme has no arm `{arm}`")
            for number, arm in enumerate(found.closure.arms)
            if arm not in bands
        ]
    if unknown:
        raise DefinitionError([file.fault(place, cause) for place, cause in unknown])
    return found


def _support(support: Support, form: PlanFormat) -> Iterator[tuple[Location, str]]:
    """Support that is unconditional may not depend on what the citizen does or accepts (001 R-PLAN-04)."""
    known = {each.condition for each in form.support_conditions}
    for number, condition in enumerate(support.requires):
        place = ("support", "requires", number)
        if condition not in known:
            yield place, f"there is no condition `{condition}`; conditions are {', '.join(sorted(known))}"
        elif support.unconditional and condition in form.behaviour_conditions:
            yield place, f"the support is unconditional, so it may not require `{condition}`"


def _template(
    template: Template,
    place: Location,
    catalogue: Catalogue | None,
    bands: Mapping[str, Collection[str]] | None,
    form: PlanFormat,
) -> Iterator[tuple[Location, str]]:
    if bands and template.arm is not None and template.arm not in bands:
        yield (*place, "arm"), f"the programme has no arm `{template.arm}`"
    elif bands:
        known = {band for arm, own in bands.items() if template.arm in (None, arm) for band in own}
        for number, band in enumerate(template.bands):
            if band not in known:
                yield (*place, "bands", number), f"there is no band `{band}`"
    sections = {section.section for section in form.sections}
    for section in template.prompts:
        if section not in sections:
            yield (*place, "prompts", section), f"the plan has no section `{section}`"
    for number, goal in enumerate(template.goals):
        for position, activity in enumerate(goal.activities):
            here = (*place, "goals", number, "activities", position)
            yield from _activity(activity, here, template, catalogue)


def _activity(
    activity: TemplateActivity, place: Location, template: Template, catalogue: Catalogue | None
) -> Iterator[tuple[Location, str]]:
    if activity.service is None or catalogue is None:
        return
    service = catalogue.service(activity.service)
    if service is None:
        yield (*place, "service"), f"there is no service `{activity.service}`"
        return
    if activity.party != service.provider_kind:
        yield (*place, "party"), f"`{activity.service}` is provided by `{service.provider_kind}`"
    if service.arms and template.arm not in service.arms:
        yield (*place, "service"), f"`{activity.service}` is only for {', '.join(service.arms)}"
