"""Dates as people write them are read as a day or as a range, and nothing is made more exact than it was written."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samspil.imprecise_dates import read_date


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("14. sept. 2021", "2021-09-14", "2021-09-14"),
        ("03.06.21", "2021-06-03", "2021-06-03"),
        ("17/6-21", "2021-06-17", "2021-06-17"),
        ("27. jan. 2022", "2022-01-27", "2022-01-27"),
        ("Forår 2020", "2020-03-01", "2020-05-31"),
        ("Nov. 2021", "2021-11-01", "2021-11-30"),
    ],
)
def test_tc3_40_dates_of_the_report_are_days_or_ranges(text: str, first: str, last: str) -> None:
    found = read_date(text)
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)
    assert found.is_day == (first == last)
    assert found.day == (dt.date.fromisoformat(first) if first == last else None)
    assert found.text == text


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("1/9-20", "2020-09-01", "2020-09-01"),
        ("2021-08-31", "2021-08-31", "2021-08-31"),
        ("31. august 2021", "2021-08-31", "2021-08-31"),
        ("15 dec. 2021", "2021-12-15", "2021-12-15"),
        ("Maj 2021", "2021-05-01", "2021-05-31"),
        ("februar 2020", "2020-02-01", "2020-02-29"),
        ("vinter 2020", "2019-12-01", "2020-02-29"),
        ("Foråret 2020", "2020-03-01", "2020-05-31"),
        ("efterår 2021", "2021-09-01", "2021-11-30"),
        ("Q3 2021", "2021-07-01", "2021-09-30"),
        ("3. kvartal 2021", "2021-07-01", "2021-09-30"),
        ("2018", "2018-01-01", "2018-12-31"),
    ],
)
def test_other_ways_to_write_a_date(text: str, first: str, last: str) -> None:
    found = read_date(text)
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


@pytest.mark.parametrize(
    "text", ["", "engang i 2021", "31. juni 2021", "13/13-21", "marsk 2021", "ma 2021 5", "00.01.21"]
)
def test_what_is_no_date_is_told_with_how_dates_are_written(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a date; write a day such as `14\. sept\. 2021`"):
        read_date(text)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)))
def test_a_day_is_the_same_day_however_it_is_written(day: dt.date) -> None:
    ways = [f"{day.day}/{day.month}-{day:%y}", f"{day:%d.%m.%y}", f"{day:%d-%m-%Y}", day.isoformat(), f"{day:%d.%m.%Y}"]
    assert {read_date(way).day for way in ways} == {day}
