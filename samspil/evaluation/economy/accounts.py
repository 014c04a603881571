"""What a programme cost and what it moved: the accounts of an evaluation. Money is Decimal DKK; None: not measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from samspil.evaluation.figures import Estimate, Unknown

#: An amount in DKK; None is not measured, which is never zero.
Amount = Decimal | None
OERE = Decimal("0.01")


def rounded(amount: Decimal, to: Decimal = OERE) -> Decimal:
    """An amount to the nearest `to` DKK, halves away from zero, as accounts print it."""
    return (amount / to).quantize(Decimal(1), ROUND_HALF_UP) * to


def total(amounts: list[Amount]) -> Amount:
    """The sum; not measured where any of them is not."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if len(known) == len(amounts) else None


@dataclass(frozen=True)
class CourseCost:
    """Cost for each started course of one arm, by part; every amount is rounded when shown and not before.

    `shared_equally` and `shared_by_courses` are development and implementation that all arms had together, divided in
    the two ways of report 000 (L1649-1655): half to each arm, or by courses started. `lacking` counts by part the
    meetings and services that nobody measured the cost of: the part is then None.
    """

    arm: str
    courses: int
    shared_equally: Amount
    shared_by_courses: Amount
    own_development: Amount
    team_meetings: Amount
    services: Amount
    operation: Amount
    lacking: Mapping[str, int] = field(default_factory=dict)

    @property
    def running(self) -> Amount:
        """What a course costs when the programme is running: everything but development and implementation."""
        return total([self.team_meetings, self.services, self.operation])

    @property
    def whole_equally(self) -> Amount:
        """What a course cost with development and implementation, what was shared divided equally between arms."""
        return total([self.running, self.own_development, self.shared_equally])

    @property
    def whole_by_courses(self) -> Amount:
        """What a course cost with development and implementation, what was shared divided by courses started."""
        return total([self.running, self.own_development, self.shared_by_courses])


@dataclass(frozen=True)
class LedgerLine:
    """What one payer paid for one kind of cost. `kind` is of the programme, or `consumption` (what citizens used more).

    Where some of it is not measured (`lacking` meetings or services), `amount` is None and `measured` what is known.
    """

    payer: str
    kind: str
    amount: Amount
    measured: Decimal = Decimal(0)
    lacking: int = 0


@dataclass(frozen=True)
class Shift:
    """What moved between sectors for each course and year: extra consumption by sector, DKK with its interval."""

    sector: str
    payer: str
    per_course: Estimate | Unknown


@dataclass(frozen=True)
class Saving:
    """A saving, by how real it is (001 R-EVAL-18): `estimated`, `released` (capacity closed) or `reallocated`."""

    status: str
    payer: str
    amount: Decimal
    source: str


@dataclass(frozen=True)
class Economy:
    """The economy of a study's arm.

    `courses` has every arm of the programme; all else is of the study's arm. `ledger` holds what all its started
    courses cost to the øre, and as `consumption` what they used more in a year, by the effect. `net_per_course` is
    −(running cost + excess consumption), first year after start (report 000 L1804-1814): negative is a cost. `neutral`
    is what a course may cost. `shift_matrix` gives by (from payer, to payer) what moved for each course and year, and
    `sector_matrix` by sector: where one uses less and another more; both are empty while a shift is unknown. `counted`
    are the sectors whose consumption is in the excess: what others used is not. `per_citizen_year` is running cost,
    with `overhead` on top.
    """

    courses: tuple[CourseCost, ...]
    ledger: tuple[LedgerLine, ...]
    shifts: tuple[Shift, ...]
    shift_matrix: Mapping[tuple[str, str], Decimal]
    savings: tuple[Saving, ...]
    excess_per_course: Estimate | Unknown
    net_per_course: Estimate | Unknown
    neutral: Decimal
    per_citizen_year: Amount
    overhead: Decimal | None
    sector_matrix: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    counted: tuple[str, ...] = ()
