"""Starts Django for commands that are not a web request."""

from __future__ import annotations

import os
from pathlib import Path

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from samspil.definitions import SamspilError


def care_plane(home: Path | str | None = None) -> None:
    """Make the care plane's records usable in this process; a second call does nothing.

    `home` is where its data and keys lie, as `SAMSPIL_HOME` would say. Raises SamspilError when a setting cannot be
    used.
    """
    if home is not None and not settings.configured:
        os.environ["SAMSPIL_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samspil.config.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise SamspilError(str(error)) from error


def has_care_plane(home: Path) -> bool:
    """Whether a care plane was ever made for the data in `home`, told without starting Django."""
    return bool(os.environ.get("SAMSPIL_DATABASE_URL")) or (home / "care.sqlite3").exists()
