"""The access log as a copy of the database holds it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class LogThen:
    """How many rows the log has, and each chain's number, length and digest."""

    rows: int
    heads: tuple[tuple[int, int, str], ...]

    @property
    def seal(self) -> str:
        """The log's seal, in the words of `samspil access-log seal`."""
        return " ".join(["samspil-log", *(f"{number}:{length}:{digest}" for number, length, digest in self.heads)])


def read(execute: Callable[[str], Iterable[Any]]) -> LogThen:
    """The log as one connection sees it; `execute` gives the rows of a statement."""
    ((rows,),) = execute("SELECT count(*) FROM access_accessrecord")
    heads = execute("SELECT number, length, digest FROM access_chain ORDER BY number")
    return LogThen(rows, tuple((number, length, digest) for number, length, digest in heads))
