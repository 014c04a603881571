"""What the crawler's town knows of needs: an assessment by the doctor, with words that stand nowhere else."""

from __future__ import annotations

from samspil.access.models import Citizen, Membership
from samspil.improvement.actions.assessing import (
    IntegrationGiven,
    Look,
    Made,
    SquareGiven,
    assess_integration,
    assess_square,
)
from tests import care

#: What is written, after the mark of whose it is.
NEED_WORDS = ("redskab", "omgangskreds", "kompleksitet", "skøn om niveau")


class Assessed:
    """A citizen whose complexity, self-care and need for integration the doctor has assessed."""

    def __init__(self, mark: str, citizen: Citizen, doctor: Membership) -> None:
        instrument, network, evidence, reason = (f"{mark} {word}" for word in NEED_WORDS)
        actor = care.acting(doctor)
        looks = {"network": Look("burdens", network), "ethnicity": Look("none", network)}
        given = SquareGiven("high", "low", looks, instrument=instrument)
        self.made = assess_square(actor, citizen, Made("structured", "doctor"), given)
        rows = {"complexity": "complex", "stability": "stable", "duration": "long"}
        needed = IntegrationGiven(rows, {"social": 2}, {"social": evidence}, level="coordinated", reason=reason)
        assess_integration(actor, citizen, Made("subjective", "doctor"), needed)
