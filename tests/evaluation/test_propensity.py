"""Propensities: as an independent regression has them, the same for equal people, none where there can be none."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.special import expit

from samspil.definitions import SamspilError
from samspil.evaluation.covariates import columns, numbers
from samspil.evaluation.figures import Reason, Unknown
from samspil.evaluation.propensity import Propensity, propensity


def people(size: int, seed: int = 1) -> tuple[pd.DataFrame, np.ndarray]:
    """People who are enrolled the more often the older they are and the more contacts they have had."""
    lot = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": lot.integers(60, 95, size),
            "sex": lot.choice(["female", "male"], size),
            "municipality": lot.choice(["461", "410", "440"], size),
            "contacts": lot.poisson(2, size).astype(float),
            "alone": lot.random(size) < 0.4,
        }
    )
    odds = 0.04 * (frame["age"] - 75) + 0.3 * frame["contacts"] + 0.5 * (frame["municipality"] == "461") - 2
    return frame, lot.random(size) < expit(odds).to_numpy()


ALL = ("age", "sex", "municipality", "contacts", "alone")


def fitted(frame: pd.DataFrame, treated: np.ndarray, covariates: tuple[str, ...] = ALL) -> Propensity:
    found = propensity(frame, treated, covariates)
    assert isinstance(found, Propensity)
    return found


def by_statsmodels(design: pd.DataFrame, treated: np.ndarray) -> np.ndarray:
    with_one = sm.add_constant(design.astype(float))
    return np.asarray(
        sm.GLM(treated.astype(float), with_one, family=sm.families.Binomial()).fit(tol=1e-12).fittedvalues
    )


def test_agrees_with_an_independent_regression() -> None:
    frame, treated = people(3000)
    expected = by_statsmodels(pd.get_dummies(frame, columns=["sex", "municipality"], drop_first=True), treated)
    found = fitted(frame, treated)
    np.testing.assert_allclose(found.probability, expected, atol=1e-9)
    np.testing.assert_allclose(expit(found.logit), found.probability, atol=1e-12)


def test_missing_is_a_level_and_not_a_number() -> None:
    frame, treated = people(3000)
    absent = np.random.default_rng(2).random(3000) < 0.2
    frame.loc[absent, "contacts"] = np.nan
    design = frame[["age", "contacts"]].fillna(0).assign(absent=absent)
    found = fitted(frame, treated, ("age", "contacts"))
    np.testing.assert_allclose(found.probability, by_statsmodels(design, treated), atol=1e-9)


def test_the_same_people_have_the_very_same_propensity() -> None:
    frame, treated = people(500)
    twice = pd.concat([frame, frame.iloc[::-1]], ignore_index=True)
    found = fitted(twice, np.concatenate([treated, treated[::-1]]))
    assert (found.logit[:500] == found.logit[500:][::-1]).all()


def test_what_says_nothing_new_changes_nothing() -> None:
    frame, treated = people(1000)
    more = frame.assign(months=frame["age"] * 12.0, one=1, sum=frame["age"] + frame["contacts"], never=np.nan)
    found = fitted(more, treated, (*ALL, "months", "one", "sum", "never"))
    np.testing.assert_allclose(found.logit, fitted(frame, treated).logit, atol=1e-8)


def test_without_covariates_everybody_has_the_share() -> None:
    frame, treated = people(200)
    assert fitted(frame, treated, ()).probability == pytest.approx(treated.mean())


@pytest.mark.parametrize("nobody", [True, False])
def test_unknown_without_one_of_the_groups(nobody: bool) -> None:
    frame, _ = people(20)
    assert propensity(frame, np.full(20, nobody), ALL) == Unknown.because(Reason.NO_PERSONS)


@pytest.mark.parametrize("size", [40, 4000])
@pytest.mark.parametrize("overlap", [0, 1])
def test_unknown_where_those_enrolled_are_told_from_all_others(size: int, overlap: int) -> None:
    """By a number alone, by two together, and also where the groups touch in a single value."""
    lot = np.random.default_rng(size)
    score = np.sort(lot.permutation(size).astype(float))
    treated = np.arange(size) >= size // 2
    score[size // 2 : size // 2 + overlap] = score[size // 2 - 1]
    noise = lot.normal(size=size)
    frame = pd.DataFrame({"score": score, "one": score + noise * 50, "other": noise})
    assert propensity(frame, treated, ("score",)) == Unknown.because(Reason.SEPARATED)
    assert propensity(frame, treated, ("one", "other")) == Unknown.because(Reason.SEPARATED)


def test_unknown_where_a_yes_or_no_tells_them_apart() -> None:
    frame = pd.DataFrame({"referred": [True, True, False, False], "age": [1, 2, 1, 2]})
    treated = np.array([True, True, False, False])
    assert propensity(frame, treated, ("referred", "age")) == Unknown.because(Reason.SEPARATED)


def test_whoever_is_of_a_kind_that_is_in_one_group_alone_is_set_aside() -> None:
    """A municipality from which nobody was enrolled says nothing of the others, and is compared with nobody."""
    frame, treated = people(3000)
    frame.loc[:49, "municipality"] = "999"
    frame.loc[50:59, "municipality"] = "998"
    treated[:50], treated[50:60] = False, True
    found = fitted(frame, treated)
    assert (found.logit[:50] == -np.inf).all()
    assert (found.probability[:50] == 0).all()
    assert (found.logit[50:60] == np.inf).all()
    np.testing.assert_allclose(found.logit[60:], fitted(frame[60:], treated[60:]).logit, atol=1e-9)


def test_a_rare_outcome_among_many_is_no_separation() -> None:
    lot = np.random.default_rng(5)
    frame = pd.DataFrame({"age": lot.normal(75, 8, 100_000), "rare": lot.random(100_000) < 0.0005})
    treated = lot.random(100_000) < expit(-6 + 0.1 * (frame["age"].to_numpy() - 75) + 3 * frame["rare"].to_numpy())
    found = fitted(frame, treated, ("age", "rare"))
    np.testing.assert_allclose(found.probability, by_statsmodels(frame, treated), rtol=1e-6)


def test_columns_of_levels_and_of_what_is_missing() -> None:
    frame = pd.DataFrame(
        {
            "sex": ["m", "f", "m"],
            "place": ["b", None, "a"],
            "age": [1.0, np.nan, 3.0],
            "known": pd.array([True, None, False], dtype=object),
            "cost": [Decimal("1.5"), Decimal(2), Decimal(3)],
        }
    )
    found = {column.name: column.values.tolist() for column in columns(frame.drop(columns="age"), tuple(frame)[:2])}
    assert found == {"sex=m": [1, 0, 1], "place=a": [0, 0, 1], "place=b": [1, 0, 0], "place=": [0, 1, 0]}
    names = [column.name for column in columns(frame, ("age", "known", "cost"))]
    assert names == ["age", "age=", "known", "known=", "cost"]
    assert numbers(frame, ("age",)).tolist() == [[1, 0], [2, 1], [3, 0]]


@pytest.mark.parametrize(("covariate", "says"), [("weight", "not among the columns"), ("age", "infinite in row 1")])
def test_bad_covariates_are_named(covariate: str, says: str) -> None:
    frame = pd.DataFrame({"age": [1.0, np.inf]})
    with pytest.raises(SamspilError, match=says):
        propensity(frame, np.array([True, False]), (covariate,))
