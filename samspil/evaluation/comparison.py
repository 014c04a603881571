"""What the points cost: the points model against a plain logistic regression on the same items.

The regression is trained on D' = D − horizon with what happened in (D', D], and both are tested on D with what
happened in (D, D + horizon]. It is given the model as in force on D, so that both speak of the same people. The
data of D' are those of today's deliveries: what a source has corrected or lost since then is not undone.
"""

from __future__ import annotations

import datetime as dt
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm
from scipy.special import logit

from samspil.evaluation.cohort import NO_CATEGORY, Cohort
from samspil.evaluation.figures import Difference, Estimate, Reason, Share, Unknown
from samspil.evaluation.logistic import (
    Coefficient,
    Fitted,
    Patterns,
    coefficients,
    counts_by_risk,
    fit,
    fit_score,
    levels_of,
)
from samspil.evaluation.statistics import FEW, Bools, Floats, Ints, Z, auc, auc_difference, share

#: Events needed for each coefficient: Vittinghoff and McCulloch, American Journal of Epidemiology 165 (2007) 710-718.
EVENTS_PER_COEFFICIENT = 5

#: A standard error of log odds that only comes where risks separate those with the outcome from those without.
_SEPARATED = 100.0

#: A calibration is shown for this many groups of equal size.
RISK_GROUPS = 10


@dataclass(frozen=True)
class SameList:
    """What a list of the points model's length finds. `tied` persons share its last `places` places.

    Those tied are counted by expectation, as if the places were drawn by lot among them.
    """

    listed: int
    found: float
    ppv: Share | Unknown
    sensitivity: Share | Unknown
    tied: int
    places: int


@dataclass(frozen=True)
class RiskGroup:
    """Persons with about the same predicted risk: the mean prediction and the share observed."""

    persons: int
    events: int
    predicted: float
    observed: Share | Unknown


@dataclass(frozen=True)
class Calibration:
    """Predicted against observed risk in the test. A right prediction has intercept 0 and slope 1.

    The intercept is that of calibration in the large (slope held at 1): above 0 the risk was predicted too low. Cox,
    Biometrika 45 (1958) 562-565; Van Calster et al., BMC Medicine 17 (2019) 230.
    """

    intercept: Estimate | Unknown
    slope: Estimate | Unknown
    groups: tuple[RiskGroup, ...]


@dataclass(frozen=True)
class GainCurve:
    """What lists of growing length find when drawn by predicted risk: shares of all persons and of all events."""

    listed_share: tuple[float, ...]
    found_share: tuple[float, ...]


@dataclass(frozen=True)
class Comparison:
    """The points model and the regression, tested on the same persons with the same outcome.

    `difference` is the AUC of the regression minus that of the points. `unseen` persons of the test have a level
    that nobody had in training; the regression gives it the reference's risk. The risk of the points is a logistic
    line in the score, trained on the same persons as the regression.
    """

    trained_at: dt.date
    training_persons: int
    training_events: int
    coefficients: tuple[Coefficient, ...]
    intercept: float
    unseen: int
    auc_points: Estimate | Unknown
    auc_regression: Estimate | Unknown
    difference: Difference | Unknown
    points_list: SameList | Unknown
    regression_list: SameList | Unknown
    calibration_points: Calibration | None
    calibration_regression: Calibration
    gain_regression: GainCurve


def compare(training: Cohort, test: Cohort, outcome: str) -> Comparison | Unknown:
    """Train on one cohort, test on the other. Unknown when there is too little to train on."""
    happened, trained = training.events[outcome], training.persons
    levels = levels_of(training.model, training.categories, trained)
    wanted = sum(level.has_column for level in levels)
    if not wanted:
        return Unknown.because(Reason.NO_ITEMS)
    training_events = int(trained[happened].sum())
    fewest = min(training_events, training.everybody - training_events)
    needed = max(FEW, wanted * EVENTS_PER_COEFFICIENT)
    if fewest < needed:
        return Unknown.because(Reason.FEW_TO_TRAIN_ON, events=fewest, needed=needed)

    items = tuple(dict.fromkeys(level.item for level in levels))
    patterns = Patterns.of(training.categories, items)
    fitted = fit(patterns.design(levels), patterns.count(trained * happened), patterns.count(trained))
    line = fit_score(training.score, happened, trained)

    absent = np.full(len(test.persons), NO_CATEGORY)
    tested = Patterns.of({item: test.categories.get(item, absent) for item in items}, items)
    risk = fitted.risk(tested.design(levels))[tested.of_row]
    events, listed, persons = test.events[outcome], test.in_target, test.persons
    return Comparison(
        trained_at=training.as_of,
        training_persons=training.everybody,
        training_events=training_events,
        coefficients=coefficients(levels, fitted, _per_point(line), training.categories, happened, trained),
        intercept=fitted.intercept,
        unseen=int(tested.count(persons)[~tested.known(levels)].sum()),
        auc_points=auc(test.score, events, persons),
        auc_regression=auc(risk, events, persons),
        difference=auc_difference(risk, test.score, events, persons),
        points_list=_listed(listed, events, persons),
        regression_list=_highest(risk, events, persons, int(persons[listed].sum())),
        calibration_points=calibration(_risk_of_score(line, test), events, persons) if line is not None else None,
        calibration_regression=calibration(risk, events, persons),
        gain_regression=_gain(risk, events, persons),
    )


