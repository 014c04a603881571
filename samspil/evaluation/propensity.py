"""The propensity: how likely it was to be enrolled, by what was known before.

Rosenbaum and Rubin, Biometrika 70 (1983) 41-55.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from samspil.evaluation.covariates import columns, numbers
from samspil.evaluation.figures import Reason, Unknown

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: A standard error of a log odds ratio per standard deviation above this means that there is no maximum likelihood:
#: the likelihood still rises where the search ended. With any overlap it is far below 1.
_ENDLESS = 20.0

#: So many candidates tell well enough where to begin, and log odds ratios beyond this are no good beginning.
_SOME, _FAR = 20_000, 5.0


@dataclass(frozen=True)
class Propensity:
    """Each row's propensity, as `logit` and `probability`.

    `logit` is minus infinity for candidates of a kind of which nobody was enrolled, and infinity for those enrolled of
    a kind of which there are no candidates: nobody can be compared with them, and they are never matched.
    """

    logit: Floats
    probability: Floats


def propensity(frame: pd.DataFrame, treated: npt.NDArray[np.bool_], covariates: Sequence[str]) -> Propensity | Unknown:
    """Plain logistic regression of being enrolled on the covariates, by maximum likelihood, without penalty.

    `treated` is true for those enrolled, one per row of `frame`. Rows that have the same covariates get the very same
    number wherever they stand. Unknown where there is nobody in one of the groups, or where the covariates tell those
    enrolled from all others: then there is no overlap, and matching on a propensity means nothing.
    """
    treated = np.asarray(treated, dtype=np.bool_)
    if not treated.any() or treated.all():
        return Unknown.because(Reason.NO_PERSONS)
    inside = _with_both([column.values for column in columns(frame, covariates) if column.binary], treated)
    if not inside.any():
        return Unknown.because(Reason.SEPARATED)
    fitted = _fit(numbers(frame if inside.all() else frame[inside], covariates), treated[inside])
    if fitted is None:
        return Unknown.because(Reason.SEPARATED)
    logit = np.where(treated, np.inf, -np.inf)
    logit[inside] = fitted
    return Propensity(logit=logit, probability=expit(logit))


def _with_both(binary: list[Floats], treated: Bools) -> Bools:
    """The rows whose every level is found both among those enrolled and among the candidates.

    Where a level has only one of them its log odds are infinite; a regression would end at some large number.
    """
    inside = np.ones(len(treated), dtype=np.bool_)
    changed = True
    while changed and inside.any():
        changed = False
        for column in binary:
            for value in (0.0, 1.0):
                here = inside & (column == value)
                if here.any() and np.unique(treated[here]).size == 1:
                    inside &= ~here
                    changed = True
    return inside


def _fit(design: Floats, treated: Bools) -> Floats | None:
    """The logit of each row, or None where the likelihood has no maximum."""
    if design.shape[1] == 0:
        share = float(treated.mean())
        return np.full(len(design), np.log(share / (1 - share)))
    standardised = (design - design.mean(axis=0)) / design.std(axis=0)
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10, max_iter=100, warm_start=True)
    with warnings.catch_warnings():
        # Whether the search ended well is judged below, by what it found.
        warnings.simplefilter("ignore")
        _begin_near(model, standardised, treated)
        model.fit(standardised, treated)
    # One column after the other, so that the same covariates give the same bits: a matrix product may add up the last
    # rows of a block in another order than the others, and equal people would be unequal.
    logit = np.full(len(design), float(model.intercept_[0]))
    for column, weight in zip(standardised.T, model.coef_[0], strict=True):
        logit += weight * column
    return logit if _is_maximum(standardised, treated, expit(logit)) else None


def _begin_near(model: LogisticRegression, standardised: Floats, treated: Bools) -> None:
    """Where candidates are very many, first find about where the maximum lies from all enrolled and some candidates.

    Drawing by the outcome changes nothing but the intercept, by the logarithm of the share drawn (Prentice and Pyke,
    Biometrika 66, 1979), so that the search among all has few steps left. It ends where it would have ended.
    """
    every = int((~treated).sum()) // max(_SOME, 5 * int(treated.sum()))
    if every < 2:
        return
    drawn = treated.copy()
    drawn[np.flatnonzero(~treated)[::every]] = True
    model.fit(standardised[drawn], treated[drawn])
    if np.abs(model.coef_).max() > _FAR:
        del model.coef_, model.intercept_
    else:
        model.intercept_ = model.intercept_ - np.log(every)


def _is_maximum(standardised: Floats, treated: Bools, risk: Floats) -> bool:
    """Whether the likelihood is at its top (its slope is nothing) and curves away from it in every direction."""
    with_one = np.column_stack([np.ones(len(standardised)), standardised])
    slope = (treated - risk) @ with_one
    information = (with_one * (risk * (1 - risk))[:, None]).T @ with_one
    try:
        covariance = np.linalg.inv(information)
    except np.linalg.LinAlgError:
        return False
    errors = np.sqrt(np.abs(np.diag(covariance)))
    # The slope seen in standard errors of the coefficients: the next Newton step must be a small part of one.
    return bool(np.all(errors < _ENDLESS) and np.all(np.abs(covariance @ slope) < 1e-4 * errors))
