"""How a run of cost reads: rows of plain values, and sentences with what is missing and what must be said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from samspil.population.cost_change import DEAD, MOVED, NEW
from samspil.population.cost_profile import CostRanking
from samspil.programmes.prices import PriceList
from samspil.verbs.kept import fetched

if TYPE_CHECKING:
    from samspil.verbs.costing import CostRun


def kroner(amount: Decimal | float | None) -> str:
    """An amount in whole DKK; empty when not known."""
    return "" if amount is None else f"{amount:,.0f}"


def percent(share: float | None, signed: bool = False) -> str:
    """A share in per cent; empty when not known."""
    if share is None:
        return ""
    return f"{100 * share:+.1f} %" if signed else f"{100 * share:.1f} %"


def sector_rows(
    sectors: Sequence[dict[str, Any]],
    groups: Sequence[dict[str, Any]],
    prices: PriceList,
    by: str,
    measured: Sequence[dict[str, Any]],
) -> list[dict[str, Any]]:
    """Of the region one row per service; of other levels one per unit with a column per sector."""
    if by == "region":
        persons = sum(row["persons"] for row in groups)
        return _region(sectors, prices, persons, measured)
    return _units(sectors, groups, prices, by)


def _region(
    sectors: Sequence[dict[str, Any]], prices: PriceList, persons: int, measured: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    states = {(each["sector"], each["service"]): each["state"] for each in measured}
    by_service = {(row["sector"], row["service"]): row for row in sectors}
    titles = {each.sector: each.title.en for each in prices.sectors}
    found: list[dict[str, Any]] = []
    for kind, said in (("service", "all services"), ("transfer", "all transfers")):
        total = Decimal(0)
        for service in prices.services:
            if prices.kind(service.sector) != kind or states[service.key] == "not_delivered":
                continue
            row = by_service.get(service.key)
            cost = row["cost"] if row else Decimal(0)
            total += cost or 0
            found.append(
                {
                    "sector": titles[service.sector],
                    "service": service.title.en,
                    "citizens": row["persons"] if row else 0,
                    "units": f"{row['units'] if row else 0:,.0f} {service.unit.en}",
                    "DKK": "not measured" if states[service.key] == "no_price" else kroner(cost),
                    "DKK per citizen": kroner(cost / persons) if persons and cost is not None else "",
                }
            )
        per_citizen = kroner(total / persons) if persons else ""
        whole = all(
            states[service.key] == "measured" for service in prices.services if prices.kind(service.sector) == kind
        )
        said_total = kroner(total) if whole else f"at least {kroner(total)}"
        found.append({"sector": said, "citizens": persons, "DKK": said_total, "DKK per citizen": per_citizen})
    return found


def _units(
    sectors: Sequence[dict[str, Any]], groups: Sequence[dict[str, Any]], prices: PriceList, by: str
) -> list[dict[str, Any]]:
    persons: dict[str, int] = {}
    for row in groups:
        persons[row["unit"]] = persons.get(row["unit"], 0) + row["persons"]
    spent: dict[tuple[str, str], Decimal] = {}
    for row in sectors:
        if row["cost"] is not None:
            key = row["unit"], row["sector"]
            spent[key] = spent.get(key, Decimal(0)) + row["cost"]
    titles = {each.sector: each.title.en for each in prices.sectors}
    shown = [sector for sector in prices.of_kind("service") if any(sector == key[1] for key in spent)]
    return [
        {
            by: unit,
            "citizens": number,
            "DKK per citizen": kroner(
                sum((spent.get((unit, each), Decimal(0)) for each in shown), Decimal(0)) / number
            ),
            **{titles[each]: kroner(spent.get((unit, each), Decimal(0)) / number) for each in shown},
        }
        for unit, number in sorted(persons.items())
    ]


def group_rows(run: CostRun) -> list[dict[str, Any]]:
    """The concentration: each group's part of citizens and of cost, and what its citizens used on average."""
    rows = {row["group"]: row for row in run.fetched("groups") if row["level"] == "region"}
    found = []
    for group in run.concentration().groups:
        row = rows.get(group.group, {})
        found.append(
            {
                "group, %": group.group,
                "citizens": group.persons,
                "of citizens": percent(group.population_share),
                "DKK": kroner(group.cost),
                "of cost": percent(group.cost_share),
                "times the mean": "" if group.relative is None else f"{group.relative:.2f}",
                "contacts each": _each(row.get("contacts"), group.persons),
                "admissions each": _each(row.get("admissions"), group.persons),
                "diagnoses each": _each(row.get("diagnoses"), group.persons),
            }
        )
    return found


def _each(number: float | None, persons: int) -> str:
    return "" if number is None or not persons else f"{number / persons:.1f}"


def transition_rows(run: CostRun) -> list[dict[str, Any]]:
    """From each group of the period before (rows) to each group now (columns); none where that is not known."""
    rows = run.fetched("transitions")
    found: dict[str, dict[str, Any]] = {}
    groups = [group.group for group in run.concentration().groups]
    counts = {(row["from_group"], row["to_group"]): row["persons"] for row in rows}
    for before in [*groups, NEW] if rows else []:
        found[before] = {"a period ago \\ now": before}
        for after in [*groups, DEAD, MOVED]:
            possible = before != NEW or after in groups
            found[before][after] = counts.get((before, after), 0) if possible else None
    return list(found.values())


