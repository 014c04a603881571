"""The tables of a run of cost: persons, groups, Lorenz curve, sectors, transitions, profile, and what is unlinked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from samspil.population.age_bands import age_band
from samspil.population.concentration import grouped, lorenz_points
from samspil.population.cost import costs, per_person, periods_before, unlinked
from samspil.population.cost_change import transitions
from samspil.population.cost_course import courses
from samspil.population.cost_profile import NONE, main_diagnosis_groups, profile, use
from samspil.population.cost_sources import MONEY, units_added_up
from samspil.population.engine import citizens
from samspil.population.indicator_results import MUNICIPALITY, NETWORK, PRACTICE, REGION
from samspil.population.sums import whole
from samspil.population.tables import Tables
from samspil.population.time import AsOf, Months, Period
from samspil.programmes.cost_analysis import CostAnalysis
from samspil.programmes.prices import PriceList

#: Where cost stands of the period before: the same name with this behind it.
BEFORE = "_before"
_WHERE = ["provider_number", "municipality"]


@dataclass(frozen=True)
class CostTables:
    """The tables of a run by name. They read what was computed once, which lives as long as this does."""

    tables: Mapping[str, ir.Table]
    computed_once: tuple[ir.Table, ...]


def cost_tables(
    tables: Tables,
    at: AsOf,
    months: Months,
    prices: PriceList,
    analysis: CostAnalysis,
    cuts: Sequence[Decimal],
    *,
    before_is_known: bool = True,
    looked_at: Months | None = None,
) -> CostTables:
    """Cost of the citizens at D in the last n months, and in the n months before.

    * `persons`: person_id, provider_number, municipality, age_band, diagnosis_group, a column per sector of services,
      total, transfers, incomplete, admissions, contacts, diagnoses, rank, group; and the sectors, total, transfers,
      incomplete and group of the period before (`…_before`), null of who was no citizen then.
    * `population`: level, unit, persons.
    * `groups`: level, unit, group, persons, cost, incomplete, admissions, contacts, diagnoses. A group is by rank in
      the region, so that a unit shows how many of the region's most costly it has.
    * `lorenz`: point, persons, cost; running, the least costly first. This and the next two are of the region alone,
      and say so in `level` and `unit`.
    * `sectors`: level, unit, kind, sector, service, persons, units, unpriced, cost.
    * `transitions`: see `cost_change.transitions`. `profile`: group, age_band, diagnosis_group, persons, cost.
    * `course`: course, month, sector, observed, persons, cost, of the last `looked_at` months (of both periods, where
      that is not said): see `cost_course.courses`. Of the region alone.
    * `unlinked`: reason, sector, persons, cost of who is no citizen at D.

    Citizens are who has a practice at D and is active; before, who was so a period ago. Where `before_is_known` is
    false, as when data begin later, nothing is said of the period before: nulls, and no transitions. Raises
    SamspilError when civil registration, general practice, or every source with a cost is missing.
    """
    earlier, now = periods_before(at, months, 2)
    # First, as the months of the ill and the years of everybody would need room at the same time.
    course = courses(tables, at, prices, analysis.courses, looked_at or Months(2 * months.count))
    rows = costs(tables, (earlier, now), prices).cache()
    spent = rows.filter(rows.period == now.until)
    people = _people(tables, at)
    after = _ranked(per_person(people, spent, tables, prices), cuts).cache()
    then = _people(tables, AsOf(earlier.until))
    last = rows.filter((rows.period == earlier.until) & before_is_known)
    before = _ranked(per_person(then.filter(ibis.literal(before_is_known)), last, tables, prices), cuts).cache()
    persons = _persons(after, before, spent, tables, now, prices, analysis).cache()
    where = _levels(persons, tables, at)
    found = {
        "persons": persons.order_by(["provider_number", "person_id"]),
        "population": _population(persons, where).order_by(["level", "unit"]),
        "groups": _groups(persons, where).order_by(["level", "unit", "group"]),
        "lorenz": _of_region(lorenz_points(persons, "total")).order_by("point"),
        "sectors": _sectors(persons, spent, where, prices).order_by(["level", "unit", "sector", "service"]),
        "transitions": _of_region(transitions(before, persons, tables, at))
        .filter(ibis.literal(before_is_known))
        .order_by(["from_group", "to_group"]),
        "profile": _of_region(profile(persons)).order_by(["group", "age_band", "diagnosis_group"]),
        "course": _of_region(course).order_by(["course", "month", "sector"]),
        "unlinked": unlinked(tables, at, spent).order_by(["reason", "sector"]),
    }
    return CostTables(found, (rows, after, before, persons))


def _people(tables: Tables, at: AsOf) -> ir.Table:
    everybody = citizens(tables, at)
    return everybody.filter(everybody.active).drop("active", "sex")


def _ranked(persons: ir.Table, cuts: Sequence[Decimal]) -> ir.Table:
    # Kept, as they are looked at twice: for their places, and to be put there.
    return grouped(persons.cache(), "total", cuts)


def _persons(
    after: ir.Table,
    before: ir.Table,
    spent: ir.Table,
    tables: Tables,
    now: Period,
    prices: PriceList,
    analysis: CostAnalysis,
) -> ir.Table:
    """Everything that is told of one citizen: cost now and before, and what is needed to describe a group."""
    amounts = [*prices.of_kind("service"), "total", "transfers", "incomplete"]
    earlier = before.select(then="person_id", **{f"{name}{BEFORE}": name for name in [*amounts, "group"]})
    used = use(spent, tables.get("hospital_diagnosis"), now, tables).rename(user="person_id")
    joined = after.left_join(earlier, after.person_id == earlier.then).left_join(used, after.person_id == used.user)
    if "hospital_contact" in tables:
        mains = main_diagnosis_groups(tables["hospital_contact"], now, analysis.diagnosis_groups)
        mains = mains.rename(ill="person_id")
        joined = joined.left_join(mains, after.person_id == mains.ill)
        main = mains.diagnosis_group.fill_null(NONE)
    else:
        main = ibis.null("string")
    columns: dict[str, ir.Value] = {
        "person_id": after.person_id,
        "provider_number": after.provider_number,
        "municipality": after.municipality,
        "age_band": age_band(after.age, analysis.age_bands.starts),
        "diagnosis_group": main,
        **{name: after[name] for name in amounts},
        # Who used nothing has no row there; what was not delivered stays null.
        "admissions": used.admissions.fill_null(0.0) if "hospital_contact" in tables else used.admissions,
        "contacts": used.contacts.fill_null(0.0) if _counts_contacts(tables) else used.contacts,
        "diagnoses": used.diagnoses.fill_null(0) if "hospital_diagnosis" in tables else used.diagnoses,
        "rank": after["rank"],
        "group": after.group,
        **{f"{name}{BEFORE}": earlier[f"{name}{BEFORE}"] for name in [*amounts, "group"]},
    }
    return joined.select(**columns)


def _counts_contacts(tables: Tables) -> bool:
    return {"hospital_contact", "gp_contact", "specialist_contact"} <= set(tables)


def _levels(persons: ir.Table, tables: Tables, at: AsOf) -> ir.Table:
    """The units of each level and the practices and municipalities whose citizens belong to them."""
    homes = persons.select(*_WHERE).distinct()
    found = [
        homes.select(*_WHERE, level=ibis.literal(PRACTICE), unit=homes.provider_number),
        homes.select(*_WHERE, level=ibis.literal(MUNICIPALITY), unit=homes.municipality),
        homes.select(*_WHERE, level=ibis.literal(REGION), unit=ibis.literal(REGION)),
    ]
    if "network_practice" in tables:
        members = tables["network_practice"]
        day = ibis.literal(at.day)
        members = members.filter((members.joined <= day) & (members.left.isnull() | (members.left > day)))
        members = members.select("network", "provider_number").distinct()
        joined = homes.inner_join(members, "provider_number")
        found.append(joined.select(*_WHERE, level=ibis.literal(NETWORK), unit=joined.network))
    return ibis.union(*found)


def _of_region(rows: ir.Table) -> ir.Table:
    return rows.mutate(level=ibis.literal(REGION), unit=ibis.literal(REGION))


def _population(persons: ir.Table, where: ir.Table) -> ir.Table:
    counts = persons.group_by(_WHERE).aggregate(persons=persons.count())
    joined = where.inner_join(counts, _WHERE)
    return joined.group_by(["level", "unit"]).aggregate(persons=whole(joined.persons.sum()))


def _groups(persons: ir.Table, where: ir.Table) -> ir.Table:
    sums = persons.group_by([*_WHERE, "group"]).aggregate(
        persons=persons.count(),
        cost=persons.total.sum(),
        incomplete=persons.incomplete.sum(),
        admissions=persons.admissions.sum(),
        contacts=persons.contacts.sum(),
        diagnoses=persons.diagnoses.sum(),
    )
    joined = where.inner_join(sums, _WHERE)
    return joined.group_by(["level", "unit", "group"]).aggregate(
        persons=whole(joined.persons.sum()),
        cost=joined.cost.sum().cast(MONEY),
        incomplete=whole(joined.incomplete.sum()),
        admissions=joined.admissions.sum(),
        contacts=joined.contacts.sum(),
        diagnoses=whole(joined.diagnoses.sum()),
    )


def _sectors(persons: ir.Table, spent: ir.Table, where: ir.Table, prices: PriceList) -> ir.Table:
    theirs = spent.inner_join(persons.select("person_id", *_WHERE), "person_id")
    # A person is in one practice and one municipality and has one row for a service, so that counts add up.
    sums = theirs.group_by([*_WHERE, "sector", "service"]).aggregate(
        persons=theirs.count(),
        units=units_added_up(theirs.units),
        unpriced=units_added_up(theirs.unpriced),
        cost=theirs.cost.sum(),
    )
    joined = where.inner_join(sums, _WHERE)
    transfer = joined.sector.isin(prices.of_kind("transfer"))
    joined = joined.mutate(kind=transfer.ifelse("transfer", "service"))
    return joined.group_by(["level", "unit", "kind", "sector", "service"]).aggregate(
        persons=whole(joined.persons.sum()),
        units=units_added_up(joined.units),
        unpriced=units_added_up(joined.unpriced),
        cost=joined.cost.sum().cast(MONEY),
    )
