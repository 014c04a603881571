"""Danish working days: Monday to Friday without public holidays.

Agreements count deadlines in *hverdage* (report 000 L325-327). Store Bededag was a public holiday until 2023.
"""

from __future__ import annotations

import datetime as dt
from functools import cache

import holidays
from dateutil.relativedelta import relativedelta

from samspil.programmes.services import Deadline

_DAY = dt.timedelta(days=1)


@cache
def _holidays(year: int) -> frozenset[dt.date]:
    return frozenset(holidays.country_holidays("DK", years=year))


def is_working_day(day: dt.date) -> bool:
    """Whether people are at work on `day`."""
    return day.weekday() < 5 and day not in _holidays(day.year)


def after_working_days(day: dt.date, number: int) -> dt.date:
    """The last of `number` working days after `day`; the day itself does not count. Zero is `day`."""
    while number > 0:
        day += _DAY
        number -= is_working_day(day)
    return day


def working_days_between(since: dt.date, until: dt.date) -> int:
    """How many working days lie after `since` up to and including `until`; negative when `until` is the earlier one."""
    if until < since:
        return -working_days_between(until, since)
    days = (since + _DAY * number for number in range(1, (until - since).days + 1))
    return sum(is_working_day(day) for day in days)


def deadline_after(day: dt.date, deadline: Deadline) -> dt.date:
    """The last day on which something agreed on `day` is in time. Months end on the last day they have."""
    match deadline.unit:
        case "working_days":
            return after_working_days(day, deadline.number)
        case "days":
            return day + _DAY * deadline.number
        case "weeks":
            return day + dt.timedelta(weeks=deadline.number)
        case "months":
            return day + relativedelta(months=deadline.number)
