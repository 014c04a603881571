"""The points against a regression on the same items: where each is right, and what each may know."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import statsmodels.api as sm
from scipy.special import expit

from samspil.evaluation.cohort import NO_CATEGORY, Cohort
from samspil.evaluation.comparison import Comparison, SameList, calibration, compare
from samspil.evaluation.figures import Difference, Estimate, Reason, Unknown
from samspil.evaluation.statistics import share
from samspil.programmes import RiskModel
from tests.evaluation.made_people import BEFORE, D, cohort_of, leaves, small_model

POINTS = {"nursing": (3, 0), "contacts": (0, 0, 1, 2), "living": (0, 1)}
Weights = dict[str, npt.ArrayLike]


@pytest.fixture
def model() -> RiskModel:
    return small_model()


def drawn(model: RiskModel, seed: int, size: int, weights: Weights) -> Cohort:
    """People by lot whose log odds are −2 plus a weight for each level of each item."""
    lot = np.random.default_rng(seed)
    codes = {
        "nursing": lot.choice(2, size, p=[0.1, 0.9]),
        "contacts": lot.choice([1, 2, 3], size, p=[0.5, 0.3, 0.2]),
        "living": lot.choice(2, size, p=[0.6, 0.4]),
    }
    odds = -2 + sum((np.asarray(weights[item])[codes[item]] for item in codes), np.zeros(size))
    return cohort_of(model, codes, POINTS, lot.random(size) < expit(odds))


def compared(training: Cohort, test: Cohort) -> Comparison:
    found = compare(training, test, "event")
    assert isinstance(found, Comparison)
    return found


RIGHT: Weights = {"nursing": [1.5, 0], "contacts": [0, 0, 0.5, 1.0], "living": [0, 0.5]}
WRONG: Weights = {"nursing": [0, 0], "contacts": [0, 0, 0, 0], "living": [0, 1.5]}


def test_beats_the_points_where_they_are_wrong(model: RiskModel) -> None:
    found = compared(drawn(model, 1, 6000, WRONG), drawn(model, 2, 6000, WRONG))
    assert isinstance(found.difference, Difference)
    assert found.difference.low > 0.05
    assert found.difference.p < 0.001
    assert isinstance(found.points_list, SameList)
    assert isinstance(found.regression_list, SameList)
    assert found.regression_list.listed == found.points_list.listed
    assert found.regression_list.found > found.points_list.found


def test_is_no_better_where_the_points_are_right(model: RiskModel) -> None:
    found = compared(drawn(model, 1, 20_000, RIGHT), drawn(model, 2, 20_000, RIGHT))
    assert isinstance(found.difference, Difference)
    assert abs(found.difference.value) < 0.003
    worth = {(c.item, c.level): c.worth for c in found.coefficients}
    assert worth["nursing", "receives"] == pytest.approx(3, abs=0.35)
    assert worth["contacts", "3"] == pytest.approx(2, abs=0.35)
    assert worth["nursing", "none_given"] == 0
    for fit in (found.calibration_points, found.calibration_regression):
        assert fit is not None
        assert isinstance(fit.slope, Estimate)
        assert fit.slope.low <= 1 <= fit.slope.high


def test_coefficients_and_intervals_are_those_of_statsmodels(model: RiskModel) -> None:
    training = drawn(model, 3, 3000, RIGHT)
    found = compared(training, drawn(model, 4, 500, RIGHT))
    design = np.column_stack(
        [training.categories["nursing"] == 0, training.categories["contacts"] == 2,
         training.categories["contacts"] == 3, training.categories["living"] == 1]
    ).astype(float)  # fmt: skip
    fitted = sm.GLM(training.events["event"].astype(float), sm.add_constant(design), sm.families.Binomial()).fit()
    estimates = [c.log_odds for c in found.coefficients if c.log_odds is not None]
    assert found.intercept == pytest.approx(fitted.params[0], abs=0.005)
    assert [e.value for e in estimates] == pytest.approx(fitted.params[1:], abs=0.005)
    assert [e.low for e in estimates] == pytest.approx(fitted.conf_int()[1:, 0], abs=0.01)


def test_a_level_without_events_has_a_finite_coefficient(model: RiskModel) -> None:
    training = drawn(model, 5, 2000, RIGHT)
    events = training.events["event"] & (training.categories["contacts"] != 3)
    emptied = cohort_of(model, training.categories, POINTS, events, as_of=BEFORE)
    found = compared(emptied, drawn(model, 6, 500, RIGHT))
    (level,) = (c for c in found.coefficients if (c.item, c.level) == ("contacts", "3"))
    assert level.events == 0
    assert level.log_odds is not None
    assert -60 < level.log_odds.value < -2


def test_missing_is_a_level_of_its_own_and_one_for_items_missing_together(model: RiskModel) -> None:
    training = drawn(model, 7, 2000, RIGHT)
    codes = {item: code.copy() for item, code in training.categories.items()}
    codes["contacts"][:300] = NO_CATEGORY
    codes["living"][:300] = NO_CATEGORY
    found = compared(cohort_of(model, codes, POINTS, training.events["event"]), drawn(model, 8, 500, RIGHT))
    missing = {c.item: c for c in found.coefficients if c.points is None}
    assert missing["contacts"].persons == missing["living"].persons == 300
    assert missing["contacts"].log_odds is not None
    assert (missing["living"].same_as, missing["living"].log_odds) == ("contacts", None)


def test_levels_never_seen_in_training_are_counted(model: RiskModel) -> None:
    training, test = drawn(model, 9, 2000, RIGHT), drawn(model, 10, 500, RIGHT)
    codes = {item: code.copy() for item, code in test.categories.items()}
    codes["living"][:40] = NO_CATEGORY
    assert compared(training, test).unseen == 0
    assert compared(training, cohort_of(model, codes, POINTS, test.events["event"])).unseen == 40


def test_ties_at_the_end_of_the_list_count_by_expectation(model: RiskModel) -> None:
    """Nobody tells ten of twelve apart: a list of 3 finds the certain one and two of ten by lot."""
    training = drawn(model, 11, 3000, RIGHT)
    codes = {"nursing": [0, 1, 1] + [1] * 9, "contacts": [3, 3, 3] + [1] * 9, "living": [1, 1, 1] + [0] * 9}
    events = np.array([1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0], dtype=np.bool_)
    test = cohort_of(model, codes, POINTS, events)
    assert test.in_target.sum() == 3
    short = cohort_of(model, codes | {"living": [1] + [0] * 11, "contacts": [3] + [1] * 11}, POINTS, events)
    found = compared(training, short).regression_list
    assert isinstance(found, SameList)
    assert (found.listed, found.tied) == (1, 0)
    longer = model.model_copy(update={"target": model.target.model_copy(update={"at_least": 0})})
    listed = cohort_of(longer, short.categories, POINTS, events)
    everybody = compared(training, listed).regression_list
    assert isinstance(everybody, SameList)
    assert (everybody.listed, everybody.found, everybody.tied) == (12, 6.0, 0)


def test_places_that_are_tied_for(model: RiskModel) -> None:
    training = drawn(model, 12, 3000, WRONG)
    # By points the first three are listed; the regression sees cohabitation only, and ranks the last eight first.
    codes = {"nursing": [0] * 3 + [1] * 9, "contacts": [1] * 12, "living": [0] * 4 + [1] * 8}
    events = np.array([0] * 6 + [1] * 6, dtype=np.bool_)
    found = compared(training, cohort_of(model, codes, POINTS, events)).regression_list
    assert isinstance(found, SameList)
    assert (found.listed, found.tied, found.places) == (3, 8, 3)
    assert found.found == pytest.approx(3 * 6 / 8)
    assert found.ppv == share(3 * 6 / 8, 3)


def test_calibration_finds_a_planted_miscalibration() -> None:
    lot = np.random.default_rng(14)
    odds = np.round(lot.normal(-1.5, 1, 40_000), 2)
    events = lot.random(40_000) < expit(0.5 + 0.7 * odds)
    found = calibration(expit(odds), events, np.ones(40_000, dtype=np.int64))
    assert isinstance(found.slope, Estimate)
    assert found.slope.low <= 0.7 <= found.slope.high
    assert isinstance(found.intercept, Estimate)
    assert found.intercept.low > 0.5
    assert sum(group.persons for group in found.groups) == 40_000
    assert sum(group.events for group in found.groups) == events.sum()
    assert len(found.groups) == 10


def test_calibration_without_events_is_unknown() -> None:
    found = calibration(np.full(50, 0.2), np.zeros(50, dtype=np.bool_), np.ones(50, dtype=np.int64))
    assert isinstance(found.slope, Unknown)
    assert found.slope.reason is Reason.FEW_EVENTS


def test_calibration_of_a_prediction_that_separates_everybody_is_unknown() -> None:
    events = np.arange(40) < 15
    found = calibration(np.where(events, 0.9, 0.1), events, np.ones(40, dtype=np.int64))
    assert found.slope == Unknown.because(Reason.SEPARATED)


def test_those_alike_may_stand_in_one_row(model: RiskModel) -> None:
    def counted(seed: int) -> tuple[Cohort, Cohort]:
        rows = drawn(model, seed, 120, WRONG)
        persons = np.random.default_rng(seed).integers(1, 60, 120)
        each = np.repeat(np.arange(120), persons)
        events = rows.events["event"]
        codes = {item: code[each] for item, code in rows.categories.items()}
        return (
            cohort_of(model, rows.categories, POINTS, events, persons=persons),
            cohort_of(model, codes, POINTS, events[each]),
        )

    (training, trained), (test, tested) = counted(16), counted(17)
    found, expected = compared(training, test), compared(trained, tested)
    assert leaves(found) == pytest.approx(leaves(expected), rel=1e-6, abs=1e-9)


def test_too_few_events_to_train_on(model: RiskModel) -> None:
    training = drawn(model, 14, 100, RIGHT)
    rare = cohort_of(model, training.categories, POINTS, np.arange(100) < 19, as_of=BEFORE)
    assert compare(rare, drawn(model, 15, 100, RIGHT), "event") == Unknown.because(
        Reason.FEW_TO_TRAIN_ON, events=19, needed=20
    )


def test_nothing_to_tell_persons_apart(model: RiskModel) -> None:
    alike = cohort_of(model, {"nursing": [1] * 50}, POINTS, np.arange(50) < 25)
    assert compare(alike, alike, "event") == Unknown.because(Reason.NO_ITEMS)
    assert alike.as_of == D
