"""Whether capacity followed the tasks that moved, or runs beside what was there before (002 ECON-2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True)
class CapacityChange:
    """Places that a sector got (positive) or closed (negative); None where nobody said."""

    sector: str
    places: int | None


class Capacity(StrEnum):
    """How changes of capacity go together.

    `parallel`: one sector got places and none closed any. `partly_parallel`: less closed than came. `followed`: as many
    closed as came. `reduced`: more closed than came. `unchanged`: nothing came or closed. `unknown`: somebody did not
    say.
    """

    PARALLEL = "parallel"
    PARTLY_PARALLEL = "partly_parallel"
    FOLLOWED = "followed"
    REDUCED = "reduced"
    UNCHANGED = "unchanged"
    UNKNOWN = "unknown"


def capacity_moved(changes: Iterable[CapacityChange]) -> Capacity:
    """Whether places closed where others were opened. Places of all sectors count alike."""
    places = [change.places for change in changes]
    known = [number for number in places if number is not None]
    if len(known) < len(places):
        return Capacity.UNKNOWN
    came = sum(number for number in known if number > 0)
    closed = -sum(number for number in known if number < 0)
    if came > closed:
        return Capacity.PARTLY_PARALLEL if closed else Capacity.PARALLEL
    if closed > came:
        return Capacity.REDUCED
    return Capacity.FOLLOWED if came else Capacity.UNCHANGED


def referral_change(finished_before: Decimal, finished_after: Decimal) -> Decimal | None:
    """The change in referrals when general practice finishes another share of its contacts itself (004 REQ-G-8).

    What is not finished is referred: (1 − s') / (1 − s) − 1. From 90 % to 85 % there are half as many again. None where
    nothing was referred before. Raises ValueError for what is no share.
    """
    if not (0 <= finished_before <= 1 and 0 <= finished_after <= 1):
        raise ValueError("a share of contacts lies between 0 and 1")
    before = 1 - finished_before
    return (1 - finished_after) / before - 1 if before else None
