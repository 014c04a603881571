"""Who is in a study: criterion by criterion, from which month, for how long, and until what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from samspil.population.cohorts import Step


@dataclass(frozen=True)
class FollowUp:
    """How long citizens of one group were followed. Months are counted from the index date.

    `ended` counts citizens by why following them ended: `window` (followed for all of it), `data_end`, `death`,
    `left_region`, `enrolled` (somebody compared with was enrolled later). `enough` followed at least the study's least,
    or died before. Shares are of `citizens` (report 000 R-EVAL-4).
    """

    citizens: int
    mean_months: float
    under_6_months: float
    under_12_months: float
    enough: float
    ended: Mapping[str, int]


@dataclass(frozen=True)
class Guard:
    """What was looked for so that nobody gets time as a gift (immortal time), and how many it set aside.

    `name` is `index_after_death`, `enrolled_before` (in a course already), `index_after_use` (a service of the course
    began before the course) or `recorded_late` (the course is said to have begun before the practice took part).
    """

    name: str
    citizens: int


@dataclass(frozen=True)
class StudyCohort:
    """How citizens came into the study.

    `enrolled` is everybody with a course in the arm in the study's days; `treated_steps` and `candidate_steps` apply
    the criteria one by one (candidates: citizens times index months). `index_months` counts those enrolled by month.
    """

    enrolled: int
    treated_steps: tuple[Step, ...]
    candidate_steps: tuple[Step, ...]
    candidate_citizens: int
    index_months: Mapping[str, int]
    guards: tuple[Guard, ...]
    treated_follow_up: FollowUp
    comparison_follow_up: FollowUp
    by_inclusion: Mapping[str, int]
    data_cut: dt.date
