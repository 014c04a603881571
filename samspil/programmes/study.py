"""What a study file may say: the question, whom is compared with whom, and what counts as an answer, before the answer.

A study is registered by its content (`fingerprint`): whoever changes it afterwards has another study, and its report
says so (report 002 EVAL-1; 001 R-EVAL-09).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from samspil.definitions import Definition, DefinitionError, YamlFile, read_yaml, validate
from samspil.programmes.criteria import Criteria, Criterion
from samspil.programmes.schema import Identifier, SourceRef, Text

#: Which way an outcome is meant to move in its sector; `either` is watched without being judged (001 R-EVAL-04).
Direction = Literal["fewer", "more", "either"]
#: The three aims (001 R-EVAL-01).
Aim = Literal["health", "experience", "cost"]
#: Where those compared with come from: the region itself, or its neighbours (001 R-EVAL-02).
From = Literal["never_treated_practices", "not_yet_treated", "neighbouring_area"]


class Days(Definition):
    """From a day to a day, both counted."""

    from_: dt.date = Field(alias="from")
    to: dt.date

    @model_validator(mode="after")
    def _in_order(self) -> Days:
        if self.to < self.from_:
            raise ValueError("`to` lies before `from`")
        return self


class StudyCriterion(Definition):
    """Who could have been enrolled: judged of everybody on the day before the index date."""

    criterion: Identifier
    title: Text
    criteria: Criteria


class ComparedWith(Definition):
    """Where comparison citizens come from. `municipalities` (3 digits) are the neighbouring area's."""

    from_: From = Field(alias="from")
    municipalities: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _area(self) -> ComparedWith:
        if (self.from_ == "neighbouring_area") != bool(self.municipalities):
            raise ValueError("`municipalities` are named for a neighbouring area, and for nothing else")
        return self


class Covariate(Definition):
    """Something known of a citizen before the index date: a measure, or the `found` age, sex or municipality."""

    covariate: Identifier
    title: Text
    found: Literal["age", "sex", "municipality"] | None = None
    measure: str | None = None
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")

    @model_validator(mode="after")
    def _one_thing(self) -> Covariate:
        if (self.measure is None) == (self.found is None):
            raise ValueError("a covariate is either a `measure` or what was `found`")
        return self


class Bands(Definition):
    """A covariate in bands that begin at the values, to be alike exactly."""

    covariate: Identifier
    starts: tuple[float, ...] = Field(min_length=1)


class Matching(Definition):
    """How alike those compared must be.

    `exact` covariates (or bands of them) are the same, and so is the month of the index date, always. `distance` is of
    the propensity's logit or Mahalanobis' over `mahalanobis` covariates; with both, the propensity is the caliper and
    Mahalanobis' distance chooses. `caliper` is in standard deviations of the logit.
    """

    exact: tuple[Identifier, ...] = ()
    bands: tuple[Bands, ...] = ()
    distance: Literal["propensity", "mahalanobis", "mahalanobis_within_propensity"] = "propensity"
    mahalanobis: tuple[Identifier, ...] = ()
    caliper: float | None = Field(default=0.2, gt=0)
    ratio: int = Field(default=1, ge=1, le=10)
    replacement: bool = False

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Matching:
        if (self.distance != "propensity") != bool(self.mahalanobis):
            raise ValueError("`mahalanobis` names the covariates of Mahalanobis' distance, and of nothing else")
        return self


class BalanceRule(Definition):
    """When those compared are alike enough for an effect to be reported."""

    largest_difference: float = Field(gt=0)
    variance_ratio: tuple[float, float]
    smallest_effective: int = Field(ge=1)


class Windows(Definition):
    """Months before and after the index month, in periods of `period` months, and the least that is enough."""

    before: int = Field(ge=1)
    after: int = Field(ge=1)
    period: int = Field(ge=1)
    enough: int = Field(ge=1)

    @model_validator(mode="after")
    def _whole_periods(self) -> Windows:
        if self.before % self.period or self.after % self.period:
            raise ValueError("`before` and `after` are whole numbers of periods")
        if self.enough > self.after:
            raise ValueError("`enough` cannot be more than `after`")
        return self


