"""Plain logistic regression on the levels and bands of a points model's items.

Persons with the same levels are one pattern with a count, so that a million persons are some thousand rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from samspil.evaluation.cohort import NO_CATEGORY, categories_of
from samspil.evaluation.figures import Estimate
from samspil.evaluation.statistics import Bools, Floats, Ints, Z, added
from samspil.programmes import RiskModel

#: Inverse ridge penalty: a normal prior with standard deviation 10 on each log odds ratio. It is felt only by levels
#: where everybody or nobody had the outcome, whose maximum-likelihood coefficient would be infinite.
C = 100.0


@dataclass(frozen=True)
class Coefficient:
    """What one level or band of an item means in the regression, beside the points it gives.

    `level` is the level's name, the value a band begins at, or empty where the item is missing. `points` are
    those beyond the item's reference, and null where the item is missing. `log_odds` is against the reference (of the
    levels with the fewest points the commonest) and null for the reference itself. `worth` is `log_odds` divided by
    that of one point of the whole score: the points this level would have if the regression gave them. `same_as`
    names an earlier item that is missing for the same persons and stands for both.
    """

    item: str
    level: str
    points: int | None
    persons: int
    events: int
    log_odds: Estimate | None
    worth: float | None
    same_as: str | None


@dataclass(frozen=True)
class Level:
    """One level of an item as the regression knows it: the code in the cohort and the points beyond the reference."""

    item: str
    name: str
    code: int
    points: int | None
    reference: bool = False
    same_as: str | None = None

    @property
    def has_column(self) -> bool:
        return not self.reference and self.same_as is None


@dataclass(frozen=True)
class Fitted:
    """A fitted regression: intercept and one coefficient per column, with their covariance."""

    intercept: float
    weights: Floats
    covariance: Floats

    def risk(self, design: Floats) -> Floats:
        """The predicted risk of each row."""
        predicted: Floats = expit(self.intercept + design @ self.weights)
        return predicted

    def log_odds(self, column: int) -> Estimate:
        error = float(np.sqrt(self.covariance[column + 1, column + 1]))
        weight = float(self.weights[column])
        return Estimate(weight, weight - Z * error, weight + Z * error)


def fit(design: Floats, events: Ints, persons: Ints) -> Fitted:
    """Fit patterns (rows of `design`) with so many persons, of whom so many had the outcome."""
    rows = np.vstack([design, design])
    happened = np.repeat([1, 0], len(design))
    counts = np.concatenate([events, persons - events]).astype(np.float64)
    used = counts > 0
    model = LogisticRegression(C=C, solver="newton-cholesky", tol=1e-10, max_iter=200)
    model.fit(rows[used], happened[used], sample_weight=counts[used])
    intercept, weights = float(model.intercept_[0]), np.asarray(model.coef_[0], dtype=np.float64)
    risk = expit(intercept + design @ weights)
    with_one = np.column_stack([np.ones(len(design)), design])
    information = (with_one * (persons * risk * (1 - risk))[:, None]).T @ with_one
    information += np.diag([0.0, *np.full(len(weights), 1 / C)])
    return Fitted(intercept, weights, np.linalg.inv(information))


def levels_of(model: RiskModel, categories: Mapping[str, Ints], persons: Ints) -> tuple[Level, ...]:
    """The levels that occur, for items with at least two of them. The first of an item is its reference.

    `persons` are how many each row of `categories` stands for.
    """
    found: list[Level] = []
    missing: dict[str, Bools] = {}
    for item in model.items:
        if item.item not in categories:
            continue
        occurring, place = np.unique(categories[item.item], return_inverse=True)
        size = dict(zip(occurring.tolist(), added(place, persons, len(occurring)).tolist(), strict=True))
        absent = size.pop(NO_CATEGORY, 0)
        if not size or len(size) + bool(absent) < 2:
            continue
        known = categories_of(item)
        fewest, _, reference = min((known[code][1], -size[code], code) for code in size)
        found += [
            Level(item.item, known[code][0], code, known[code][1] - fewest, code == reference)
            for code in sorted(size, key=lambda code: (known[code][1], code != reference, code))
        ]
        if absent:
            here = categories[item.item] == NO_CATEGORY
            twin = next((name for name, there in missing.items() if np.array_equal(here, there)), None)
            found.append(Level(item.item, "", NO_CATEGORY, None, same_as=twin))
            missing[item.item] = here
    return tuple(found)


@dataclass(frozen=True)
class Patterns:
    """The distinct combinations of item levels: one row of codes each, and the pattern of each row of people."""

    items: tuple[str, ...]
    codes: Ints
    of_row: Ints

    @classmethod
    def of(cls, categories: Mapping[str, Ints], items: tuple[str, ...]) -> Patterns:
        first = next(iter(categories.values()))
        of_row = np.zeros(len(first), dtype=np.int64)
        for item in items:
            # Numbered anew after each item, so that the product never outgrows the number of rows by much.
            codes = categories[item] - NO_CATEGORY
            _, of_row = np.unique(of_row * (codes.max(initial=0) + 1) + codes, return_inverse=True)
        example = np.zeros(of_row.max(initial=-1) + 1, dtype=np.int64)
        example[of_row] = np.arange(len(of_row))
        return cls(items, np.column_stack([categories[item][example] for item in items]), of_row)

    def design(self, levels: tuple[Level, ...]) -> Floats:
        """One row per pattern, one column of 0 and 1 per level that has one."""
        return np.column_stack(
            [self.codes[:, self.items.index(level.item)] == level.code for level in levels if level.has_column]
        ).astype(np.float64)

    def known(self, levels: tuple[Level, ...]) -> Bools:
        """Which patterns consist of levels that the regression knows, all of them."""
        rows = np.ones(len(self.codes), dtype=np.bool_)
        for position, item in enumerate(self.items):
            rows &= np.isin(self.codes[:, position], [level.code for level in levels if level.item == item])
        return rows

    def count(self, persons: Ints) -> Ints:
        """The persons of each pattern, from those of each row."""
        return added(self.of_row, persons, len(self.codes))


def coefficients(
    levels: tuple[Level, ...],
    fitted: Fitted,
    per_point: float | None,
    categories: Mapping[str, Ints],
    events: Bools,
    persons: Ints,
) -> tuple[Coefficient, ...]:
    """The regression beside the points, level by level. `per_point` is the log odds of one point of the score."""
    found = []
    columns = iter(range(len(levels)))
    for level in levels:
        here = categories[level.item] == level.code
        log_odds = fitted.log_odds(next(columns)) if level.has_column else None
        value = log_odds.value if log_odds is not None else 0.0 if level.reference else None
        found.append(
            Coefficient(
                item=level.item,
                level=level.name,
                points=level.points,
                persons=int(persons[here].sum()),
                events=int(persons[here & events].sum()),
                log_odds=log_odds,
                worth=None if per_point is None or value is None else value / per_point,
                same_as=level.same_as,
            )
        )
    return tuple(found)


def fit_score(score: Ints, events: Bools, persons: Ints) -> Fitted | None:
    """The outcome's log odds as a straight line in the score; None when all have the same score."""
    values, everybody, happened = counts_by(score.astype(np.float64), events, persons)
    return fit(values[:, None], happened, everybody) if len(values) > 1 else None


def counts_by_risk(risk: Floats, events: Bools, persons: Ints) -> tuple[Floats, Ints, Ints]:
    """The distinct predicted risks, rising, with the persons and the events at each."""
    return counts_by(np.clip(risk, 1e-12, 1 - 1e-12), events, persons)


def counts_by(values: Floats, events: Bools, persons: Ints) -> tuple[Floats, Ints, Ints]:
    """The distinct values, rising, with the persons and the events at each."""
    distinct, place = np.unique(values, return_inverse=True)
    return distinct, added(place, persons, len(distinct)), added(place, persons * events, len(distinct))
