"""What the YAML of a programme may say about risk models and outcomes.

The schema knows the form of a definition. Whether a measure exists and takes the given parameters is checked
where definitions meet measures, in `samspil.population.binding`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from samspil.definitions import Definition, SamspilError

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
#: Document and lines of a rule in the source reports: `000 L3604-3617`.
SourceRef = Annotated[str, StringConstraints(pattern=r"^\d{3} L\d+(-\d+)?(, ?L\d+(-\d+)?)*$")]
#: Sentences by language and, inside, by form: `zero`/`one`/`other` of a count, or the name of a level.
Sentences = dict[Literal["da", "en"], dict[str, str]]


class Text(Definition):
    """A text in both languages of the interface."""

    da: str
    en: str


class Condition(Definition):
    """A measure and what its value must be: at least a number, or true when nothing is said."""

    measure: str
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")
    at_least: float | None = None


class Band(Definition):
    """Points from a value of `at_least` up to the next band."""

    at_least: float
    points: int


class Rung(Condition):
    """One rung of a ladder: the first rung whose condition holds gives its points."""

    level: Identifier
    points: int


class Otherwise(Definition):
    """What holds when no rung of a ladder does."""

    level: Identifier
    points: int


class Item(Definition):
    """One criterion of a points model, scored in exactly one of three ways.

    `bands` gives points to a number, `levels` to a named value, `first_of` with `otherwise` to the first
    condition that holds. `enabled: false` leaves the item out; `special_category` says why switching it on needs a
    documented justification.
    """

    item: Identifier
    title: Text
    source: SourceRef
    measure: str | None = None
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")
    bands: tuple[Band, ...] | None = None
    levels: dict[str, int] | None = None
    first_of: tuple[Rung, ...] | None = None
    otherwise: Otherwise | None = None
    says: Sentences
    enabled: bool = True
    special_category: str | None = None
    note: str | None = None
    open_questions: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _scored_one_way(self) -> Item:
        if sum(way is not None for way in (self.bands, self.levels, self.first_of)) != 1:
            raise ValueError("an item is scored by exactly one of `bands`, `levels` and `first_of`")
        if (self.first_of is None) == (self.measure is None):
            raise ValueError("`bands` and `levels` need a `measure`; `first_of` has one in each rung")
        if (self.first_of is None) != (self.otherwise is None):
            raise ValueError("`first_of` and `otherwise` belong together")
        if self.bands is not None:
            starts = [band.at_least for band in self.bands]
            if starts != sorted(set(starts)):
                raise ValueError("`bands` must rise: each begins above the one before")
        missing = [
            f"{language}.{form}"
            for language in ("da", "en")
            for form in self.forms
            if form not in self.says.get(language, {})
        ]
        if missing:
            raise ValueError(f"`says` lacks {', '.join(missing)}")
        return self

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms a sentence about this item's value is needed in."""
        if self.first_of is not None and self.otherwise is not None:
            return (*(rung.level for rung in self.first_of), self.otherwise.level)
        if self.levels is not None:
            return tuple(self.levels)
        return ("zero", "one", "other")

    @property
    def max_points(self) -> int:
        """The most points the item can give."""
        if self.first_of is not None and self.otherwise is not None:
            return max(*(rung.points for rung in self.first_of), self.otherwise.points)
        if self.levels is not None:
            return max(self.levels.values())
        return max(band.points for band in self.bands or ())


class Exclusion(Definition):
    """A reason to leave a person out: any of its conditions, or not being active in the civil register."""

    exclusion: Identifier
    title: Text
    source: SourceRef
    any_of: tuple[Condition, ...] = ()
    not_active: bool = False
    enabled: bool = True
    note: str | None = None
    open_questions: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _has_a_rule(self) -> Exclusion:
        if bool(self.any_of) == self.not_active:
            raise ValueError("an exclusion has either `any_of` conditions or `not_active: true`")
        return self


class Age(Definition):
    """Completed years at the run's date, both ends inclusive; null is no limit."""

    min: int | None = None
    max: int | None = None


class Eligible(Definition):
    """Who a model is about. Being active and affiliated to a practice is always required."""

    age: Age
    source: SourceRef


