"""Which version of a programme's content a pathway began with, so that evaluation can tell them apart (000 L-07)."""

from __future__ import annotations

import hashlib

from samspil.plans.models import CatalogueChange
from samspil.programmes.in_use import programme
from samspil.programmes.plan import PLAN
from samspil.programmes.services import SERVICES


def content_version(name: str) -> str:
    """A digest of a programme's plan and services, with every change of its catalogue, as they are now.

    Raises SamspilError when there is no such programme.
    """
    found = hashlib.sha256()
    folder = programme(name).folder
    for file in (PLAN, SERVICES):
        path = folder / file
        found.update(file.encode() + b"\0" + (path.read_bytes() if path.exists() else b"") + b"\0")
    changes = CatalogueChange.objects.filter(programme=name).order_by("service", "number")
    for service, number in changes.values_list("service", "number"):
        found.update(f"{service} {number}\0".encode())
    return found.hexdigest()
