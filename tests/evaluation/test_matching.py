"""Matching keeps its rules, whatever it is given, and finds the pairs that comparing everybody with everybody finds."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samspil.definitions import SamspilError
from samspil.evaluation.covariates import numbers
from samspil.evaluation.matching import Matched, match
from samspil.programmes.study import Matching


@dataclasses.dataclass(frozen=True)
class Case:
    """People to be matched, and how."""

    treated: np.ndarray
    exact: np.ndarray
    logit: np.ndarray
    covariates: np.ndarray
    rule: Matching

    def match(self) -> Matched:
        return match(self.treated, self.exact, self.rule, self.logit, self.covariates)

    @property
    def caliper(self) -> float:
        finite = self.logit[np.isfinite(self.logit)]
        if self.rule.caliper is None or self.rule.distance == "mahalanobis" or len(finite) < 2:
            return np.inf
        return self.rule.caliper * float(np.std(finite, ddof=1))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Small groups with many equals: scores and covariates are quarters, which floating-point numbers hold exactly."""
    size = draw(st.integers(2, 24))
    quarters = st.integers(-8, 8).map(lambda number: number / 4)
    scores = st.lists(quarters | st.sampled_from([np.inf, -np.inf]), min_size=size, max_size=size)
    dimensions = draw(st.integers(1, 2))
    rule = Matching.model_validate(
        {
            "distance": (
                distance := draw(st.sampled_from(["propensity", "mahalanobis", "mahalanobis_within_propensity"]))
            ),
            "mahalanobis": () if distance == "propensity" else ("a",),
            "caliper": draw(st.none() | st.sampled_from([0.05, 0.3, 1.0])),
            "ratio": draw(st.integers(1, 4)),
            "replacement": draw(st.booleans()),
        }
    )
    return Case(
        treated=np.array(draw(st.lists(st.booleans(), min_size=size, max_size=size))),
        exact=np.array(draw(st.lists(st.integers(0, 2), min_size=size, max_size=size))),
        logit=np.array(draw(scores)),
        covariates=np.array(
            draw(
                st.lists(st.lists(quarters, min_size=dimensions, max_size=dimensions), min_size=size, max_size=size),
            )
        ),
        rule=rule,
    )


def distances(case: Case) -> np.ndarray:
    """Every row's distance from every other, by formula; infinite beyond the caliper and in another stratum."""
    if case.rule.distance == "propensity":
        with np.errstate(invalid="ignore"):
            apart = np.abs(case.logit[:, None] - case.logit)
    else:
        # In units of their own spread, as in MatchIt: it matters only where a direction has no spread within groups.
        spread = case.covariates.std(axis=0)
        values = case.covariates / np.where(spread > 0, spread, 1)
        within = values.copy()
        for group in (case.treated, ~case.treated):
            if group.any():
                within[group] -= values[group].mean(axis=0)
        inverse = np.linalg.pinv(within.T @ within / max(len(values) - 2, 1), hermitian=True, rcond=1e-10)
        gaps = values[:, None] - values
        apart = np.sqrt(np.maximum(np.einsum("ijk,kl,ijl->ij", gaps, inverse, gaps), 0))
    forbidden = case.exact[:, None] != case.exact
    if case.rule.distance != "mahalanobis":
        with np.errstate(invalid="ignore"):
            forbidden |= ~(np.abs(case.logit[:, None] - case.logit) <= case.caliper + 1e-9)
        forbidden |= ~np.isfinite(case.logit[:, None]) | ~np.isfinite(case.logit)
    # Equal distances are to be equal, and not to differ in the last bit.
    return np.where(forbidden, np.inf, np.round(apart, 9))


def by_comparing_all(case: Case) -> list[tuple[int, int]]:
    """The pairs by the rule's own words: slow, and obviously right."""
    apart = distances(case)
    order = [int(row) for row in np.flatnonzero(case.treated)]
    if case.rule.distance != "mahalanobis":
        order.sort(key=lambda row: -case.logit[row])
    pairs: list[tuple[int, int]] = []
    for _ in range(case.rule.ratio):
        for one in order:
            had = {other for mine, other in pairs if mine == one} if case.rule.replacement else {o for _, o in pairs}
            left = [
                (apart[one, other], other)
                for other in range(len(case.treated))
                if not case.treated[other] and other not in had and np.isfinite(apart[one, other])
            ]
            if left:
                pairs.append((one, min(left)[1]))
    return sorted(pairs, key=lambda pair: pair[0])


