"""Seals of the access log that are kept outside the database, so that its end cannot be cut off unseen.

The file is only ever added to, one line at a time, by any number of processes: a command, and the application itself
from time to time. Whoever can write to the database alone cannot change it; whoever can write here too needs the
line that was kept elsewhere (`samspil access-log seal`).
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from samspil.definitions import SamspilError

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kept:
    """A seal, and when it was kept."""

    at: str
    seal: str


def keep(seal: str) -> bool:
    """Add a seal to the file. Where that cannot be done a warning is logged, and the answer is false."""
    line = json.dumps({"at": timezone.now().isoformat(timespec="seconds"), "seal": seal}) + "\n"
    try:
        descriptor = os.open(settings.LOG_SEALS, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)
    except OSError as error:
        _logger.warning("the seal of the access log cannot be kept in %s: %s", settings.LOG_SEALS, error.strerror)
        return False
    return True


def newest() -> Kept | None:
    """The seal that was kept last; None when none was. Raises SamspilError when the file cannot be read."""
    try:
        lines = settings.LOG_SEALS.read_text(encoding="utf-8").splitlines()
        return Kept(**json.loads(lines[-1])) if lines else None
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise SamspilError(f"the kept seals in {settings.LOG_SEALS} cannot be read: {error}") from error
