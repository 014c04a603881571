"""Criteria over measures, as definitions of segments and cohorts write them, and values with where they come from."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from samspil.definitions import Definition
from samspil.programmes.schema import Condition, SourceRef, Text

#: What a criterion may ask of a person beside measures: what segmentation itself has found.
Found = Literal["age", "conditions", "programmes", "hospitals", "high_need"]


class Stated(Definition):
    """Something with the lines it was read in, or, where no report says it, why it was chosen so."""

    source: SourceRef | None = None
    chosen: str | None = None

    @model_validator(mode="after")
    def _stated(self) -> Stated:
        if not self.source and not self.chosen:
            raise ValueError("`source` (lines of a report) or `chosen` (the reason for the choice) is missing")
        return self


class Number(Stated):
    """A whole number with where it comes from."""

    value: int


class Reading(Definition):
    """A measure with its parameters that gives a number."""

    measure: str
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")


class Criterion(Definition):
    """One test of a person: of a measure, or of something that was found of the person (`found`).

    A number is at least `at_least`, or at most `at_most`; a truth holds when nothing is said.
    """

    measure: str | None = None
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")
    found: Found | None = None
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Criterion:
        if (self.measure is None) == (self.found is None):
            raise ValueError("a criterion asks either a `measure` or what was `found`")
        if self.at_least is not None and self.at_most is not None:
            raise ValueError("a criterion says `at_least` or `at_most`; write two criteria for both")
        numeric = self.found is not None and self.found != "high_need"
        if numeric and self.at_least is None and self.at_most is None:
            raise ValueError(f"`{self.found}` is a number: `at_least` or `at_most` is needed")
        if self.found == "high_need" and (self.at_least is not None or self.at_most is not None):
            raise ValueError("`high_need` is true or false, and is compared with nothing")
        return self

    @property
    def condition(self) -> Condition:
        """The measure as risk models write it; `at_most` is a test of the same number."""
        return Condition.model_validate(
            {
                "measure": self.measure,
                "with": self.with_,
                "at_least": self.at_least if self.at_least is not None else self.at_most,
            }
        )

    def in_words(self) -> str:
        """The test as it is written: measure, parameters and bound."""
        given = ", ".join(f"{name} {_plain(value)}" for name, value in self.with_.items())
        asked = f"{self.measure}({given})" if self.measure is not None else str(self.found)
        if self.at_least is not None:
            return f"{asked} at least {self.at_least:g}"
        return f"{asked} at most {self.at_most:g}" if self.at_most is not None else asked


def _plain(value: Any) -> str:
    return " ".join(str(each) for each in value) if isinstance(value, list) else str(value)


class Criteria(Stated):
    """A rule: every part that is given holds. It is unknown where what is missing could decide it."""

    any_of: tuple[Criterion, ...] = ()
    all_of: tuple[Criterion, ...] = ()
    none_of: tuple[Criterion, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Criteria:
        if not (self.any_of or self.all_of or self.none_of):
            raise ValueError("a rule has `any_of`, `all_of` or `none_of`")
        return self

    @property
    def parts(self) -> tuple[tuple[Literal["any_of", "all_of", "none_of"], tuple[Criterion, ...]], ...]:
        """The parts by name, those that are empty left out."""
        named: tuple[tuple[Literal["any_of", "all_of", "none_of"], tuple[Criterion, ...]], ...] = (
            ("any_of", self.any_of),
            ("all_of", self.all_of),
            ("none_of", self.none_of),
        )
        return tuple((name, criteria) for name, criteria in named if criteria)


class Finding(Definition):
    """What interviews, workshops or citizens tell of a group, beside the numbers (001 L1091-1092)."""

    says: Text
    source: SourceRef
