"""The terminal: where results, errors and progress go."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

#: Tables that go to a file or another program are as wide as they need to be.
console = Console() if sys.stdout.isatty() else Console(width=200)
errors = Console(stderr=True) if sys.stderr.isatty() else Console(stderr=True, width=200)


@contextlib.contextmanager
def told() -> Iterator[Progress]:
    """A progress line while long work runs; on a terminal only."""
    with Progress(TextColumn("{task.description}"), TimeElapsedColumn(), console=errors, transient=True) as progress:
        yield progress
