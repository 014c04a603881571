"""Starts Django for commands that are not a web request."""

from __future__ import annotations

import os

import django


def care_plane() -> None:
    """Make the care plane's records usable in this process; a second call does nothing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samspil.config.settings")
    django.setup()
