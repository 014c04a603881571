"""Results by what they are: perceived, measured, estimated or hoped for. They are never added together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ResultType(StrEnum):
    """What a result is (report 002 EVAL-2). The text is what a reader is told."""

    PERCEIVED = "perceived"
    MEASURED = "measured"
    ESTIMATED = "estimated"
    TARGET = "target"


@dataclass(frozen=True)
class Change:
    """What was said of one item: improved, unchanged and worsened together, with how many answered (001 R-EVAL-11).

    `cannot_assess` is an answer of its own, and no missing one.
    """

    item: str
    said_by: str
    improved: int
    unchanged: int
    worsened: int
    cannot_assess: int
    asked: int | None

    @property
    def n(self) -> int:
        """How many could say."""
        return self.improved + self.unchanged + self.worsened


@dataclass(frozen=True)
class Stated:
    """One result with its type. `design` says how it was found; `preliminary` results say so wherever they are shown."""

    name: str
    kind: ResultType
    design: str
    change: Change | None = None
    value: float | None = None
    unit: str = ""
    n: int | None = None
    preliminary: bool = False
    source: str = ""
