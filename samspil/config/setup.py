"""Starts Django for commands that are not a web request."""

from __future__ import annotations

import os

import django
from django.core.exceptions import ImproperlyConfigured

from samspil.definitions import SamspilError


def care_plane() -> None:
    """Make the care plane's records usable in this process; a second call does nothing.

    Raises SamspilError when a setting cannot be used.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samspil.config.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise SamspilError(str(error)) from error
