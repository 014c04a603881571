"""The records of this room, by subject."""

from samspil.lists.models.inclusion import EligibilityCheck, Inclusion, Source, Stage, Step, UnmetNeed
from samspil.lists.models.publishing import EligibilityRound, Publication, RiskList, Standing
from samspil.lists.models.review import Capacity, Entry, Review

__all__ = [
    "Capacity",
    "EligibilityCheck",
    "EligibilityRound",
    "Entry",
    "Inclusion",
    "Publication",
    "Review",
    "RiskList",
    "Source",
    "Stage",
    "Standing",
    "Step",
    "UnmetNeed",
]
