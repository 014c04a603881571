"""Whom those enrolled are compared with: nearest neighbours, exactly alike in some things and close in the rest.

The rules are those of R's MatchIt 4.5 (Ho, Imai, King and Stuart, Journal of Statistical Software 42(8), 2011), so that
anybody can check a study with it; `tests/evaluation/test_matchit.py` does. Where MatchIt lets the last bit of a number
or the way it searches decide (of several candidates equally near), the first row is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from samspil.definitions import SamspilError
from samspil.evaluation.nearest import ByDistance, ByScore, Search, WithinCaliper, in_steps
from samspil.programmes.study import Matching

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Matched:
    """Pairs: row number of one enrolled and of one compared with. Somebody with three matches is in three pairs.

    Sorted by the treated's row, and by the order in which the matches were found. Those without a match are not here.
    """

    treated: Ints
    comparison: Ints

    def panel_weights(self, rows: int) -> Floats:
        """The weights a Panel has: 1 for each enrolled who has matches, and 1 shared out among their matches.

        Each enrolled and those they are compared with weigh the same, so the comparisons' weights add up to the number
        of enrolled with matches, whether these have one match or three. Everybody else has 0. One weight per row.
        """
        weights = np.zeros(rows)
        shares = 1.0 / np.bincount(self.treated, minlength=rows)[self.treated]
        np.add.at(weights, self.comparison, shares)
        weights[self.treated] = 1.0
        return weights

    def weights(self, rows: int) -> Floats:
        """MatchIt's weights: as `panel_weights`, with those of the comparisons scaled to add up to their number.

        Only the scale differs: a weighted mean of the comparisons is the same.
        """
        weights = self.panel_weights(rows)
        chosen = np.unique(self.comparison)
        if len(chosen):
            weights[chosen] *= len(chosen) / weights[chosen].sum()
        return weights


def match(
    treated: npt.NDArray[np.bool_],
    exact: npt.NDArray[np.integer],
    rule: Matching,
    logit: npt.NDArray[np.floating] | None,
    mahalanobis: npt.NDArray[np.floating] | None = None,
) -> Matched:
    """Match each enrolled with `rule.ratio` candidates who are in the same stratum, by the rule.

    * `treated`: true for those enrolled, false for candidates; one per row, as in all that follows. Rows must stand in
      an order that means nothing and stays the same (by person and month), because of equals the first row is taken.
    * `exact`: the stratum, a number that combines the exact covariates, the bands and the index month.
    * `logit`: the propensity's (`Propensity.logit`); any other score is matched on alike. Infinite is never matched.
    * `mahalanobis`: the covariates of Mahalanobis' distance, as `covariates.numbers` gives them.

    The caliper is `rule.caliper` standard deviations of the (finite) score of all rows, enrolled and candidates
    together, ends included; Mahalanobis' distance alone has none. Those enrolled choose in turn, largest score first
    (by Mahalanobis' distance alone in the order of rows); with a ratio above 1 and without replacement everybody
    chooses once before anybody chooses again. With replacement all get their nearest.

    Raises SamspilError where what the rule needs is not given, or has gaps.
    """
    treated = np.asarray(treated, dtype=np.bool_)
    by_score = rule.distance != "mahalanobis"
    if by_score and logit is None:
        raise SamspilError(f"matching by {rule.distance.replace('_', ' ')} needs a propensity, and there is none")
    if rule.distance != "propensity" and mahalanobis is None:
        raise SamspilError(
            f"matching by {rule.distance.replace('_', ' ')} needs its covariates (`matching.mahalanobis`)"
        )
    if mahalanobis is not None and not np.isfinite(mahalanobis).all():
        raise SamspilError("the covariates of Mahalanobis' distance have gaps: take them from `covariates.numbers`")
    points = None if mahalanobis is None or rule.distance == "propensity" else _whitened(mahalanobis, treated)
    eligible = np.ones(len(treated), dtype=np.bool_)
    steps, caliper, order = np.zeros(len(treated), dtype=np.int64), None, np.flatnonzero(treated)
    if by_score and logit is not None:
        eligible = np.isfinite(logit)
        steps[eligible], size = in_steps(np.asarray(logit, dtype=np.float64)[eligible])
        if rule.caliper is not None and eligible.sum() > 1:
            # Half a step more, so that who lies on the edge is inside in spite of rounding.
            caliper = int(rule.caliper * float(np.std(logit[eligible], ddof=1)) / size + 0.5)
        order = order[np.argsort(-steps[order], kind="stable")]
    pairs: list[tuple[int, int, int]] = []
    for enrolled, candidates in _strata(np.asarray(exact), order[eligible[order]], eligible & ~treated):
        search: Search
        if points is None:
            search = ByScore(steps[enrolled], steps[candidates], caliper)
        elif rule.distance == "mahalanobis" or caliper is None:
            search = ByDistance(points[enrolled], points[candidates])
        else:
            search = WithinCaliper(steps[enrolled], steps[candidates], caliper, points[enrolled], points[candidates])
        rounds = _with_replacement if rule.replacement else _without_replacement
        for one, number, other in rounds(search, len(enrolled), rule.ratio):
            pairs.append((int(enrolled[one]), number, int(candidates[other])))
    pairs.sort()
    return Matched(
        treated=np.array([pair[0] for pair in pairs], dtype=np.int64),
        comparison=np.array([pair[2] for pair in pairs], dtype=np.int64),
    )


def _strata(exact: npt.NDArray[np.integer], enrolled: Ints, candidates: Bools) -> Iterator[tuple[Ints, Ints]]:
    """Per stratum that has both: the rows of those enrolled in the order they choose, and the candidates' by row."""
    others = np.flatnonzero(candidates)
    others = others[np.argsort(exact[others], kind="stable")]
    of_others = exact[others]
    enrolled = enrolled[np.argsort(exact[enrolled], kind="stable")]
    of_enrolled = exact[enrolled]
    for stratum in np.unique(of_enrolled):
        begin, end = np.searchsorted(of_others, stratum, "left"), np.searchsorted(of_others, stratum, "right")
        if begin < end:
            first, last = np.searchsorted(of_enrolled, stratum, "left"), np.searchsorted(of_enrolled, stratum, "right")
            yield enrolled[first:last], others[begin:end]


def _without_replacement(search: Search, enrolled: int, ratio: int) -> Iterator[tuple[int, int, int]]:
    """Everybody chooses once, in turn, then everybody again. Who found nobody finds nobody later."""
    still = list(range(enrolled))
    for number in range(ratio):
        found = [(one, search.take(one)) for one in still]
        yield from ((one, number, other) for one, other in found if other is not None)
        still = [one for one, other in found if other is not None]


def _with_replacement(search: Search, enrolled: int, ratio: int) -> Iterator[tuple[int, int, int]]:
    for one in range(enrolled):
        yield from ((one, number, other) for number, other in enumerate(search.nearest(one, ratio)))


def _whitened(covariates: npt.NDArray[np.floating], treated: Bools) -> Floats:
    """The covariates turned and stretched so that Euclid's distance is Mahalanobis'.

    The covariance is pooled within groups, as MatchIt has it: the difference between the groups, which matching is to
    remove, does not count as spread. Directions without spread are left out; without any all stand on one point.
    """
    values = np.asarray(covariates, dtype=np.float64)
    spread = values.std(axis=0)
    scaled = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    within = scaled.copy()
    for group in (treated, ~treated):
        if group.any():
            within[group] -= scaled[group].mean(axis=0)
    covariance = np.atleast_2d(within.T @ within / max(len(values) - 2, 1))
    sizes, directions = np.linalg.eigh(covariance)
    kept = sizes > 1e-10 * sizes.max(initial=0.0)
    turn = directions[:, kept] / np.sqrt(sizes[kept])
    # Column by column, so that equal people stand on the very same point (see `propensity`).
    points = np.zeros((len(scaled), max(turn.shape[1], 1)))
    if not kept.any():
        return points
    for column, weights in zip(scaled.T, turn, strict=True):
        points += column[:, None] * weights
    return points
