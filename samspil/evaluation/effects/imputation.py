"""What those treated would have had otherwise, told by rows that are not treated yet or never will be.

Gardner's two stages (Two-stage differences in differences, 2021), which is also the imputation of Borusyak, Jaravel and
Spiess (Review of Economic Studies 91 (2024) 3253-3285). `did2s` of pyfixest 0.60 makes a column for each unit, which no
study of thousands of citizens can carry; it is the reference in the tests.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from samspil.evaluation.effects.regression import NOTHING, interval
from samspil.evaluation.effects.two_way import TwoWay, numbered, sums
from samspil.evaluation.figures import Difference, Reason, Unknown
from samspil.evaluation.statistics import Bools


def imputed(frame: pd.DataFrame, outcome: str, time: str, treated: Bools) -> tuple[Difference, Bools] | Unknown:
    """The average effect on the treated rows by their weight, and which rows it rests on.

    `frame` has `unit`, `cluster`, `weight` (above zero), `time` and `outcome`. A level for each unit and each time is
    estimated from untreated rows alone, and what treated rows have above it is the effect. Treated rows whose unit or
    time no untreated row tells of are left out. Variance by cluster, times G/(G-1), with Student's t of G-1 degrees of
    freedom; both stages count in it. Where effects differ between citizens it errs to the safe side.
    """
    weight = frame["weight"].to_numpy(float)
    levels = TwoWay(frame["unit"], frame[time], np.where(treated, 0.0, weight))
    told = levels.told()
    if not (treated & told).any():
        return Unknown.because(Reason.NO_VARIATION)
    amount = frame[outcome].to_numpy(float)
    units, times = levels.levels(amount)
    above = amount - units[levels.unit] - times[levels.time]
    share = np.where(treated & told, weight, 0.0)
    share = share / share.sum()
    value = float(share @ above)
    # how much the value hangs on each untreated row: the levels of treated rows, traced back to what they rest on
    on_units, on_times = levels.solve(
        sums(levels.unit, share, len(units)),
        sums(levels.time, share, len(times)),
    )
    pull = levels.weight * (on_units[levels.unit] + on_times[levels.time])
    of_rows = share * (above - value) - pull * above
    cluster, _ = numbered(frame["cluster"])
    rests = told & ((share > 0) | ~treated)
    clusters = len(np.unique(cluster[rests]))
    if clusters < 2:
        return Unknown.because(Reason.FEW_PRACTICES, practices=clusters, needed=2)
    error = math.sqrt(clusters / (clusters - 1) * float((np.bincount(cluster, weights=of_rows) ** 2).sum()))
    if not error > NOTHING * float(np.std(amount)):
        return Unknown.because(Reason.NO_VARIATION)
    found = interval(value, error, clusters)
    return found if isinstance(found, Unknown) else (found, np.asarray(rests))
