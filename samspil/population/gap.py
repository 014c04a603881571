"""The gap between an estimate and those who started, taken apart so that its parts sum (STRAT-4, ALG-3).

Report 002 L1097-1131: it is too large to be explained by missing referrals alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import ibis
import ibis.expr.types as ir

from samspil.population.attendance_segments import UNKNOWN

UNDIAGNOSED, NOT_ELIGIBLE, NOT_REFERRED = "undiagnosed", "not_eligible", "not_referred"
DECLINED, NOT_STARTED, STARTED = "declined", "not_started", "started"
#: Where each person of the estimate has come to; they sum to the estimate.
STEPS = (UNDIAGNOSED, NOT_ELIGIBLE, NOT_REFERRED, DECLINED, NOT_STARTED, STARTED)


@dataclass(frozen=True)
class Gap:
    """estimate − started = undiagnosed + not eligible + not referred + declined + not started − outside.

    `outside` are those who started although they are not in the estimate, or skipped a step: the residual of the model.
    `unknown` are those of the estimate whose step a missing source hides.
    """

    undiagnosed: int
    not_eligible: int
    not_referred: int
    declined: int
    not_started: int
    started_within: int
    outside: int
    unknown: int = 0
    capacity: int | None = None
    over_capacity_from: Decimal | None = None

    @property
    def estimate(self) -> int:
        return sum(self.parts.values()) + self.started_within

    @property
    def started(self) -> int:
        return self.started_within + self.outside

    @property
    def total(self) -> int:
        """How far those who started are from the estimate."""
        return self.estimate - self.started

    @property
    def parts(self) -> dict[str, int]:
        """The parts by name; with `outside` taken off they sum to the gap."""
        found = {name: getattr(self, name) for name in STEPS[:-1]}
        return found | ({UNKNOWN: self.unknown} if self.unknown else {})

    @property
    def capacity_ratio(self) -> Fraction | None:
        """Places per citizen who started; None without a capacity, or when nobody started."""
        return Fraction(self.capacity, self.started) if self.capacity is not None and self.started else None

    @property
    def over_capacity(self) -> bool | None:
        """Whether there are more places than the threshold allows; None without a capacity or a threshold."""
        if self.capacity is None or self.over_capacity_from is None:
            return None
        if not self.started:
            return self.capacity > 0
        return Fraction(self.capacity, self.started) > Fraction(self.over_capacity_from)


def from_steps(
    steps: Mapping[str, int], outside: int, capacity: int | None = None, over_capacity_from: Decimal | None = None
) -> Gap:
    """The gap from how many of the estimate are at each step (`step_of`), and how many started outside it."""
    parts = {name: steps.get(name, 0) for name in STEPS[:-1]}
    return Gap(
        **parts,
        started_within=steps.get(STARTED, 0),
        outside=outside,
        unknown=steps.get(UNKNOWN, 0),
        capacity=capacity,
        over_capacity_from=over_capacity_from,
    )


def step_of(
    estimate: ir.BooleanValue,
    diagnosed: ir.BooleanValue,
    eligible: ir.BooleanValue,
    referred: ir.BooleanValue,
    started: ir.BooleanValue,
    declined: ir.BooleanValue,
) -> ir.StringValue:
    """Where each person of the estimate has come to, `unknown` where a step is not known.

    Null for who is not in the estimate, or not known to be: without its sources there is no estimate to take apart.
    """
    in_order = ((diagnosed, UNDIAGNOSED), (eligible, NOT_ELIGIBLE), (referred, NOT_REFERRED))
    before = [case for holds, stops in in_order for case in ((~holds, stops), (holds.isnull(), UNKNOWN))]
    return ibis.cases(
        (~estimate | estimate.isnull(), ibis.null("string")),
        *before,
        (started, STARTED),
        (declined, DECLINED),
        (started.isnull() | declined.isnull(), UNKNOWN),
        else_=NOT_STARTED,
    )
