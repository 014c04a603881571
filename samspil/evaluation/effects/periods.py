"""A panel's periods as the estimators read them, and why there may be nothing to estimate from."""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict

import numpy as np
import pandas as pd

from samspil.definitions import SamspilError
from samspil.evaluation.figures import Reason, Unknown
from samspil.evaluation.panel import Panel


class Means(TypedDict):
    """What both groups had in a year before and after, as `Effect` names it."""

    treated_before: float | None
    treated_after: float | None
    comparison_before: float | None
    comparison_after: float | None


def periods(panel: Panel, outcome: str, *, alone: bool = False) -> pd.DataFrame | Unknown:
    """`Panel.per_period` of the months whose amount is known, with `when`: the calendar month each period begins in,
    and `stack`: a number for each period of each index month.

    A month whose amount is not known (NaN) counts as one in which nobody was followed: missing is not zero. Unknown
    where a group has no citizens, is followed on one side alone, or comes from fewer than two practices, and where
    everybody has the same. `alone` keeps those enrolled and asks nothing of a comparison. Raises SamspilError for an
    endless amount.
    """
    frame = known(panel.frame, outcome, "unit")
    frame = frame[(frame["exposure"] > 0) & (frame["weight"] > 0)]
    if alone:
        frame = frame[frame["treated"] == 1]
    # sums depend in their last digits on the order of rows, and databases keep none
    frame = frame.sort_values(["unit", "since"], kind="stable")
    rows = replace(panel, frame=frame).per_period(outcome)
    groups = [rows[rows["treated"] == is_treated] for is_treated in ((1,) if alone else (1, 0))]
    if any(group.empty for group in groups):
        return Unknown.because(Reason.NO_PERSONS)
    if any((group["period"] >= 0).all() for group in groups):
        return Unknown.because(Reason.SHORT_BEFORE, months=0, needed=panel.period)
    if any((group["period"] < 0).all() for group in groups):
        return Unknown.because(Reason.SHORT_AFTER, months=0, needed=panel.period)
    fewest = min(group["cluster"].nunique() for group in groups)
    if fewest < 2:
        return Unknown.because(Reason.FEW_PRACTICES, practices=fewest, needed=2)
    if rows["rate"].nunique() < 2:
        return Unknown.because(Reason.NO_VARIATION)
    stack = rows.groupby(["index_month", "period"]).ngroup()
    return rows.assign(when=rows["index_month"] + rows["period"] * panel.period, stack=stack)


def known(frame: pd.DataFrame, outcome: str, row_of: str) -> pd.DataFrame:
    """The rows whose amount and practice are known. Raises SamspilError for an endless amount; `row_of` says whose."""
    endless = np.isinf(frame[outcome].to_numpy(float))
    if endless.any():
        first = frame[endless].iloc[0]
        raise SamspilError(f"`{outcome}`: {row_of} {first[row_of]} has an endless amount in month {first['month']}")
    return frame[frame[outcome].notna() & frame["cluster"].notna()]


def means(rows: pd.DataFrame) -> Means:
    """The rates of both groups before and after the index, by weight and time followed; None without rows."""

    def mean(treated: int, after: bool) -> float | None:
        part = rows[(rows["treated"] == treated) & ((rows["period"] >= 0) == after)]
        return None if part.empty else float(np.average(part["rate"], weights=part["weight"]))

    return {
        "treated_before": mean(1, False),
        "treated_after": mean(1, True),
        "comparison_before": mean(0, False),
        "comparison_after": mean(0, True),
    }


def citizens(rows: pd.DataFrame, treated: int) -> int:
    """How many distinct citizens a group has."""
    return int(rows.loc[rows["treated"] == treated, "person_id"].nunique())
