"""The difference between the groups period by period: what it was before the index tells whether it may be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from samspil.evaluation.effects.periods import periods
from samspil.evaluation.effects.regression import regress
from samspil.evaluation.figures import Difference, Reason, Unknown
from samspil.evaluation.panel import Panel

#: The period the others are held against: the last before the index.
BASE = -1


@dataclass(frozen=True)
class PeriodEffect:
    """The difference between the groups in one period beside the last before the index (which has none: it is zero).

    `period` counts from the index: -1 is the last period before it, 0 the first after. `treated` and `comparison` are
    the groups' rates for one citizen and year.
    """

    period: int
    treated: float
    comparison: float
    effect: Difference | None


@dataclass(frozen=True)
class EventStudy:
    """Differences period by period, and the joint test that those before the index are zero."""

    outcome: str
    periods: tuple[PeriodEffect, ...]
    pre_trend_p: float | Unknown


def event_study(panel: Panel, outcome: str) -> EventStudy | Unknown:
    """The effect in each period around the index, and whether the groups moved alike before it.

    The regression of `difference` with one coefficient for each period but the last before the index. The test of the
    periods before is Wald's, of all of them at once, by practice (F with practices less one degrees of freedom); a
    high p does not prove that the groups moved alike (Roth, American Economic Review: Insights 4 (2022) 305-322).
    Periods in which only one group is followed are left out.
    """
    rows = periods(panel, outcome)
    if isinstance(rows, Unknown):
        return rows
    both = rows.groupby("period")["treated"].nunique()
    kept = sorted(int(period) for period in both.index[both == 2])
    if BASE not in kept:
        return Unknown.because(Reason.SHORT_BEFORE, months=0, needed=panel.period)
    rows = rows[rows["period"].isin(kept)]
    of = {period: ((rows["treated"] == 1) & (rows["period"] == period)).to_numpy(float) for period in kept}
    fit = regress(rows, "rate", {str(p): of[p] for p in kept if p != BASE}, "stack")
    if isinstance(fit, Unknown):
        return fit
    told = []
    for period in kept:
        effect = None if period == BASE else fit.difference(str(period))
        if isinstance(effect, Unknown):
            return effect
        now = rows[rows["period"] == period]
        rates = {
            group: float(np.average(part["rate"], weights=part["weight"])) for group, part in now.groupby("treated")
        }
        told.append(PeriodEffect(period, rates[1], rates[0], effect))
    before = [str(period) for period in kept if period < BASE]
    if not before:
        months, needed = panel.period, 2 * panel.period
        return EventStudy(outcome, tuple(told), Unknown.because(Reason.SHORT_BEFORE, months=months, needed=needed))
    return EventStudy(outcome, tuple(told), fit.none_p(before))
