"""What a programme's `segments.yaml` may say: who has the disease, who attends, and where one should be treated.

Report 002, projects Kronikerdata and the analysis project of Region Hovedstaden (L1054-1110, L1084-1095).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from pathlib import Path

from pydantic import Field, model_validator

from samspil.definitions import Definition, DefinitionError, YamlFile, read_yaml, validate
from samspil.programmes.criteria import Criteria, Criterion, Finding, Reading, Stated
from samspil.programmes.dated import change_days, resolve_at
from samspil.programmes.schema import Identifier, Text

SEGMENTS = "segments.yaml"


class Control(Stated):
    """What counts as a control, and how many are expected in the window that the measures say.

    Whoever has at least the share `cut` of them attends (S1); whoever has some, sometimes (S2).
    """

    sum_of: tuple[Reading, ...] = Field(min_length=1)
    expected: int = Field(ge=1)
    cut: Decimal = Field(gt=0, le=1)

    @property
    def needed(self) -> int:
        """The least number of controls whose share of the expected reaches the cut."""
        return ceil(self.cut * self.expected)


class Referral(Stated):
    """The referrals to the programme's offers, and what became of them."""

    referred: Criterion
    started: Criterion
    declined: Criterion


class Level(Definition):
    """A level at which the disease is treated. `primary` levels are outside hospital."""

    level: Identifier
    title: Text
    primary: bool = False


class LevelRule(Criteria):
    """A rule that a level holds for a person."""

    level: Identifier


class Individualised(Stated):
    """What a programme offers those whom its own levels do not fit (002 L287-290)."""

    title: Text
    services: tuple[Identifier, ...] = Field(min_length=1)


class ProgrammeSegments(Definition):
    """The segments of one programme as in force on a day.

    `levels` rise from the least specialised. `recommended` and `actual` are read from the first rule on: the first that
    holds gives the level, and the lowest level holds where none does. `comorbidity` rules can only raise what is
    recommended, so that heeding other illness never makes anybody look more movable (002 L3026-3033).
    """

    programme: str
    title: Text
    diagnosed: Criteria
    algorithm: Criteria
    control: Control
    referral: Referral
    eligible: Criteria
    levels: tuple[Level, ...] = Field(min_length=2)
    recommended: tuple[LevelRule, ...] = Field(min_length=1)
    comorbidity: tuple[LevelRule, ...] = ()
    actual: tuple[LevelRule, ...] = Field(min_length=1)
    stable: Criteria
    individualised: Individualised
    profile: tuple[Finding, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> ProgrammeSegments:
        names = [level.level for level in self.levels]
        if len(set(names)) < len(names):
            raise ValueError("`levels` names a level twice")
        if not self.levels[0].primary or self.levels[-1].primary:
            raise ValueError("`levels` rise from a `primary` level to one that is not")
        for rules, what in (
            (self.recommended, "recommended"),
            (self.comorbidity, "comorbidity"),
            (self.actual, "actual"),
        ):
            unknown = [rule.level for rule in rules if rule.level not in names]
            if unknown:
                raise ValueError(f"`{what}`: there is no level `{unknown[0]}`; levels are {', '.join(names)}")
        return self

    @property
    def key(self) -> str:
        """The programme's name as part of a column's name."""
        return self.programme.replace("-", "_")

    @property
    def primary(self) -> tuple[str, ...]:
        """The levels outside hospital."""
        return tuple(level.level for level in self.levels if level.primary)


@dataclass(frozen=True)
class SegmentFile:
    """The segments of one programme as their file stands, with all dated values."""

    file: YamlFile

    def at(self, day: dt.date) -> ProgrammeSegments:
        """The segments as in force on `day`. Raises DefinitionError with file, line and cause."""
        return validate(self.file, ProgrammeSegments, resolve_at(self.file, day))

    def versions(self) -> list[ProgrammeSegments]:
        """The segments before, and after, each day on which something in them changes."""
        days = change_days(self.file)
        before = [days[0] - dt.timedelta(days=1)] if days else [dt.date.max]
        return [self.at(day) for day in before + days]


def load_segments(path: Path, programme: str, services: frozenset[str] | None = None) -> SegmentFile:
    """One programme's `segments.yaml`, valid in every version it has.

    `services` are the names in the programme's catalogue; None leaves the individualised services unchecked. Raises
    DefinitionError with file, line and cause.
    """
    found = SegmentFile(read_yaml(path))
    for version in found.versions():
        if version.programme != programme:
            cause = f"`programme`: this folder's programme is `{programme}` (given: '{version.programme}')"
            raise DefinitionError([found.file.fault(("programme",), cause)])
        unknown = [name for name in version.individualised.services if services is not None and name not in services]
        if unknown:
            cause = f"`individualised.services`: the catalogue has no service `{unknown[0]}`"
            raise DefinitionError([found.file.fault(("individualised", "services"), cause)])
    return found
