"""The parts of a plan as its page shows them: a section with what helps to write it, a goal with what serves it."""

from __future__ import annotations

from dataclasses import dataclass, field

from samspil.plans.models import Activity, Draft, Goal, Section
from samspil.plans.programme import in_words, plan_format
from samspil.programmes.plan_format import Section as SectionForm


@dataclass
class Shown:
    """A section, written or not. `avoid` are words in it that should not reach a citizen, with why."""

    form: SectionForm
    section: Section | None
    prompts: list[str] = field(default_factory=list)
    may_write: bool = False
    draft: Draft | None = None

    @property
    def name(self) -> str:
        return self.form.section

    @property
    def title(self) -> str:
        return in_words(self.form.title)

    @property
    def citizen_title(self) -> str:
        return in_words(self.form.citizen_title)

    @property
    def purpose(self) -> str:
        return in_words(self.form.purpose)

    @property
    def topics(self) -> list[str]:
        return [in_words(each) for each in self.form.topics]

    @property
    def text(self) -> str:
        return self.section.text if self.section is not None else ""

    @property
    def not_assessed(self) -> bool:
        return self.section is not None and self.section.not_assessed

    @property
    def version(self) -> int:
        return self.section.version if self.section is not None else 0

    @property
    def words(self) -> int:
        """How many words it has."""
        return len(self.text.split())

    @property
    def too_long(self) -> bool:
        """Whether it is longer than the guidance says."""
        return self.form.words is not None and self.words > self.form.words

    @property
    def avoid(self) -> list[str]:
        return [in_words(each.why) for each in plan_format().words_to_avoid(self.text)]


@dataclass
class ShownGoal:
    """A goal with what is done for it."""

    goal: Goal
    activities: list[Activity]


def condition_title(condition: str) -> str:
    """A condition of `plan_format.yaml` in words; what the citizen calls it stays as it is."""
    known = plan_format().coordination.chronic_conditions
    return next((in_words(each.title) for each in known if each.condition == condition), condition)
