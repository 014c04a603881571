"""Whether a new offer took the place of the old one, and how far a figure fell (report 002 ALG-13, ALG-14).

An offer that replaces nothing is a service on top, and dearer (report 002 L3768-3782). Ratios are exact: 350 of 500 is
70 per cent and not a hair above it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from scipy import stats

from samspil.definitions import SamspilError
from samspil.evaluation.figures import Estimate, Reason, Unknown
from samspil.programmes.substitution import SubstitutionRule

Number = int | Decimal | Fraction


class Replacing(StrEnum):
    """What became of the conventional activity. The text is what a reader is told."""

    REPLACES = "it takes the place of the conventional offer as far as the goal says"
    GOAL_NOT_MET = "conventional activity falls, and less than the goal says"
    PARALLEL = "a parallel system: conventional activity has not fallen"


@dataclass(frozen=True)
class Substitution:
    """Conventional visits after enrolment beside those expected without the offer.

    `ratio` has the exact Poisson interval of `after` (Garwood, Biometrika 28 (1936) 437-442) with `expected` taken as
    known: it is too narrow by what is not known of `expected`. `state` is by the ratio itself.
    """

    after: int
    expected: float
    ratio: Estimate
    state: Replacing


def substitution(after: int, expected: Number | None, rule: SubstitutionRule) -> Substitution | Unknown:
    """How far conventional visits of those enrolled fell (ALG-13).

    `expected` is how many they would have had without the offer, from those compared with: a fall beside the time
    before is none, because people are found when they are worst. Unknown without it, or when none were expected.
    """
    if after < 0 or (expected is not None and expected < 0):
        raise SamspilError("visits cannot be negative: give how many there were, and how many were expected")
    if not expected:
        return Unknown.because(Reason.NONE_EXPECTED)
    ratio = Fraction(after) / Fraction(expected)
    if ratio >= Fraction(rule.parallel.ratio):
        state = Replacing.PARALLEL
    elif ratio > Fraction(rule.goal.ratio):
        state = Replacing.GOAL_NOT_MET
    else:
        state = Replacing.REPLACES
    low = float(stats.chi2.ppf(0.025, 2 * after)) / 2 if after else 0.0
    high = float(stats.chi2.ppf(0.975, 2 * after + 2)) / 2
    divisor = float(expected)
    return Substitution(after, divisor, Estimate(float(ratio), low / divisor, high / divisor), state)


def reduction(before: Number, after: Number) -> Fraction | Unknown:
    """The share of `before` that fell away; negative when it rose. Unknown where there was nothing to fall (ALG-14)."""
    if before < 0 or after < 0:
        raise SamspilError("amounts cannot be negative: give what there was before and after")
    return 1 - Fraction(after) / Fraction(before) if before else Unknown.because(Reason.NO_LEVEL)


def within_target(before: Number, after: Number, at_most: Number) -> bool | Unknown:
    """Whether `after` is at most the share `at_most` of `before`, exactly (ALG-14)."""
    fallen = reduction(before, after)
    return fallen if isinstance(fallen, Unknown) else 1 - fallen <= Fraction(at_most)


def implied_share(whole: Number, one: Number, other: Number) -> Fraction | Unknown:
    """How much of a total the first of two parts was, where the total and both parts fell by so much (ALG-14).

    From whole = share * one + (1 - share) * other. Unknown when both parts fell alike, as any share fits then. Raises
    SamspilError when the total did not fall by something between its parts: then the figures do not belong together.
    """
    first, second, total = Fraction(one), Fraction(other), Fraction(whole)
    if not min(first, second) <= total <= max(first, second):
        raise SamspilError("a total falls by something between what its two parts fall by: the figures do not fit")
    return (total - second) / (first - second) if first != second else Unknown.because(Reason.NO_VARIATION)
