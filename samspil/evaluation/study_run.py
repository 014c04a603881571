"""One study from its file to its result: cohort, matching and balance first, then effects, economy and implementation.

Nothing is said of an effect unless those compared are alike; what may be said is settled here, in one place.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from samspil.evaluation.candidates import Candidates, candidates, subgroup
from samspil.evaluation.courses import Courses, courses
from samspil.evaluation.economy.economy import economy
from samspil.evaluation.effects.difference import before_after, difference
from samspil.evaluation.effects.dose import dose
from samspil.evaluation.effects.estimate import Effect, Verdict, verdict
from samspil.evaluation.effects.event_study import event_study
from samspil.evaluation.effects.interrupted import interrupted
from samspil.evaluation.effects.sensitivity import (
    Sensitivity,
    by_inclusion,
    e_value,
    placebo_date,
    without_each_practice,
)
from samspil.evaluation.effects.staggered import staggered, stepped
from samspil.evaluation.effects.subgroups import in_subgroup
from samspil.evaluation.effects.time_to_event import event_times
from samspil.evaluation.figures import Reason, Unknown
from samspil.evaluation.following import DEATH, MONTH, follow_up, followed
from samspil.evaluation.implementation.chapter import implementation
from samspil.evaluation.implementation.perceived import perceived
from samspil.evaluation.implementation.scope import Scope
from samspil.evaluation.matched_units import MatchedUnits, matched_units
from samspil.evaluation.panel import Panel
from samspil.evaluation.practice_series import practice_series
from samspil.evaluation.study_binding import BoundStudy
from samspil.evaluation.study_cohort import Guard, StudyCohort
from samspil.evaluation.study_panel import TOTAL_COST, BuiltPanel, build_panel
from samspil.evaluation.study_result import EventFindings, OutcomeFindings, Registration, SourceUsed, StudyResult
from samspil.population.tables import Tables, source_of
from samspil.programmes.prices import PriceList
from samspil.programmes.study import Study, StudyEvent, StudyOutcome


@dataclass(frozen=True)
class Given:
    """What a study is run on: the tables, how far they reach by source, prices, and who pays (by sector).

    `true_effects` are known of synthetic programmes alone. `override` shows effects though balance fails.
    """

    tables: Tables
    data_from: Mapping[str, dt.date]
    data_until: Mapping[str, dt.date]
    prices: PriceList
    payers: Mapping[str, str]
    sources: tuple[SourceUsed, ...]
    few: int
    true_effects: Mapping[str, float]
    override: bool = False


def run_study(bound: BoundStudy, given: Given, registration: Registration, run: str, code: str) -> StudyResult:
    """The result of a study. Raises SamspilError when nobody was enrolled, or a source it needs is absent."""
    study, tables = bound.study, given.tables
    needed = {source_of(table) for table in bound.tables if table in tables}
    begins = max((given.data_from[source] for source in needed if source in given.data_from), default=dt.date.min)
    until = min([given.data_until[source] for source in needed if source in given.data_until] + [study.analysis_date])
    found = courses(study, tables)
    possible = candidates(bound, found, tables)
    matched = matched_units(study, possible)
    units = followed(matched.frame, study, found, tables, until)
    built = build_panel(bound, units, tables, given.prices, begins)
    cohort = _cohort(study, found, possible, units, until)
    withheld = _withheld(study, matched, cohort, given.override)
    series = practice_series(bound, found, tables, begins, until)
    findings = tuple(
        _outcome(each, _Ground(study, found, units, built, series, tables), withheld, given.true_effects)
        for each in study.outcomes
    )
    effects = {each.outcome.outcome: each.main for each in findings}
    alike = withheld != Verdict.NOT_COMPARABLE
    total = _main(built, TOTAL_COST) if alike else Unknown.because(Reason.NOT_ALIKE)
    stated = perceived(Scope(tables, study.programme, study.arm, until, study.enrolled))
    return StudyResult(
        study=study,
        registration=registration,
        run=run,
        code=code,
        data_until=until,
        sources=given.sources,
        cohort=cohort,
        balance=matched.balance,
        overridden=given.override and not matched.balance.holds,
        outcomes=findings,
        events=tuple(_event(each, units, built, withheld) for each in study.events),
        economy=economy(
            study, tables, effects, given.payers, until, _citizen_years(study, found, tables, until), excess_total=total
        ),
        implementation=implementation(
            tables,
            study.programme,
            study.arm,
            until,
            possible.eligible,
            study.enrolled,
            contact_months=study.windows.after,
        ),
        stated=() if isinstance(stated, Unknown) else stated,
        titles={},
        few=given.few,
    )


@dataclass(frozen=True)
class _Ground:
    """What effects are estimated on."""

    study: Study
    found: Courses
    units: pd.DataFrame
    built: BuiltPanel
    series: pd.DataFrame
    tables: Tables


def _cohort(study: Study, found: Courses, possible: Candidates, units: pd.DataFrame, until: dt.date) -> StudyCohort:
    treated, compared = units[units["treated"] == 1], units[units["treated"] == 0]
    months = [f"{each:%Y-%m}" for each in found.index["index_date"]]
    return StudyCohort(
        enrolled=found.enrolled,
        treated_steps=possible.treated_steps,
        candidate_steps=possible.candidate_steps,
        candidate_citizens=possible.citizens,
        index_months={month: months.count(month) for month in sorted(set(months))},
        guards=(*found.guards, Guard("index_after_death", possible.gone)),
        treated_follow_up=follow_up(treated, study),
        comparison_follow_up=follow_up(compared, study),
        by_inclusion=found.by_inclusion,
        data_cut=until,
    )


def _withheld(study: Study, matched: MatchedUnits, cohort: StudyCohort, override: bool) -> Verdict | None:
    """Why nothing may be said of effects, the heaviest reason first; None when something may."""
    if not matched.balance.holds and not override:
        return Verdict.NOT_COMPARABLE
    practices = matched.frame.loc[matched.frame["treated"] == 1, "cluster"].nunique()
    if matched.balance.matched_treated < study.minimum.treated or practices < study.minimum.practices:
        return Verdict.TOO_FEW
    if cohort.treated_follow_up.enough < study.minimum.with_enough:
        return Verdict.TOO_EARLY
    return None


def _main(built: BuiltPanel, outcome: str) -> Effect | Unknown:
    if outcome not in built.panel.outcomes:
        return built.unknown.get(outcome, Unknown.because(Reason.NO_COST))
    return difference(built.panel, outcome)


def _outcome(
    outcome: StudyOutcome, on: _Ground, withheld: Verdict | None, true_effects: Mapping[str, float]
) -> OutcomeFindings:
    name, panel = outcome.outcome, on.built.panel
    truth = true_effects.get(name)
    missing = on.built.unknown.get(name)
    if missing is not None or withheld == Verdict.NOT_COMPARABLE:
        why = missing or Unknown.because(Reason.NOT_ALIKE)
        said = Verdict.UNKNOWN if missing is not None else Verdict.NOT_COMPARABLE
        return OutcomeFindings(outcome, why, said, why, why, why, why, why, why, (), None, truth)

    def estimate(part: Panel) -> Effect | Unknown:
        return difference(part, name)

    main = estimate(panel)
    not_by_practice = Unknown.because(Reason.NOT_BY_PRACTICE)
    by_practice = name in on.series
    return OutcomeFindings(
        outcome=outcome,
        main=main,
        verdict=withheld or verdict(main, outcome.direction),
        event_study=event_study(panel, name),
        staggered=staggered(panel, name),
        stepped=stepped(on.series, name) if by_practice else not_by_practice,
        interrupted=interrupted(on.series, name) if by_practice else not_by_practice,
        naive=before_after(panel, name),
        dose=dose(panel, name, _received(on)),
        subgroups=tuple(
            in_subgroup(each.subgroup, panel, set(on.units.loc[on.units[subgroup(each.subgroup)], "unit"]), estimate)
            for each in on.study.subgroups
        ),
        sensitivity=Sensitivity(
            e_value=e_value(main) if isinstance(main, Effect) else main,
            placebo_date=placebo_date(panel, estimate),
            without_practice=without_each_practice(panel, estimate),
            by_inclusion=by_inclusion(panel, _inclusion(on), estimate),
        ),
        truth=truth,
    )


def _course_of(on: _Ground) -> dict[int, str]:
    """The course of each enrolled unit."""
    course = dict(zip(on.found.index["person_id"], on.found.index["course_id"], strict=True))
    own = on.units[on.units["treated"] == 1]
    return {int(unit): course[person] for unit, person in zip(own["unit"], own["person_id"], strict=True)}


def _inclusion(on: _Ground) -> dict[int, str]:
    how = dict(zip(on.found.index["course_id"], on.found.index["inclusion"], strict=True))
    return {unit: how[course] for unit, course in _course_of(on).items()}


def _received(on: _Ground) -> dict[int, float]:
    """How many services of the programme began for each enrolled unit."""
    services = on.tables["service_received"]
    began = services.filter(services.started.notnull() & (services.started <= on.study.analysis_date))
    rows = began.group_by("course_id").aggregate(number=began.count()).to_pyarrow().to_pylist()
    number = {row["course_id"]: float(row["number"]) for row in rows}
    return {unit: number.get(course, 0.0) for unit, course in _course_of(on).items()}


def _event(event: StudyEvent, units: pd.DataFrame, built: BuiltPanel, withheld: Verdict | None) -> EventFindings:
    missing = built.unknown.get(event.event)
    if missing is not None:
        return EventFindings(event, missing, Verdict.UNKNOWN)
    if withheld == Verdict.NOT_COMPARABLE:
        return EventFindings(event, Unknown.because(Reason.NOT_ALIKE), withheld)
    times = event_times(_times(units, built.first[event.event]), event.event)
    ratio = times if isinstance(times, Unknown) else times.hazard_ratio
    return EventFindings(event, times, withheld or verdict(ratio, event.direction))


def _times(units: pd.DataFrame, first: Mapping[int, int]) -> pd.DataFrame:
    """When each unit had the event, died, or was no longer followed, in months from the index date.

    An event is known by month, and counts at the end of it, like a death in the same month after it.
    """
    days = np.array([(last - index).days + 1 for last, index in zip(units["last"], units["index_date"], strict=True)])
    months = np.maximum(days / MONTH, 1 / MONTH)
    happened = units["unit"].map(first).astype(float).to_numpy() + 1
    had = ~np.isnan(happened) & (happened <= np.ceil(months))
    state = np.where(had, "event", np.where(units["ended"] == DEATH, "death", "censored"))
    kept = units[["unit", "person_id", "cluster", "treated", "weight"]]
    return kept.assign(months=np.where(had, happened, months), state=state)


def _citizen_years(study: Study, found: Courses, tables: Tables, until: dt.date) -> float | None:
    """The years that the arm's courses ran until a day; None where nobody ran one."""
    enrolment = tables["enrolment"]
    own = enrolment.filter((enrolment.programme == study.programme) & (enrolment.arm == study.arm))
    rows = own.select("from", "to").to_pyarrow().to_pylist()
    days = [(min(row["to"] or until, until) - row["from"]).days + 1 for row in rows if row["from"] <= until]
    return sum(days) / 365.25 if days else None
