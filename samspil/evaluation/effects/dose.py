"""Whether those who received more of a programme changed more, among those enrolled (001 R-EVAL-19)."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
import statsmodels.api as sm

from samspil.evaluation.effects.estimate import Design, Effect
from samspil.evaluation.figures import Difference, Reason, Unknown
from samspil.evaluation.panel import Panel
from samspil.evaluation.statistics import FEW


def dose(panel: Panel, outcome: str, received: Mapping[int, float]) -> Effect | Unknown:
    """How much more the rate of a year changed with each unit of service received (`received` by unit, any scale).

    A straight line of each enrolled unit's change (rate after less rate before) on what it received, weighted by how
    long it was followed before and after; interval by practice (CR1, Student's t). Units for whom it is not known what
    they received, or who have no months before or none after, are left out: missing is not zero.
    """
    changes = _changes(panel, outcome)
    changes = changes.assign(received=changes["unit"].map(received)).dropna(subset=["received"])
    if len(changes) < FEW:
        return Unknown.because(Reason.FEW_PERSONS, persons=len(changes), needed=FEW)
    practices = changes["cluster"].nunique()
    if practices < 2:
        return Unknown.because(Reason.FEW_PRACTICES, practices=practices, needed=2)
    if changes["received"].nunique() < 2 or changes["change"].nunique() < 2:
        return Unknown.because(Reason.NO_VARIATION)
    line = sm.WLS(changes["change"], sm.add_constant(changes["received"]), weights=changes["weight"]).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(changes["cluster"], sort=True)[0]}, use_t=True
    )
    value, error = float(line.params["received"]), float(line.bse["received"])
    if not (math.isfinite(error) and error > 0):
        return Unknown.because(Reason.NO_VARIATION)
    low, high = (float(limit) for limit in line.conf_int().loc["received"])
    weights = changes["weight"]
    return Effect(
        outcome=outcome,
        design=Design.DOSE,
        estimate=Difference(value, low, high, float(line.pvalues["received"])),
        treated=int(changes["person_id"].nunique()),
        comparison=0,
        clusters=practices,
        treated_before=float(np.average(changes["before"], weights=weights)),
        treated_after=float(np.average(changes["after"], weights=weights)),
    )


def _changes(panel: Panel, outcome: str) -> pd.DataFrame:
    """One row per enrolled unit with time on both sides: yearly rates, their change, and its weight.

    The weight is that of a difference of two rates whose variances go down with the time they rest on.
    """
    # a month whose amount is not known is one in which nobody was followed: missing is not zero
    known = panel.frame[outcome].notna() & (panel.frame["exposure"] > 0)
    enrolled = panel.frame[(panel.frame["treated"] == 1) & known]
    after = (enrolled["since"] >= 0).rename("after")
    sums = enrolled.groupby(["unit", "person_id", "cluster", after])[["exposure", outcome]].sum()
    rates = pd.DataFrame({"rate": sums[outcome] / sums["exposure"] * 12, "exposure": sums["exposure"]})
    sides = rates.unstack("after").dropna()
    before, later = (sides["rate"].get(side, pd.Series(dtype=float)) for side in (False, True))
    lengths = sides["exposure"]
    if len(sides) == 0 or lengths.shape[1] < 2:
        return pd.DataFrame(columns=["unit", "person_id", "cluster", "before", "after", "change", "weight"])
    weight = 1 / (1 / lengths[False] + 1 / lengths[True])
    return pd.DataFrame({"before": before, "after": later, "change": later - before, "weight": weight}).reset_index()
