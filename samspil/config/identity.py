"""Identity providers (OpenID Connect) as an installation configures them: a JSON file, no code.

A national broker is one entry of the file that `SAMSPIL_OIDC` names:

    [{"id": "broker", "name": "MitID", "issuer": "https://broker.example/op", "client_id": "samspil",
      "client_secret": "…", "strong": {"acr": ["urn:…:substantial", "urn:…:high"]},
      "parameters": {"acr_values": "urn:…:substantial"}, "passes_through": ["https://login.example"]}]
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from pydantic import ValidationError

from samspil.access.providers import IdentityProvider


def read_providers(variable: str = "SAMSPIL_OIDC") -> tuple[IdentityProvider, ...]:
    """The configured providers. Raises ImproperlyConfigured naming the file and what is wrong in it."""
    path = os.environ.get(variable)
    if not path:
        return ()
    try:
        entries = json.loads(Path(path).read_text(encoding="utf-8"))
        found = tuple(IdentityProvider.model_validate(entry) for entry in entries)
    except (OSError, ValueError, TypeError, ValidationError) as error:
        raise ImproperlyConfigured(f"{variable}: {path} cannot be used: {error}") from error
    twice = {provider.id for provider in found if sum(other.id == provider.id for other in found) > 1}
    if twice:
        raise ImproperlyConfigured(f"{variable}: {path} has more than one provider `{min(twice)}`")
    return found
