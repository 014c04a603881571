"""The whole economy of a study: Odense's published result from tables and effects, and what is not measured."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samspil.definitions import SamspilError
from samspil.evaluation.economy.accounts import Economy, Saving, Shift
from samspil.evaluation.economy.economy import economy
from samspil.evaluation.economy.excess import added_outcomes, excess_per_course
from samspil.evaluation.effects.estimate import Effect
from samspil.evaluation.figures import Estimate, Reason, Unknown
from tests.evaluation.economy.accounts_made import (
    PAYERS,
    UNTIL,
    Accounts,
    effect,
    odense,
    study,
    with_cost_outcomes,
)

#: 000 L1778-1780, and what is left of 19,000 in general practice and municipality, divided by choice.
DAEMP = {
    "hospital_cost": effect("hospital_cost", 16_132.0),
    "gp_cost": effect("gp_cost", 868.0),
    "municipal_cost": effect("municipal_cost", 2_000.0),
}


def of_odense(effects: Mapping[str, Effect | Unknown] = DAEMP, **options: Any) -> Economy:
    return economy(study(), odense().tables(), effects, PAYERS, UNTIL, 200.0, **options)


def test_section_2_6_excess_consumption_and_net_result_of_daemp() -> None:
    """16,132 + 2,868 = 19,000 of excess; −(11,000 + 19,000) = −30,000 a course in its first year."""
    found = of_odense(excess_total=effect("all", 19_000.0, half=5_000.0))
    assert found.excess_per_course == Estimate(19_000.0, 14_000.0, 24_000.0)
    assert found.net_per_course == Estimate(-30_000.0, -35_000.0, -25_000.0)
    assert found.neutral == 0
    assert [(shift.sector, shift.payer) for shift in found.shifts] == [
        ("hospital_somatic", "region"),
        ("general_practice", "region"),
        ("municipal_care", "municipality"),
    ]
    assert found.counted == (
        "hospital_somatic",
        "hospital_psychiatric",
        "general_practice",
        "municipal_health",
        "municipal_care",
    )
    assert found.shift_matrix == {("new", "region"): 17_000, ("new", "municipality"): 2_000}
    assert found.savings == ()


def test_section_2_6_net_result_of_sad() -> None:
    effects = {"health_cost": effect("health_cost", 8_000.0), "benefit_cost": effect("benefit_cost", 19_800.0)}
    found = economy(study("sad"), odense().tables(), effects, PAYERS, UNTIL, None)
    assert isinstance(found.net_per_course, Estimate)
    assert round(found.net_per_course.value) == -40_000
    assert found.per_citizen_year is None


def test_r_eval_06_the_ledger_holds_programme_and_consumption_of_all_courses() -> None:
    found = of_odense()
    amounts = {(line.kind, line.payer): line.amount for line in found.ledger}
    assert amounts["consumption", "region"] == 223 * 17_000
    assert amounts["consumption", "municipality"] == 223 * 2_000
    of_programme = [line.amount for line in found.ledger if line.kind in {"team_meetings", "services", "operation"}]
    assert sum(amount for amount in of_programme if amount is not None) == 223 * 11_000


def test_cost_per_citizen_year_is_running_cost_with_the_overhead_that_is_told() -> None:
    assert of_odense().per_citizen_year == Decimal(223 * 11_000) / 200
    found = of_odense(overhead=Decimal("0.15"))
    assert (found.per_citizen_year, found.overhead) == (Decimal(223 * 11_000) / 200 * Decimal("1.15"), Decimal("0.15"))


def test_savings_estimated_here_stand_beside_those_that_somebody_states() -> None:
    fewer = {**DAEMP, "hospital_cost": effect("hospital_cost", -5_000.0)}
    stated = Saving("released", "region", Decimal(7), "a ward closed")
    found = of_odense(fewer, savings=[stated])
    assert found.savings == (
        Saving("estimated", "region", Decimal(223 * 5_000), "odense_daemp 1: hospital_somatic"),
        stated,
    )
    assert found.shift_matrix == {
        ("region", "region"): 868,
        ("region", "municipality"): 2_000,
        ("region", "released"): 2_132,
    }


# Missing is not zero


def test_econ_1_an_intervention_without_cost_is_not_measured_everywhere() -> None:
    accounts = Accounts()
    accounts.started("daemp", 4)
    found = economy(study(), accounts.tables("programme_cost"), DAEMP, PAYERS, UNTIL, 3.0)
    assert [each.running for each in found.courses] == [None]
    assert found.net_per_course == Unknown.because(Reason.COST_NOT_MEASURED)
    assert found.per_citizen_year is None
    not_measured = {line.kind for line in found.ledger if line.amount is None}
    assert not_measured == {"development", "implementation", "team_meetings", "services", "operation"}
    assert isinstance(found.excess_per_course, Estimate)


def test_econ_1_without_the_source_nothing_is_measured_and_nothing_fails() -> None:
    found = economy(study(), {}, DAEMP, PAYERS, UNTIL, None)
    (course,) = found.courses
    assert (course.arm, course.courses, course.whole_equally) == ("daemp", 0, None)
    assert found.net_per_course == Unknown.because(Reason.COST_NOT_MEASURED)
    assert all(line.amount is None for line in found.ledger)


def test_an_effect_that_is_unknown_leaves_excess_and_net_result_unknown() -> None:
    lacking = Unknown.because(Reason.NOT_LOADED, source="municipal_care")
    found = of_odense({**DAEMP, "municipal_cost": lacking})
    assert (found.excess_per_course, found.net_per_course) == (lacking, lacking)
    assert found.shift_matrix == {}
    amounts = {line.payer: line.amount for line in found.ledger if line.kind == "consumption"}
    assert amounts == {"region": 223 * 17_000, "municipality": None}


def test_a_study_that_counts_no_cost_says_so() -> None:
    no_cost = [each.model_dump(by_alias=True) for each in study().outcomes if each.aim != "cost"]
    found = economy(study(outcomes=no_cost), odense().tables(), {}, PAYERS, UNTIL, 1.0)
    assert found.excess_per_course == Unknown.because(Reason.CONSUMPTION_NOT_COUNTED)
    assert of_odense({}).excess_per_course == Unknown.because(Reason.CONSUMPTION_NOT_COUNTED)


def test_a_ratio_is_no_amount_to_add() -> None:
    with pytest.raises(SamspilError, match="`gp_cost` is a ratio"):
        of_odense({**DAEMP, "gp_cost": effect("gp_cost", 1.2, scale="ratio")})


def test_an_outcome_over_sectors_of_two_payers_is_of_several() -> None:
    found = economy(
        with_cost_outcomes(("hospital_somatic", "municipal_care")),
        {},
        {"c0": effect("c0", 10.0)},
        PAYERS,
        UNTIL,
        None,
    )
    assert [shift.payer for shift in found.shifts] == ["several"]


# What is added


@pytest.mark.parametrize(
    ("sectors", "added"),
    [
        ([("hospital_somatic",), ("general_practice",)], [0, 1]),
        ([("hospital_somatic",), ("hospital_somatic",)], [0]),
        # the total covers more than its first part; the parts tell more than a total that covers the same
        ([("hospital_somatic",), ("hospital_somatic", "general_practice", "social")], [1]),
        ([("hospital_somatic", "general_practice"), ("hospital_somatic",), ("general_practice",)], [1, 2]),
        ([("hospital_somatic", "social"), ("social", "medicines"), ("medicines", "specialists")], [0, 2]),
        ([("social", "medicines"), ("hospital_somatic", "social"), ("medicines", "specialists")], [1, 2]),
    ],
)
def test_no_sector_is_added_twice_and_as_many_as_can_be_are(sectors: list[tuple[str, ...]], added: list[int]) -> None:
    found = added_outcomes(with_cost_outcomes(*sectors).outcomes)
    assert [each.outcome for each in found] == [f"c{place}" for place in added]


SECTORS = ["hospital_somatic", "general_practice", "social", "medicines"]


@given(st.lists(st.lists(st.sampled_from(SECTORS), min_size=1, max_size=3, unique=True), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_the_choice_is_the_best_of_all_choices(given_: list[list[str]]) -> None:
    best = (0, 0)
    for chosen in range(1 << len(given_)):
        sectors = [each for place, some in enumerate(given_) if chosen >> place & 1 for each in some]
        if len(set(sectors)) == len(sectors):
            best = max(best, (len(sectors), chosen.bit_count()))
    found = added_outcomes(with_cost_outcomes(*map(tuple, given_)).outcomes)
    sectors = [each for outcome in found for each in outcome.cost_of]
    assert len(set(sectors)) == len(sectors)
    assert (len(sectors), len(found)) == best


# The interval of a sum


@given(
    st.lists(st.tuples(st.floats(-100, 100), st.floats(0.1, 50)), min_size=1, max_size=4),
    st.floats(-1, 1),
)
@settings(deadline=None)
def test_added_ends_are_never_too_narrow_whatever_the_correlation(
    given_: list[tuple[float, float]], rho: float
) -> None:
    """The true half-width comes from the covariance: with any equal correlation it is at most the widths added."""
    half = np.array([width for _, width in given_])
    correlation = np.full((len(half), len(half)), max(rho, -1 / max(len(half) - 1, 1)))
    np.fill_diagonal(correlation, 1.0)
    true = math.sqrt(max(float(half @ correlation @ half), 0.0))
    shifts = [Shift("s", "region", Estimate(value, value - width, value + width)) for value, width in given_]
    found = excess_per_course(shifts)
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(sum(value for value, _ in given_))
    assert (found.high - found.low) / 2 >= true - 1e-6


def test_the_effect_on_all_sectors_together_is_what_the_interval_comes_from() -> None:
    shifts = [Shift("s", "region", Estimate(10, 0, 20)), Shift("t", "region", Estimate(10, 0, 20))]
    assert excess_per_course(shifts) == Estimate(20, 0, 40)
    assert excess_per_course(shifts, effect("all", 20.0, half=14.0)) == Estimate(20, 6, 34)
    few = Unknown.because(Reason.FEW_PERSONS, persons=3, needed=50)
    assert excess_per_course(shifts, few) is few


def test_a_sector_that_is_not_measured_is_not_left_out_of_the_effect_on_all() -> None:
    lacking = Unknown.because(Reason.NOT_LOADED, source="municipal_care")
    shifts = [Shift("s", "region", Estimate(10, 0, 20)), Shift("t", "municipality", lacking)]
    assert excess_per_course(shifts, effect("all", 10.0)) is lacking
    assert excess_per_course([], effect("all", 10.0)) == Unknown.because(Reason.CONSUMPTION_NOT_COUNTED)


def test_an_outcome_over_just_the_sectors_added_is_the_effect_on_all_of_them() -> None:
    """Only its interval knows how the parts depend on each other; an outcome over other sectors does not."""
    parts, both = (("hospital_somatic",), ("general_practice",)), ("hospital_somatic", "general_practice")
    effects = {"c0": effect("c0", 10.0, 9.0), "c1": effect("c1", 20.0, 9.0), "c2": effect("c2", 30.0, 12.0)}
    of_both = economy(with_cost_outcomes(*parts, both), {}, effects, PAYERS, UNTIL, None)
    assert [shift.sector for shift in of_both.shifts] == ["hospital_somatic", "general_practice"]
    assert of_both.excess_per_course == Estimate(30.0, 18.0, 42.0)
    of_other = economy(with_cost_outcomes(*parts, ("hospital_somatic",)), {}, effects, PAYERS, UNTIL, None)
    assert of_other.excess_per_course == Estimate(30.0, 12.0, 48.0)
