"""Cost for each citizen and year, with an overhead that is always told (001 R-EVAL-07)."""

from __future__ import annotations

from decimal import Decimal

from samspil.definitions import SamspilError
from samspil.evaluation.economy.accounts import Amount


def per_citizen_year(cost: Amount, years: float | None, overhead: Decimal | None = None) -> Amount:
    """A cost divided by the citizen-years it was for, with `overhead` (0.15 is 15 %) on top.

    None where the cost or the years are not measured, or there are no years. Without an overhead none is added.
    """
    if cost is None or years is None or years <= 0:
        return None
    return with_overhead(cost / Decimal(years), overhead or Decimal(0))


def with_overhead(cost: Decimal, overhead: Decimal) -> Decimal:
    """A cost with its overhead on top."""
    return cost * (1 + _checked(overhead))


def without_overhead(cost: Decimal, overhead: Decimal) -> Decimal:
    """What a cost was before its overhead was put on top: 107,000 with 15 % was 93,043.48."""
    return cost / (1 + _checked(overhead))


def _checked(overhead: Decimal) -> Decimal:
    if overhead < 0:
        raise SamspilError(f"an overhead of {overhead} is less than none; give a share such as 0.15")
    return overhead
