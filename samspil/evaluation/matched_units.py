"""From candidates to matched units: those compared, their weights, and whether they are alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from samspil.definitions import SamspilError
from samspil.evaluation.balance import BalanceTable, balance
from samspil.evaluation.candidates import Candidates
from samspil.evaluation.figures import Unknown
from samspil.evaluation.matching import match
from samspil.evaluation.propensity import propensity
from samspil.programmes.study import Study

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class MatchedUnits:
    """The units in the study with their `weight` beside the candidates' columns, and the balance of covariates."""

    frame: pd.DataFrame
    balance: BalanceTable


def matched_units(study: Study, found: Candidates) -> MatchedUnits:
    """Match those enrolled with candidates by the study's rule.

    Weights are 1 for those enrolled, and divide each of them among those matched with them. Raises SamspilError where a
    propensity cannot be estimated, with the reason.
    """
    frame = found.frame
    treated = frame["treated"].to_numpy() == 1
    score = propensity(frame, treated, found.columns)
    if isinstance(score, Unknown):
        raise SamspilError(f"no propensity can be estimated for `{study.study}`: {score}; look at `covariates`")
    rule = study.matching
    near = frame[_columns(found, rule.mahalanobis)].to_numpy(float) if rule.mahalanobis else None
    pairs = match(treated, exact_strata(study, found), rule, score.logit, near)
    weights = pairs.panel_weights(len(frame))
    table = balance(frame, treated, pairs, found.columns, study.balance, score.probability)
    kept = frame.assign(weight=weights)[weights > 0].reset_index(drop=True)
    return MatchedUnits(kept, table)


def exact_strata(study: Study, found: Candidates) -> Ints:
    """A whole number per unit: those with the same are alike in every exact covariate, band and index month."""
    parts = found.frame[[*_columns(found, study.matching.exact), "index_month"]].copy()
    for number, bands in enumerate(study.matching.bands):
        for column in _columns(found, [bands.covariate]):
            parts[f"band_{number}_{column}"] = np.searchsorted(bands.starts, found.frame[column], side="right")
    strata: Ints = parts.groupby(list(parts.columns), sort=True).ngroup().to_numpy(np.int64)
    return strata


def _columns(found: Candidates, covariates: tuple[str, ...] | list[str]) -> list[str]:
    """The columns of covariates: the numbers themselves, and one per level."""
    return [
        column for name in covariates for column in found.columns if column == name or column.startswith(f"{name}=")
    ]
