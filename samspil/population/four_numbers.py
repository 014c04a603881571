"""An estimate never stands alone: how many the algorithm finds, are diagnosed, attend and were referred (STRAT-3).

Municipalities that built what the estimate said had places far above demand (report 002 L1097-1110, L1127-1131).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction

from samspil.definitions import SamspilError

#: What is said of a number whose source was not delivered.
NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class FourNumbers:
    """The four counts of persons; None is not measured, and must be said as such. None of them can be left out."""

    algorithm_positive: int | None
    diagnosed: int | None
    attending: int | None
    referred: int | None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None and (type(value) is not int or value < 0):
                raise SamspilError(f"`{field.name}` is a count of persons, or None where it is not measured")

    @property
    def not_measured(self) -> tuple[str, ...]:
        """The names of those that are not measured."""
        return tuple(field.name for field in fields(self) if getattr(self, field.name) is None)

    def in_words(self) -> dict[str, str]:
        """The four as they are read."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: NOT_MEASURED if value is None else f"{value:,}" for name, value in found.items()}


def estimate_to_demand(algorithm_positive: int | None, referred: int | None) -> Fraction | None:
    """How many the algorithm finds per citizen referred; None where either is not known or nobody is referred."""
    if algorithm_positive is None or not referred:
        return None
    return Fraction(algorithm_positive, referred)


@dataclass(frozen=True)
class SegmentSize:
    """How many are in a segment. It cannot be said without the four numbers."""

    programme: str
    segment: str
    persons: int
    numbers: FourNumbers

    def __post_init__(self) -> None:
        if not isinstance(self.numbers, FourNumbers):
            raise SamspilError("the size of a segment is told with the four numbers, and never alone")
