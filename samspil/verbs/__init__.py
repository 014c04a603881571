"""What can be done with Samspil, one documented function per verb; the command line and notebooks call these."""

from samspil.verbs.deliveries import (
    IngestReport,
    ingest,
    lineage,
    person_id,
    purge,
    rejects,
    status,
    switch_off,
    switch_on,
)
from samspil.verbs.explain import Explanation, explain
from samspil.verbs.lists import PracticeLists, lists
from samspil.verbs.models import models
from samspil.verbs.stratify import Run, open_run, runs, stratify, tables
from samspil.verbs.synth import synth
from samspil.verbs.validate import ModelValidation, validate

__all__ = [
    "Explanation",
    "IngestReport",
    "ModelValidation",
    "PracticeLists",
    "Run",
    "explain",
    "ingest",
    "lineage",
    "lists",
    "models",
    "open_run",
    "person_id",
    "purge",
    "rejects",
    "runs",
    "status",
    "stratify",
    "switch_off",
    "switch_on",
    "synth",
    "tables",
    "validate",
]
