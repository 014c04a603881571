"""Programmes as content: one folder per programme with YAML that clinicians can read, and its typed loaders."""

from samspil.programmes.dated import resolve_at
from samspil.programmes.loader import (
    ModelFile,
    OutcomeFile,
    Programme,
    find_model,
    load_model,
    load_programmes,
    model_files,
    pick_model,
)
from samspil.programmes.schema import RiskModel

__all__ = [
    "ModelFile",
    "OutcomeFile",
    "Programme",
    "RiskModel",
    "find_model",
    "load_model",
    "load_programmes",
    "model_files",
    "pick_model",
    "resolve_at",
]