class ScoreBand(Definition):
    """A named band of the score, from `at_least` up to the next band. `in_target: false` leaves it out."""

    band: Identifier
    title: Text
    at_least: int
    in_target: bool = True
    switch: Identifier | None = None


class Target(Definition):
    """The score from which a person belongs to the target group."""

    at_least: int
    source: SourceRef


class OpenQuestion(Definition):
    """Where the source can be read in more than one way: what it prints, and the reading in force here."""

    lines: SourceRef
    printed: str
    reading: str


class RiskModel(Definition):
    """An additive points model, as in force on one day."""

    model: Identifier
    title: Text
    version: str
    #: What people read instead of `version`. No part of what a run is made of: other words make no other run.
    version_title: Text | None = Field(default=None, exclude=True)
    source: SourceRef
    why: Text
    eligible: Eligible
    exclusions: tuple[Exclusion, ...] = ()
    items: tuple[Item, ...] = Field(min_length=1)
    bands: tuple[ScoreBand, ...] = ()
    target: Target
    open_questions: dict[str, OpenQuestion] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> RiskModel:
        names = [item.item for item in self.items] + [rule.exclusion for rule in self.exclusions]
        names += [band.switch for band in self.bands if band.switch]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"named twice: {', '.join(twice)}")
        starts = [band.at_least for band in self.bands]
        if starts != sorted(set(starts)):
            raise ValueError("`bands` must rise: each begins above the one before")
        asked = {q for item in self.items for q in item.open_questions}
        asked |= {q for rule in self.exclusions for q in rule.open_questions}
        unknown = sorted(asked - set(self.open_questions))
        if unknown:
            raise ValueError(f"open questions without an entry: {', '.join(unknown)}")
        return self

    @property
    def version_in_words(self) -> Text:
        """The version as people read it; `version` itself where the file has no words for it."""
        return self.version_title or Text(da=self.version, en=self.version)


class Outcome(Definition):
    """What is looked for after a run's date: an event, or an amount that several measures add up to.

    `main_for` names the models for which this is the outcome that a validation speaks of first.
    """

    outcome: Identifier
    title: Text
    why: Text
    note: Text | None = None
    main_for: tuple[Identifier, ...] = ()
    any_of: tuple[Condition, ...] = ()
    sum_of: tuple[Condition, ...] = ()

    @model_validator(mode="after")
    def _event_or_amount(self) -> Outcome:
        if bool(self.any_of) == bool(self.sum_of):
            raise ValueError("an outcome is an event (`any_of`) or an amount (`sum_of`)")
        return self


class Outcomes(Definition):
    """The outcomes of a programme's validations, and the groups they are shown by.

    `age_groups` are the first ages of the groups, rising. Groups with fewer than `few` persons listed, or with the
    outcome, are too small to say anything about in a report, and could tell something of a single person.
    """

    outcomes: tuple[Outcome, ...] = Field(min_length=1)
    age_groups: tuple[int, ...] = Field(min_length=1)
    few: int = Field(ge=1)
    source: SourceRef

    @model_validator(mode="after")
    def _consistent(self) -> Outcomes:
        if list(self.age_groups) != sorted(set(self.age_groups)):
            raise ValueError("`age_groups` must rise: each begins above the one before")
        names = [outcome.outcome for outcome in self.outcomes]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"named twice: {', '.join(twice)}")
        return self


class ExpectedListSize(Definition):
    """How many citizens a doctor is expected to include per target group and year."""

    min: int
    max: int
    per: Literal["doctor and year"]
    source: SourceRef


class ProgrammeFile(Definition):
    """A programme: its title, and, where it has lists, the size they are tuned for and how old their data may be.

    `list_size` and `stale_limit` are for where lists are at work; they raise SamspilError for a programme without.
    """

    programme: str
    title: Text
    source: SourceRef
    expected_list_size: ExpectedListSize | None = None
    stale_after_days: int | None = Field(default=None, gt=0)

    @property
    def list_size(self) -> ExpectedListSize:
        if self.expected_list_size is None:
            raise SamspilError(f"the programme `{self.programme}` has no lists: it says no `expected_list_size`")
        return self.expected_list_size

    @property
    def stale_limit(self) -> int:
        if self.stale_after_days is None:
            raise SamspilError(f"the programme `{self.programme}` has no lists: it says no `stale_after_days`")
        return self.stale_after_days
