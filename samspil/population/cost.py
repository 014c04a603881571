"""What citizens' care costs: person × period × sector × service, from every source that is loaded.

Amounts that are delivered are used as they are; the rest is units times the price of the day (`prices.yaml`). What has
no price, and what was not delivered, is not measured: it is never zero (002 L3826-3829). A spell is divided over
periods by days, and rounded on what it has cost since it began, so that parts always add up to the whole to the øre:
the months of a year to the year, and the months of a spell to the spell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

import ibis
import ibis.expr.types as ir

from samspil.definitions import DefinitionError, SamspilError
from samspil.population.codes import CodeRange
from samspil.population.cost_sources import MONEY, READERS, services_of, units_added_up
from samspil.population.engine import citizens
from samspil.population.tables import Tables, source_of
from samspil.population.time import AsOf, Months, Period
from samspil.programmes.prices import Key, PriceFile, PriceList

#: The columns of a cost table. `unpriced` is the part of `units` that no price is known for.
COLUMNS = ("person_id", "period", "sector", "service", "units", "unpriced", "cost")


def check_prices(file: PriceFile) -> PriceList:
    """The price list, when it names exactly the services that deliveries can tell of, and ranges that can be read.

    Raises DefinitionError with file, line and cause.
    """
    told = {key for keys in services_of().values() for key in keys}
    named = {each.key for each in file.prices.services}
    faults = [
        file.file.fault(("services", position), f"no delivery tells of the service `{each.service}` of `{each.sector}`")
        for position, each in enumerate(file.prices.services)
        if each.key not in told
    ]
    faults += [
        file.file.fault(("services",), f"the service `{service}` of the sector `{sector}` is missing")
        for sector, service in sorted(told - named)
    ]
    for position, text in enumerate(file.prices.psychiatric.ranges):
        try:
            CodeRange.parse(text)
        except ValueError as error:
            faults.append(file.file.fault(("psychiatric", "ranges", position), str(error)))
    if faults:
        raise DefinitionError(faults)
    return file.prices


def periods_before(at: AsOf, months: Months, count: int) -> tuple[Period, ...]:
    """The last `count` periods of so many months each, the oldest first; the last ends on D."""
    ends = [Months(months.count * number).before(at.day) if number else at.day for number in range(count, -1, -1)]
    return tuple(Period(after, until) for after, until in pairwise(ends))


def monthly(tables: Tables, at: AsOf, months: Months, prices: PriceList) -> ir.Table:
    """Cost by person, month, sector and service in the last n months: (D − n months, D], each month counted from D.

    Columns: `person_id`, `month` (its last day), `sector`, `service`, `units`, `unpriced`, `cost` (Decimal DKK, null
    where nothing of it has a price). A person without a service has no row.
    """
    return costs(tables, periods_before(at, Months(1), months.count), prices).rename(month="period")


def costs(tables: Tables, periods: Sequence[Period], prices: PriceList) -> ir.Table:
    """Cost by person, period, sector and service, in `COLUMNS`; `period` is its last day.

    Each source table is read once. An event counts on its day (a hospital contact on the day it starts, as the measure
    `hospital_cost` has it; a course of rehabilitation on the day it starts); a spell counts its days in each period.
    Raises SamspilError for periods that do not follow each other, and when no table with a cost is loaded.
    """
    parts = [
        _grouped(rows, {"sector": {sector for sector, _ in keys}, "service": {service for _, service in keys}})
        for keys, rows in _read(tables, periods, prices)
    ]
    return ibis.union(*(part.select(*COLUMNS) for part in parts))


def costs_by_sector(tables: Tables, periods: Sequence[Period], prices: PriceList) -> ir.Table:
    """What `costs` has without telling services apart, one row per person, period and sector.

    Columns: `person_id`, `period`, `sector`, `unpriced`, `cost`. Raises SamspilError as `costs` does.
    """
    together: dict[frozenset[str], list[ir.Table]] = {}
    for keys, rows in _read(tables, periods, prices):
        together.setdefault(frozenset(sector for sector, _ in keys), []).append(rows.drop("service"))
    parts = [_grouped(ibis.union(*rows), {"sector": sectors}) for sectors, rows in together.items()]
    return ibis.union(*(part.select("person_id", "period", "sector", "unpriced", "cost") for part in parts))


def _read(tables: Tables, periods: Sequence[Period], prices: PriceList) -> Iterator[tuple[tuple[Key, ...], ir.Table]]:
    """The rows of each table with a cost that is loaded, and the services that they can be."""
    if not periods or any(earlier.until != later.after for earlier, later in pairwise(periods)):
        raise SamspilError("periods of a cost table follow each other without a gap")
    if not any(name in tables for name in READERS):
        sources = sorted({source_of(name) for name in READERS})
        raise SamspilError(f"no cost without one of the sources {', '.join(sources)}: deliver one and run again")
    for name, read in READERS.items():
        if name in tables:
            yield services_of()[name], read(tables[name], periods, prices)


def _grouped(rows: ir.Table, values: Mapping[str, Collection[str]]) -> ir.Table:
    """One row per person, period and the columns of `values`, which are all that each can have.

    A column with one value parts nobody and is told afterwards: texts in a group cost time and memory. A cost of null
    stays null only where no row has one.
    """
    shared = {name: ibis.literal(*each) for name, each in values.items() if len(each) == 1}
    grouped = rows.group_by("person_id", "period", *(name for name in values if name not in shared))
    return grouped.aggregate(
        units=units_added_up(rows.units), unpriced=units_added_up(rows.unpriced), cost=rows.cost.sum().cast(MONEY)
    ).mutate(**shared)


# Persons


def per_person(people: ir.Table, rows: ir.Table, tables: Tables, prices: PriceList) -> ir.Table:
    """`people` with what each cost in all of `rows`: a column for each sector, `total`, `transfers`, `incomplete`.

    `total` is what is measured of the sectors of services, and their sum; transfers stand apart. A sector is null, not
    zero, when none of its tables is loaded, and of a person for all of whose services in it no price is known.
    `incomplete`: the person had something that no price is known for, so that the total is too low.
    """
    measured = measured_sectors(tables)
    services = [sector for sector in prices.of_kind("service") if sector in measured]
    transfers = rows.sector.isin(prices.of_kind("transfer"))
    found = rows.group_by("person_id").aggregate(
        **{sector: rows.cost.sum(where=rows.sector == sector) for sector in services},
        **{f"unpriced_{sector}": rows.unpriced.sum(where=rows.sector == sector) for sector in services},
        total=rows.cost.sum(where=~transfers),
        transfers=rows.cost.sum(where=transfers),
        unpriced=rows.unpriced.sum(where=~transfers),
    )
    joined = people.left_join(found, people.person_id == found.person_id)
    nothing = ibis.literal(Decimal(0), type=MONEY)
    columns: dict[str, ir.Value] = {name: people[name] for name in people.columns}
    for sector in prices.of_kind("service"):
        if sector in services:
            all_priced = found[f"unpriced_{sector}"].fill_null(0.0) == 0
            columns[sector] = ibis.coalesce(found[sector], all_priced.ifelse(nothing, ibis.null(MONEY))).cast(MONEY)
        else:
            columns[sector] = ibis.null(MONEY)
    columns["total"] = found.total.fill_null(nothing).cast(MONEY)
    columns["transfers"] = found.transfers.fill_null(nothing).cast(MONEY) if "benefit" in tables else ibis.null(MONEY)
    columns["incomplete"] = found.unpriced.fill_null(0.0) > 0
    return joined.select(**columns)


def measured_sectors(tables: Tables) -> set[str]:
    """The sectors of which at least one table is loaded."""
    return {sector for name, keys in services_of().items() if name in tables for sector, _ in keys}


def unlinked(tables: Tables, at: AsOf, rows: ir.Table) -> ir.Table:
    """What was spent on persons who are not citizens of a practice at D: `reason`, `sector`, `persons`, `cost`.

    Reasons: `dead`, `emigrated`, `no_practice`, `not_registered` (unknown to civil registration). Nothing disappears:
    these and the citizens' cost are all cost (001 L2107-2110).
    """
    people = citizens(tables, at)
    here = people.filter(people.active).select(citizen="person_id")
    register = tables["person"].select(registered="person_id", status="status", status_date="status_date")
    known = rows.left_join(here, rows.person_id == here.citizen)
    known = known.filter(known.citizen.isnull())
    left = known.left_join(register, known.person_id == register.registered)
    gone = (left.status != "active") & ~(left.status_date > at.day).fill_null(False)
    left = left.mutate(
        reason=ibis.cases((left.registered.isnull(), "not_registered"), (gone, left.status), else_="no_practice")
    )
    return left.group_by("reason", "sector").aggregate(
        persons=left.person_id.nunique(), cost=left.cost.sum().cast(MONEY)
    )
