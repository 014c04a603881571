"""The rules of time of the house (DESIGN), as plain functions of plain dates."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]


def months_in(text: str) -> int:
    """The number in `6 months`."""
    found = re.fullmatch(r"(\d+) months?", text)
    assert found is not None, f"not a number of months: {text}"
    return int(found[1])


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day of an earlier month, or that month's last day when it has no such day."""
    year, month = day.year, day.month
    for _ in range(months):
        month -= 1
        if month == 0:
            year, month = year - 1, 12
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def in_last(months: str, day: dt.date, as_of: dt.date) -> bool:
    """Whether a day lies in the last n months, (D − n months, D]."""
    return months_before(as_of, months_in(months)) < day <= as_of


def age(birth_date: dt.date, as_of: dt.date) -> int:
    """Completed years: birthdays after that of birth, up to and including D."""
    had_birthday = (as_of.month, as_of.day) >= (birth_date.month, birth_date.day)
    return as_of.year - birth_date.year - (0 if had_birthday else 1)


def active(first: dt.date, last: dt.date | None, as_of: dt.date) -> bool:
    """Whether a spell with these first and last days covers D; one without a last day goes on."""
    return first <= as_of and (last is None or last >= as_of)


def active_spell(row: Row, as_of: dt.date) -> bool:
    return active(row["from"], row["to"], as_of)


def days_at(row: Row, as_of: dt.date) -> int:
    """The days of a spell up to D, both ends counted."""
    last = as_of if row["to"] is None else min(row["to"], as_of)
    return (last - row["from"]).days + 1


def unbroken_since(rows: list[Row], as_of: dt.date) -> dt.date | None:
    """The first day of the unbroken run of covered days that ends on D; None when D itself is not covered.

    Spells whose next begins at the latest the day after the one before ends leave no day uncovered.
    """
    day, first = as_of, None
    while any(row["from"] <= day and (row["to"] is None or row["to"] >= day) for row in rows):
        first = day
        day -= dt.timedelta(days=1)
    return first
