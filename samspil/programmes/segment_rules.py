"""What is the same for every programme's segments, from `segments.yaml` beside the programme folders.

Chronic conditions, strata with owner and services, the high-need group, the square of complexity and self-care, the
need for integration, and the questions before a new function is made.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from samspil.definitions import Definition, read_yaml, validate
from samspil.programmes.criteria import Criteria, Criterion, Finding, Number, Reading, Stated
from samspil.programmes.schema import Identifier, SourceRef, Text
from samspil.programmes.segments import SEGMENTS

Sector = Literal["general_practice", "municipality", "region"]
Half = Literal["low", "high"]
#: Kinds of data that law and citizens treat differently; a reader without a right to one does not see it.
Kind = Literal["health", "mental_health", "social", "employment"]


def _distinct(names: list[str], what: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{what} named twice: {', '.join(twice)}")


class ChronicCondition(Definition):
    """A chronic condition by its codes: a diagnosis by the GP, one at hospital, or medicines for it."""

    condition: Identifier
    title: Text
    group: Identifier
    icpc: tuple[str, ...] = ()
    icd: tuple[str, ...] = ()
    medicines: tuple[Criterion, ...] = ()

    @model_validator(mode="after")
    def _has_codes(self) -> ChronicCondition:
        if not (self.icpc or self.icd or self.medicines):
            raise ValueError("a condition has codes in `icpc`, `icd` or `medicines`")
        return self

    def criteria(self, within: str) -> tuple[Criterion, ...]:
        """The tests any of which says that a person has the condition. `within` is the window of diagnoses."""
        tests: list[dict[str, object]] = []
        if self.icpc:
            given = {"within": within, "codes": list(self.icpc)}
            tests.append({"measure": "gp_diagnoses", "with": given, "at_least": 1})
        if self.icd:
            given = {"within": within, "ranges": list(self.icd)}
            tests.append({"measure": "hospital_diagnoses", "with": given, "at_least": 1})
        return (*(Criterion.model_validate(test) for test in tests), *self.medicines)


class YoungMultimorbid(Stated):
    """The ages at which those with several conditions are looked for early, both ends included."""

    from_age: int
    to_age: int


class Conditions(Stated):
    """The list of chronic conditions, and from how many on a person is multimorbid."""

    within: str
    multimorbid: Number
    over_age: Number
    young: YoungMultimorbid
    groups: dict[Identifier, Text]
    conditions: tuple[ChronicCondition, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _consistent(self) -> Conditions:
        _distinct([each.condition for each in self.conditions], "`conditions`")
        unknown = sorted({each.group for each in self.conditions} - set(self.groups))
        if unknown:
            raise ValueError(f"`groups` has no group `{unknown[0]}`")
        return self


class HighNeed(Stated):
    """The small group with most cost in a year: a description, never a need (001 L1031-1037)."""

    share: Decimal = Field(gt=0, lt=1)
    months: int = Field(ge=1)
    cost: tuple[Identifier, ...] = Field(min_length=1)
    contacts: tuple[Reading, ...] = Field(min_length=1)
    admissions: Reading
    young_under: int
    age_bands: tuple[int, ...] = Field(min_length=2)
    homogeneous: Decimal = Field(gt=0, le=1)
    warning: Text

    @model_validator(mode="after")
    def _rising(self) -> HighNeed:
        if list(self.age_bands) != sorted(set(self.age_bands)) or self.age_bands[0] != 0:
            raise ValueError("`age_bands` are the first ages of the bands, from 0 and rising")
        return self


class Fragmentation(Stated):
    """From how many hospitals in a window a citizen's course is in pieces (002 L2656-2658)."""

    hospitals: Reading
    at_least: int = Field(ge=2)


class Owner(Definition):
    """Who answers for a stratum: a sector and a role in it."""

    sector: Sector
    role: Text


class Sheet(Definition):
    """A stratum in plain words; how many there are comes from the run (002 L4158-4159)."""

    who: Text
    services: Text
    who_acts: Text