class Minimum(Definition):
    """Below this nothing is said of an effect: it is undetermined, which is not the same as none (001 R-EVAL-03)."""

    treated: int = Field(ge=2)
    practices: int = Field(ge=2)
    with_enough: float = Field(gt=0, le=1)


class StudyOutcome(Definition):
    """What is counted month by month: a measure (`within: horizon` is the month), or the cost of sectors.

    `direction` is what is hoped for in `sector`, which is who pays. `placebo` outcomes cannot be affected; an effect on
    one tells of those compared, and not of the programme.
    """

    outcome: Identifier
    title: Text
    unit: Text
    aim: Aim
    sector: Identifier
    direction: Direction
    measure: str | None = None
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")
    cost_of: tuple[Identifier, ...] = ()
    placebo: bool = False
    source: SourceRef | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> StudyOutcome:
        if (self.measure is None) != bool(self.cost_of):
            raise ValueError("an outcome is either a `measure` or the `cost_of` sectors")
        if self.placebo and self.direction != "either":
            raise ValueError("nothing is hoped for of a placebo: its `direction` is `either`")
        return self


class StudyEvent(Definition):
    """Something that happens once after the index date, such as returning to self-support; death competes with it."""

    event: Identifier
    title: Text
    aim: Aim
    sector: Identifier
    direction: Direction
    any_of: tuple[Criterion, ...] = Field(min_length=1)
    source: SourceRef | None = None


class Subgroup(Definition):
    """Part of those enrolled, judged before the index date."""

    subgroup: Identifier
    title: Text
    criteria: Criteria


class Study(Definition):
    """One study, whole. See the parts for what they mean."""

    study: Identifier
    version: str
    title: Text
    question: Text
    programme: str
    arm: Identifier
    source: SourceRef | None = None
    analysis_date: dt.date
    enrolled: Days
    criteria: tuple[StudyCriterion, ...] = Field(min_length=1)
    comparison: ComparedWith
    covariates: tuple[Covariate, ...] = Field(min_length=1)
    matching: Matching
    balance: BalanceRule
    windows: Windows
    minimum: Minimum
    outcomes: tuple[StudyOutcome, ...] = Field(min_length=1)
    events: tuple[StudyEvent, ...] = ()
    subgroups: tuple[Subgroup, ...] = ()
    #: What a course may cost in all, in DKK; zero is cost-neutral (000 L2008-2012).
    neutral: float = 0.0

    @model_validator(mode="after")
    def _fits_together(self) -> Study:
        if self.enrolled.to >= self.analysis_date:
            raise ValueError("`enrolled` ends on or after `analysis_date`: nobody would have been followed")
        known = _distinct("covariates", (each.covariate for each in self.covariates))
        for field in ("exact", "mahalanobis"):
            for name in getattr(self.matching, field):
                if name not in known:
                    raise ValueError(f"`matching.{field}` names `{name}`, which is not among `covariates`")
        for bands in self.matching.bands:
            if bands.covariate not in known:
                raise ValueError(f"`matching.bands` names `{bands.covariate}`, which is not among `covariates`")
        _distinct("outcomes and events", [e.outcome for e in self.outcomes] + [e.event for e in self.events])
        _distinct("criteria", (each.criterion for each in self.criteria))
        _distinct("subgroups", (each.subgroup for each in self.subgroups))
        return self

    @property
    def fingerprint(self) -> str:
        """Identifies the content, whatever its layout and comments: SHA-256 in hexadecimal digits."""
        content = self.model_dump(mode="json", by_alias=True)
        return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _distinct(what: str, names: Iterable[str]) -> set[str]:
    listed = list(names)
    if len(set(listed)) < len(listed):
        twice = next(name for place, name in enumerate(listed) if name in listed[:place])
        raise ValueError(f"`{what}` name `{twice}` twice")
    return set(listed)


def load_study(path: Path) -> tuple[Study, YamlFile]:
    """The study of a file, and the file for faults found later. Raises DefinitionError with file, line and cause."""
    if not path.is_file():
        raise DefinitionError.of(path, "there is no such file")
    file = read_yaml(path)
    return validate(file, Study), file
