"""The measures: what one person's rows say at D. None is `missing`: not known for this person.

Each function takes the rows of one person by table, D, and the parameters as a definition gives them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from tests.reference.rules_of_time import (
    Row,
    active,
    active_spell,
    days_at,
    in_last,
    months_before,
    months_in,
    unbroken_since,
)

Rows = Mapping[str, list[Row]]
Value = int | float | bool | str | dt.date | Decimal | None
Measure = Callable[..., Value]

#: The measures by name, and the tables each cannot do without.
MEASURES: dict[str, Measure] = {}
NEEDS: dict[str, tuple[str, ...]] = {}


def needs(*tables: str) -> Callable[[Measure], Measure]:
    def remember(function: Measure) -> Measure:
        MEASURES[function.__name__] = function
        NEEDS[function.__name__] = tables
        return function

    return remember


def plain_code(code: str) -> str:
    """A code without case, dot or Danish `D` prefix: `DF20.0` is `F200`."""
    code = code.upper().replace(".", "").replace(" ", "")
    return code[1:] if re.match(r"D[A-Z]\d", code) else code


def in_ranges(code: str, ranges: list[str]) -> bool:
    """Whether an ICD-10 code lies in a range such as F20.0-F29.9, the ends with all their subdivisions."""
    for wanted in ranges:
        first, last = (plain_code(end) for end in wanted.split("-"))
        if len(code) == 3:  # a bare category belongs to the range if the range reaches into it
            first, last = first[:3], last[:3]
        if first <= code and code[: len(last)] <= last:
            return True
    return False


def allowed(value: Any, wanted: Any) -> bool:
    """Whether a value is among the wanted, or nothing in particular is wanted."""
    return wanted is None or value in wanted


# General practice


@needs("gp_contact")
def gp_contacts(rows: Rows, at: dt.date, *, within: str, kinds: list[str] | None = None) -> int:
    return sum(in_last(within, row["date"], at) and allowed(row["kind"], kinds) for row in rows["gp_contact"])


@needs("gp_diagnosis")
def gp_diagnoses(rows: Rows, at: dt.date, *, codes: list[str], within: str | None = None) -> int:
    wanted = [plain_code(code) for code in codes]
    return sum(seen(row["date"], at, within) and row["icpc2"] in wanted for row in rows["gp_diagnosis"])


def seen(day: dt.date | None, at: dt.date, within: str | None = None) -> bool:
    """Whether a day has come by D, and lies in the period if one is given."""
    return day is not None and (day <= at if within is None else in_last(within, day, at))


def last_day(days: list[dt.date]) -> dt.date | None:
    return max(days, default=None)


@needs("gp_contact")
def last_gp_contact(rows: Rows, at: dt.date, *, kinds: list[str] | None = None) -> dt.date | None:
    contacts = rows["gp_contact"]
    return last_day([row["date"] for row in contacts if seen(row["date"], at) and allowed(row["kind"], kinds)])


@needs("gp_check")
def last_check(rows: Rows, at: dt.date, *, checks: list[str]) -> dt.date | None:
    return last_day([row["date"] for row in rows["gp_check"] if seen(row["date"], at) and row["check"] in checks])


@needs("gp_check")
def last_check_text(rows: Rows, at: dt.date, *, checks: list[str]) -> str | None:
    telling = [
        row for row in rows["gp_check"] if seen(row["date"], at) and row["check"] in checks and row["value"] is not None
    ]
    last = last_day([row["date"] for row in telling])
    return max((row["value"] for row in telling if row["date"] == last), default=None)


@needs("gp_check")
def last_check_among(rows: Rows, at: dt.date, *, checks: list[str], values: list[str]) -> int | None:
    text = last_check_text(rows, at, checks=checks)
    return None if text is None else int(text in values)


def valued(rows: list[Row], at: dt.date, codes: list[str], units: list[str], within: str | None = None) -> list[Row]:
    """The measurements or targets that count at D."""
    return [row for row in rows if seen(row["date"], at, within) and row["code"] in codes and row["unit"] in units]


def value_of_day(rows: list[Row], day: dt.date | None) -> float | None:
    """Of several on one day the highest."""
    return max((row["value"] for row in rows if row["date"] == day), default=None)


@needs("gp_measurement")
def last_value(
    rows: Rows, at: dt.date, *, codes: list[str], units: list[str], within: str | None = None
) -> float | None:
    found = valued(rows["gp_measurement"], at, codes, units, within)
    return value_of_day(found, last_day([row["date"] for row in found]))


@needs("gp_measurement")
def last_value_day(
    rows: Rows, at: dt.date, *, codes: list[str], units: list[str], within: str | None = None
) -> dt.date | None:
    return last_day([row["date"] for row in valued(rows["gp_measurement"], at, codes, units, within)])


@needs("gp_measurement")
def highest_value(
    rows: Rows, at: dt.date, *, codes: list[str], units: list[str], within: str | None = None
) -> float | None:
    return max((row["value"] for row in valued(rows["gp_measurement"], at, codes, units, within)), default=None)


@needs("gp_target")
def last_target(rows: Rows, at: dt.date, *, codes: list[str], units: list[str]) -> float | None:
    found = valued(rows["gp_target"], at, codes, units)
    return value_of_day(found, last_day([row["date"] for row in found]))


@needs("gp_measurement", "gp_target")
def values_above_target(rows: Rows, at: dt.date, *, codes: list[str], units: list[str], last: int) -> int | None:
    target = last_target(rows, at, codes=codes, units=units)
    found = valued(rows["gp_measurement"], at, codes, units)
    days = sorted({row["date"] for row in found})[-last:]
    if target is None or len(days) < last:
        return None
    return sum(max(row["value"] for row in found if row["date"] == day) > target for day in days)


@needs("gp_measurement")
def gp_measurements(rows: Rows, at: dt.date, *, within: str, codes: list[str], at_least: int | None = None) -> int:
    return sum(
        in_last(within, row["date"], at) and row["code"] in codes and (at_least is None or row["value"] >= at_least)
        for row in rows["gp_measurement"]
    )


# Services paid by the region


@needs("specialist_contact")
def specialist_contacts(
    rows: Rows, at: dt.date, *, within: str, specialties: list[str], referred_by_gp: bool | None = None
) -> int:
    return sum(
        in_last(within, row["date"], at)
        and row["specialty"] in specialties
        and (referred_by_gp is None or row["referred_by_gp"] == referred_by_gp)
        for row in rows["specialist_contact"]
    )


@needs("specialist_contact")
def specialist_fees(rows: Rows, at: dt.date, *, within: str) -> Decimal:
    fees = [row["fee"] for row in rows["specialist_contact"] if in_last(within, row["date"], at)]
    return sum(fees, Decimal(0))


@needs("specialist_contact")
def last_specialist(rows: Rows, at: dt.date, *, specialties: list[str]) -> dt.date | None:
    contacts = rows["specialist_contact"]
    return last_day([row["date"] for row in contacts if seen(row["date"], at) and row["specialty"] in specialties])


# Medicines


def dispensed(rows: Rows, at: dt.date, within: str) -> list[Row]:
    return [row for row in rows["dispensing"] if in_last(within, row["date"], at)]


@needs("dispensing")
def dispensings(rows: Rows, at: dt.date, *, within: str, atc: list[str] | None = None) -> int:
    found = dispensed(rows, at, within)
    if atc is None:
        return len(found)
    return sum(any(row["atc"].startswith(plain_code(beginning)) for beginning in atc) for row in found)


@needs("dispensing")
def distinct_drugs(rows: Rows, at: dt.date, *, within: str) -> int:
    return len({row["atc"] for row in dispensed(rows, at, within)})


@needs("dispensing", "risk_drug")
def distinct_risk_drugs(rows: Rows, at: dt.date, *, within: str, levels: list[str]) -> int:
    flagged = {row["atc"] for row in rows["risk_drug"] if row["level"] in levels}
    return len({row["atc"] for row in dispensed(rows, at, within)} & flagged)


@needs("dispensing")
def dispensing_prices(rows: Rows, at: dt.date, *, within: str) -> Decimal:
    return sum((row["price"] for row in dispensed(rows, at, within)), Decimal(0))


# Hospital. The day of a contact is the calendar day of its local start.


@needs("hospital_contact")
def hospital_contacts(
    rows: Rows, at: dt.date, *, within: str, kinds: list[str] | None = None, acute: bool | None = None
) -> int:
    return sum(
        in_last(within, row["start"].date(), at)
        and allowed(row["kind"], kinds)
        and (acute is None or row["acute"] == acute)
        for row in rows["hospital_contact"]
    )


@needs("hospital_contact")
def action_diagnoses(
    rows: Rows,
    at: dt.date,
    *,
    ranges: list[str],
    within: str | None = None,
    kinds: list[str] | None = None,
    acute: bool | None = None,
) -> int:
    days_and_codes = [
        (row["start"].date(), row["action_diagnosis"])
        for row in rows["hospital_contact"]
        if allowed(row["kind"], kinds) and (acute is None or row["acute"] == acute)
    ]
    return number_in_ranges(days_and_codes, at, ranges, within)


@needs("hospital_contact")
def distinct_hospitals(rows: Rows, at: dt.date, *, within: str, kinds: list[str] | None = None) -> int:
    return len(
        {
            row["hospital"]
            for row in rows["hospital_contact"]
            if in_last(within, row["start"].date(), at) and allowed(row["kind"], kinds)
        }
    )


@needs("hospital_diagnosis")
def hospital_diagnoses(rows: Rows, at: dt.date, *, ranges: list[str], within: str | None = None) -> int:
    days_and_codes = [(row["date"], row["diagnosis"]) for row in rows["hospital_diagnosis"]]
    return number_in_ranges(days_and_codes, at, ranges, within)


def number_in_ranges(
    days_and_codes: list[tuple[dt.date, str]], at: dt.date, ranges: list[str], within: str | None
) -> int:
    return sum(
        in_ranges(code, ranges) and (day <= at if within is None else in_last(within, day, at))
        for day, code in days_and_codes
    )


@needs("hospital_contact")
def hospital_cost(rows: Rows, at: dt.date, *, within: str) -> Decimal:
    costs = [row["cost"] for row in rows["hospital_contact"] if in_last(within, row["start"].date(), at)]
    return sum(costs, Decimal(0))


@needs("outpatient_course")
def open_courses(rows: Rows, at: dt.date) -> int:
    return sum(active(row["opened"], row["closed"], at) for row in rows["outpatient_course"])


# Work and benefits


@needs("benefit")
def benefit_active(rows: Rows, at: dt.date, *, kinds: list[str]) -> bool:
    return any(active_spell(row, at) and row["kind"] in kinds for row in rows["benefit"])


@needs("benefit")
def benefit_unbroken(rows: Rows, at: dt.date, *, kinds: list[str], begun_before: str) -> bool:
    begun = unbroken_since([row for row in rows["benefit"] if row["kind"] in kinds], at)
    return begun is not None and begun < months_before(at, months_in(begun_before))


@needs("sick_leave")
def sick_leaves(
    rows: Rows,
    at: dt.date,
    *,
    within: str,
    causes: list[str] | None = None,
    longer_than_days: int | None = None,
) -> int:
    return sum(
        in_last(within, row["from"], at)
        and allowed(row["cause"], causes)
        and (longer_than_days is None or days_at(row, at) > longer_than_days)
        for row in rows["sick_leave"]
    )


@needs("sick_leave")
def last_sick_leave_days(rows: Rows, at: dt.date, *, within: str) -> int:
    leaves = [row for row in rows["sick_leave"] if in_last(within, row["from"], at)]
    if not leaves:
        return 0
    last_begin = max(row["from"] for row in leaves)
    return max(days_at(row, at) for row in leaves if row["from"] == last_begin)


@needs("job")
def job_active(rows: Rows, at: dt.date) -> bool:
    return any(active_spell(row, at) for row in rows["job"])


@needs("education")
def education_active(rows: Rows, at: dt.date) -> bool:
    return any(active_spell(row, at) for row in rows["education"])


@needs("unemployment_fund")
def unemployment_fund_member(rows: Rows, at: dt.date, *, funds: list[str]) -> int:
    return len({row["fund"] for row in rows["unemployment_fund"] if row["year"] == at.year} & set(funds))


# Municipal care


@needs("home_nursing")
def home_nursing_active(rows: Rows, at: dt.date) -> bool:
    return any(active_spell(row, at) for row in rows["home_nursing"])


@needs("home_care")
def home_care_active(rows: Rows, at: dt.date, *, frequencies: list[str] | None = None) -> bool:
    return any(active_spell(row, at) and allowed(row["frequency"], frequencies) for row in rows["home_care"])


@needs("substance_case")
def substance_case_open(rows: Rows, at: dt.date) -> bool:
    return any(active(row["opened"], row["closed"], at) for row in rows["substance_case"])


@needs("rehabilitation")
def rehabilitation_referrals(
    rows: Rows,
    at: dt.date,
    *,
    within: str | None = None,
    offers: list[str] | None = None,
    levels: list[str] | None = None,
    started: bool | None = None,
    outcomes: list[str] | None = None,
) -> int:
    found = 0
    for row in rows["rehabilitation"]:
        has_started = row["started"] is not None and row["started"] <= at
        ended_so = row["outcome"] in (outcomes or []) and (row["ended"] is None or row["ended"] <= at)
        found += (
            seen(row["referred"], at, within)
            and allowed(row["offer"], offers)
            and allowed(row["level"], levels)
            and (started is None or has_started == started)
            and (outcomes is None or ended_so)
        )
    return found


# What patients report


def forms(rows: Rows, sectors: list[str] | None, instruments: list[str] | None) -> list[Row]:
    return [
        row for row in rows["pro_form"] if allowed(row["sector"], sectors) and allowed(row["instrument"], instruments)
    ]


@needs("pro_form")
def pro_forms_used(
    rows: Rows,
    at: dt.date,
    *,
    within: str | None = None,
    sectors: list[str] | None = None,
    instruments: list[str] | None = None,
) -> int:
    return sum(seen(row["date"], at, within) and seen(row["used_on"], at) for row in forms(rows, sectors, instruments))


@needs("pro_form")
def pro_occasions(
    rows: Rows,
    at: dt.date,
    *,
    occasions: list[str],
    sectors: list[str] | None = None,
    instruments: list[str] | None = None,
) -> int | None:
    given = {row["occasion"] for row in forms(rows, sectors, instruments) if seen(row["date"], at)}
    return len(given & set(occasions)) if given else None


# Civil registration. Delivered as it is now: what began after D says nothing about D.


def household_at(rows: Rows, at: dt.date) -> Row | None:
    """The household as it was at D, if it is known."""
    for row in rows["household"]:
        if row["living_since"] is None or row["living_since"] <= at:
            return row
    return None


@needs("household")
def living(rows: Rows, at: dt.date) -> str | None:
    household = household_at(rows, at)
    return None if household is None else household["living"]


@needs("household")
def living_lately(rows: Rows, at: dt.date, *, within: str) -> str | None:
    household = household_at(rows, at)
    if household is None:
        return None
    if household["living"] != "alone":
        return household["living"]
    if household["living_since"] is None:
        return None  # alone, but lately or for long is not known
    return "newly_alone" if in_last(within, household["living_since"], at) else "alone"


@needs("household")
def preschool_children(rows: Rows, at: dt.date) -> int | None:
    household = household_at(rows, at)
    return None if household is None else household["preschool_children"]


@needs("person")
def origin(rows: Rows, at: dt.date) -> str | None:
    return rows["person"][0]["origin"]


@needs("person")
def died(rows: Rows, at: dt.date, *, within: str) -> bool | None:
    person = rows["person"][0]
    if person["status"] != "dead":
        return False
    return None if person["status_date"] is None else in_last(within, person["status_date"], at)


def days_of(within: str, at: dt.date) -> set[dt.date]:
    """The days of the last n months."""
    first = months_before(at, months_in(within)) + dt.timedelta(days=1)
    return {first + dt.timedelta(days=number) for number in range((at - first).days + 1)}


def days_of_spell(first: dt.date, last: dt.date | None, among: set[dt.date]) -> set[dt.date]:
    """The days of a spell, both ends counted, that are among some days."""
    return {day for day in among if first <= day and (last is None or day <= last)}


@needs("benefit")
def benefit_days(rows: Rows, at: dt.date, *, within: str, kinds: list[str] | None = None) -> int:
    looked_at, found = days_of(within, at), set[dt.date]()
    for row in rows["benefit"]:
        if allowed(row["kind"], kinds):
            found |= days_of_spell(row["from"], row["to"], looked_at)
    return len(found)


@needs("home_care")
def home_care_hours(rows: Rows, at: dt.date, *, within: str, personal: bool | None = None) -> float:
    parts = {True: ["personal"], False: ["practical"], None: ["personal", "practical"]}[personal]
    looked_at, total = days_of(within, at), 0.0
    for row in rows["home_care"]:
        days = len(days_of_spell(row["from"], row["to"], looked_at))
        total += days * sum(row[f"{part}_hours_per_week"] for part in parts) / 7
    return total


@needs("home_nursing")
def home_nursing_visits(rows: Rows, at: dt.date, *, within: str) -> float:
    looked_at = days_of(within, at)
    visits = (
        len(days_of_spell(row["from"], row["to"], looked_at)) * row["visits_per_week"] / 7
        for row in rows["home_nursing"]
    )
    return sum(visits, 0.0)


@needs("hospital_contact")
def bed_days(rows: Rows, at: dt.date, *, within: str, acute: bool | None = None) -> int:
    looked_at, nights = days_of(within, at), 0
    for row in rows["hospital_contact"]:
        if row["kind"] == "inpatient" and (acute is None or row["acute"] == acute):
            last = None if row["end"] is None else row["end"].date() - dt.timedelta(days=1)
            nights += len(days_of_spell(row["start"].date(), last, looked_at))
    return nights
