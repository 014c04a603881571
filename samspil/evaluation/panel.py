"""The panel: what each matched citizen used, month by month, counted from the index month.

All estimators read it; it is a pandas frame in memory, because it holds those matched and not the population.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

#: The columns every panel has, before one column per outcome.
COLUMNS = ("unit", "person_id", "cluster", "treated", "index_month", "month", "since", "weight", "exposure")


@dataclass(frozen=True)
class Panel:
    """One row per citizen in the study and month.

    `frame` has the columns:

    * `unit`: a number for each citizen at one index month (somebody compared at two months is two units);
    * `person_id`: the citizen; `cluster`: the practice (provider number) at the index month;
    * `treated`: 1 for those enrolled, 0 for those compared with;
    * `index_month`, `month`: months as whole numbers (`year * 12 + month - 1`); `since` is `month - index_month`;
    * `weight`: matching weight of the unit (1 for those enrolled);
    * `exposure`: the share (0 to 1) of the month in which the citizen was followed; months with 0 have no row;
    * one column per outcome: the amount in that month.

    `before` and `after` are months, `period` the months that are added together; `since` runs from `-before` to
    `after - 1`, and less where somebody is not followed so long.
    """

    frame: pd.DataFrame
    outcomes: tuple[str, ...]
    before: int
    after: int
    period: int

    def per_period(self, outcome: str) -> pd.DataFrame:
        """One row per unit and period: the columns of the panel with `period` (0 is the first after the index) and
        `rate`, the outcome for one year, and `exposure` in months. `weight` is the unit's times its exposure.
        """
        frame = self.frame[[*COLUMNS, outcome]].assign(period=self.frame["since"] // self.period)
        keys = ["unit", "person_id", "cluster", "treated", "index_month", "period"]
        grouped = frame.groupby(keys, sort=True, as_index=False).agg(
            weight=("weight", "first"), exposure=("exposure", "sum"), amount=(outcome, "sum"), month=("month", "min")
        )
        rate = grouped["amount"] / grouped["exposure"] * 12
        return grouped.assign(rate=rate, weight=grouped["weight"] * grouped["exposure"]).drop(columns="amount")
