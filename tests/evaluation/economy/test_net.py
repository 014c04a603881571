"""Net result per course (T-C2, 000 2.6), the cost-neutral line (L-45), and benefit for cost (R-EVAL-05)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samspil.definitions import SamspilError
from samspil.evaluation.economy.accounts import Saving
from samspil.evaluation.economy.net import Standing, benefit_cost_ratio, net_per_course, standing
from samspil.evaluation.figures import Estimate, Reason, Unknown

SYMPHONY = [Saving("estimated", "hospital", Decimal(3_940_000), "001 L2275-2277")]


def test_t_c2_net_result_of_daemp() -> None:
    assert net_per_course(Decimal(11_000), Estimate(19_000, 12_000, 26_000)) == Estimate(-30_000, -37_000, -23_000)


def test_net_result_of_sad_is_at_least_12_000_and_28_000() -> None:
    """000 2.6: −40,000, where the cost of a course is at least 12,000."""
    net = net_per_course(Decimal(12_000), Estimate(28_000, 20_000, 36_000))
    assert net == Estimate(-40_000, -48_000, -32_000)


@given(st.decimals(0, 10**6, places=2), st.floats(-(10**6), 10**6), st.floats(0, 10**5), st.floats(0, 10**5))
def test_r_eval_3d_the_interval_is_turned_round(running: Decimal, value: float, down: float, up: float) -> None:
    net = net_per_course(running, Estimate(value, value - down, value + up))
    assert isinstance(net, Estimate)
    assert net.low <= net.value <= net.high
    assert net.value - net.low == pytest.approx(up, abs=1e-6)
    assert net.high - net.value == pytest.approx(down, abs=1e-6)


def test_econ_1_without_a_cost_or_an_effect_there_is_no_net_result() -> None:
    assert net_per_course(None, Estimate(1, 0, 2)) == Unknown.because(Reason.COST_NOT_MEASURED)
    early = Unknown.because(Reason.FEW_PERSONS, persons=3, needed=50)
    assert net_per_course(Decimal(1), early) is early


@pytest.mark.parametrize(
    ("low", "high", "neutral", "expected"),
    [
        (-37_000, -23_000, 0, Standing.DEARER),
        (-37_000, 1, 0, Standing.UNDETERMINED),
        (0, 4_000, 0, Standing.WITHIN),
        (-37_000, -23_000, 40_000, Standing.WITHIN),
        (-37_000, -23_000, 30_000, Standing.UNDETERMINED),
        (-37_000, -23_000, 20_000, Standing.DEARER),
    ],
)
def test_l_45_a_course_beside_the_cost_neutral_line(low: int, high: int, neutral: int, expected: Standing) -> None:
    assert standing(Estimate((low + high) / 2, low, high), Decimal(neutral)) == expected


def test_an_unknown_result_has_no_standing() -> None:
    assert standing(Unknown.because(Reason.COST_NOT_MEASURED), Decimal(0)) == Standing.UNKNOWN


def test_r_eval_05_symphony() -> None:
    """3.94 / 2.7 = 1.459 is 1.46 when rounded, and is estimated, and the hospital's; the printed 1.45 is cut off."""
    found = benefit_cost_ratio(SYMPHONY, Decimal(2_700_000), ["primary_care"])
    assert (found.ratio, found.net, found.status) == (Decimal("1.46"), 1_240_000, "estimated")
    assert (found.savings_of, found.cost_of, found.same_budget) == (("hospital",), ("primary_care",), False)
    assert found.ratio is not None
    assert abs(found.ratio - Decimal("1.45")) <= Decimal("0.01")
    assert benefit_cost_ratio(SYMPHONY, Decimal(2_700_000), ["hospital"], places=3).ratio == Decimal("1.459")


def test_r_eval_05_without_a_cost_there_is_no_ratio() -> None:
    assert benefit_cost_ratio(SYMPHONY, None, []).ratio is None
    assert benefit_cost_ratio(SYMPHONY, None, []).net is None
    assert benefit_cost_ratio(SYMPHONY, Decimal(0), []).ratio is None


def test_r_eval_18_savings_of_two_kinds_are_not_held_against_a_cost_together() -> None:
    two = [*SYMPHONY, Saving("released", "hospital", Decimal(1), "a ward closed")]
    with pytest.raises(SamspilError, match="estimated, released"):
        benefit_cost_ratio(two, Decimal(1), [])
    with pytest.raises(SamspilError, match="none"):
        benefit_cost_ratio([], Decimal(1), [])
