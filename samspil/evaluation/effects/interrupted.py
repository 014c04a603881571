"""An interrupted time series: did practices' series break when they began, beside those that did not begin?"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm

from samspil.evaluation.effects.estimate import Design, Effect
from samspil.evaluation.effects.periods import known
from samspil.evaluation.effects.regression import NOTHING, interval
from samspil.evaluation.figures import Difference, Reason, Unknown
from samspil.evaluation.statistics import Floats

#: With fewer months on a side no trend can be told from chance (eight is what reviews of such studies ask for: Penfold
#: and Zhang, Academic Pediatrics 13 (2013) S38-S44).
FEWEST_MONTHS = 8


@dataclass(frozen=True)
class _Start:
    """One practice that began, and those it is held against: rates of a year by month since it began.

    `others` has a row per practice compared with (none: nobody can be), and `shares` their shares of all persons in
    them.
    """

    cluster: str
    last: int
    persons: float
    rates: Floats
    against: tuple[str, ...]
    others: Floats
    shares: Floats

    @property
    def beside(self) -> Floats:
        """The series of all practices compared with, by their persons."""
        return np.asarray(self.shares @ self.others)


def interrupted(practices: pd.DataFrame, outcome: str, before: int = 12, after: int = 12) -> Effect | Unknown:
    """The break of the series of practices that began, on average over the months after, beside the trend before.

    `practices` is as in `stepped`. Months are counted from each practice's own start, so that the series is of the
    same practices throughout: those that are seen in all of `before` and `after` months, weighted by their persons.
    The comparison series is, for each of them, of the practices that had not begun by the end of those same calendar
    months. What is fitted is the difference of the two series: level and trend before, and a change of both at the
    start (segmented regression; Bernal and others, International Journal of Epidemiology 46 (2017) 348-355). Where
    fewer than two practices can be compared with, the series stands alone and the design says so.

    Two intervals are made and the wider is told. One is of months that hang together (Newey and West, Student's t of
    the months less four); by itself it is far too short in series as short as these (Turner and others, BMC Medical
    Research Methodology 21 (2021) 181). The other is of practices that differ, however their months hang together
    (Student's t of the practices that began less one).

    `treated` are the citizens of practices that began, at the end of the last months used, and `comparison` those of
    practices that were compared with alone. Raises ValueError when `before` or `after` is under `FEWEST_MONTHS`, and
    SamspilError for an endless amount.
    """
    if min(before, after) < FEWEST_MONTHS:
        raise ValueError(f"an interrupted time series needs {FEWEST_MONTHS} months on each side")
    starts = list(_starts(practices, outcome, before, after))
    compared = [start for start in starts if start.against]
    alone = len(compared) < 2
    used = starts if alone else compared
    if len(used) < 2:
        return Unknown.because(Reason.FEW_PRACTICES, practices=len(used), needed=2)
    weights = np.array([start.persons for start in used])
    weights = weights / weights.sum()
    own = weights @ np.stack([start.rates for start in used])
    beside = np.zeros(len(own)) if alone else weights @ np.stack([start.beside for start in used])
    estimate = _wider(_of_months(own - beside, before), _of_practices(used, weights, before, alone))
    if isinstance(estimate, Unknown):
        return estimate
    began = {start.cluster for start in used}
    against = set() if alone else {name for start in used for name in start.against}
    last = practices[practices["month"] <= max(start.last for start in used)].sort_values("month", kind="stable")
    persons = last[last["persons"] > 0].groupby("cluster")["persons"].last()
    return Effect(
        outcome=outcome,
        design=Design.INTERRUPTED_ALONE if alone else Design.INTERRUPTED,
        estimate=estimate,
        treated=int(persons[sorted(began)].sum()),
        comparison=int(persons[sorted(against - began)].sum()),
        clusters=len(began | against),
        treated_before=float(own[:before].mean()),
        treated_after=float(own[before:].mean()),
        comparison_before=None if alone else float(beside[:before].mean()),
        comparison_after=None if alone else float(beside[before:].mean()),
    )


def _starts(practices: pd.DataFrame, outcome: str, before: int, after: int) -> Iterator[_Start]:
    """Practices that began and are seen in all months around it, in order of name."""
    rows = known(practices, outcome, "cluster")
    rows = rows[rows["persons"] > 0]
    amounts = rows.pivot_table(index="cluster", columns="month", values=outcome, aggfunc="sum")
    persons = rows.pivot_table(index="cluster", columns="month", values="persons", aggfunc="sum")
    begins = rows.groupby("cluster")["start"].first()
    for cluster, start in begins.dropna().items():
        months = list(range(int(start) - before, int(start) + after))
        if not set(months) <= set(amounts.columns):
            continue
        rates, people = amounts[months] / persons[months] * 12, persons[months].mean(axis=1)
        whole = rates.notna().all(axis=1)
        if not whole[cluster]:
            continue
        against = whole.index[whole & ~(begins[whole.index] <= months[-1])]
        if len(against) < 2:
            against = against[:0]
        yield _Start(
            cluster=str(cluster),
            last=months[-1],
            persons=float(people[cluster]),
            rates=rates.loc[cluster].to_numpy(float),
            against=tuple(str(name) for name in against),
            others=rates.loc[against].to_numpy(float),
            shares=(people[against] / people[against].sum()).to_numpy(float),
        )


def _segments(months: int, before: int) -> tuple[Floats, Floats]:
    """The columns of level and trend and of their changes, and the mix of them that is the mean break."""
    since = np.arange(months) - before
    after = (since >= 0).astype(float)
    mean = np.array([0.0, 0.0, 1.0, float(since[since >= 0].mean())])
    return np.column_stack([np.ones(months), since, after, after * since]), mean


def _of_months(series: Floats, before: int) -> Difference | Unknown:
    """The mean break of one series, with an interval of its months."""
    x, mean = _segments(len(series), before)
    # Newey and West's rule for how many months hang together (Review of Economic Studies 61 (1994) 631-653)
    lags = math.floor(4 * (len(series) / 100) ** (2 / 9))
    model = sm.OLS(series, x).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}, use_t=True)
    found = model.t_test(mean)
    value, error = float(found.effect[0]), float(found.sd[0, 0])
    if not (math.isfinite(value) and error > NOTHING * max(1.0, float(np.abs(series).max()))):
        return Unknown.because(Reason.NO_VARIATION)
    low, high = (float(limit) for limit in found.conf_int()[0])
    return Difference(value, low, high, float(found.pvalue))


def _of_practices(used: Sequence[_Start], weights: Floats, before: int, alone: bool) -> Difference | Unknown:
    """The same mean break, with an interval of its practices.

    It is a sum over practices, for the break is linear in the series: what each practice that began, and each compared
    with, pulls away from what its group has, squared and added up.
    """
    x, mean = _segments(len(used[0].rates), before)
    break_of = mean @ np.linalg.pinv(x)
    breaks = np.array([(start.rates if alone else start.rates - start.beside) @ break_of for start in used])
    value = float(weights @ breaks)
    pulls: dict[str, float] = defaultdict(float)
    for start, weight, own in zip(used, weights, breaks, strict=True):
        pulls[start.cluster] += weight * (own - value)
        if not alone:
            apart = start.shares * ((start.others - start.beside) @ break_of)
            for name, pull in zip(start.against, apart, strict=True):
                pulls[name] -= weight * pull
    squares = sum(pull**2 for pull in pulls.values())
    return interval(value, math.sqrt(len(used) / (len(used) - 1) * squares), len(used))


def _wider(one: Difference | Unknown, other: Difference | Unknown) -> Difference | Unknown:
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return one
    return max(one, other, key=lambda each: each.high - each.low)
