"""The verb `cost`: what citizens' care costs, who it is concentrated on, and how that moves, kept as a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from samspil.definitions import SamspilError
from samspil.population.concentration import Concentration, concentration, exact_gini, gini_sums, group_names
from samspil.population.cost import check_prices, monthly, periods_before
from samspil.population.cost_change import NaiveChange, naive_change, persistence
from samspil.population.cost_course import course, first_diagnosis
from samspil.population.cost_profile import (
    CostRanking,
    alike,
    check_analysis,
    having,
    top_of_practices,
    top_within,
    unloaded,
)
from samspil.population.cost_tables import CostTables, cost_tables
from samspil.population.high_need import Homogeneity
from samspil.population.indicator_results import LEVELS, REGION, Level
from samspil.population.time import DAY, AsOf, Months, Period
from samspil.programmes.cost_analysis import Caution, CostAnalysis, load_cost_analysis
from samspil.programmes.prices import PriceList, load_prices
from samspil.verbs import cost_words
from samspil.verbs.cost_asked import covered, cuts_in, delivered, diagnosis, ranges_in, what_is_measured
from samspil.verbs.kept import described, fetched, fingerprint, kept
from samspil.verbs.scoring import check_practice
from samspil.verbs.show import Shown
from samspil.verbs.write import check_target, write_table
from samspil.warehouse.home import Home
from samspil.warehouse.lake import Lake
from samspil.warehouse.runs import StoredRun, find_run

#: What a run of cost calls itself.
COST = "cost"
MOST_MONTHS = 60


@dataclass
class CostRun(Shown):
    """Cost of the citizens at D in the last n months. `table(name)` is one of `cost_tables`; `by` is what is shown."""

    stored: StoredRun
    lake: Lake
    by: Level = REGION

    @property
    def name(self) -> str:
        return self.stored.name

    @property
    def as_of(self) -> dt.date:
        return dt.date.fromisoformat(self.stored.description["as_of"])

    @property
    def months(self) -> int:
        return int(self.stored.description["months"])

    @cached_property
    def prices(self) -> PriceList:
        """The prices the run was made with."""
        return PriceList.model_validate(self.stored.description["prices"])

    @cached_property
    def analysis(self) -> CostAnalysis:
        """The cuts, bands and cautions the run was made with."""
        return CostAnalysis.model_validate(self.stored.description["analysis"])

    @property
    def cuts(self) -> tuple[Decimal, ...]:
        return tuple(Decimal(cut) for cut in self.stored.description["cuts"])

    @property
    def caution(self) -> Caution:
        """What stands beside every ranking by this one period's cost."""
        return self.analysis.one_year

    @property
    def measured(self) -> list[dict[str, Any]]:
        """What is known of each service: see `cost_asked.what_is_measured`."""
        return list(self.stored.description["measured"])

    @property
    def before_is_known(self) -> bool:
        """Whether data cover this period and the one before, so that change can be told."""
        return bool(self.stored.description["before_is_known"])

    @property
    def gini(self) -> float | None:
        """Gini's coefficient of the citizens' own cost; None when nothing was spent."""
        found: float | None = self.stored.description["gini"]
        return found

    def table(self, name: str) -> ir.Table:
        return self.stored.read(self.lake, name)

    def fetched(self, name: str) -> list[dict[str, Any]]:
        """The rows of a small table; never of `persons`."""
        return fetched(self.lake, self.table(name))

    def concentration(self) -> Concentration:
        """The groups of the region, the most costly first."""
        rows = self.table("groups")
        return concentration(fetched(self.lake, rows.filter(rows.level == REGION)), self.cuts, self.caution)

    @property
    def top_group(self) -> str:
        """The name of the most costly group."""
        return group_names(self.cuts)[0]

    def change(self) -> NaiveChange | None:
        """Before and after of the group that was most costly a period ago; None where the period before is not known.

        Never without its caution.
        """
        if not self.before_is_known:
            return None
        return naive_change(self.fetched("transitions"), self.top_group, self.caution)

    def persistence(self) -> Any:
        """How many of the most costly group a period ago are in it again; None where that is not known."""
        return persistence(self.fetched("transitions"), self.top_group) if self.before_is_known else None

    def alike(self, part: str = "diagnosis_group") -> Homogeneity:
        """How alike the most costly group is by `diagnosis_group` or `age_band` (gate question 3)."""
        return alike(self.fetched("profile"), self.top_group, part, self.analysis.homogeneous)

    def top(self, practice: str, within: str, number: int | None = None, programmes: Path | None = None) -> CostRanking:
        """The most costly citizens of one practice with a diagnosis, in the columns of `persons`, with the caution.

        `within` is a set of indicators (`t2d`, by its case definition) or ranges of ICD-10 (`E10-E14`). Raises
        SamspilError for an unknown practice or diagnosis, and when no source that tells of the diagnosis is loaded.
        """
        check_practice(self.lake, practice)
        persons = self.table("persons")
        own = persons.filter(persons.provider_number == practice)
        diagnosed, unchecked = self._diagnosed(own, within, programmes)
        return CostRanking(top_within(persons, diagnosed, practice, self._length(number)), self.caution, unchecked)

    def top_of_practices(self, within: str, programmes: Path | None = None) -> ir.Table:
        """The same of every practice at once, for handing each its own rows with the caution: see `top`."""
        persons = self.table("persons")
        diagnosed, _ = self._diagnosed(persons, within, programmes)
        return top_of_practices(persons, diagnosed, self._length(None))

    def _diagnosed(self, people: ir.Table, within: str, programmes: Path | None) -> tuple[ir.Table, tuple[str, ...]]:
        conditions = diagnosis(within, self.as_of, programmes)
        found = having(people, conditions, self.lake.tables, AsOf(self.as_of))
        return found, tuple(unloaded(conditions, self.lake.tables))

    def _length(self, number: int | None) -> int:
        return number or self.analysis.practice_list.number

    def course(self, around: str, before: int = 6, after: int = 12) -> ir.Table:
        """Cost by month and sector around the first known hospital diagnosis in ranges such as `J44-J44`.

        The months looked at are those the data hold, at most `MOST_MONTHS`. See `cost_course.course`.
        """
        at, ranges = AsOf(self.as_of), ranges_in(around)
        index = first_diagnosis(self.lake.tables, at, ranges)
        months = _looked_at(self.lake, self.as_of)
        return course(self.lake.tables, at, index, self.prices, before=before, after=after, months=months)

    def rows(self) -> list[dict[str, Any]]:
        sectors, groups = (self.table(name) for name in ("sectors", "groups"))
        return cost_words.sector_rows(
            fetched(self.lake, sectors.filter(sectors.level == self.by)),
            fetched(self.lake, groups.filter(groups.level == self.by)),
            self.prices,
            self.by,
            self.measured,
        )


