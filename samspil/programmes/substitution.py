"""When an offer replaces another: `substitution.yaml`, with the ratios that tell it from a parallel system."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from pydantic import Field, model_validator

from samspil.definitions import Definition, read_yaml, validate
from samspil.programmes.loader import PROGRAMMES
from samspil.programmes.prices import Grounds

SUBSTITUTION = "substitution.yaml"


class Ratio(Definition):
    """Conventional activity after the start beside that expected, and where the limit stands."""

    ratio: Decimal = Field(gt=0)
    source: Grounds


class SubstitutionRule(Definition):
    """Above `goal` the goal is not met; from `parallel` on nothing was replaced."""

    goal: Ratio
    parallel: Ratio

    @model_validator(mode="after")
    def _rising(self) -> SubstitutionRule:
        if self.goal.ratio >= self.parallel.ratio:
            raise ValueError("`goal` lies below `parallel`: a goal is met before everything is as it was")
        return self


def load_substitution(folder: Path | None = None) -> SubstitutionRule:
    """The `substitution.yaml` of `folder`, or the one that comes with Samspil. Raises DefinitionError."""
    own = None if folder is None else folder / SUBSTITUTION
    return validate(read_yaml(own if own is not None and own.exists() else PROGRAMMES / SUBSTITUTION), SubstitutionRule)
