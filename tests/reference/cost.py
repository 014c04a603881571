"""What care costs, a second time: plain Python, one row and one day at a time, with exact fractions."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]
#: By sector and service: the prices with their first and last day, in DKK.
Prices = Mapping[tuple[str, str], Sequence[tuple[dt.date, dt.date, Decimal]]]

DAY = dt.timedelta(days=1)


class Cell(NamedTuple):
    """What one person had of one service in one period; `cost` is None where nothing of it has a price."""

    units: Fraction
    unpriced: Fraction
    cost: Decimal | None


Key = tuple[int, dt.date, str, str]


def cost_cells(tables: Tables, ends: Sequence[dt.date], prices: Prices) -> dict[Key, Cell]:
    """By person, last day of the period, sector and service. `ends[0]` is the day before the first period."""
    cells: dict[Key, list[tuple[Fraction, Decimal | None]]] = defaultdict(list)

    def event(person: int, day: dt.date | None, sector: str, service: str, amount: Decimal | None) -> None:
        if day is not None and ends[0] < day <= ends[-1]:
            cells[person, period_of(day), sector, service].append((Fraction(1), amount))

    def period_of(day: dt.date) -> dt.date:
        return next(end for end in ends[1:] if day <= end)

    def price(sector: str, service: str, day: dt.date) -> tuple[dt.date, Decimal] | None:
        """The price on a day and the first day of it."""
        return next(((first, dkk) for first, last, dkk in prices[sector, service] if first <= day <= last), None)

    def spell(row: Row, names: tuple[str, str], key: tuple[str, str], weekly: Fraction, delivered: bool) -> None:
        """A day at a time. What has been spent since the spell began, or its price changed, is rounded on each day."""
        first, last = row[names[0]], row[names[1]]
        units: dict[dt.date, Fraction] = defaultdict(Fraction)
        amounts: dict[dt.date, Decimal] = defaultdict(Decimal)
        without: dict[dt.date, Fraction] = defaultdict(Fraction)
        since, days = None, 0
        for day in days_of(first, ends[-1] if last is None else min(last, ends[-1])):
            found = (dt.date.min, Decimal(1)) if delivered else price(*key, day)
            begin = None if found is None else found[0]
            days = days + 1 if begin == since else 1
            since = begin
            if day <= ends[0]:
                continue
            one = Fraction(1, 7) if delivered else weekly / 7
            units[period_of(day)] += one
            if found is None:
                without[period_of(day)] += one
                continue
            per_day = weekly * Fraction(found[1]) / 7
            amounts[period_of(day)] += rounded(per_day * days) - rounded(per_day * (days - 1))
        for end, number in units.items():
            # A part without a price and a part with one are two pieces of the same cell.
            missing = without[end]
            if number > missing:
                cells[row["person_id"], end, *key].append((number - missing, amounts[end]))
            if missing:
                cells[row["person_id"], end, *key].append((missing, None))

    for row in tables.get("hospital_contact", ()):
        sector = "hospital_psychiatric" if row["action_diagnosis"].startswith("F") else "hospital_somatic"
        event(row["person_id"], row["start"].date(), sector, row["kind"], row["cost"])
    for row in tables.get("gp_contact", ()):
        found = price("general_practice", row["kind"], row["date"])
        event(row["person_id"], row["date"], "general_practice", row["kind"], found and found[1])
    for row in tables.get("specialist_contact", ()):
        event(row["person_id"], row["date"], "specialists", row["specialty"], row["fee"])
    for row in tables.get("dispensing", ()):
        event(row["person_id"], row["date"], "medicines", "dispensing", row["price"])
    for row in tables.get("rehabilitation", ()):
        if row["started"] is not None:
            found = price("municipal_health", "rehabilitation", row["started"])
            event(row["person_id"], row["started"], "municipal_health", "rehabilitation", found and found[1])
    for row in tables.get("home_care", ()):
        hours = Fraction(row["personal_hours_per_week"]) + Fraction(row["practical_hours_per_week"])
        spell(row, ("from", "to"), ("municipal_care", "home_care"), hours, False)
    for row in tables.get("home_nursing", ()):
        spell(row, ("from", "to"), ("municipal_care", "home_nursing"), Fraction(row["visits_per_week"]), False)
    for row in tables.get("care_home", ()):
        spell(row, ("from", "to"), ("municipal_care", "care_home"), Fraction(7), False)
    for row in tables.get("substance_case", ()):
        spell(row, ("opened", "closed"), ("social", "substance_case"), Fraction(7), False)
    for row in tables.get("benefit", ()):
        spell(row, ("from", "to"), ("labour_market", row["kind"]), Fraction(row["weekly_amount"]), True)
    return {key: _cell(parts) for key, parts in cells.items()}


def _cell(parts: Iterable[tuple[Fraction, Decimal | None]]) -> Cell:
    found = list(parts)
    amounts = [amount for _, amount in found if amount is not None]
    return Cell(
        sum((units for units, _ in found), Fraction(0)),
        sum((units for units, amount in found if amount is None), Fraction(0)),
        sum(amounts, Decimal(0)) if amounts else None,
    )


def days_of(first: dt.date, last: dt.date) -> Iterable[dt.date]:
    """Every day from the first to the last, both included."""
    day = first
    while day <= last:
        yield day
        day += DAY


def rounded(amount: Fraction) -> Decimal:
    """DKK in whole øre, halves up."""
    return Decimal(math.floor(amount * 100 + Fraction(1, 2))) / 100
