"""Savings by how real they are: estimated, released, reallocated. They are never added across kinds (001 R-EVAL-18)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from samspil.definitions import SamspilError
from samspil.evaluation.economy.accounts import Saving, Shift, rounded
from samspil.evaluation.figures import Unknown

#: From an effect alone; from capacity that was closed; from capacity that does something else now.
ESTIMATED, RELEASED, REALLOCATED = "estimated", "released", "reallocated"
STATUSES = (ESTIMATED, RELEASED, REALLOCATED)


def by_status(savings: Iterable[Saving]) -> dict[str, Decimal]:
    """The sum of each status that occurs, in the order of how real it is. There is no sum of these.

    The same krone may be estimated first, released then and reallocated last: a sum would count it three times. Raises
    SamspilError for a status that is none of the three.
    """
    sums: dict[str, Decimal] = {}
    for saving in savings:
        if saving.status not in STATUSES:
            raise SamspilError(f"a saving is `{saving.status}`; it is one of {', '.join(STATUSES)} ({saving.source})")
        sums[saving.status] = sums.get(saving.status, Decimal(0)) + saving.amount
    return {status: sums[status] for status in STATUSES if status in sums}


def estimated_savings(shifts: Sequence[Shift], courses: int, source: str) -> tuple[Saving, ...]:
    """What the started courses are estimated to have spared each payer in a year, sector by sector.

    Only where the whole interval is below zero: less use that may be chance is no saving.
    """
    return tuple(
        Saving(ESTIMATED, shift.payer, rounded(-Decimal(shift.per_course.value) * courses), f"{source}: {shift.sector}")
        for shift in shifts
        if not isinstance(shift.per_course, Unknown) and shift.per_course.high < 0 and courses > 0
    )
