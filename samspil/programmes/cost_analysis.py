"""How cost is looked at: `cost_analysis.yaml`, with cuts, bands, diagnosis groups, and what must be said with it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from samspil.definitions import Definition, YamlFile, read_yaml, validate
from samspil.programmes.loader import PROGRAMMES
from samspil.programmes.prices import Grounds
from samspil.programmes.schema import Identifier, Text
from samspil.programmes.services import named_twice

COST_ANALYSIS = "cost_analysis.yaml"
#: Per cent with at most three decimals, above 0 and below 100.
Percent = Annotated[Decimal, Field(gt=0, lt=100, decimal_places=3)]


class Cuts(Definition):
    """Per cent of the citizens, the most costly first, at which one group ends and the next begins."""

    percent: tuple[Percent, ...] = Field(min_length=1)
    source: Grounds
    note: str | None = None

    @model_validator(mode="after")
    def _rising(self) -> Cuts:
        if list(self.percent) != sorted(set(self.percent)):
            raise ValueError("`percent` must rise: each cut is above the one before")
        return self


class PracticeList(Definition):
    """How many citizens a practice's list of the most costly has."""

    number: int = Field(gt=0)
    source: Grounds


class AgeBands(Definition):
    """The first age, in completed years, of each band; the first is 0 so that everybody is in one."""

    starts: tuple[int, ...] = Field(min_length=1)
    source: Grounds

    @model_validator(mode="after")
    def _rising_from_nought(self) -> AgeBands:
        if self.starts[0] != 0 or list(self.starts) != sorted(set(self.starts)):
            raise ValueError("`starts` begins with 0 and rises")
        return self


class Homogeneous(Definition):
    """The share of a group's persons that the largest diagnosis group must hold to call the group homogeneous."""

    largest_share: Decimal = Field(gt=0, le=1)
    source: Grounds


class DiagnosisGroup(Definition):
    """Ranges of ICD-10 that belong together."""

    group: Identifier
    ranges: tuple[str, ...] = Field(min_length=1)
    title: Text


class DiagnosisGroups(Definition):
    """Groups in which each person has one main group. `other` and `none` are kept for what is in no group."""

    source: Grounds
    groups: tuple[DiagnosisGroup, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _named_once(self) -> DiagnosisGroups:
        names = [each.group for each in self.groups]
        named_twice(names, "diagnosis groups")
        if {"other", "none"} & set(names):
            raise ValueError("`other` and `none` name what is in no group")
        return self


class Course(Definition):
    """An illness by ranges of ICD-10, whose first known hospital diagnosis is an index date."""

    course: Identifier
    ranges: tuple[str, ...] = Field(min_length=1)
    title: Text


class Courses(Definition):
    """How many months of cost are told before and after the index date, and of which illnesses."""

    before: int = Field(ge=1, le=24)
    after: int = Field(ge=1, le=24)
    source: Grounds
    note: str | None = None
    illnesses: tuple[Course, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _named_once(self) -> Courses:
        named_twice([each.course for each in self.illnesses], "courses")
        return self


class Caution(Definition):
    """What must be said beside a result, in both languages, and where the reason stands."""

    source: Grounds
    title: Text
    says: Text


class CostAnalysis(Definition):
    """Everything that `cost_analysis.yaml` says."""

    cuts: Cuts
    practice_list: PracticeList
    age_bands: AgeBands
    courses: Courses
    homogeneous: Homogeneous
    diagnosis_groups: DiagnosisGroups
    one_year: Caution


@dataclass(frozen=True)
class CostAnalysisFile:
    """How cost is looked at, and the file that says so."""

    file: YamlFile
    analysis: CostAnalysis


def load_cost_analysis(folder: Path | None = None) -> CostAnalysisFile:
    """The `cost_analysis.yaml` of `folder`, or the one that comes with Samspil when it has none.

    Raises DefinitionError with file, line and cause.
    """
    own = None if folder is None else folder / COST_ANALYSIS
    file = read_yaml(own if own is not None and own.exists() else PROGRAMMES / COST_ANALYSIS)
    return CostAnalysisFile(file, validate(file, CostAnalysis))
