"""Age bands by their first ages, rising, named as people write them: `18-39`, and `80+` for the last."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import ibis
import ibis.expr.types as ir


def from_birth(first_ages: Sequence[int]) -> tuple[int, ...]:
    """First ages with a band also for who is younger than the first."""
    return tuple(first_ages) if 0 in first_ages else (0, *first_ages)


def band_names(first_ages: Sequence[int]) -> tuple[str, ...]:
    """What the bands are called."""
    return (*(f"{first}-{after - 1}" for first, after in pairwise(first_ages)), f"{first_ages[-1]}+")


def age_band(age: ir.IntegerValue, first_ages: Sequence[int]) -> ir.StringValue:
    """The name of the band that an age is in; null for who is younger than the first."""
    named = zip(first_ages, band_names(first_ages), strict=True)
    return ibis.cases(*((age >= first, name) for first, name in reversed(list(named))))


def band_number(age: ir.IntegerValue, first_ages: Sequence[int]) -> ir.IntegerValue:
    """The place of the band that an age is in among all bands, from 0; -1 for who is younger than the first."""
    reached = [(age >= first).cast("int16") for first in first_ages]
    return sum(reached, ibis.literal(-1, type="int16"))
