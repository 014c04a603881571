"""The whole chain on made programmes whose effect is known: matching, balance, effect. `bench/honesty.py` makes 500."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from bench.honesty import ESTIMATORS, Accuracy, Evaluated, accuracy, evaluate, results
from bench.made_programmes import OUTCOME, YEAR, Setting, made_programme
from samspil.evaluation.effects.difference import difference
from samspil.evaluation.effects.estimate import Effect
from samspil.evaluation.effects.sensitivity import EValue, by_inclusion, e_value, placebo_date, without_each_practice
from samspil.evaluation.effects.subgroups import in_subgroup
from samspil.evaluation.figures import Difference

MATCHED, STAGGERED, ALONE = "matched difference in differences", "staggered starts", "before and after, alone"
PROGRAMMES = 40


def half(of: Difference) -> float:
    """Half of an interval."""
    return (of.high - of.low) / 2


@pytest.fixture(scope="module")
def programmes() -> list[Evaluated]:
    """40 programmes of the bench's own setting, but from seeds that it does not use."""
    return evaluate(range(100_000, 100_000 + PROGRAMMES), Setting())


@pytest.fixture(scope="module")
def matched(programmes: list[Evaluated]) -> Accuracy:
    return accuracy(programmes, MATCHED)


def test_those_enrolled_are_balanced_with_those_compared(programmes: list[Evaluated]) -> None:
    assert all(each.balanced for each in programmes)
    assert all(each.matched > 0.9 * each.enrolled for each in programmes)


def test_no_bias_beyond_chance(matched: Accuracy) -> None:
    """Three standard errors: with fixed seeds it holds or not, and a right estimator fails it once in 370 choices."""
    assert abs(matched.bias) < 3 * matched.unsure
    assert abs(matched.bias) < 0.15 * abs(matched.mean)


def test_intervals_hold_the_truth_as_often_as_they_say(matched: Accuracy) -> None:
    """Of 40 intervals of 95 %, 38 on average; fewer than 34 by chance alone in 1 of 100 choices of seeds."""
    assert matched.coverage >= 34 / PROGRAMMES
    assert matched.error == pytest.approx(matched.spread, rel=0.35)


def test_staggered_starts_have_no_bias_beyond_chance(programmes: list[Evaluated]) -> None:
    """Also where citizens were chosen at their worst, and those compared with come down after their own index month."""
    staggered = accuracy(programmes, STAGGERED)
    assert abs(staggered.bias) < 3 * staggered.unsure


def test_r_eval_15_before_and_after_alone_is_wrong_by_regression_to_the_mean(programmes: list[Evaluated]) -> None:
    """001 R-EVAL-15, L1033-1037: whoever is enrolled at their worst gets better anyway. No interval of 40 is right."""
    alone = accuracy(programmes, ALONE)
    truth = float(np.mean([each.truth for each in programmes]))
    assert alone.coverage == 0
    # what it adds is more than all that the programme did
    assert alone.bias < truth < 0
    assert abs(alone.bias) > 10 * alone.unsure
    # and it is far beyond what each programme by itself claims to be sure of
    wrong = [(each.truth - each.found[ALONE].value) / half(each.found[ALONE]) for each in programmes]
    assert np.mean(wrong) * 1.96 > 4


def test_r_eval_15_a_programme_without_effect_seems_to_help_those_who_look_at_nobody_else() -> None:
    nothing = Setting(effect=0.0, later=0.0)
    made = [made_programme(200_000 + number, nothing) for number in range(3)]
    assert all(each.truth == 0 for each in made)
    for each in made:
        alone, held_against = (ESTIMATORS[name](each.panel, OUTCOME) for name in (ALONE, MATCHED))
        assert isinstance(alone, Effect)
        assert isinstance(held_against, Effect)
        assert alone.estimate.high < 0
        assert held_against.estimate.low < 0 < held_against.estimate.high


def test_the_truth_is_what_the_programme_did_to_those_matched() -> None:
    """With many admissions and nobody leaving, what those enrolled had less what they would have had is the truth."""
    setting = Setting(leaving=0.0)
    with_it, without = made_programme(7, setting), made_programme(7, replace(setting, effect=0.0, later=0.0))
    after = [
        each.panel.frame[(each.panel.frame["treated"] == 1) & (each.panel.frame["since"] >= 0)][OUTCOME]
        for each in (with_it, without)
    ]
    assert len(after[0]) == len(after[1]) == with_it.balance.matched_treated * YEAR
    error = math.sqrt(sum(float(each.var()) for each in after) / len(after[0])) * YEAR
    assert (after[0].mean() - after[1].mean()) * YEAR == pytest.approx(with_it.truth, abs=3 * error)


def test_the_same_seed_is_the_same_programme_and_processes_change_nothing() -> None:
    few = Setting(practices=6, others=6)
    assert evaluate([1, 2], few) == evaluate([1, 2], few, processes=2)


def test_what_tests_an_effect_takes_the_products_own_estimator() -> None:
    """Subgroups, practice by practice, list and off-list, made-up date and E-value on a whole made programme."""
    panel = made_programme(11).panel
    main, of = difference(panel, OUTCOME), partial(difference, outcome=OUTCOME)
    assert isinstance(main, Effect)
    units = panel.frame.drop_duplicates("unit")
    halves = in_subgroup("half", panel, units["unit"][units["unit"] % 2 == 0].tolist(), of)
    assert isinstance(halves.inside, Effect)
    assert isinstance(halves.outside, Effect)
    assert halves.inside.treated + halves.outside.treated == main.treated
    left_out = without_each_practice(panel, of)
    assert len(left_out) == units.loc[units["treated"] == 1, "cluster"].nunique()
    assert min(each.estimate.value for each in left_out.values()) < main.estimate.value
    assert max(each.estimate.value for each in left_out.values()) > main.estimate.value
    kinds = {unit: "list" if unit % 3 else "off_list" for unit in units.loc[units["treated"] == 1, "unit"]}
    assert set(by_inclusion(panel, kinds, of)) == {"list", "off_list"}
    placebo = placebo_date(panel, of)
    assert isinstance(placebo, Effect)
    assert placebo.estimate.low < 0 < placebo.estimate.high
    unseen = e_value(main)
    assert isinstance(unseen, EValue)
    assert unseen.ratio < 1 < unseen.value


def test_the_table_names_every_estimator(programmes: list[Evaluated]) -> None:
    told = results(programmes, markdown=True)
    assert all(f"| {name} |" in told for name in ESTIMATORS)
