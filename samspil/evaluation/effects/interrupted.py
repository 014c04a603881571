"""An interrupted time series: did practices' series break when they began, beside those that did not begin?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm

from samspil.evaluation.effects.estimate import Design, Effect
from samspil.evaluation.effects.periods import known
from samspil.evaluation.effects.regression import NOTHING
from samspil.evaluation.figures import Difference, Reason, Unknown
from samspil.evaluation.statistics import Floats

#: With fewer months on a side no trend can be told from chance (eight is what reviews of such studies ask for: Penfold
#: and Zhang, Academic Pediatrics 13 (2013) S38-S44).
FEWEST_MONTHS = 8


@dataclass(frozen=True)
class _Start:
    """One practice that began, and the practices it is held against: rates of a year by month since it began."""

    persons: float
    rates: Floats
    others: Floats | None
    against: tuple[str, ...]
    cluster: str
    last: int


def interrupted(practices: pd.DataFrame, outcome: str, before: int = 12, after: int = 12) -> Effect | Unknown:
    """The break of the series of practices that began, on average over the months after, beside the trend before.

    `practices` is as in `stepped`. Months are counted from each practice's own start, so that the series is of the
    same practices throughout: those that are seen in all of `before` and `after` months, weighted by their persons.
    The comparison series is, for each of them, of the practices that had not begun by the end of those same calendar
    months. What is fitted is the difference of the two series: level and trend before, and a change of both at the
    start (segmented regression; Bernal and others, International Journal of Epidemiology 46 (2017) 348-355), with
    Newey-West errors for months that hang together and Student's t of the months less four degrees of freedom. Where
    fewer than two practices can be compared with, the series stands alone and the design says so.

    Raises ValueError when `before` or `after` is under `FEWEST_MONTHS`.
    """
    if min(before, after) < FEWEST_MONTHS:
        raise ValueError(f"an interrupted time series needs {FEWEST_MONTHS} months on each side")
    starts = list(_starts(practices, outcome, before, after))
    compared = [start for start in starts if start.others is not None]
    used = compared if len(compared) >= 2 else starts
    if len(used) < 2:
        return Unknown.because(Reason.FEW_PRACTICES, practices=len(used), needed=2)
    persons = [start.persons for start in used]
    series = np.average([start.rates for start in used], axis=0, weights=persons)
    alone = used is not compared
    others = None if alone else np.average([s.others for s in used if s.others is not None], axis=0, weights=persons)
    estimate = _break(series if others is None else series - others, before)
    if isinstance(estimate, Unknown):
        return estimate
    last_persons = practices.groupby(["cluster", "month"])["persons"].sum()
    last = max(start.last for start in used)
    against = () if alone else tuple(sorted({name for start in used for name in start.against}))
    return Effect(
        outcome=outcome,
        design=Design.INTERRUPTED_ALONE if alone else Design.INTERRUPTED,
        estimate=estimate,
        treated=int(sum(last_persons[start.cluster, start.last] for start in used)),
        comparison=int(sum(last_persons.get((name, last), last_persons[name].iloc[-1]) for name in against)),
        clusters=len(used) + len(against),
        treated_before=float(series[:before].mean()),
        treated_after=float(series[before:].mean()),
        comparison_before=None if others is None else float(others[:before].mean()),
        comparison_after=None if others is None else float(others[before:].mean()),
    )


def _starts(practices: pd.DataFrame, outcome: str, before: int, after: int) -> Iterator[_Start]:
    """Practices that began and are seen in all months around it, in order of name."""
    rows = known(practices, outcome, "cluster")
    rows = rows[rows["persons"] > 0]
    amounts = rows.pivot_table(index="cluster", columns="month", values=outcome, aggfunc="sum")
    persons = rows.pivot_table(index="cluster", columns="month", values="persons", aggfunc="sum")
    begins = rows.groupby("cluster")["start"].first()
    for cluster, start in begins.dropna().items():
        months = range(int(start) - before, int(start) + after)
        if not set(months) <= set(amounts.columns):
            continue
        amount, people = amounts[list(months)], persons[list(months)]
        whole = amount.notna().all(axis=1)
        if not whole[cluster]:
            continue
        against = whole.index[whole & ~(begins[whole.index] <= months[-1])]
        others = None
        if len(against) >= 2:
            others = (amount.loc[against].sum() / people.loc[against].sum() * 12).to_numpy(float)
        rates = (amount.loc[cluster] / people.loc[cluster] * 12).to_numpy(float)
        yield _Start(float(people.loc[cluster].mean()), rates, others, tuple(against), str(cluster), months[-1])


def _break(series: Floats, before: int) -> Difference | Unknown:
    """How far the series lies from its trend before, on average over the months from `before` on."""
    since = np.arange(len(series)) - before
    after = (since >= 0).astype(float)
    if np.ptp(series) <= NOTHING * max(1.0, float(np.abs(series).max())):
        return Unknown.because(Reason.NO_VARIATION)
    x = np.column_stack([np.ones(len(series)), since, after, after * since])
    # Newey and West's rule for how many months hang together (Review of Economic Studies 61 (1994) 631-653)
    lags = math.floor(4 * (len(series) / 100) ** (2 / 9))
    model = sm.OLS(series, x).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}, use_t=True)
    found = model.t_test(np.array([0.0, 0.0, 1.0, float(since[since >= 0].mean())]))
    value, error = float(found.effect[0]), float(found.sd[0, 0])
    if not (math.isfinite(value) and error > NOTHING * float(np.ptp(series))):
        return Unknown.because(Reason.NO_VARIATION)
    low, high = (float(limit) for limit in found.conf_int()[0])
    return Difference(value, low, high, float(found.pvalue))
