"""The band a citizen was in when the inclusion was decided on."""

from __future__ import annotations

from samspil.lists.models import Inclusion, Standing


def band_of(inclusion: Inclusion) -> str:
    """The band of the name on the list, else of the citizen's standing with the model; empty when there is neither."""
    if inclusion.entry is not None:
        return inclusion.entry.band
    found = Standing.objects.filter(citizen=inclusion.citizen, model=inclusion.model).first()
    return found.band if found is not None else ""
