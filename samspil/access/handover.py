"""Practices and citizens as the population plane knows them, when a run is published. Plain values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class PracticeRow:
    """A practice as delivered."""

    provider_number: str
    name: str | None
    doctors: int | None


@dataclass(frozen=True, slots=True)
class CitizenRow:
    """A citizen with a practice at the run's date, identified."""

    person_id: int
    cpr: str
    name: str
    birth_date: dt.date
    sex: str
    provider_number: str
