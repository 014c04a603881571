"""Whether those compared are alike: before and after matching, covariate by covariate. The first result of a study."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CovariateBalance:
    """One covariate (one level of it, for those with levels) of those enrolled and those compared with.

    Differences are standardised by the standard deviation of those enrolled before matching; `None` where it is 0.
    """

    covariate: str
    treated_mean: float
    candidates_mean: float
    matched_treated_mean: float
    matched_mean: float
    difference_before: float | None
    difference_after: float | None
    variance_ratio_before: float | None
    variance_ratio_after: float | None


@dataclass(frozen=True)
class OverlapBin:
    """How many (weighted, for those matched) have a propensity from `low` up to `high`."""

    low: float
    high: float
    treated: int
    candidates: int
    matched: float


@dataclass(frozen=True)
class BalanceTable:
    """The balance of a study. `effective` is the effective sample size of those compared with, by their weights.

    `failing` names the covariates that are not alike enough by the study's rule; empty is balanced.
    """

    rows: tuple[CovariateBalance, ...]
    overlap: tuple[OverlapBin, ...]
    treated: int
    matched_treated: int
    candidates: int
    matched: int
    effective: float
    failing: tuple[str, ...]
    too_few: bool

    @property
    def holds(self) -> bool:
        """Whether those compared are alike enough, and enough."""
        return not self.failing and not self.too_few
