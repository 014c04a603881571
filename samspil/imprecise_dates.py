"""Dates as people write them: a day, or a month, a season or a year, which is a range of days.

Registers of meetings in report 003 (L2738-3772) have `14. sept. 2021`, `03.06.21`, `17/6-21`, `Nov. 2021` and
`Forår 2020`. What was written is kept: a range is not made into a day.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta

#: Danish months by the letters that tell them apart; `sept.` and `september` both begin with `sep`.
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"), start=1
    )
}
_MONTH_WORDS = (
    "januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november",
    "december",
)  # fmt: skip
#: The first month of a season and how long it is: those of the Danish Meteorological Institute. Winter begins in
#: December of the year before.
_SEASONS = {"forår": (0, 3), "sommer": (0, 6), "efterår": (0, 9), "vinter": (-1, 12)}
#: Two digits of a year are of this century: nothing of what is registered is older.
_CENTURY = 2000


@dataclass(frozen=True)
class ImpreciseDate:
    """The days that a written date can mean, both ends included; the same day twice when it means one day."""

    text: str
    first: dt.date
    last: dt.date

    @property
    def is_day(self) -> bool:
        """Whether one day is meant."""
        return self.first == self.last

    @property
    def day(self) -> dt.date | None:
        """The day that is meant; None when it is a range."""
        return self.first if self.is_day else None


def read_date(text: str) -> ImpreciseDate:
    """A date as written in Danish: a day, a month (`Nov. 2021`), season (`Forår 2020`), quarter (`Q3 2021`) or year.

    Days are `14. sept. 2021`, `03.06.21`, `17/6-21`, `17-06-2021` or `2021-06-17`. Two digits of a year are of this
    century. Raises ValueError that shows what was written and how dates can be written.
    """
    written = " ".join(text.split())
    plain = written.lower()
    try:
        found = _day(plain) or _month(plain) or _season(plain) or _quarter(plain) or _year(plain)
    except ValueError:
        found = None  # the thirty-first of a shorter month, say
    if found is None:
        raise ValueError(
            f"`{written}` is not a date; write a day such as `14. sept. 2021`, `03.06.21` or `17/6-21`, a month such "
            "as `Nov. 2021`, a season such as `Forår 2020`, or a year"
        )
    return ImpreciseDate(written, *found)


Range = tuple[dt.date, dt.date]


def _day(text: str) -> Range | None:
    iso = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text)
    if iso is not None:
        day = dt.date(int(iso[1]), int(iso[2]), int(iso[3]))
        return day, day
    found = re.fullmatch(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})", text)
    if found is not None:
        day = dt.date(_full_year(found[3]), int(found[2]), int(found[1]))
        return day, day
    named = re.fullmatch(r"(\d{1,2})\.? ([a-zæøå]+)\.?,? (\d{4})", text)
    month = None if named is None else _month_number(named[2])
    if named is None or month is None:
        return None
    day = dt.date(int(named[3]), month, int(named[1]))
    return day, day


def _month(text: str) -> Range | None:
    found = re.fullmatch(r"([a-zæøå]+)\.? (\d{4})", text)
    month = None if found is None else _month_number(found[1])
    if found is None or month is None:
        return None
    year = int(found[2])
    return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])


def _season(text: str) -> Range | None:
    found = re.fullmatch(r"([a-zæøå]+?)(?:en|et)? (\d{4})", text)
    if found is None or found[1] not in _SEASONS:
        return None
    years, month = _SEASONS[found[1]]
    return _months_from(dt.date(int(found[2]) + years, month, 1), 3)


def _quarter(text: str) -> Range | None:
    found = re.fullmatch(r"(?:q([1-4])|([1-4])\. ?(?:kvartal|kvt\.?)) (\d{4})", text)
    if found is None:
        return None
    return _months_from(dt.date(int(found[3]), 3 * int(found[1] or found[2]) - 2, 1), 3)


def _year(text: str) -> Range | None:
    if not re.fullmatch(r"\d{4}", text):
        return None
    return _months_from(dt.date(int(text), 1, 1), 12)


def _months_from(first: dt.date, months: int) -> Range:
    return first, first + relativedelta(months=months, days=-1)


def _month_number(word: str) -> int | None:
    """The month a word, or the beginning of one, stands for: `sept` and `september` are 9."""
    number = _MONTHS.get(word[:3])
    return number if number is not None and _MONTH_WORDS[number - 1].startswith(word) else None


def _full_year(digits: str) -> int:
    return int(digits) if len(digits) > 2 else _CENTURY + int(digits)
