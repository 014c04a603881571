"""Lalonde's data and the settings under which MatchIt matched them (see data/lalonde/README.md)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from samspil.evaluation.covariates import numbers
from samspil.evaluation.matching import Matched, match
from samspil.evaluation.propensity import Propensity, propensity
from samspil.programmes.study import BalanceRule, Matching

FOLDER = Path(__file__).parent / "data" / "lalonde"
COVARIATES = ("age", "educ", "race", "married", "nodegree", "re74", "re75")
RULE = BalanceRule(largest_difference=0.1, variance_ratio=(0.5, 2.0), smallest_effective=50)


def read() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "lalonde.csv")


def treated(frame: pd.DataFrame) -> np.ndarray:
    return frame["treated"].to_numpy() == 1


def fitted(frame: pd.DataFrame) -> Propensity:
    found = propensity(frame, treated(frame), COVARIATES)
    assert isinstance(found, Propensity)
    return found


@dataclass(frozen=True)
class Setting:
    """One line of settings.csv, in MatchIt's words."""

    setting: str
    distance: str
    link: str
    ratio: str
    replace: str
    caliper: str
    exact: str
    mahalanobis: str

    @property
    def rule(self) -> Matching:
        distance = "mahalanobis" if self.distance == "mahalanobis" else "mahalanobis_within_propensity"
        return Matching.model_validate(
            {
                "exact": self.exact.split(),
                "distance": distance if self.mahalanobis else "propensity",
                "mahalanobis": self.mahalanobis.split(),
                "caliper": float(self.caliper) if self.caliper else None,
                "ratio": int(self.ratio),
                "replacement": self.replace == "TRUE",
            }
        )

    def match(self, frame: pd.DataFrame) -> Matched:
        """Our pairs under this setting."""
        rule, scores = self.rule, fitted(frame)
        exact = frame.groupby(list(rule.exact)).ngroup().to_numpy() if rule.exact else np.zeros(len(frame), dtype=int)
        return match(
            treated(frame),
            exact,
            rule,
            scores.probability if self.link == "probability" else scores.logit,
            numbers(frame, rule.mahalanobis) if rule.mahalanobis else None,
        )


def settings() -> list[Setting]:
    lines = pd.read_csv(FOLDER / "settings.csv", dtype=str, keep_default_na=False)
    return [Setting(**dict(zip(lines.columns, line, strict=True))) for line in lines.itertuples(index=False)]


def pairs_of(folder: Path, setting: Setting) -> Matched:
    """MatchIt's pairs under a setting."""
    pairs = pd.read_csv(folder / "pairs.csv")
    pairs = pairs[pairs["setting"] == setting.setting].sort_values(["treated", "round"])
    return Matched(treated=pairs["treated"].to_numpy(), comparison=pairs["comparison"].to_numpy())


def by_kind(frame: pd.DataFrame, matched: Matched) -> Counter[tuple[int, int]]:
    """Who has what kind of matches, how often: people who are equal in every covariate are of one kind."""
    kind = frame.groupby(list(COVARIATES)).ngroup().to_numpy()
    return Counter(zip(matched.treated.tolist(), kind[matched.comparison].tolist(), strict=True))
