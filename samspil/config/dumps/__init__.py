"""The care plane's database as one file, as it was at one moment while others go on writing, and back.

Told by the environment alone and without Django: what is restored must not be opened before it is whole, and a home
without keys must not get new ones.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from django.core.exceptions import ImproperlyConfigured

from samspil.config import environment
from samspil.config.dumps import postgresql, sqlite
from samspil.config.dumps.heads import LogThen
from samspil.definitions import SamspilError

Kind = Literal["sqlite", "postgresql"]
#: What each kind's file is called in a backup.
FILES: dict[Kind, str] = {"sqlite": "care.sqlite3", "postgresql": "care.dump"}


@dataclass(frozen=True)
class Source:
    """The database of an installation, as Django's settings describe it."""

    kind: Kind
    settings: dict[str, Any]

    def still(self, target: Path) -> AbstractContextManager[Callable[[], LogThen]]:
        """Hold the database as it is now. What the context gives writes it to `target` and tells of its access log.

        Raises SamspilError when the database cannot be read, or is not the care plane's.
        """
        hold = sqlite.still if self.kind == "sqlite" else postgresql.still
        return hold(self.settings, target)


def kind() -> Kind:
    """The kind of database that the environment tells of."""
    return "postgresql" if os.environ.get("SAMSPIL_DATABASE_URL") else "sqlite"


def source(home: Path) -> Source:
    """The database that `SAMSPIL_DATABASE_URL` or the home tells of. Raises SamspilError for a URL that is none."""
    try:
        settings = environment.database(home)
    except ImproperlyConfigured as error:
        raise SamspilError(str(error)) from error
    return Source(kind(), settings)


def log_key_name(home: Path) -> str | None:
    """What tells the key of the access log from another key, and nothing of the key itself; None when there is none."""
    path = home / "log.key"
    key = os.environ.get("SAMSPIL_LOG_KEY") or (path.read_text(encoding="ascii").strip() if path.exists() else "")
    return hashlib.sha256(f"samspil log key {key}".encode()).hexdigest()[:16] if key else None
