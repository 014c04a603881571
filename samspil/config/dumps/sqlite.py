"""SQLite: the database copied page by page in one transaction, which nobody who writes has to wait for."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from samspil.config.dumps import heads
from samspil.definitions import SamspilError


@contextlib.contextmanager
def still(settings: dict[str, Any], target: Path) -> Iterator[Callable[[], heads.LogThen]]:
    """Copy the database to `target` at once; see `Source.still`."""
    path = Path(settings["NAME"])
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with (
            contextlib.closing(sqlite3.connect(path, timeout=20)) as source,
            contextlib.closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
            # One file without a journal beside it; the application changes it back.
            copy.execute("PRAGMA journal_mode=DELETE")
            log = heads.read(copy.execute)
        target.chmod(mode)
    except (sqlite3.Error, OSError) as error:
        raise SamspilError(f"{path} cannot be backed up: {error}") from error
    yield lambda: log
