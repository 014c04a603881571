"""The chapter on implementation: shares and series of what was done, by practice and in all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from samspil.evaluation.figures import Share, Unknown


@dataclass(frozen=True)
class PracticeAdoption:
    """How far one practice has come (001 R-IMPL-12, R-EVAL-16): courses, lists looked at, services asked for."""

    provider_number: str
    trained: bool | None
    active: bool
    courses: int
    reviewed: int
    services: int
    kept: Share | Unknown


@dataclass(frozen=True)
class Implementation:
    """Whether the programme was carried out. Shares keep numerator and denominator; Unknown says what is lacking.

    * `reach`: enrolled among those who could have been; `adoption`: practices with a course among those taking part;
    * `fidelity`: by component, courses that received it; `deadlines`: services begun by the day promised;
    * `precision`: names accepted among those judged; `notes_read`: notes with a reader among those written;
    * `involvement`: by kind (`opened_by_citizen`, `goal_by_citizen`, `relative_took_part`), courses with it;
    * `meetings`: held, cases, cases expected; `exposure`: courses by how many services they received (dose);
    * `concentration`: the share of courses that the practice with most of them has (000 L-34).
    """

    reach: Share | Unknown
    adoption: Share | Unknown
    fidelity: Mapping[str, Share | Unknown]
    deadlines: Share | Unknown
    deadlines_by_sector: Mapping[str, Share | Unknown]
    precision: Share | Unknown
    notes_read: Share | Unknown
    involvement: Mapping[str, Share | Unknown]
    meetings: Mapping[str, int]
    exposure: Mapping[int, int]
    concentration: Share | Unknown
    practices: tuple[PracticeAdoption, ...]