def cost(
    as_of: dt.date,
    *,
    months: int = 12,
    cuts: Sequence[Decimal | str | int] = (),
    by: Level = REGION,
    out: Path | str | None = None,
    without: Sequence[str] = (),
    state: int | None = None,
    home: Path | str | None = None,
    programmes: Path | str | None = None,
) -> CostRun:
    """What the citizens at `as_of` cost in the last `months`, and in the same time before, kept as a run.

    `cuts` are per cent of the citizens at which a group of the most costly ends; those of `cost_analysis.yaml` when
    absent. `out` (`.csv` or `.parquet`) receives the cost table: person × month × sector × service. Raises SamspilError
    for cuts that do not rise, an unknown source or level, and when a source without which nothing is known is missing.
    """
    if out is not None:
        check_target(Path(out))
    if by not in LEVELS:
        raise SamspilError(f"cost is by {', '.join(LEVELS)}, not by `{by}`")
    if not 1 <= months <= MOST_MONTHS:
        raise SamspilError(f"cost is of 1 to {MOST_MONTHS} months, not of {months}")
    folder = Path(programmes) if programmes else None
    prices, analysis = check_prices(load_prices(folder)), check_analysis(load_cost_analysis(folder))
    wanted = cuts_in(cuts) or analysis.cuts.percent
    lake = Lake.open(Home.find(home), state, without)
    definition = {
        "months": months,
        "cuts": [str(cut) for cut in wanted],
        "prices": prices.model_dump(mode="json", by_alias=True),
        "analysis": analysis.model_dump(mode="json", by_alias=True),
    }
    at, span = AsOf(as_of), Months(months)
    earlier, now = periods_before(at, span, 2)
    description = {
        **described(lake, COST, as_of, {COST: fingerprint(lake, as_of, definition)}),
        **definition,
        "before_is_known": all(covered(days, Period(earlier.after, now.until)) for days in delivered(lake).values()),
        "measured": what_is_measured(prices, lake, now),
    }
    living: list[CostTables] = []

    def make() -> Mapping[str, ir.Table]:
        known = bool(description["before_is_known"])
        looked_at = _looked_at(lake, as_of)
        made = cost_tables(lake.tables, at, span, prices, analysis, wanted, before_is_known=known, looked_at=looked_at)
        # What was computed once must live until it is kept.
        living.append(made)
        persons = made.tables["persons"]
        description["gini"] = exact_gini(**lake.engine.one(persons.aggregate(**gini_sums(persons, "total"))))
        return made.tables

    run = CostRun(kept(lake, description, make), lake, by)
    if out is not None:
        rows = monthly(lake.tables, at, span, run.prices)
        write_table(lake.engine, rows.order_by(["person_id", "month", "sector", "service"]), Path(out))
    return run


def _looked_at(lake: Lake, as_of: dt.date) -> Months:
    """The months that the data of every source with a cost hold, at most `MOST_MONTHS`."""
    begun = max(days.from_ for days in delivered(lake).values())
    held = (number for number in range(1, MOST_MONTHS) if Months(number + 1).before(as_of) < begun - DAY)
    return Months(next(held, MOST_MONTHS))


def open_cost(name: str, home: Path | str | None = None, by: Level = REGION) -> CostRun:
    """A run of cost that was kept, by its name or the beginning of it. Raises SamspilError for another run."""
    place = Home.find(home)
    stored = find_run(place, name)
    if stored.description["kind"] != COST:
        raise SamspilError(f"the run {stored.name} has no cost; it is a run of `{stored.description['kind']}`")
    return CostRun(stored, Lake.open(place, stored.description["state"]), by)
