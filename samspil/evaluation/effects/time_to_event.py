"""Time to something that happens once, with death as competing event."""

from __future__ import annotations

from dataclasses import dataclass

from samspil.evaluation.effects.estimate import Effect


@dataclass(frozen=True)
class Incidence:
    """The share (0 to 1) of a group to whom it has happened `month` months after the index, and who died first."""

    month: int
    share: float
    low: float
    high: float
    died: float
    at_risk: int


@dataclass(frozen=True)
class EventTimes:
    """Cumulative incidence of both groups (Aalen-Johansen), and the ratio of cause-specific hazards (Cox)."""

    treated: tuple[Incidence, ...]
    comparison: tuple[Incidence, ...]
    hazard_ratio: Effect
    treated_events: int
    comparison_events: int
    treated_deaths: int
    comparison_deaths: int
