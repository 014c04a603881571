"""A CPR number has a date that exists in the century its seventh digit tells; modulus 11 is not demanded."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.dk import cpr as stdnum_cpr
from stdnum.exceptions import ValidationError

from samspil.warehouse.vault import is_cpr


def accepted(numbers: Sequence[str]) -> list[bool]:
    """What the warehouse says of each number."""
    rows = ibis.memtable({"place": range(len(numbers)), "digits": list(numbers)})
    return rows.select("place", good=is_cpr(rows.digits)).order_by("place").to_pyarrow()["good"].to_pylist()


def has_birth_date(number: str) -> bool:
    """What python-stdnum says of ten digits."""
    with contextlib.suppress(ValidationError):
        return bool(stdnum_cpr.get_birth_date(number))
    return False


def test_every_century_rule_at_every_end_of_a_month() -> None:
    days = ["0001", "0100", "3101", "2802", "2902", "3002", "3103", "3004", "3104", "3112", "3212", "0113"]
    numbers = [f"{day}{year:02d}{seventh}123" for day in days for year in range(100) for seventh in range(10)]
    assert accepted(numbers) == [has_birth_date(number) for number in numbers]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.from_regex(r"[0-3][0-9][01][0-9]{7}", fullmatch=True), min_size=1, max_size=200))
def test_numbers_are_judged_as_stdnum_judges_them(numbers: list[str]) -> None:
    assert accepted(numbers) == [has_birth_date(number) for number in numbers]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=50))
def test_what_is_not_ten_digits_is_no_cpr_number(texts: list[str]) -> None:
    expected = [len(t) == 10 and t.isascii() and t.isdigit() and has_birth_date(t) for t in texts]
    assert accepted(texts) == expected


CENTURIES = [
    ("0101500000", True), ("0101000000", True),      # 0-3: 1900-1999
    ("2902000000", False),                           # 1900 was no leap year
    ("2902004000", True), ("2902009000", True),      # 4 and 9 up to 36: 2000 was one
    ("2902364000", True), ("2902374000", False),     # the last of 2000-2036, the first of 1937-1999
    ("2902965000", True), ("2902005000", True),      # 5-8 from 58: 1896; up to 57: 2000
    ("2902575000", False), ("2902605000", True),     # 2057, 1860
]  # fmt: skip


@pytest.mark.parametrize(("number", "good"), CENTURIES)
def test_the_29th_of_february_tells_the_centuries_apart(number: str, good: bool) -> None:
    assert accepted([number]) == [good]


def test_modulus_11_is_not_demanded() -> None:
    without = "0101501001"
    assert stdnum_cpr.checksum(without) != 0
    assert accepted([without]) == [True]
