"""Indicators added up: by practice, network, municipality and region, with intervals, categories and coverage.

Only patients of practices that deliver at D count (report 003 L916-920): of the others nothing is known, which is not
the same as not met. Everything is added up from counts by practice and municipality, so that levels agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import ibis
import ibis.expr.types as ir

from samspil.definitions import SamspilError
from samspil.population.engine import citizens
from samspil.population.indicator_answers import MET, NO_DATA, NOT_APPLICABLE, NOT_MET, OVERDUE
from samspil.population.indicator_binding import PRACTICE_COLUMN
from samspil.population.indicators import Measured
from samspil.population.sums import whole
from samspil.population.tables import Tables, seen_from, source_of
from samspil.population.time import AsOf, Months
from samspil.population.wilson import wilson
from samspil.programmes.indicators import IndicatorSet

Level = Literal["practice", "network", "municipality", "region"]
PRACTICE: Level = "practice"
NETWORK: Level = "network"
MUNICIPALITY: Level = "municipality"
REGION: Level = "region"
LEVELS = (PRACTICE, NETWORK, MUNICIPALITY, REGION)
COMPUTED, NOT_COLLECTED, NO_PERSONS = "computed", "not_collected", "no_persons"

#: What is counted of an indicator. The first five add up to the persons; exceptions are among the middle three.
COUNTS = (MET, NOT_MET, OVERDUE, NO_DATA, NOT_APPLICABLE, "exceptions", "observed_d")
RESULT_COLUMNS = (
    "set", "as_of", "level", "unit", "indicator", "version", "outcome", "persons", *COUNTS[:6],
    "strict_n", "strict_d", "strict_low", "strict_high", "observed_n", "observed_d", "observed_low", "observed_high",
)  # fmt: skip
CATEGORY_COLUMNS = ("set", "as_of", "level", "unit", "indicator", "version", "category", "persons")
COVERAGE_COLUMNS = (
    "set", "as_of", "level", "unit", "participating", "delivering", "persons", "variable", "with_value", "first_valid",
)  # fmt: skip

_WHERE = ("provider_number", "municipality")


def delivering(found: IndicatorSet, tables: Tables, at: AsOf) -> ir.Table:
    """The practices that deliver at D, one row each: provider_number.

    Raises SamspilError where the table that tells it is not loaded: nothing could be said of anybody then.
    """
    name = found.delivering.table
    if name not in tables:
        raise SamspilError(f"which practices deliver cannot be said without the source `{source_of(name)}`; deliver it")
    rows = tables[name]
    in_time = at.last(Months.parse(found.delivering.within)).contains(rows[seen_from(name)])
    return rows.filter(in_time).select(PRACTICE_COLUMN).distinct()


def places(tables: Tables, at: AsOf, delivers: ir.Table) -> ir.Table:
    """What belongs to which unit at D: level, unit, provider_number, municipality, delivers.

    One row per practice and municipality that some active citizen has, in each unit of each level. A network has the
    practices that are its members at D (joined by D, and not left by it), wherever their citizens live.
    """
    people = citizens(tables, at)
    homes = people.filter(people.active).select(*_WHERE).distinct()
    delivers = delivers.select(known="provider_number")
    # Kept once, as each level and each table of results reads them.
    joined = homes.left_join(delivers, homes.provider_number == delivers.known)
    active = joined.select(*_WHERE, delivers=joined.known.notnull()).cache()

    def level(name: str, unit: ir.Value) -> ir.Table:
        return active.select("provider_number", "municipality", "delivers", level=ibis.literal(name), unit=unit)

    found = [
        level(PRACTICE, active.provider_number),
        level(MUNICIPALITY, active.municipality),
        level(REGION, ibis.literal(REGION)),
    ]
    if "network_practice" in tables:
        members = tables["network_practice"]
        day = ibis.literal(at.day)
        members = members.filter((members.joined <= day) & (members.left.isnull() | (members.left > day)))
        members = members.select("network", member="provider_number").distinct()
        theirs = members.left_join(active, members.member == active.provider_number)
        theirs = theirs.left_join(delivers, theirs.member == delivers.known)
        network = theirs.select(
            "municipality",
            provider_number=theirs.member,
            delivers=theirs.known.notnull(),
            level=ibis.literal(NETWORK),
            unit=theirs.network,
        )
        found.append(network.select(*found[0].columns))
    return ibis.union(*found).cache()


class Results:
    """What is counted of one measured population in every unit of `where` (see `places`)."""

    def __init__(self, measured: Measured, where: ir.Table) -> None:
        self.measured = measured
        self.where = where
        people = measured.people
        self._values = measured.has_value()
        self._population = people.group_by(_WHERE).aggregate(
            persons=people.count(), **{f"with_{name}": people.count(where=has) for name, has in self._values.items()}
        )
        self._patients = measured.patients()

    def results(self) -> ir.Table:
        """One row per unit and indicator, in the columns `RESULT_COLUMNS`.

        `strict` counts patients without data as not met and `observed` leaves them out; both leave out exceptions and
        whom the indicator does not apply to, and overdue is not met in both. An indicator of categories has no share.
        Of a unit without a delivering practice, and of an indicator that was not collected, nothing but persons is
        known: the outcome is `not_collected`, and counts are null.
        """
        own = self._patients.mutate(excepted=self._patients.exception.notnull())
        seen = own.state.isin([MET, NOT_MET, OVERDUE])
        counts = own.group_by([*_WHERE, "indicator"]).aggregate(
            counted=own.count(),
            **{state: own.count(where=own.state == state) for state in COUNTS[:5]},
            exceptions=own.count(where=own.excepted),
            observed_d=own.count(where=seen & ~own.excepted),
        )
        units = self._units()
        where = self._delivered()
        joined = where.inner_join(counts, list(_WHERE))
        sums = joined.group_by(["level", "unit", "indicator"]).aggregate(
            **{name: whole(joined[name].sum()) for name in ("counted", *COUNTS)}
        )
        rows = _each(units, self._indicators())
        rows = rows.left_join(sums, ["level", "unit", "indicator"])
        rows = rows.mutate(
            outcome=ibis.cases(
                ((rows.delivering == 0) | ~rows.collected, NOT_COLLECTED),
                (rows.counted.fill_null(0) == 0, NO_PERSONS),
                else_=COMPUTED,
            ),
        )
        known = rows.outcome != NOT_COLLECTED
        none = ibis.null("int64")
        rows = rows.mutate(
            persons=ibis.cases((known, rows.counted.fill_null(0)), (rows.delivering > 0, rows.population), else_=none),
            **{name: known.ifelse(rows[name].fill_null(0), none) for name in COUNTS},
        )
        shared = known & rows.has_share
        rows = rows.mutate(
            strict_n=shared.ifelse(rows.met, none),
            strict_d=shared.ifelse(rows.persons - rows.exceptions - rows.not_applicable, none),
            observed_n=shared.ifelse(rows.met, none),
            observed_d=shared.ifelse(rows.observed_d, none),
        )
        strict, observed = wilson(rows.strict_n, rows.strict_d), wilson(rows.observed_n, rows.observed_d)
        rows = rows.mutate(
            **self._of_whom(), strict_low=strict[0], strict_high=strict[1],
            observed_low=observed[0], observed_high=observed[1],
        )  # fmt: skip
        return rows.select(*RESULT_COLUMNS)

    def categories(self) -> ir.Table:
        """One row per unit, indicator and category: set, as_of, level, unit, indicator, version, category, persons.

        Categories nobody is in have 0 persons; an indicator that was not collected has no rows.
        """
        entries = [
            {"indicator": each.indicator, "version": each.version, "category": name}
            for each in self.measured.computed
            if each.categories is not None
            for name in [*(found.category for found in each.categories.bins), *each.categories.values]
        ]
        units = self._units()
        units = units.filter(units.delivering > 0)
        if not entries:
            nothing = dict.fromkeys(("indicator", "version", "category"), ibis.null("string"))
            rows = units.limit(0).select("level", "unit", **self._of_whom(), **nothing, persons=ibis.null("int64"))
            return rows.select(*CATEGORY_COLUMNS)
        own = self._patients.filter(self._patients.category.notnull())
        counts = own.group_by([*_WHERE, "indicator", "category"]).aggregate(counted=own.count())
        joined = self._delivered().inner_join(counts, list(_WHERE))
        sums = joined.group_by(["level", "unit", "indicator", "category"]).aggregate(
            counted=whole(joined.counted.sum())
        )
        rows = _each(units, entries)
        rows = rows.left_join(sums, ["level", "unit", "indicator", "category"])
        rows = rows.mutate(**self._of_whom(), persons=rows.counted.fill_null(0))
        return rows.select(*CATEGORY_COLUMNS)

    def coverage(self) -> ir.Table:
        """One row per unit and variable: how many practices deliver, and how complete the variable is among patients.

        set, as_of, level, unit, participating, delivering (practices), persons, variable, with_value, first_valid.
        `with_value` is null, and `first_valid` too, for a variable that no indicator with an answer is measured by;
        `persons` is null where no practice delivers.
        """
        names = [each.variable for each in self.measured.set_.variables]
        entries = [{"variable": name, "first_valid": self.measured.first_valid(name)} for name in names]
        rows = _each(self._units(), entries)
        with_value = [(rows.variable == name, rows[f"with_{name}"]) for name in self._values]
        none = ibis.null("int64")
        some = rows.delivering > 0
        rows = rows.mutate(
            **self._of_whom(),
            persons=some.ifelse(rows.population, none),
            with_value=some.ifelse(ibis.cases(*with_value) if with_value else none, none),
        )
        return rows.select(*COVERAGE_COLUMNS)

    def practices(self) -> ir.Table:
        """The practices of each unit: set, as_of, level, unit, provider_number, delivers. For breaks in a series."""
        rows = self.where.mutate(**self._of_whom())
        return rows.select("set", "as_of", "level", "unit", "provider_number", "delivers").distinct()

    def _of_whom(self) -> Mapping[str, ir.Value]:
        found = self.measured
        return {"set": ibis.literal(found.set_.set_), "as_of": ibis.literal(found.at.day)}

    def _delivered(self) -> ir.Table:
        return self.where.filter(self.where.delivers)

    def _units(self) -> ir.Table:
        """One row per unit: level, unit, participating, delivering, population, and with_… of each variable."""
        where = self.where
        units = where.group_by(["level", "unit"]).aggregate(
            participating=where.provider_number.nunique(),
            delivering=where.provider_number.nunique(where=where.delivers),
        )
        joined = self._delivered().inner_join(self._population, list(_WHERE))
        counted = [name for name in self._population.columns if name not in _WHERE]
        sums = joined.group_by(["level", "unit"]).aggregate(**{name: whole(joined[name].sum()) for name in counted})
        rows = units.left_join(sums, ["level", "unit"])
        return rows.select(
            "level", "unit", "participating", "delivering", population=rows.persons.fill_null(0),
            **{name: rows[name].fill_null(0) for name in counted if name != "persons"},
        )  # fmt: skip

    def _indicators(self) -> list[dict[str, Any]]:
        without = self.measured.not_collected
        return [
            {
                "indicator": each.indicator,
                "version": each.version,
                "collected": each.indicator not in without,
                "has_share": each.categories is None,
            }
            for each in self.measured.set_.indicators
        ]


#: The types of what a definition names.
_NAMED = {"collected": "boolean", "has_share": "boolean", "first_valid": "date"}


def _each(units: ir.Table, entries: Sequence[Mapping[str, Any]]) -> ir.Table:
    """Every unit with every entry of a definition: the entry's values in columns of their names."""
    names = list(entries[0])
    structs = [
        ibis.struct({name: ibis.literal(entry[name], type=_NAMED.get(name, "string")) for name in names})
        for entry in entries
    ]
    rows = units.mutate(entry=ibis.array(structs).unnest())
    return rows.mutate(**{name: rows.entry[name] for name in names}).drop("entry")