def as_pairs(matched: Matched) -> list[tuple[int, int]]:
    return list(zip(matched.treated.tolist(), matched.comparison.tolist(), strict=True))


@given(cases())
def test_finds_the_pairs_that_comparing_all_finds(case: Case) -> None:
    assert as_pairs(case.match()) == by_comparing_all(case)


@given(cases())
def test_keeps_its_rules(case: Case) -> None:
    pairs = case.match()
    ones, others = pairs.treated, pairs.comparison
    assert case.treated[ones].all()
    assert not case.treated[others].any()
    assert (case.exact[ones] == case.exact[others]).all()
    assert len(set(as_pairs(pairs))) == len(ones)
    assert np.bincount(ones, minlength=1).max() <= case.rule.ratio
    if not case.rule.replacement:
        assert len(np.unique(others)) == len(others)
    if case.rule.distance != "mahalanobis":
        assert (np.abs(case.logit[ones] - case.logit[others]) <= case.caliper + 1e-9).all()


@given(cases())
def test_weights_share_each_treated_among_its_matches(case: Case) -> None:
    pairs = case.match()
    of_panel, of_matchit = pairs.panel_weights(len(case.treated)), pairs.weights(len(case.treated))
    with_matches, chosen = len(np.unique(pairs.treated)), len(np.unique(pairs.comparison))
    assert of_panel[case.treated].sum() == with_matches
    assert of_panel[~case.treated].sum() == pytest.approx(with_matches)
    assert of_matchit[case.treated].sum() == with_matches
    assert of_matchit[~case.treated].sum() == pytest.approx(chosen)


@given(cases(), st.floats(0.5, 4), st.floats(-3, 3))
def test_is_the_same_in_other_units(case: Case, scale: float, shift: float) -> None:
    """Neither the unit nor the zero of a score or a covariate matters. Whole scales and shifts keep equals equal."""
    scale, shift = float(np.ceil(scale)), float(np.round(shift))
    moved = dataclasses.replace(case, logit=case.logit * scale + shift, covariates=case.covariates * scale + shift)
    assert as_pairs(moved.match()) == as_pairs(case.match())


def drawn(seed: int, size: int, share: float = 0.1) -> Case:
    lot = np.random.default_rng(seed)
    covariates = lot.normal(size=(size, 3))
    logit = covariates @ [0.8, 0.4, 0.0] - 2
    return Case(
        treated=lot.random(size) < share,
        exact=lot.integers(0, 3, size),
        logit=logit,
        covariates=covariates,
        rule=Matching(),
    )


RULES = [
    {"caliper": 0.2, "ratio": 3},
    {"caliper": 0.2, "ratio": 3, "replacement": True},
    {"distance": "mahalanobis", "mahalanobis": ("a",), "ratio": 2},
    {"distance": "mahalanobis", "mahalanobis": ("a",), "ratio": 2, "replacement": True},
    {"distance": "mahalanobis_within_propensity", "mahalanobis": ("a",), "ratio": 2},
    {"distance": "mahalanobis_within_propensity", "mahalanobis": ("a",), "ratio": 2, "replacement": True},
]


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_finds_them_among_some_hundreds_too(rule: dict[str, object]) -> None:
    """Where few candidates are left the searches have far to go: half of all are enrolled here."""
    for seed, share in ((1, 0.1), (2, 0.5)):
        case = dataclasses.replace(drawn(seed, 500, share), rule=Matching.model_validate(rule))
        assert as_pairs(case.match()) == by_comparing_all(case)


#: By Mahalanobis' distance alone those enrolled choose in the order of rows, as in MatchIt.
IN_ANY_ORDER = [rule for rule in RULES if rule.get("distance") != "mahalanobis" or rule.get("replacement")]


