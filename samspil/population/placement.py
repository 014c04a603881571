"""Where a citizen is treated: risk stratification decides by default, treatment stratification modifies (ALG-5).

Report 002 L1325-1341: a high risk need not be followed by highly specialised treatment, and the region's councils
recommend treatment stratification.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from samspil.definitions import SamspilError
from samspil.programmes.segment_rules import RiskPlaces

Decider = Literal["risk", "treatment"]


@dataclass(frozen=True)
class Placement:
    """A proposed place with what decided it; both strata are kept. A professional decides."""

    place: str
    decided_by: Decider
    risk: str
    treatment: str | None
    by_risk: str

    @property
    def trace(self) -> tuple[str, ...]:
        """How it was decided, step by step."""
        steps = [f"risk `{self.risk}` leads to `{self.by_risk}`"]
        steps.append("no treatment stratum" if self.treatment is None else f"treatment stratum `{self.treatment}`")
        return (*steps, f"decided by {self.decided_by}: `{self.place}`")


def place(risk: str, treatment: str | None, rules: RiskPlaces) -> Placement:
    """The place for a risk stratum and, where there is one, a treatment stratum, which names a place itself.

    Raises SamspilError for a risk or a place that the rules do not know.
    """
    if risk not in rules.places:
        raise SamspilError(f"unknown risk stratum `{risk}`; risk strata are {', '.join(rules.places)}")
    if treatment is not None and treatment not in rules.places.values():
        known = ", ".join(dict.fromkeys(rules.places.values()))
        raise SamspilError(f"unknown place `{treatment}`; places are {known}")
    by_risk = rules.places[risk]
    if treatment is None or rules.decides == "risk":
        return Placement(by_risk, "risk", risk, treatment, by_risk)
    return Placement(treatment, "treatment", risk, treatment, by_risk)
