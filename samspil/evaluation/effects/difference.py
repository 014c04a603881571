"""Difference in differences on matched citizens, and the comparison with oneself before, which is shown to be wrong."""

from __future__ import annotations

import numpy as np

from samspil.evaluation.effects.estimate import Design, Effect
from samspil.evaluation.effects.periods import citizens, means, periods
from samspil.evaluation.effects.regression import regress
from samspil.evaluation.figures import Unknown
from samspil.evaluation.panel import Panel


def difference(panel: Panel, outcome: str) -> Effect | Unknown:
    """How much more the rate of those enrolled changed after the index than that of those compared with.

    Per citizen and period: a level for each citizen, and a level for each period of each index month, so that those
    enrolled are held against citizens with the same index month in the same months, and never against somebody enrolled
    earlier (stacked: Cengiz and others, Quarterly Journal of Economics 134 (2019) 1405-1454). A period counts by the
    citizen's matching weight and the time followed in it. Interval by practice with Student's t of practices less one
    degrees of freedom; what that leans on stands with `regress`. Report 000 R-EVAL-3 (b) and (g).
    """
    rows = periods(panel, outcome)
    if isinstance(rows, Unknown):
        return rows
    effect = ((rows["treated"] == 1) & (rows["period"] >= 0)).to_numpy(float)
    fit = regress(rows, "rate", {"effect": effect}, "stack")
    if isinstance(fit, Unknown):
        return fit
    estimate = fit.difference("effect")
    if isinstance(estimate, Unknown):
        return estimate
    return Effect(
        outcome=outcome,
        design=Design.MATCHED,
        estimate=estimate,
        treated=citizens(rows, 1),
        comparison=citizens(rows, 0),
        clusters=fit.clusters,
        **means(rows),
    )


def before_after(panel: Panel, outcome: str) -> Effect | Unknown:
    """How much the rate of those enrolled changed, beside nobody. It is shown only to say that it is wrong.

    Citizens are found when they are worst, and would have come nearer to the usual anyway (regression to the mean;
    report 001 R-EVAL-15). Interval by practice as in `difference`.
    """
    rows = periods(panel, outcome, alone=True)
    if isinstance(rows, Unknown):
        return rows
    after = np.asarray(rows["period"] >= 0, dtype=float)
    fit = regress(rows, "rate", {"after": after}, None)
    if isinstance(fit, Unknown):
        return fit
    estimate = fit.difference("after")
    if isinstance(estimate, Unknown):
        return estimate
    return Effect(
        outcome=outcome,
        design=Design.BEFORE_AFTER,
        estimate=estimate,
        treated=citizens(rows, 1),
        comparison=0,
        clusters=fit.clusters,
        **means(rows),
    )
