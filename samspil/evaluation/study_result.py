"""The whole result of a study, as the report reads it. Implementation and outcome are two chapters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from samspil.evaluation.balance import BalanceTable
from samspil.evaluation.economy.accounts import Economy
from samspil.evaluation.effects.estimate import Effect, Verdict
from samspil.evaluation.effects.event_study import EventStudy
from samspil.evaluation.effects.sensitivity import Sensitivity
from samspil.evaluation.effects.time_to_event import EventTimes
from samspil.evaluation.figures import Unknown
from samspil.evaluation.implementation.chapter import Implementation
from samspil.evaluation.implementation.results import Stated
from samspil.evaluation.study_cohort import StudyCohort
from samspil.programmes.study import Study, StudyEvent, StudyOutcome


@dataclass(frozen=True)
class SubgroupEffect:
    """The effect in a subgroup and in everybody else, each with its own n; never a pooled figure alone (002 EVAL-4)."""

    subgroup: str
    inside: Effect | Unknown
    outside: Effect | Unknown


@dataclass(frozen=True)
class OutcomeFindings:
    """All that was found on one outcome. `main` is what the answer rests on; the others test it."""

    outcome: StudyOutcome
    main: Effect | Unknown
    verdict: Verdict
    event_study: EventStudy | Unknown
    staggered: Effect | Unknown
    stepped: Effect | Unknown
    interrupted: Effect | Unknown
    naive: Effect | Unknown
    dose: Effect | Unknown
    subgroups: tuple[SubgroupEffect, ...]
    sensitivity: Sensitivity | None
    truth: float | None = None


@dataclass(frozen=True)
class EventFindings:
    """All that was found on something that happens once."""

    event: StudyEvent
    times: EventTimes | Unknown
    verdict: Verdict


@dataclass(frozen=True)
class Registration:
    """Which version of a study this is. `changed_from` are the fingerprints it was registered with before."""

    fingerprint: str
    registered_on: dt.date
    changed_from: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceUsed:
    """A source the study read: how far its data go, and the deliveries they came in."""

    source: str
    first: dt.date | None
    until: dt.date | None
    deliveries: tuple[str, ...]


@dataclass(frozen=True)
class StudyResult:
    """A study, done. `truth` is the true effect by outcome, known of synthetic programmes alone.

    `overridden` says that effects are shown though balance fails, because somebody asked for it.
    """

    study: Study
    registration: Registration
    run: str
    code: str
    data_until: dt.date
    sources: tuple[SourceUsed, ...]
    cohort: StudyCohort
    balance: BalanceTable
    overridden: bool
    outcomes: tuple[OutcomeFindings, ...]
    events: tuple[EventFindings, ...]
    economy: Economy
    implementation: Implementation
    stated: tuple[Stated, ...]
    titles: Mapping[str, str]
    few: int
