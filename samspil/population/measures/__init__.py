"""Measures by name: they turn one person's rows of a table into a value. One module per kind of source."""

from samspil.population.measures import (
    civil,
    general_practice,
    health_insurance,
    hospital,
    medicines,
    municipal,
    patient_reported,
    work,
)
from samspil.population.measures.registry import MEASURES, Measure, measure

__all__ = [
    "MEASURES",
    "Measure",
    "civil",
    "general_practice",
    "health_insurance",
    "hospital",
    "measure",
    "medicines",
    "municipal",
    "patient_reported",
    "work",
]
