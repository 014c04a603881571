"""Honest evaluation: do the models find the right people, and what do they add? Figures with intervals or reasons."""

from samspil.evaluation.figures import Difference, Estimate, Reason, Share, Unknown
from samspil.evaluation.model_card import DataSource, ModelCard, model_card
from samspil.evaluation.validation import Validation, validate

__all__ = [
    "DataSource",
    "Difference",
    "Estimate",
    "ModelCard",
    "Reason",
    "Share",
    "Unknown",
    "Validation",
    "model_card",
    "validate",
]