@pytest.mark.parametrize("rule", IN_ANY_ORDER, ids=str)
def test_the_order_of_rows_matters_to_nobody_but_equals(rule: dict[str, object]) -> None:
    """Where no two are equal the pairs are the same people, however the rows stand."""
    case = dataclasses.replace(drawn(3, 400), rule=Matching.model_validate(rule))
    order = np.random.default_rng(4).permutation(400)
    turned = dataclasses.replace(
        case,
        treated=case.treated[order],
        exact=case.exact[order],
        logit=case.logit[order],
        covariates=case.covariates[order],
    )
    found = turned.match()
    people = sorted(zip(order[found.treated].tolist(), order[found.comparison].tolist(), strict=True))
    assert people == sorted(as_pairs(case.match()))


def test_of_equals_the_first_row_is_taken() -> None:
    treated = np.array([False, True, False, False, True])
    rule = Matching(caliper=None)
    found = match(treated, np.zeros(5, dtype=int), rule, np.array([1.5, 1.0, 0.5, 1.0, 1.0]))
    assert as_pairs(found) == [(1, 3), (4, 0)]


def test_everybody_chooses_once_before_anybody_chooses_again() -> None:
    treated = np.array([True, True, False, False, False])
    found = match(treated, np.zeros(5, dtype=int), Matching(caliper=None, ratio=2), np.array([2.0, 1.0, 2.0, 1.9, 0.0]))
    assert as_pairs(found) == [(0, 2), (0, 4), (1, 3)]


def test_largest_score_chooses_first() -> None:
    treated = np.array([True, True, False, False])
    found = match(treated, np.zeros(4, dtype=int), Matching(caliper=None), np.array([1.0, 2.0, 1.6, 9.0]))
    assert as_pairs(found) == [(0, 3), (1, 2)]


def test_nobody_is_matched_across_strata_or_without_candidates() -> None:
    nothing = match(np.array([True, False]), np.array([1, 2]), Matching(caliper=None), np.zeros(2))
    assert as_pairs(nothing) == []
    assert nothing.weights(2).tolist() == [0.0, 0.0]
    assert as_pairs(match(np.array([True, True]), np.array([1, 1]), Matching(), np.zeros(2))) == []


def test_where_nothing_tells_people_apart_the_first_are_taken() -> None:
    treated = np.array([True, False, True, False])
    rule = Matching(distance="mahalanobis", mahalanobis=("age",))
    assert as_pairs(match(treated, np.zeros(4, dtype=int), rule, None, np.ones((4, 1)))) == [(0, 1), (2, 3)]
    assert as_pairs(match(treated, np.zeros(4, dtype=int), rule, None, np.ones((4, 0)))) == [(0, 1), (2, 3)]


def test_what_a_rule_needs_is_asked_for() -> None:
    treated, exact = np.array([True, False]), np.zeros(2, dtype=int)
    with pytest.raises(SamspilError, match="needs a propensity"):
        match(treated, exact, Matching(), None)
    rule = Matching(distance="mahalanobis", mahalanobis=("age",))
    with pytest.raises(SamspilError, match=r"matching\.mahalanobis"):
        match(treated, exact, rule, None)
    with pytest.raises(SamspilError, match="have gaps"):
        match(treated, exact, rule, None, np.array([[1.0], [np.nan]]))


def test_mahalanobis_takes_levels_and_missing_into_account() -> None:
    """Somebody whose number is missing is nearest to another for whom it is, not to the average."""
    frame = pd.DataFrame(
        {
            "age": [50.0, np.nan, 50.0, np.nan, 60.0, 40.0, 55.0, 45.0],
            "sex": ["f", "m", "m", "m", "f", "f", "f", "m"],
        }
    )
    treated = np.array([True, True, *[False] * 6])
    rule = Matching(distance="mahalanobis", mahalanobis=("age", "sex"))
    found = match(treated, np.zeros(8, dtype=int), rule, None, numbers(frame, rule.mahalanobis))
    assert (1, 3) in as_pairs(found)
