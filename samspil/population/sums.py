"""Sums that every engine keeps in the same type."""

from __future__ import annotations

from typing import Any


def whole(counts: Any) -> Any:
    """Counts of persons that were added up (a column or a scalar), as the whole number that files hold.

    An engine may widen a sum beyond that; persons fit in 32 bits.
    """
    return counts.cast("int32").cast("int64")
