"""Starts at different times: whoever has begun is never what another is held against (Goodman-Bacon 2021)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from samspil.evaluation.effects.estimate import Design, Effect
from samspil.evaluation.effects.imputation import imputed
from samspil.evaluation.effects.periods import citizens, known, means, periods
from samspil.evaluation.figures import Reason, Unknown
from samspil.evaluation.panel import Panel


def staggered(panel: Panel, outcome: str) -> Effect | Unknown:
    """The average effect on those enrolled, whatever month they start in and however effects differ between months.

    Levels for each citizen and each period of each index month come from those compared with and from those enrolled
    before their start; see `imputed`. A calendar month has no level shared by all index months: citizens are found when
    they use most, those compared with come down after their own index month, and one level for all would call that an
    effect. Other than in `difference`, each enrolled citizen counts by the time followed.
    """
    rows = periods(panel, outcome)
    if isinstance(rows, Unknown):
        return rows
    found = imputed(rows, "rate", "stack", ((rows["treated"] == 1) & (rows["period"] >= 0)).to_numpy())
    if isinstance(found, Unknown):
        return found
    estimate, rests = found
    kept = rows[rests]
    return Effect(
        outcome=outcome,
        design=Design.STAGGERED,
        estimate=estimate,
        treated=citizens(kept, 1),
        comparison=citizens(kept, 0),
        clusters=int(kept["cluster"].nunique()),
        **means(kept),
    )


def stepped(practices: pd.DataFrame, outcome: str) -> Effect | Unknown:
    """The average effect on all citizens of practices that have begun, while practices begin one after the other.

    `practices` has a row per practice and calendar month: `cluster`, `month`, `start` (the month in which the practice
    began; NaN never), `persons`, and a column per outcome with the amount of all of them in that month. Levels for
    each practice and month come from practices that had not begun; see `imputed`. Months in which fewer than two had
    not, and practices that had begun before the first month, tell nothing and are left out. A practice counts by its
    persons.

    `treated` and `comparison` of the result are the citizens, in the last month used, of practices that had begun by
    then and of those that had not. Unknown with fewer than two practices of either kind (report 001 R-EVAL-02).
    """
    rows = known(practices, outcome, "cluster")
    rows = _open(rows[rows["persons"] > 0])
    begun = (rows["month"] >= rows["start"]).to_numpy()
    ever = rows["cluster"].isin(rows.loc[begun, "cluster"])
    fewest = min(rows.loc[ever, "cluster"].nunique(), rows.loc[~ever, "cluster"].nunique())
    if fewest < 2:
        return Unknown.because(Reason.FEW_PRACTICES, practices=fewest, needed=2)
    rows = rows.assign(rate=rows[outcome] / rows["persons"] * 12, weight=rows["persons"], unit=rows["cluster"])
    if rows["rate"].nunique() < 2:
        return Unknown.because(Reason.NO_VARIATION)
    found = imputed(rows, "rate", "month", begun)
    if isinstance(found, Unknown):
        return found
    estimate, rests = found
    last = rows[rests].groupby("cluster").tail(1)
    persons = last.groupby(ever[last.index])["persons"].sum()
    return Effect(
        outcome=outcome,
        design=Design.STEPPED,
        estimate=estimate,
        treated=int(persons.get(True, 0)),
        comparison=int(persons.get(False, 0)),
        clusters=len(last),
        treated_before=_rate(rows[ever & ~begun]),
        treated_after=_rate(rows[begun]),
    )


def _open(rows: pd.DataFrame) -> pd.DataFrame:
    """The months in which at least two practices had not begun, of practices that had once not."""
    waiting = ~(rows["month"] >= rows["start"])
    months = rows[waiting].groupby("month")["cluster"].nunique()
    once = waiting.groupby(rows["cluster"]).transform("any")
    kept = rows[rows["month"].isin(months.index[months >= 2]) & once]
    return kept.sort_values(["cluster", "month"], ignore_index=True)


def _rate(rows: pd.DataFrame) -> float:
    return float(np.average(rows["rate"], weights=rows["weight"]))
