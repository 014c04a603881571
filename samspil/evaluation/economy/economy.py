"""The economy of a study: what its courses cost, what they moved, who paid, and what is left (report 000 2.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from samspil.evaluation.economy.accounts import Amount, CourseCost, Economy, LedgerLine, Saving, Shift, rounded
from samspil.evaluation.economy.citizen_year import per_citizen_year
from samspil.evaluation.economy.courses import costs_of
from samspil.evaluation.economy.excess import added_outcomes, excess_per_course, outcome_of_all, shifts_of
from samspil.evaluation.economy.ledger import CONSUMPTION, Ledger, arm_ledger, line
from samspil.evaluation.economy.net import net_per_course
from samspil.evaluation.economy.savings import estimated_savings
from samspil.evaluation.economy.shifts import sector_matrix, shift_matrix
from samspil.evaluation.economy.spending import spending
from samspil.evaluation.effects.estimate import Effect
from samspil.evaluation.figures import Unknown
from samspil.population.tables import Tables
from samspil.programmes.study import Study


def economy(
    study: Study,
    tables: Tables,
    outcomes: Mapping[str, Effect | Unknown],
    payers: Mapping[str, str],
    until: dt.date,
    followed_years: float | None,
    *,
    excess_total: Effect | Unknown | None = None,
    overhead: Decimal | None = None,
    savings: Sequence[Saving] = (),
) -> Economy:
    """The economy of a study's arm, from what its programme spent until a day and the effects on cost.

    `outcomes` are the effects by outcome; those whose cost is added are `added_outcomes`. `excess_total` is the effect
    on all their sectors together, which the interval of the excess comes from; without it the study's own outcome over
    just these sectors is, if there is one (else see `excess_per_course`). `payers` is who pays by sector and provider
    (`Payers.by_sector`). `followed_years` are the citizen-years that the arm's courses ran until the day. `savings`
    that somebody states (released, reallocated) stand beside those estimated here.
    """
    spent = spending(tables, study.programme, until, payers)
    courses = costs_of(spent)
    own = next((each for each in courses if each.arm == study.arm), _nothing(study.arm))
    added = added_outcomes(study.outcomes)
    shifts = shifts_of(added, outcomes, payers)
    of_all = outcome_of_all(study.outcomes, added)
    if excess_total is None and of_all is not None:
        excess_total = outcomes.get(of_all.outcome)
    excess = excess_per_course(shifts, excess_total)
    ledger = Ledger.of((*arm_ledger(spent, study.arm).lines, *_consumption(shifts, own.courses)))
    return Economy(
        courses=courses or (own,),
        ledger=ledger.lines,
        shifts=shifts,
        shift_matrix=shift_matrix(shifts),
        savings=(*estimated_savings(shifts, own.courses, f"{study.study} {study.version}"), *savings),
        excess_per_course=excess,
        net_per_course=net_per_course(own.running, excess),
        neutral=rounded(Decimal(study.neutral)),
        per_citizen_year=per_citizen_year(_whole(own), followed_years, overhead),
        overhead=overhead,
        sector_matrix=sector_matrix(shifts),
        counted=tuple(sector for outcome in added for sector in outcome.cost_of),
    )


def _nothing(arm: str) -> CourseCost:
    """An arm of which nothing is written down."""
    return CourseCost(arm, 0, None, None, None, None, None, None)


def _whole(cost: CourseCost) -> Amount:
    return None if cost.running is None else cost.running * cost.courses


def _consumption(shifts: Sequence[Shift], courses: int) -> Iterator[LedgerLine]:
    """What the citizens of all started courses used more in a year, if all changed as those of the study did."""
    for shift in shifts:
        unknown = isinstance(shift.per_course, Unknown) or courses == 0
        yield line(shift.payer, CONSUMPTION, None if unknown else _of_all(shift, courses))


def _of_all(shift: Shift, courses: int) -> Amount:
    return None if isinstance(shift.per_course, Unknown) else rounded(Decimal(shift.per_course.value) * courses)
