"""Kronikerfirkanten: complexity of illness against capacity for self-care (STRAT-6, STRAT-7, ALG-6).

Report 002 L1297-1314. Both axes are kept. An axis that is not known leaves the quadrant undetermined, never low.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.types as ir

from samspil.definitions import SamspilError
from samspil.population.criteria import Judge
from samspil.programmes.segment_rules import Axis, Half, Square

UNDETERMINED = "undetermined"


@dataclass(frozen=True)
class Position:
    """A citizen's place in the square: both axes, and the quadrant that follows from them."""

    complexity: Half | None
    self_care: Half | None
    quadrant: str


def position(complexity: Half | None, self_care: Half | None, square: Square) -> Position:
    """The quadrant of two axes; None on either is `undetermined`."""
    quadrant = next(
        (each.quadrant for each in square.quadrants if (each.complexity, each.self_care) == (complexity, self_care)),
        UNDETERMINED,
    )
    return Position(complexity, self_care, quadrant)


@dataclass(frozen=True)
class Assessment:
    """An assessment of self-care: what was found, how, by whom, when, and what was looked at (STRAT-7).

    A subjective assessment is accepted and told as one.
    """

    self_care: Half
    method: Literal["structured", "subjective", "service_use"]
    role: str
    day: dt.date
    inputs: tuple[str, ...] = ()
    score: float | None = None


def check_assessment(assessment: Assessment, square: Square) -> Assessment:
    """The assessment itself. Raises SamspilError without a role, or for an input the square does not have."""
    known = [each.input for each in square.self_care_inputs]
    unknown = [name for name in assessment.inputs if name not in known]
    if unknown:
        raise SamspilError(f"self-care has no input `{unknown[0]}`; inputs are {', '.join(known)}")
    if not assessment.role.strip():
        raise SamspilError("an assessment of self-care says in which role it was made")
    return assessment


def half(axis: Axis, judge: Judge) -> ir.StringValue:
    """The half of an axis everybody is in; null where inputs that are not known could decide it."""
    tests = [judge.rule(each) for each in axis.inputs]
    holding = sum((test.fill_null(False).cast("int8") for test in tests[1:]), tests[0].fill_null(False).cast("int8"))
    unknown = sum((test.isnull().cast("int8") for test in tests[1:]), tests[0].isnull().cast("int8"))
    other = "low" if axis.reaching == "high" else "high"
    return ibis.cases(
        (holding >= axis.cut, axis.reaching), (holding + unknown >= axis.cut, ibis.null("string")), else_=other
    )


def quadrant(complexity: ir.StringValue, self_care: ir.StringValue, square: Square) -> ir.StringValue:
    """`position` for everybody."""
    return ibis.cases(
        *(
            ((complexity == each.complexity) & (self_care == each.self_care), each.quadrant)
            for each in square.quadrants
        ),
        else_=UNDETERMINED,
    )