class Stratum(Stated):
    """One stratum of the pyramid. Without owner, services or review interval it is not valid (001 L1703-1705)."""

    stratum: Identifier
    title: Text
    criteria: Criteria | None = None
    level: Literal["basic", "specialised"]
    phase: Text
    owner: Owner
    services: tuple[Text, ...] = Field(min_length=1)
    review_months: int = Field(ge=1)
    sheet: Sheet
    profile: tuple[Finding, ...] = ()


class Axis(Stated):
    """One axis of the square: `cut` of its inputs make it `reaching`, and fewer the other half.

    `category` is the kind of data an assessment of it is; one that is `clinical` is assessed by clinical professions.
    """

    title: Text
    category: Kind = "health"
    clinical: bool = False
    low: Text
    high: Text
    reaching: Half
    cut: int = Field(ge=1)
    inputs: tuple[Criteria, ...] = Field(min_length=1)


class Quadrant(Definition):
    """One quadrant of the square."""

    quadrant: Literal["Q1", "Q2", "Q3", "Q4"]
    complexity: Half
    self_care: Half
    title: Text


class SelfCareInput(Definition):
    """What an assessment of self-care may look at. Sensitive ones are seen by those only who may (002 L1299-1302).

    `category` is the kind of data it is; none for what stands on every page of a citizen anyway. `recorded` is what is
    known already and not asked for again.
    """

    input: Identifier
    title: Text
    sensitive: bool = False
    category: Kind | None = None
    clinical: bool = False
    recorded: bool = False


class Square(Stated):
    """Complexity of illness against capacity for self-care; both are kept (002 L1297-1302)."""

    title: Text
    complexity: Axis
    self_care: Axis
    self_care_inputs: tuple[SelfCareInput, ...] = Field(min_length=1)
    quadrants: tuple[Quadrant, ...]
    seen_by: dict[Sector, tuple[Literal["complexity", "self_care"], ...]]

    @model_validator(mode="after")
    def _four(self) -> Square:
        if len({(each.complexity, each.self_care) for each in self.quadrants}) != 4 or len(self.quadrants) != 4:
            raise ValueError("`quadrants` are the four pairs of low and high, each once")
        return self


class RowValue(Definition):
    """A value of one characteristic of a pathway, and the levels of integration it fits."""

    value: Identifier
    title: Text
    levels: tuple[Identifier, ...] = Field(min_length=1)


class Characteristic(Definition):
    """One row of the table. One that is `clinical` is filled in by clinical professions."""

    row: Identifier
    title: Text
    category: Kind = "health"
    clinical: bool = False
    values: tuple[RowValue, ...] = Field(min_length=2)


class IntegrationLevel(Definition):
    level: Identifier
    title: Text


class Dimension(Definition):
    """One of three kinds of complexity: they call for different solutions and are never added up (001 R-SEG-06)."""

    dimension: Literal["clinical", "social", "organisational"]
    title: Text
    about: Text
    category: Kind = "health"
    clinical: bool = False