def notes(run: CostRun) -> list[str]:
    """What must be said beside the figures: spread, alikeness, change and its caution, and what is missing."""
    found = []
    if run.gini is not None:
        found.append(f"Gini's coefficient of the citizens' cost is {run.gini:.3f} (0: all alike, 1: one has it all).")
    same = run.alike()
    if same.largest is not None:
        found.append(
            f"The most costly {run.top_group} % by main diagnosis: the largest group is {same.largest} "
            f"({same.share.numerator} of {same.share.denominator}), entropy {same.entropy:.1f} bits: {same.in_words()}."
        )
    found += _change(run)
    found.append(f"{run.caution.title.en}. {run.caution.says.en}")
    found += list(_missing(run))
    return found


def _change(run: CostRun) -> list[str]:
    change, stayed = run.change(), run.persistence()
    if change is None or stayed is None:
        return ["Data do not cover both this period and the one before, so no change is shown."]
    again = percent(stayed.value) or "none"
    return [
        f"Of {stayed.denominator} in the group {run.top_group} % a period ago, {stayed.numerator} are in it again "
        f"({again}).",
        f"The cost of those of them who are still citizens changed by {percent(change.chosen.relative, signed=True)}, "
        f"that of everybody by {percent(change.everybody.relative, signed=True)}.",
    ]


def _missing(run: CostRun) -> Iterable[str]:
    states: dict[str, list[str]] = {}
    for each in run.measured:
        states.setdefault(each["state"], []).append(f"{each['sector']}.{each['service']}")
    for source in dict.fromkeys(each["source"] for each in run.measured if each["state"] == "not_delivered"):
        sectors = dict.fromkeys(each["sector"] for each in run.measured if each["source"] == source)
        yield f"Not delivered: {source} ({', '.join(sectors)}). It is in no total, and is not zero."
    partly: dict[tuple[str, str], list[str]] = {}
    for each in run.measured:
        if each["state"] == "partly" and each["source"] not in partly.setdefault((each["from"], each["to"]), []):
            partly[each["from"], each["to"]].append(each["source"])
    for (first, last), sources in partly.items():
        yield f"Delivered from {first} to {last} only: {', '.join(sources)}. Cost on other days is in no total."
    if "no_price" in states:
        yield f"Without a price, so counted and not measured: {', '.join(states['no_price'])}."
    rows = run.fetched("unlinked")
    outside: dict[str, Decimal] = {}
    for row in rows:
        if row["sector"] in run.prices.of_kind("service"):
            outside[row["reason"]] = outside.get(row["reason"], Decimal(0)) + (row["cost"] or 0)
    if outside:
        parts = ", ".join(f"{reason} {kroner(amount)}" for reason, amount in sorted(outside.items()))
        yield f"Spent on persons who are no citizens of a practice at D, and in no figure above, DKK: {parts}."


def top_rows(run: CostRun, ranking: CostRanking) -> list[dict[str, Any]]:
    """A practice's most costly citizens with a diagnosis, in whole DKK; by sector, and in all."""
    titles = {each.sector: each.title.en for each in run.prices.sectors}
    sectors = run.prices.of_kind("service")
    rows = fetched(run.lake, ranking.rows)
    return [
        {
            "place": row["place"],
            "person_id": row["person_id"],
            "age": row["age_band"],
            "all": kroner(row["total"]) + (" at least" if row["incomplete"] else ""),
            f"{run.months} months before": kroner(row["total_before"]),
            **{titles[each]: kroner(row[each]) for each in sectors if any(other[each] is not None for other in rows)},
        }
        for row in rows
    ]


def cautioned(run: CostRun, ranking: CostRanking) -> list[str]:
    """What a ranking by one period's cost says of itself: its caution, how many stayed, and what was not looked at."""
    stayed = run.persistence()
    known = (
        f" Of the region's most costly {run.top_group} % a period ago, {percent(stayed.value) or 'none'} are so again."
        if stayed is not None
        else ""
    )
    said = [f"{ranking.caution.title.en}. {ranking.caution.says.en}{known}"]
    if ranking.unchecked:
        said.append(f"Not looked at for the diagnosis, as not delivered: {', '.join(ranking.unchecked)}.")
    return said


def course_rows(run: CostRun, around: str) -> list[dict[str, Any]]:
    """Month by month: how many were observed, and what each of them cost by sector; transfers last."""
    titles = {each.sector: each.title.en for each in run.prices.sectors}
    found: dict[int, dict[str, Any]] = {}
    for row in fetched(run.lake, run.course(around).order_by("month")):
        entry = found.setdefault(row["month"], {"month": str(row["month"]), "observed": row["observed"]})
        entry[titles[row["sector"]]] = kroner(None if row["cost"] is None else row["cost"] / row["observed"])
    order = ["month", "observed", *titles.values()]
    return [{name: entry[name] for name in order if name in entry} for entry in found.values()]


#: What must be known to read a course.
COURSE = (
    "Month 0 holds the index date. `observed` are those born, not gone, and within the data in that month: compare "
    "only months with about as many. Empty: no price is known for what was used."
)
