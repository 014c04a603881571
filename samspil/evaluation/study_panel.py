"""Builds the panel: what matched citizens used in each month before and after their own index date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa

from samspil.evaluation.candidates import units_of
from samspil.evaluation.economy.excess import added_outcomes
from samspil.evaluation.figures import Reason, Unknown
from samspil.evaluation.following import DATA_END, DEATH
from samspil.evaluation.panel import COLUMNS, Panel
from samspil.evaluation.study_binding import BoundStudy
from samspil.population.cost import costs, measured_sectors
from samspil.population.cost_sources import READERS
from samspil.population.criteria import Judge
from samspil.population.engine import column_names, is_loaded, with_measures
from samspil.population.relative_time import laid_on, seen_at
from samspil.population.tables import Tables, sources_of
from samspil.population.time import DAY, AsOf, Months, Period
from samspil.programmes.prices import PriceList
from samspil.programmes.study import StudyOutcome

#: The cost of all sectors that a study adds up, together: the interval of a sum is not the sum of intervals.
TOTAL_COST = "all_cost"


@dataclass(frozen=True)
class MonthsAround:
    """The months around the index date, each a period of days once index dates are laid on `day`."""

    day: dt.date
    before: int
    after: int

    def period(self, month: int) -> Period:
        """The days of a month; month 0 begins on the index date."""
        return Period(self._start(month) - DAY, self._start(month + 1) - DAY)

    def _start(self, month: int) -> dt.date:
        return Months(month).after(self.day) if month >= 0 else Months(-month).before(self.day)

    @property
    def numbers(self) -> range:
        return range(-self.before, self.after)


@dataclass(frozen=True)
class BuiltPanel:
    """The panel, the months in which events first happened (by event and unit), and what could not be measured."""

    panel: Panel
    first: Mapping[str, Mapping[int, int]]
    unknown: Mapping[str, Unknown]


def build_panel(
    bound: BoundStudy, units: pd.DataFrame, tables: Tables, prices: PriceList, data_from: dt.date
) -> BuiltPanel:
    """The panel of matched units, which have `unit`, `person_id`, `cluster`, `treated`, `index_date`, `index_month`,
    `weight`, `last` and `ended`.

    Money is valued at the prices of the day index dates are laid on, so that a change of price is no effect.
    """
    study = bound.study
    months = MonthsAround(study.enrolled.from_, study.windows.before, study.windows.after)
    unknown = {**_unmeasured(bound, tables), **_uncosted(bound, tables)}
    needed = {table for table in {*bound.tables, *READERS} if table in tables}
    seen = seen_at({name: tables[name] for name in needed}, AsOf(study.analysis_date))
    moved = laid_on(seen, units_of(units), months.day)
    frame = _exposure(units, months, data_from)
    first: dict[str, dict[int, int]] = {each.event: {} for each in study.events}
    used = []
    for month in months.numbers:
        amounts, happened = _month(bound, units, moved, months, month)
        used.append(amounts)
        if month >= 0:
            for event, who in happened.items():
                for unit in who:
                    first[event].setdefault(unit, month)
    frame = frame.merge(pd.concat(used, ignore_index=True), on=["unit", "since"], how="left")
    costed = [each for each in study.outcomes if each.cost_of and each.outcome not in unknown]
    spent = _spent(costed, moved, months, prices)
    frame = frame.merge(spent, on=["unit", "since"], how="left")
    outcomes = tuple(name for name in [*(each.outcome for each in study.outcomes), TOTAL_COST] if name in frame)
    frame[list(outcomes)] = frame[list(outcomes)].fillna(0.0).astype(float)
    panel = Panel(
        frame[[*COLUMNS, *outcomes]], outcomes, study.windows.before, study.windows.after, study.windows.period
    )
    return BuiltPanel(panel, first, unknown)


def _unmeasured(bound: BoundStudy, tables: Tables) -> dict[str, Unknown]:
    used = {**{name: (use,) for name, use in bound.outcomes.items()}, **bound.events}
    return {
        name: Unknown.because(Reason.NOT_LOADED, source=sources_of(use.tables)[0])
        for name, uses in used.items()
        for use in uses
        if not is_loaded(use, tables)
    }


def _uncosted(bound: BoundStudy, tables: Tables) -> dict[str, Unknown]:
    there = measured_sectors(tables)
    return {
        each.outcome: Unknown.because(Reason.NOT_LOADED, source=sector)
        for each in bound.study.outcomes
        for sector in each.cost_of
        if sector not in there
    }


def _exposure(units: pd.DataFrame, months: MonthsAround, data_from: dt.date) -> pd.DataFrame:
    """A row per unit and month with the share of the month in which the unit was followed.

    A month cut short by leaving, or by an own course, is left out whole, because what was used in it is not divided by
    days; one cut short by death or by the end of data holds all there was, and counts for its days.
    """
    index = pd.to_datetime(units["index_date"]).to_numpy(dtype="datetime64[D]")
    last = pd.to_datetime(units["last"]).to_numpy(dtype="datetime64[D]")
    shift = (index - np.datetime64(months.day)).astype(int)
    whole_only = ~units["ended"].isin([DEATH, DATA_END]).to_numpy()
    known_from = (np.datetime64(data_from) - np.datetime64(months.day)).astype(int) - shift
    known_to = (last - np.datetime64(months.day)).astype(int) - shift
    parts = []
    for month in months.numbers:
        period = months.period(month)
        begins = (period.after + DAY - months.day).days
        ends = (period.until - months.day).days
        days = np.minimum(known_to, ends) - np.maximum(known_from, begins) + 1
        share = np.clip(days / (ends - begins + 1), 0, 1)
        share = np.where(whole_only & (share < 1), 0, share)
        own = units[["unit", "person_id", "cluster", "treated", "index_month", "weight"]].assign(
            since=month, exposure=share, month=units["index_month"] + month
        )
        parts.append(own[share > 0])
    return pd.concat(parts, ignore_index=True).sort_values(["unit", "since"], ignore_index=True)


def _month(
    bound: BoundStudy, units: pd.DataFrame, moved: Tables, months: MonthsAround, month: int
) -> tuple[pd.DataFrame, dict[str, list[int]]]:
    """What each unit used in a month, and to whom each event happened in it."""
    uses = [use for use in bound.outcomes.values() if is_loaded(use, moved)]
    events = [each for each in bound.study.events if all(is_loaded(use, moved) for use in bound.events[each.event])]
    uses += [use for each in events for use in bound.events[each.event]]
    names = column_names(uses)
    people = ibis.memtable(pa.table({"person_id": pa.array(units["unit"], pa.int64())}))
    measured = with_measures(people, uses, moved, AsOf(months.day - DAY), months.period(month))
    judge = Judge(measured, names, moved)
    asked = {name: measured[names[use]].cast("float64") for name, use in bound.outcomes.items() if use in names}
    asked |= {each.event: judge.any_of(each.any_of) for each in events}
    found = measured.select(unit="person_id", **asked).to_pyarrow().to_pandas().assign(since=month)
    happened = {each.event: found.loc[found[each.event].fillna(False).astype(bool), "unit"].tolist() for each in events}
    return found.drop(columns=[each.event for each in events]), happened


def _spent(costed: list[StudyOutcome], moved: Tables, months: MonthsAround, prices: PriceList) -> pd.DataFrame:
    """DKK by unit and month for each outcome that is a cost, and in all."""
    if not costed:
        return pd.DataFrame({"unit": pd.Series(dtype="int64"), "since": pd.Series(dtype="int64")})
    periods = [months.period(month) for month in months.numbers]
    rows = costs(moved, periods, prices)
    rows = rows.group_by("person_id", "period", "sector").aggregate(cost=rows.cost.sum().cast("float64"))
    frame = rows.to_pyarrow().to_pandas(date_as_object=True)
    since = {period.until: month for period, month in zip(periods, months.numbers, strict=True)}
    frame = frame.assign(unit=frame["person_id"], since=frame["period"].map(since)).fillna({"cost": 0.0})
    sums = {each.outcome: frame["cost"].where(frame["sector"].isin(each.cost_of), 0.0) for each in costed}
    everything = {sector for each in added_outcomes(costed) for sector in each.cost_of}
    sums[TOTAL_COST] = frame["cost"].where(frame["sector"].isin(everything), 0.0)
    return frame[["unit", "since"]].assign(**sums).groupby(["unit", "since"], as_index=False, sort=True).sum()
