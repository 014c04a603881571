"""The form of the plan that all programmes share: `plan_format.yaml`.

A citizen has one plan, whatever programmes it serves. Sections, the standard a plan is held to, the reasons and kinds
that pages offer, and the times that reminders run by are therefore common; what a programme adds stands in its
`plan.yaml`.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from samspil.definitions import Definition, read_yaml, validate
from samspil.programmes.consent import Category
from samspil.programmes.inclusion import Meaning
from samspil.programmes.schema import Identifier, SourceRef, Text
from samspil.programmes.services import named_twice

PLAN_FORMAT = "plan_format.yaml"
Group = Literal["citizen", "domain", "duties", "involvement", "crisis"]


class Sourced(Definition):
    """Something that a report states (`source`), or that it leaves open and is chosen here for a reason (`chosen`)."""

    source: SourceRef | None = None
    chosen: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _one_of_them(self) -> Sourced:
        if (self.source is None) == (self.chosen is None):
            raise ValueError("give either the `source`, or why it is `chosen`")
        return self


class Chosen(Sourced):
    """A number with its source, or with the reason for choosing it."""

    value: int = Field(ge=0)


class Section(Definition):
    """One section of the plan: what to write and for whom, and what the citizen's page calls it.

    `words` is guidance about length, no limit. `topics` are what may be talked about. `category` is the kind of data
    it tells of: who may not see that kind does not see the section; without one everybody sees it who sees any of the
    plan. `citizen_writes` lets the citizen write it too.
    """

    section: Identifier
    group: Group
    title: Text
    purpose: Text
    citizen_title: Text
    words: int | None = Field(default=None, gt=0)
    topics: tuple[Text, ...] = ()
    may_be_not_assessed: bool = False
    category: Category | None = None
    citizen_writes: bool = False
    source: SourceRef

    @model_validator(mode="after")
    def _domains_may_be_open(self) -> Section:
        if self.may_be_not_assessed != (self.group == "domain"):
            raise ValueError("`may_be_not_assessed` is for the sections of the group `domain`, and for all of them")
        return self


class StandardRule(Sourced):
    """Something a plan must have. `mend` says what to do. Without `programmes` and `arms` it holds for every plan."""

    rule: Identifier
    title: Text
    mend: Text
    kind: Literal[
        "section",
        "domain_answered",
        "shared_goal",
        "activity_serves_goal",
        "activity_has_due",
        "activity_has_party",
        "next_follow_up",
        "accountable",
        "contact",
        "goal_confirmed",
        "goal_dates",
        "involvement",
        "most_limiting",
    ]
    section: Identifier | None = None
    programmes: tuple[str, ...] = ()
    arms: tuple[Identifier, ...] = ()

    @model_validator(mode="after")
    def _names_its_section(self) -> StandardRule:
        if (self.section is not None) != (self.kind in {"section", "domain_answered"}):
            raise ValueError("rules of the kinds `section` and `domain_answered`, and no other, name a `section`")
        return self

    def holds_for(self, programmes: Collection[str], arms: Collection[str] = ()) -> bool:
        """Whether a plan of these programmes and arms is held to the rule."""
        return (not self.programmes or bool(set(self.programmes) & set(programmes))) and (
            not self.arms or bool(set(self.arms) & set(arms))
        )


class LinkKind(Sourced):
    """A kind of other plan or list that the plan links to and never copies. `category` as of a section."""

    kind: Identifier
    title: Text
    category: Category | None = None


class BeforeServices(Sourced):
    """The sections that have to be written before any service is agreed on: offers come after needs."""

    sections: tuple[Identifier, ...] = Field(min_length=1)


class Rules(Definition):
    """The times that the plan's reminders, reviews and escalations run by; the unit is in each name."""

    #: No referral, note or finished task for so long: the pathway stands still.
    stall_after_days: Chosen
    #: The next follow-up when nobody says another day.
    follow_up_after_days: Chosen
    #: A coordinator's assignment is looked at again after so long.
    coordinator_review_days: Chosen
    #: The hospital's extended responsibility after a discharge.
    discharge_follow_up_hours: Chosen
    #: A handover that nobody has confirmed after so long raises the alarm.
    handover_confirm_hours: Chosen
    #: A missed contact makes a task on the same day (0) or so many days later.
    missed_contact_task_days: Chosen
    #: The coordinator follows up again so long after a discharge.
    after_discharge_months: Chosen
    #: A question between professionals is escalated when unanswered after so long.
    question_answer_working_days: Chosen
    #: Whoever promised is told so long before the due date, and again so long past it.
    soon_due_working_days: Chosen
    reminder_after_working_days: Chosen
    #: From the reminder on, until the accountable person is told, and until the secretariat is.
    accountable_after_working_days: Chosen
    secretariat_after_working_days: Chosen
    #: Two activities of the same kind within so long are one too many.
    same_activity_days: Chosen
    #: Guidance about the length of a note, in words.
    note_words: Chosen
    #: Without a plan, the practice talks with the citizen so long after a service has ended.
    after_service_days: Chosen
    #: Whoever reads the plan on paper has the new one so long after it changed.
    paper_working_days: Chosen