class IntegrationTable(Stated):
    """The need for integration by six characteristics; `levels` rise in intensity (001 T-02)."""

    title: Text
    levels: tuple[IntegrationLevel, ...] = Field(min_length=2)
    rows: tuple[Characteristic, ...] = Field(min_length=1)
    dimensions: tuple[Dimension, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> IntegrationTable:
        known = {each.level for each in self.levels}
        for row in self.rows:
            unknown = [level for value in row.values for level in value.levels if level not in known]
            if unknown:
                raise ValueError(f"row `{row.row}`: there is no level `{unknown[0]}`")
        return self


class Profession(Definition):
    """A profession that assesses what a citizen needs, and the roles in which it works."""

    profession: Identifier
    title: Text
    clinical: bool = False
    roles: tuple[Identifier, ...] = Field(min_length=1)


class Occasion(Definition):
    """Why an assessment is made now: effort is stepped up, and down, when something happens (001 L1773-1776)."""

    occasion: Identifier
    title: Text


class Assessing(Stated):
    """Who assesses what a citizen needs, and whose side of the square each kind of workplace sees.

    Any profession records, not doctors alone; what is clinical is left to clinical professions (002 L998-1002).
    """

    seen_as: dict[Identifier, Sector]
    professions: tuple[Profession, ...] = Field(min_length=1)
    occasions: tuple[Occasion, ...] = Field(min_length=1)

    def professions_of(self, role: str) -> tuple[Profession, ...]:
        """The professions that work in a role."""
        return tuple(each for each in self.professions if role in each.roles)


class RiskPlaces(Stated):
    """Where each risk stratum is treated by default, and what decides when a treatment stratum is there too."""

    decides: Literal["treatment", "risk"]
    places: dict[Identifier, Identifier]


class GateQuestion(Definition):
    """A question before a special function is made. `from_data` names what a run can answer of it."""

    question: Identifier
    title: Text
    answered: Literal["yes_or_no", "in_words"]
    from_data: Literal["enough", "homogeneous"] | None = None
    source: SourceRef


class ProcessQuestion(Definition):
    question: Identifier
    title: Text
    source: SourceRef


class Gate(Definition):
    """The questions before a new function, the parameter that decides, and questions about the way there."""

    questions: tuple[GateQuestion, ...] = Field(min_length=1)
    decisive: GateQuestion
    process: tuple[ProcessQuestion, ...] = Field(min_length=1)


class Locality(Stated):
    """How many citizens a locality should have; other sizes are told of, never refused."""

    at_least: int
    at_most: int


class OverCapacity(Stated):
    """From how many places per citizen who started there is more capacity than is asked for."""

    ratio: Decimal


class DeviationReason(Definition):
    """Why somebody is treated at another level than recommended (002 L1211-1222, L1224-1240)."""

    reason: Identifier
    title: Text


class SegmentRules(Definition):
    """The whole of the shared `segments.yaml`. `strata` fall from the most intensive; the last takes everybody left."""

    validity_months: Number
    regional_contact: Criteria
    conditions: Conditions
    high_need: HighNeed
    fragmentation: Fragmentation
    strata: tuple[Stratum, ...] = Field(min_length=2)
    square: Square
    integration: IntegrationTable
    assessing: Assessing
    risk: RiskPlaces
    gate: Gate
    locality: Locality
    over_capacity: OverCapacity
    deviation_reasons: tuple[DeviationReason, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> SegmentRules:
        _distinct([each.stratum for each in self.strata], "`strata`")
        if self.strata[-1].criteria is not None:
            raise ValueError("`strata`: the last takes everybody left and has no `criteria`")
        lacking = [each.stratum for each in self.strata[:-1] if each.criteria is None]
        if lacking:
            raise ValueError(f"`strata`: `{lacking[0]}` has no `criteria`, and only the last takes everybody left")
        late = [each.stratum for each in self.strata if each.review_months > self.validity_months.value]
        if late:
            raise ValueError(f"`strata`: `{late[0]}` is reviewed after it is no longer valid (`validity_months`)")
        return self

    def stratum(self, name: str) -> Stratum:
        """The stratum called `name`. Raises KeyError for none."""
        return {each.stratum: each for each in self.strata}[name]


def segment_rules_file(folder: Path | None = None) -> Path:
    """Where the shared rules stand: in `folder` where it has them, else those that come with Samspil."""
    own = folder / SEGMENTS if folder is not None else None
    return own if own is not None and own.exists() else Path(__file__).parent / SEGMENTS


def load_segment_rules(folder: Path | None = None) -> SegmentRules:
    """The shared rules of `segment_rules_file`. Raises DefinitionError with file, line and cause."""
    return _read(segment_rules_file(folder))


@cache
def _read(path: Path) -> SegmentRules:
    return validate(read_yaml(path), SegmentRules)
