"""What a programme cost and what it moved: the accounts of an evaluation. Money is Decimal DKK; None is not measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from samspil.evaluation.figures import Estimate, Unknown

#: An amount in DKK; None is not measured, which is never zero.
Amount = Decimal | None


@dataclass(frozen=True)
class CourseCost:
    """Cost for each started course of one arm, by part; every amount is rounded when shown and not before.

    `shared_equally` and `shared_by_courses` are development and implementation that all arms had together, divided in the
    two ways of report 000 (L1649-1655): half to each arm, or by courses started.
    """

    arm: str
    courses: int
    shared_equally: Amount
    shared_by_courses: Amount
    own_development: Amount
    team_meetings: Amount
    services: Amount
    operation: Amount

    @property
    def running(self) -> Amount:
        """What a course costs when the programme is running: everything but development and implementation."""
        parts = (self.team_meetings, self.services, self.operation)
        known = [part for part in parts if part is not None]
        return sum(known, Decimal(0)) if len(known) == len(parts) else None


@dataclass(frozen=True)
class LedgerLine:
    """What one payer paid for one kind of cost. `kind` is of the programme, or `consumption` (what citizens used more)."""

    payer: str
    kind: str
    amount: Amount


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
    """The economy of a study.

    `net_per_course` is −(running cost + excess consumption), first year after start (report 000 L1804-1814): negative is
    a cost. `neutral` is the line it is held against. `shift_matrix` gives by (from payer, to payer) what moved: where a
    sector uses less and another more.
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