class Reason(Sourced):
    """A reason that can be picked. `asks_why` wants one of the reasons for dropping out with it."""

    reason: Identifier
    title: Text
    means: Meaning = "neutral"
    asks_why: bool = False


PathwayState = Literal["completed", "withdrawn", "wrongly_included", "died", "moved"]


class PathwayEnd(Reason):
    """A reason for which a pathway ends, and the states it can end in with it."""

    states: tuple[PathwayState, ...] = Field(min_length=1)


class Answer(Sourced):
    """One answer to a question."""

    answer: Identifier
    title: Text


class TaskKind(Sourced):
    """A kind of task. `of` says whose catalogue it comes from."""

    kind: Identifier
    title: Text
    of: Literal["plan", "coordinator", "pathway_partner"]


class Circumstance(Sourced):
    """A special circumstance that can speak for a coordinator."""

    circumstance: Identifier
    title: Text


class ChronicCondition(Sourced):
    """A condition that counts as chronic."""

    condition: Identifier
    title: Text


class CoordinationProfile(Definition):
    """Who a coordinator is for: one of the `index` conditions, so many further chronic ones, none of `exclusions`."""

    profile: Identifier
    title: Text
    index: tuple[Identifier, ...] = Field(min_length=1)
    further_conditions: int = Field(ge=0)
    exclusions: tuple[Identifier, ...] = ()
    specialist_nursing_if: Identifier | None = None
    open: tuple[str, ...] = ()
    source: SourceRef

    def fits(self, conditions: Collection[str]) -> bool:
        """Whether somebody with these chronic conditions belongs here; every one but the index condition is further."""
        known = set(conditions) - {self.specialist_nursing_if}
        index = known & set(self.index)
        return bool(index) and not known & set(self.exclusions) and len(known) - 1 >= self.further_conditions

    def needs_specialist_nursing(self, conditions: Collection[str]) -> bool:
        """Whether somebody needs specialist nursing instead of a coordinator."""
        return self.specialist_nursing_if in conditions


class Coordination(Definition):
    """When a citizen may have a coordinator: so many documented special circumstances, or a profile that fits."""

    special_circumstances: tuple[Circumstance, ...] = Field(min_length=1)
    at_least: Chosen
    chronic_conditions: tuple[ChronicCondition, ...] = Field(min_length=1)
    multimorbid_from: Chosen
    profiles: tuple[CoordinationProfile, ...] = ()
    #: More coordinators than this for one citizen within so long are warned of.
    most_coordinators: Chosen | None = None
    most_within_days: Chosen | None = None
    open: tuple[str, ...] = ()
    source: SourceRef

    @model_validator(mode="after")
    def _consistent(self) -> Coordination:
        if (self.most_coordinators is None) != (self.most_within_days is None):
            raise ValueError("`most_coordinators` and `most_within_days` go together")
        known = [condition.condition for condition in self.chronic_conditions]
        named_twice(known, "`chronic_conditions`")
        named_twice([each.circumstance for each in self.special_circumstances], "`special_circumstances`")
        named_twice([each.profile for each in self.profiles], "`profiles`")
        named = {each for profile in self.profiles for each in (*profile.index, *profile.exclusions)}
        if named - set(known):
            raise ValueError(f"not among the `chronic_conditions`: {', '.join(sorted(named - set(known)))}")
        return self


