"""How unevenly courses are spread over practices (000 L-34), as a chapter of an evaluation tells it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samspil.definitions import SamspilError
from samspil.evaluation.figures import Reason, Share, Unknown
from samspil.evaluation.implementation.adoption import attainment, top
from tests.evaluation.implementation.made_programme import Programme

SAD = [90, 26, 26, 26, *[3] * 9, 2, 2, *[13] * 13, *[12] * 5]
DAEMP = [73, 22, *[2] * 9, *[3] * 5, *[10] * 4, *[9] * 6]


def percent(found: Share | Unknown) -> int:
    assert isinstance(found, Share)
    return round(100 * found.value)


def test_t_i1_a_few_doctors_included_most_of_sad() -> None:
    """Report 000 L868-886: 428 by 33 doctors; one had 21 %, four 39 %, eleven 7 %; 64.8 % of those expected."""
    assert (len(SAD), sum(SAD), round(sum(SAD) / len(SAD))) == (33, 428, 13)
    assert (percent(top(SAD, 1)), percent(top(SAD, 4)), 100 - percent(top(SAD, 33 - 11))) == (21, 39, 7)
    assert round(100 * attainment(sum(SAD), 33 * 20), 1) == 64.8


def test_t_i2_fewer_still_most_of_daemp() -> None:
    """Report 000 L1273-1293: 222 by 26 doctors; two had 95, which is 43 %; fourteen had 15 %; 42.7 % of expected."""
    found = top(DAEMP, 2)
    assert isinstance(found, Share)
    assert (len(DAEMP), sum(DAEMP), round(sum(DAEMP) / 26, 1)) == (26, 222, 8.5)
    assert (found.numerator, percent(found), 100 - percent(top(DAEMP, 26 - 14))) == (95, 43, 15)
    assert round(100 * attainment(sum(DAEMP), 26 * 20), 1) == 42.7


def test_t_i3_one_practice_has_a_quarter_of_both() -> None:
    both = [90 + 73, *SAD[1:], *DAEMP[1:]]
    assert (sum(both), percent(top(both, 1))) == (650, 25)


def test_l_34_the_chapter_tells_the_share_of_the_practice_with_most_courses() -> None:
    did = Programme().practice("100004")
    for number, courses in (("100001", 9), ("100002", 2), ("100003", 1)):
        did.practice(number).courses(number, courses)
    found = did.implementation()
    assert isinstance(found.concentration, Share)
    assert (found.concentration.numerator, found.concentration.denominator) == (9, 12)
    assert [practice.courses for practice in found.practices] == [9, 2, 1, 0]


@given(st.lists(st.integers(0, 100), min_size=1, max_size=30), st.integers(0, 30))
def test_the_highest_have_what_the_others_have_not_and_at_least_their_part(counts: list[int], number: int) -> None:
    highest = top(counts, number)
    if not sum(counts):
        assert highest == Unknown.because(Reason.NO_COURSES)
        return
    assert isinstance(highest, Share)
    others = sorted(counts)[: max(len(counts) - number, 0)]
    assert highest.numerator + sum(others) == highest.denominator == sum(counts)
    assert highest.value >= min(number, len(counts)) / len(counts) - 1e-9


def test_counts_are_not_negative_and_nothing_expected_is_attained() -> None:
    with pytest.raises(SamspilError, match="not negative"):
        top([3, -1], 1)
    assert attainment(3, 0) == Unknown.because(Reason.NONE_EXPECTED)
