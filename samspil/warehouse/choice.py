"""Which engine is used: chosen once, by `--engine`, `SAMSPIL_ENGINE` or `using`; nothing else asks for its name."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextvars import ContextVar

from samspil.definitions import SamspilError

#: The engines there are; the first is used where nobody chooses.
ENGINES = ("duckdb", "spark")
#: What runs inside the process: for what looks at one person, or hands its rows to libraries of the process.
EMBEDDED = ENGINES[0]
VARIABLE = "SAMSPIL_ENGINE"
_chosen: ContextVar[str | None] = ContextVar("engine", default=None)


def chosen() -> str:
    """The engine in use: of `using`, else of SAMSPIL_ENGINE, else DuckDB. Raises SamspilError for another name."""
    name = _chosen.get() or os.environ.get(VARIABLE) or EMBEDDED
    if name not in ENGINES:
        raise SamspilError(f"there is no engine `{name}`; engines are {' and '.join(ENGINES)} (--engine, {VARIABLE})")
    return name


@contextlib.contextmanager
def using(name: str | None) -> Iterator[None]:
    """Use an engine for what is called inside, a lake that is opened there included; None leaves the choice as it is.

    Stands before a function too. Raises SamspilError for no engine.
    """
    token = _chosen.set(name or _chosen.get())
    try:
        chosen()
        yield
    finally:
        _chosen.reset(token)
