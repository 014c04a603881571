"""Identity providers (OpenID Connect) as an installation configures them: a JSON file, no code.

A national broker is one entry of the file that `SAMSPIL_OIDC` names:

    [{"id": "broker", "name": "MitID", "issuer": "https://broker.example/op", "client_id": "samspil",
      "client_secret": "…", "strong": {"acr": ["urn:…:substantial", "urn:…:high"]}}]
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from pydantic import ValidationError

from samspil.definitions import Definition


class IdentityProvider(Definition):
    """One provider. `strong` names the claims, and their values, that prove a second factor was used."""

    id: str
    name: str
    issuer: str
    client_id: str
    client_secret: str
    strong: dict[str, tuple[str, ...]] = {}

    @property
    def origin(self) -> str:
        """Scheme and host: where a log-in form may be sent on to."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"

    def as_app(self) -> dict[str, Any]:
        """The provider in the words of the library that speaks OpenID Connect."""
        return {
            "provider_id": self.id,
            "name": self.name,
            "client_id": self.client_id,
            "secret": self.client_secret,
            "settings": {"server_url": self.issuer, "oauth_pkce_enabled": True},
        }


def read_providers(variable: str = "SAMSPIL_OIDC") -> tuple[IdentityProvider, ...]:
    """The configured providers. Raises ImproperlyConfigured naming the file and what is wrong in it."""
    path = os.environ.get(variable)
    if not path:
        return ()
    try:
        entries = json.loads(Path(path).read_text(encoding="utf-8"))
        return tuple(IdentityProvider.model_validate(entry) for entry in entries)
    except (OSError, ValueError, TypeError, ValidationError) as error:
        raise ImproperlyConfigured(f"{variable}: {path} cannot be used: {error}") from error
