"""What the population plane hands over when a run is published: the narrow door between the two planes.

Plain values, read once and in order; nothing here knows files, engines or Django.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from samspil.access.handover import CitizenRow, PracticeRow
from samspil.programmes import RiskModel


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person's result of one model. `criteria` is by item [value, status, points]."""

    person_id: int
    score: int
    band: str | None
    in_target: bool
    excluded_by: list[str]
    incomplete: bool
    criteria: dict[str, list[Any]]


@dataclass(frozen=True)
class ModelHandover:
    """One model of the run."""

    programme: str
    definition: RiskModel
    missing: list[str]
    unchecked: list[str]
    persons: Iterable[PersonRow]


@dataclass(frozen=True)
class Handover:
    """A run, ready to be brought to the practices. `models` and `citizens` are read once, citizens first."""

    run: str
    as_of: dt.date
    data_dates: dict[str, dt.date]
    stale: list[str]
    not_loaded: list[str]
    practices: list[PracticeRow]
    citizens: Iterable[CitizenRow]
    #: Who is dead or emigrated at the run's date, with or without a practice.
    inactive: frozenset[int] = frozenset()
    models: list[ModelHandover] = field(default_factory=list)
