"""What can be done with Samspil, one documented function per verb; the command line and notebooks call these.

    from samspil.verbs import stratify

Each verb is loaded when it is first asked for: scoring a practice need not load statistics.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from samspil.verbs.access_log import seal_access_log, verify_access_log
    from samspil.verbs.backing_up import backup
    from samspil.verbs.checking import models
    from samspil.verbs.cohorting import cohort
    from samspil.verbs.costing import cost, open_cost
    from samspil.verbs.deliveries import (
        ingest,
        lineage,
        person_id,
        purge,
        rejects,
        status,
        switch_off,
        switch_on,
    )
    from samspil.verbs.demonstration import administrator, demo
    from samspil.verbs.evaluating import evaluate, register_study
    from samspil.verbs.explaining import explain
    from samspil.verbs.harvesting import harvest
    from samspil.verbs.indicating import indicators
    from samspil.verbs.indicator_run import open_indicators
    from samspil.verbs.indicators_explained import explain_indicator, indicator_sets
    from samspil.verbs.listing import lists
    from samspil.verbs.migrating import migrate
    from samspil.verbs.published import published_series
    from samspil.verbs.publishing import publish
    from samspil.verbs.releasing import due_for_deletion, open_release, release, releases, verify_releases
    from samspil.verbs.reminding import remind
    from samspil.verbs.restoring import restore
    from samspil.verbs.scoring import open_run, runs, stratify, tables
    from samspil.verbs.segment_explaining import explain_segments
    from samspil.verbs.segmenting import open_segments, segments
    from samspil.verbs.serving import serve
    from samspil.verbs.synthesis import synth
    from samspil.verbs.validating import validate

_MODULES = {
    "access_log": ("seal_access_log", "verify_access_log"),
    "backing_up": ("backup",),
    "checking": ("models",),
    "cohorting": ("cohort",),
    "costing": ("cost", "open_cost"),
    "demonstration": ("administrator", "demo"),
    "deliveries": (
        "ingest",
        "lineage",
        "person_id",
        "purge",
        "rejects",
        "status",
        "switch_off",
        "switch_on",
    ),
    "evaluating": ("evaluate", "register_study"),
    "explaining": ("explain",),
    "harvesting": ("harvest",),
    "indicating": ("indicators",),
    "indicator_run": ("open_indicators",),
    "indicators_explained": ("explain_indicator", "indicator_sets"),
    "listing": ("lists",),
    "migrating": ("migrate",),
    "published": ("published_series",),
    "publishing": ("publish",),
    "releasing": ("due_for_deletion", "open_release", "release", "releases", "verify_releases"),
    "reminding": ("remind",),
    "restoring": ("restore",),
    "scoring": ("open_run", "runs", "stratify", "tables"),
    "segment_explaining": ("explain_segments",),
    "segmenting": ("open_segments", "segments"),
    "serving": ("serve",),
    "synthesis": ("synth",),
    "validating": ("validate",),
}

__all__ = [
    "administrator",
    "backup",
    "cohort",
    "cost",
    "demo",
    "due_for_deletion",
    "evaluate",
    "explain",
    "explain_indicator",
    "explain_segments",
    "harvest",
    "indicator_sets",
    "indicators",
    "ingest",
    "lineage",
    "lists",
    "migrate",
    "models",
    "open_cost",
    "open_indicators",
    "open_release",
    "open_run",
    "open_segments",
    "person_id",
    "publish",
    "published_series",
    "purge",
    "register_study",
    "rejects",
    "release",
    "releases",
    "remind",
    "restore",
    "runs",
    "seal_access_log",
    "segments",
    "serve",
    "status",
    "stratify",
    "switch_off",
    "switch_on",
    "synth",
    "tables",
    "validate",
    "verify_access_log",
    "verify_releases",
]


def __getattr__(name: str) -> Any:
    for module, verbs in _MODULES.items():
        if name in verbs:
            return getattr(import_module(f"samspil.verbs.{module}"), name)
    raise AttributeError(f"there is no verb `{name}`")