class LintWord(Sourced):
    """A Danish word, or part of one, that no text to a citizen may have, and why."""

    word: str = Field(pattern=r"^[a-zæøå]{3,}$")
    why: Text


class SupportCondition(Sourced):
    """What support may be made to depend on. `behaviour` says that it is something the citizen must do or accept."""

    condition: Identifier
    title: Text
    behaviour: bool


class PlanFormat(Definition):
    """The whole of `plan_format.yaml`."""

    sections: tuple[Section, ...] = Field(min_length=1)
    before_services: BeforeServices
    standard: tuple[StandardRule, ...] = Field(min_length=1)
    links: tuple[LinkKind, ...] = Field(min_length=1)
    rules: Rules
    pathway_ends: tuple[PathwayEnd, ...] = Field(min_length=1)
    referral_rejects: tuple[Reason, ...] = Field(min_length=1)
    right_patient: tuple[Answer, ...] = Field(min_length=1)
    not_referred: tuple[Answer, ...] = Field(min_length=1)
    decline_reasons: tuple[Reason, ...] = Field(min_length=1)
    dropout_reasons: tuple[Reason, ...] = Field(min_length=1)
    task_kinds: tuple[TaskKind, ...] = Field(min_length=1)
    coordination: Coordination
    lint: tuple[LintWord, ...] = ()
    support_conditions: tuple[SupportCondition, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> PlanFormat:
        named_twice([each.section for each in self.sections], "`sections`")
        named_twice([each.rule for each in self.standard], "`standard`")
        named_twice([each.kind for each in self.links], "`links`")
        named_twice([each.kind for each in self.task_kinds], "`task_kinds`")
        for name in ("pathway_ends", "referral_rejects", "decline_reasons", "dropout_reasons"):
            named_twice([each.reason for each in getattr(self, name)], f"`{name}`")
        for name in ("right_patient", "not_referred"):
            named_twice([each.answer for each in getattr(self, name)], f"`{name}`")
        known = {each.section: each for each in self.sections}
        if unknown := [name for name in self.before_services.sections if name not in known]:
            raise ValueError(f"`before_services` names a section `{unknown[0]}` that is not there")
        for rule in self.standard:
            if rule.section is None:
                continue
            if rule.section not in known:
                raise ValueError(f"the rule `{rule.rule}` names a section `{rule.section}` that is not there")
            if (rule.kind == "domain_answered") != (known[rule.section].group == "domain"):
                raise ValueError(f"the rule `{rule.rule}`: `domain_answered` is for the sections of the group `domain`")
        return self

    @property
    def behaviour_conditions(self) -> tuple[str, ...]:
        """What support that is unconditional may never depend on."""
        return tuple(each.condition for each in self.support_conditions if each.behaviour)

    def section(self, name: str) -> Section | None:
        """The section called `name`, if there is one."""
        return next((section for section in self.sections if section.section == name), None)

    def of_group(self, group: Group) -> tuple[Section, ...]:
        """The sections of one group, in order."""
        return tuple(section for section in self.sections if section.group == group)

    def words_to_avoid(self, danish: str) -> tuple[LintWord, ...]:
        """What stands in a Danish text and should not reach a citizen."""
        return tuple(word for word in self.lint if word.word in danish.lower())


def load_plan_format(folder: Path | None = None) -> PlanFormat:
    """The form of the plan: that of `folder` where it has one, else the one that comes with Samspil.

    Raises DefinitionError with file, line and cause.
    """
    own = folder / PLAN_FORMAT if folder is not None else None
    return _read(own if own is not None and own.exists() else Path(__file__).parent / PLAN_FORMAT)


@cache
def _read(path: Path) -> PlanFormat:
    return validate(read_yaml(path), PlanFormat)
