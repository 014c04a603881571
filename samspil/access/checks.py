"""What must not be put into operation."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

LOOPBACK = {"localhost", "127.0.0.1", "[::1]", "::1"}


@register(Tags.security, deploy=True)
def no_demo_for_others(**_: Any) -> list[CheckMessage]:
    """Log-ins without a password are for the own machine."""
    served = sorted(set(settings.ALLOWED_HOSTS) - LOOPBACK)
    if not settings.DEMO or not served:
        return []
    return [
        Error(
            f"SAMSPIL_DEMO lets everybody in without a password, and {', '.join(served)} is served to others.",
            hint="Take SAMSPIL_DEMO away, or serve localhost only (SAMSPIL_HOSTS).",
            id="samspil.E001",
        )
    ]
