"""What the demonstration's plans, referrals and replies say; Danish, as the records are."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from samspil.definitions import Definition, read_yaml, validate


class GoalText(Definition):
    """A goal in a citizen's words."""

    words: str
    domain: str
    measure: str = ""


class ContactText(Definition):
    """Somebody close to the citizen."""

    relation: str
    name: str
    phone: str
    relative: bool = True


class PlanText(Definition):
    """The texts of one plan."""

    text: str
    arm: str
    sections: dict[str, str]
    not_assessed: tuple[str, ...] = ()
    involvement: str
    goals: tuple[GoalText, ...]
    contacts: tuple[ContactText, ...]


class ReplyText(Definition):
    """What a receiver writes back at the end."""

    conclusion: str
    gp_actions: tuple[str, ...]
    course: str


class Texts(Definition):
    """The whole file."""

    plans: tuple[PlanText, ...]
    reasons: dict[str, str]
    #: By service; `other` is for every service that has none of its own.
    replies: dict[str, tuple[ReplyText, ...]]

    def plan(self, name: str) -> PlanText:
        """The text of a name; KeyError when there is none."""
        return {each.text: each for each in self.plans}[name]

    def of_arm(self, arm: str) -> list[PlanText]:
        """The texts for a target group."""
        return [each for each in self.plans if each.arm == arm]


@cache
def texts() -> Texts:
    """The file. Raises DefinitionError."""
    return validate(read_yaml(Path(__file__).with_name("texts.yaml")), Texts)
