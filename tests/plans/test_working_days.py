"""Deadlines in working days: holidays, and the two functions as each other's inverse."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samspil.plans.working_days import after_working_days, deadline_after, is_working_day, working_days_between
from samspil.programmes.services import Deadline

DAYS = st.dates(dt.date(2010, 1, 1), dt.date(2040, 12, 31))
D = dt.date


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (D(2023, 5, 5), False),  # Store Bededag, the last that was a public holiday
        (D(2024, 4, 26), True),  # the Friday that would have been Store Bededag
        (D(2026, 4, 2), False),  # Maundy Thursday
        (D(2026, 4, 3), False),  # Good Friday
        (D(2026, 4, 6), False),  # Easter Monday
        (D(2026, 4, 7), True),
        (D(2026, 5, 14), False),  # Ascension Day
        (D(2026, 5, 15), True),  # the day after is no public holiday
        (D(2026, 5, 25), False),  # Whit Monday
        (D(2026, 6, 5), True),  # Constitution Day is no public holiday
        (D(2026, 12, 24), True),  # Christmas Eve is by agreement, not by law
        (D(2026, 12, 25), False),
        (D(2026, 12, 26), False),
        (D(2026, 12, 31), True),
        (D(2027, 1, 1), False),
        (D(2026, 11, 28), False),  # a Saturday
    ],
)
def test_public_holidays(day: dt.date, working: bool) -> None:
    assert is_working_day(day) is working


@pytest.mark.parametrize(
    ("sent", "due"),
    [
        (D(2026, 11, 2), D(2026, 11, 9)),  # Monday to Monday
        (D(2026, 11, 6), D(2026, 11, 13)),  # Friday to Friday
        (D(2026, 11, 7), D(2026, 11, 13)),  # sent on a Saturday
        (D(2026, 3, 31), D(2026, 4, 10)),  # across Easter
        (D(2025, 12, 23), D(2026, 1, 2)),  # across Christmas and New Year
        (D(2023, 5, 3), D(2023, 5, 11)),  # across Store Bededag
        (D(2024, 4, 24), D(2024, 5, 1)),  # the same weekdays without it; 1 May is a working day
    ],
)
def test_t_svc_2_five_working_days_to_the_psychologist(sent: dt.date, due: dt.date) -> None:
    """Report 000 L325-327."""
    assert deadline_after(sent, Deadline(number=5, unit="working_days", source="000 L325-327")) == due


@given(DAYS, st.integers(0, 60))
def test_counting_undoes_adding(day: dt.date, number: int) -> None:
    assert working_days_between(day, after_working_days(day, number)) == number


@given(DAYS, st.integers(1, 60))
def test_a_deadline_is_the_first_day_that_is_so_many_working_days_away(day: dt.date, number: int) -> None:
    due = after_working_days(day, number)
    assert is_working_day(due)
    assert working_days_between(day, due - dt.timedelta(days=1)) == number - 1


@given(DAYS, DAYS)
def test_backwards_is_the_negative(one: dt.date, other: dt.date) -> None:
    assert working_days_between(one, other) == -working_days_between(other, one)


@given(DAYS, st.integers(0, 30), st.integers(0, 30))
def test_deadlines_add_up(day: dt.date, first: int, then: int) -> None:
    assert after_working_days(after_working_days(day, first), then) == after_working_days(day, first + then)


def test_other_units() -> None:
    day = D(2026, 1, 31)
    assert deadline_after(day, Deadline(number=1, unit="months", source="000 L1")) == D(2026, 2, 28)
    assert deadline_after(day, Deadline(number=2, unit="weeks", source="000 L1")) == D(2026, 2, 14)
    assert deadline_after(day, Deadline(number=3, unit="days", source="000 L1")) == D(2026, 2, 3)