def _risk_of_score(line: Fitted, people: Cohort) -> Floats:
    return line.risk(people.score[:, None].astype(np.float64))


def _per_point(line: Fitted | None) -> float | None:
    """The log odds of one point, where risk rises with the score at all."""
    return float(line.weights[0]) if line is not None and line.weights[0] > 0 else None


def _listed(listed: Bools, events: Bools, persons: Ints) -> SameList | Unknown:
    found = float(persons[listed & events].sum())
    return _same_list(int(persons[listed].sum()), found, int(persons[events].sum()), tied=0, places=0)


def _highest(risk: Floats, events: Bools, persons: Ints, size: int) -> SameList | Unknown:
    """The `size` persons with the highest risk; those tied at the end share the last places by expectation."""
    if size == 0:
        return Unknown.because(Reason.NONE_LISTED)
    falling = np.argsort(-risk, kind="stable")
    cut = risk[falling][np.searchsorted(np.cumsum(persons[falling]), size)]
    above, level = risk > cut, risk == cut
    tied = int(persons[level].sum())
    places = size - int(persons[above].sum())
    found = float(persons[above & events].sum()) + int(persons[level & events].sum()) / tied * places
    shared = tied if tied > places else 0
    return _same_list(size, found, int(persons[events].sum()), tied=shared, places=places if shared else 0)


def _same_list(size: int, found: float, events: int, *, tied: int, places: int) -> SameList | Unknown:
    if size == 0:
        return Unknown.because(Reason.NONE_LISTED)
    sensitivity = share(found, events) if events else Unknown.because(Reason.NO_EVENTS)
    return SameList(size, found, share(found, size), sensitivity, tied, places)


def calibration(risk: Floats, events: Bools, persons: Ints) -> Calibration:
    """How well predicted risks fit what was observed."""
    values, everybody, happened = counts_by_risk(risk, events, persons)
    outcome = np.column_stack([happened, everybody - happened])
    intercept: Estimate | Unknown
    slope: Estimate | Unknown
    lacking = auc(risk, events, persons)
    if isinstance(lacking, Unknown):
        intercept = slope = lacking
    else:
        in_the_large = sm.GLM(outcome, np.ones(len(values)), offset=logit(values), family=sm.families.Binomial())
        intercept = _coefficient(in_the_large, 0)
        if len(values) < 2:
            slope = Unknown.because(Reason.NO_VARIATION)
        else:
            line = sm.GLM(outcome, sm.add_constant(logit(values)), family=sm.families.Binomial())
            slope = _coefficient(line, 1)
    return Calibration(intercept, slope, tuple(_groups(values, everybody, happened)))


def _coefficient(model: sm.GLM, position: int) -> Estimate | Unknown:
    with warnings.catch_warnings():
        # As many risks as parameters are fitted exactly, which statsmodels takes for separation.
        warnings.simplefilter("ignore")
        result = model.fit()
    value, error = float(result.params[position]), float(result.bse[position])
    if not math.isfinite(error) or error > _SEPARATED:
        return Unknown.because(Reason.SEPARATED)
    return Estimate(value, value - Z * error, value + Z * error)


def _groups(values: Floats, persons: Ints, happened: Ints) -> Iterator[RiskGroup]:
    """Groups of about equal size by rising risk; persons with the same risk stay together."""
    middle = (np.cumsum(persons) - persons / 2) / max(int(persons.sum()), 1)
    group_of = np.minimum((middle * RISK_GROUPS).astype(np.int64), RISK_GROUPS - 1)
    for group in np.unique(group_of):
        here = group_of == group
        size, events = int(persons[here].sum()), int(happened[here].sum())
        predicted = float((values[here] * persons[here]).sum() / size)
        yield RiskGroup(size, events, predicted, share(events, size))


def _gain(risk: Floats, events: Bools, persons: Ints) -> GainCurve:
    """At each hundredth of all persons, and where ties make it impossible the next possible length."""
    _, everybody, happened = counts_by_risk(risk, events, persons)
    listed = np.cumsum(everybody[::-1]) / max(int(everybody.sum()), 1)
    found = np.cumsum(happened[::-1]) / max(int(happened.sum()), 1)
    kept = np.unique(np.searchsorted(listed, np.linspace(0.01, 1.0, 100) - 1e-9))
    kept = kept[kept < len(listed)]
    return GainCurve(tuple(listed[kept].tolist()), tuple(found[kept].tolist()))
