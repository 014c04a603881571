"""What every page needs to know: who is acting and what the menu holds."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """The actor, and whether this is a demonstration."""
    return {"actor": getattr(request, "actor", None), "demo": settings.DEMO}
