"""R-EVAL-18: estimated, released and reallocated savings are kept apart; and R-EVAL-07, cost per citizen-year."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samspil.definitions import SamspilError
from samspil.evaluation.economy.accounts import Saving, Shift, rounded
from samspil.evaluation.economy.citizen_year import per_citizen_year, with_overhead, without_overhead
from samspil.evaluation.economy.savings import by_status, estimated_savings
from samspil.evaluation.figures import Estimate, Reason, Unknown


def test_r_eval_18_each_status_has_its_own_sum_and_there_is_no_other() -> None:
    savings = [
        Saving("reallocated", "hospital", Decimal(30), "sub-acute outpatient slots"),
        Saving("estimated", "hospital", Decimal(100), "a"),
        Saving("estimated", "municipality", Decimal(5), "b"),
        Saving("released", "hospital", Decimal(40), "a medical ward closed"),
    ]
    assert list(by_status(savings).items()) == [("estimated", 105), ("released", 40), ("reallocated", 30)]
    assert by_status([]) == {}


def test_r_eval_18_a_saving_has_one_of_three_statuses() -> None:
    with pytest.raises(SamspilError, match=r"`hoped`; it is one of estimated.* \(a memo\)"):
        by_status([Saving("hoped", "hospital", Decimal(1), "a memo")])


def test_a_saving_is_estimated_only_where_chance_is_excluded() -> None:
    shifts = [
        Shift("hospital_somatic", "region", Estimate(-100.005, -150, -50)),
        Shift("general_practice", "region", Estimate(-100, -250, 50)),
        Shift("municipal_care", "municipality", Estimate(100, 50, 150)),
        Shift("labour_market", "municipality", Unknown.because(Reason.NO_PERSONS)),
    ]
    (saving,) = estimated_savings(shifts, 10, "study 1")
    assert saving == Saving("estimated", "region", Decimal("1000.05"), "study 1: hospital_somatic")
    assert estimated_savings(shifts, 0, "study 1") == ()


def test_r_eval_07_107_000_with_15_per_cent_overhead() -> None:
    before = without_overhead(Decimal(107_000), Decimal("0.15"))
    assert rounded(before) == Decimal("93043.48")
    assert rounded(Decimal(107_000) - before) == Decimal("13956.52")
    assert rounded(with_overhead(rounded(before), Decimal("0.15"))) == 107_000
    # 62 citizens for a year (001 2.4)
    cost = before * 62
    assert rounded(per_citizen_year(cost, 62.0, Decimal("0.15")) or Decimal(0)) == 107_000
    assert rounded(per_citizen_year(cost, 62.0) or Decimal(0)) == Decimal("93043.48")


@given(st.decimals(0, 10**8, places=2), st.decimals(0, 5, places=3))
def test_an_overhead_goes_on_and_off(cost: Decimal, overhead: Decimal) -> None:
    assert rounded(without_overhead(with_overhead(cost, overhead), overhead)) == cost


def test_what_is_not_measured_has_no_cost_per_citizen_year() -> None:
    assert per_citizen_year(None, 10.0) is None
    assert per_citizen_year(Decimal(10), None) is None
    assert per_citizen_year(Decimal(10), 0.0) is None
    with pytest.raises(SamspilError, match="less than none"):
        with_overhead(Decimal(1), Decimal("-0.1"))
