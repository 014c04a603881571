"""What a programme says about the way from list to enrolment: `inclusion.yaml`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from samspil.definitions import Definition
from samspil.programmes.schema import Identifier, SourceRef, Text

Meaning = Literal["good", "neutral", "fault"]


class Minutes(Definition):
    """A time with its source."""

    value: int = Field(gt=0)
    source: SourceRef


class YieldFloor(Definition):
    """When a list is flagged: after so many decided names, fewer than this share invited."""

    after: int = Field(gt=0)
    share: float = Field(gt=0, le=1)
    source: SourceRef


class ReviewReason(Definition):
    """Why a name is not invited, and the key that says so. `means` tells a good outcome from a fault of the list."""

    reason: Identifier
    key: str = Field(pattern=r"^[1-9]$")
    means: Meaning
    title: Text


class Review(Definition):
    """How names are gone through."""

    minutes_per_name: Minutes
    longest_minutes: int = Field(gt=0)
    later_days: int = Field(gt=0)
    yield_floor: YieldFloor
    reasons: tuple[ReviewReason, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _distinct(self) -> Review:
        for name in ("reason", "key"):
            values = [getattr(reason, name) for reason in self.reasons]
            if len(set(values)) != len(values):
                raise ValueError(f"two `reasons` have the same `{name}`")
        return self


class GoingOn(Definition):
    """An item of the model whose value says that something is already going on."""

    item: Identifier
    at_least: int | None = None
    level: str | None = None

    @model_validator(mode="after")
    def _one_test(self) -> GoingOn:
        if (self.at_least is None) == (self.level is None):
            raise ValueError("`going_on` tests either `at_least` or `level`")
        return self

    def holds(self, value: int | str | None) -> bool:
        """Whether an item's value says so; a missing value does not."""
        if value is None:
            return False
        return value == self.level if self.level is not None else int(value) >= (self.at_least or 0)


class ModelInclusion(Definition):
    """What the way to enrolment needs to know of one risk model. Items without a category are about health."""

    going_on: tuple[GoingOn, ...] = ()
    categories: dict[Identifier, Literal["health", "mental_health", "social", "employment"]] = Field(
        default_factory=dict
    )
    off_list: bool


class Letters(Definition):
    """Texts to the citizen, with {name}, {programme}, {practice} and {phone}."""

    invitation: Text
    reminder: Text

    @model_validator(mode="after")
    def _fillable(self) -> Letters:
        for letter in (self.invitation, self.reminder):
            for text in (letter.da, letter.en):
                try:
                    text.format(name="", programme="", practice="", phone="")
                except (KeyError, IndexError, ValueError) as error:
                    raise ValueError(f"a letter has a place that cannot be filled: {error}") from error
        return self


class OverrideReason(Definition):
    """Why an exclusion may be set aside."""

    reason: Identifier
    title: Text


class EndReason(Definition):
    """How a course of inclusion ends. `asks_why` wants a decline reason with it.

    `pathway_end` is the reason for which the pathway of somebody enrolled ends with it, one of `plan_format.yaml`;
    `enrolled_only` is for those whose pathway had begun.
    """

    reason: Identifier
    means: Meaning
    title: Text
    asks_why: bool = False
    pathway_end: Identifier = "other"
    enrolled_only: bool = False


class Route(Definition):
    """Where somebody is helped on to. `helps: false` says that they were not: there was nothing to offer."""

    route: Identifier
    title: Text
    helps: bool = True


class Gate(Definition):
    """The rules of the gate."""

    reminder_after_days: int = Field(gt=0)
    reassess_after_days: int = Field(gt=0)
    letters: Letters
    override_reasons: tuple[OverrideReason, ...] = Field(min_length=1)
    end_reasons: tuple[EndReason, ...] = Field(min_length=1)
    decline_reasons: tuple[OverrideReason, ...] = Field(min_length=1)
    unmet_need_routes: tuple[Route, ...] = Field(min_length=1)


class EarlyWeeks(Definition):
    """When enrolment speaks up: from one week after the first lists to another, under a share of what is expected."""

    from_week: int = Field(ge=0)
    to_week: int = Field(gt=0)
    share: float = Field(gt=0, le=1)
    source: SourceRef

    @model_validator(mode="after")
    def _in_order(self) -> EarlyWeeks:
        if self.from_week >= self.to_week:
            raise ValueError("`from_week` comes before `to_week`")
        return self


class ActivityGroups(Definition):
    """Which parts of all doctors a concentration speaks of: so many of the most, and of the least, active."""

    most_active: float = Field(gt=0, le=1)
    least_active: float = Field(gt=0, le=1)


class Worth(Definition):
    """How what the lists are worth is shown."""

    few: int = Field(ge=1)
    quiet_after_days: int = Field(gt=0)
    early: EarlyWeeks
    groups: ActivityGroups


class Inclusion(Definition):
    """The whole of `inclusion.yaml`."""

    review: Review
    models: dict[Identifier, ModelInclusion]
    gate: Gate
    worth: Worth
