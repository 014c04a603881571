"""What care costs month by month around an index date, such as a first diagnosis.

Months are those that end on D, a month before D, and so on; month 0 is the one that holds the index date, so that the
months before and after it lie wholly on one side. Every month says how many persons could be observed in it: those who
were born, had not left, and whose month lies within the months that are looked at. Without that a fall at the end is
only fewer persons (001 L901-903, L1539-1542: where and when costs arise).
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from samspil.definitions import SamspilError
from samspil.population.codes import CodeRange
from samspil.population.cost import costs_by_sector, measured_sectors, periods_before
from samspil.population.cost_sources import MONEY, READERS, first_not_before
from samspil.population.tables import Tables
from samspil.population.time import AsOf, Months, Period
from samspil.programmes.cost_analysis import Courses
from samspil.programmes.prices import PriceList


def first_diagnosis(tables: Tables, at: AsOf, ranges: Sequence[CodeRange]) -> ir.Table:
    """`person_id` and `index_date`: the first hospital diagnosis in the ranges that deliveries tell of.

    "First known": a diagnosis made before the deliveries begin is not seen. Raises SamspilError without the source.
    """
    if "hospital_diagnosis" not in tables:
        raise SamspilError("no index date without the source `hospital`: deliver it, or switch it on, and run again")
    rows = tables["hospital_diagnosis"]
    rows = rows.filter(at.seen(rows.date) & ibis.or_(*(each.contains(rows.diagnosis) for each in ranges)))
    return rows.group_by("person_id").aggregate(index_date=rows.date.min())


def course(
    tables: Tables,
    at: AsOf,
    index: ir.Table,
    prices: PriceList,
    *,
    before: int,
    after: int,
    months: Months,
    rows: ir.Table | None = None,
) -> ir.Table:
    """Cost by month relative to the index date and by sector: `month`, `sector`, `observed`, `persons`, `cost`.

    `index` has `person_id` and `index_date`; somebody with an index date outside the last `months`, or unknown to civil
    registration, is in no row. `month` goes from −before to after. `observed` is how many could be seen in that month,
    `persons` how many of them had something in the sector, and `cost` what it was (null where nothing has a price).
    A sector that is not loaded has no rows. Somebody who dies is observed in the month of death and not after it; who
    left on a day that is not known is not observed at all. `rows` are those of `costs_by_sector` for the last `months`,
    month by month, where they are computed already.
    """
    periods = periods_before(at, Months(1), months.count)
    people = _seen_between(tables, index, periods)
    grid = people.mutate(month=ibis.literal(list(range(-before, after + 1)), type="array<int32>").unnest())
    grid = grid.mutate(number=grid.index_number + grid.month)
    grid = grid.filter(grid.number.between(grid.first_number, grid.last_number))
    sectors = sorted(measured_sectors(tables))
    observed = grid.group_by("month").aggregate(observed=grid.count())
    observed = observed.mutate(sector=ibis.literal(sectors, type="array<string>").unnest())

    rows = costs_by_sector(tables, periods, prices) if rows is None else rows
    rows = rows.mutate(number=_number(rows.period, periods))
    in_grid = rows.inner_join(grid.select("person_id", "month", "number"), ["person_id", "number"])
    spent = in_grid.group_by("month", "sector").aggregate(
        persons=in_grid.count(), cost=in_grid.cost.sum(), unpriced=in_grid.unpriced.sum()
    )
    joined = observed.left_join(spent, ["month", "sector"])
    nothing = (joined.unpriced.fill_null(0.0) == 0).ifelse(ibis.literal(0).cast(MONEY), ibis.null(MONEY))
    return joined.select(
        month=observed.month,
        sector=observed.sector,
        observed=observed.observed,
        persons=joined.persons.fill_null(0),
        cost=ibis.coalesce(joined.cost.cast(MONEY), nothing),
    )


def courses(tables: Tables, at: AsOf, prices: PriceList, wanted: Courses, months: Months) -> ir.Table:
    """The course of every illness wanted: `course` and the columns of `course()`, computed at once.

    Without the source `hospital` nobody has an index date, and there are no rows. The costs of those alone who have an
    index date are computed, once for all illnesses, and let go again: they are many, and what comes of them is not.
    """
    if "hospital_diagnosis" not in tables:
        types = {"course": "string", "month": "int32", "sector": "string", "observed": "int64", "persons": "int64"}
        nobody = tables["person"].filter(ibis.literal(False))
        columns = {name: ibis.null(type_) for name, type_ in (types | {"cost": MONEY}).items()}
        return nobody.select(**columns)
    found = {
        each.course: first_diagnosis(tables, at, [CodeRange.parse(text) for text in each.ranges]).cache()
        for each in wanted.illnesses
    }
    ill = ibis.union(*(index.select(ill="person_id") for index in found.values()), distinct=True).cache()
    theirs = {
        name: rows.semi_join(ill, rows.person_id == ill.ill)
        if name in READERS and "person_id" in rows.columns
        else rows
        for name, rows in tables.items()
    }
    rows = costs_by_sector(theirs, periods_before(at, Months(1), months.count), prices).cache()
    parts = []
    for name, index in found.items():
        each = course(tables, at, index, prices, before=wanted.before, after=wanted.after, months=months, rows=rows)
        told = ("month", "sector", "observed", "persons", "cost")
        parts.append(each.select(*told, course=ibis.literal(name)).select("course", *told))
    return ibis.memtable(ibis.union(*parts).to_pyarrow())


def _seen_between(tables: Tables, index: ir.Table, periods: Sequence[Period]) -> ir.Table:
    """Who has an index date in the periods, its number among them, and the numbers between which the person is seen."""
    whole = Period(periods[0].after, periods[-1].until)
    person = tables["person"]
    people = index.inner_join(person.select("person_id", "birth_date", "status", "status_date"), "person_id")
    left = (people.status != "active").ifelse(people.status_date, ibis.null("date"))
    unknown = (people.status != "active") & people.status_date.isnull()
    people = people.filter(whole.contains(people.index_date), ~unknown, left.isnull() | (left > whole.after))
    gone = (people.status != "active") & (people.status_date <= whole.until)
    last = gone.ifelse(_number(people.status_date, periods), len(periods) - 1)
    return people.select(
        "person_id",
        index_number=_number(people.index_date, periods),
        first_number=_number(people.birth_date, periods),
        last_number=last.cast("int64"),
    )


def _number(day: ir.DateValue, periods: Sequence[Period]) -> ir.IntegerValue:
    """The number of the period that holds a day: the first for earlier days, the last for later ones."""
    values = [ibis.literal(number, type="int64") for number in range(len(periods))]
    return first_not_before(day, [each.until for each in periods], values)
