"""What an installation says about an identity provider (OpenID Connect), and what its claims are worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints

from samspil.definitions import Definition

_Origin = Annotated[str, StringConstraints(pattern=r"^https?://[^/\s;,]+$")]


class IdentityProvider(Definition):
    """One provider.

    `strong` names claims of the ID token and their values; when every claim named has one of its values, a second
    factor was used. Without it, no log-in at the provider counts as more than a password. `subject` is the claim that
    accounts are linked by, `scopes` and `parameters` are what is asked for. `passes_through` are further origins that
    the provider sends a log-in on to: browsers refuse to follow a form elsewhere than where the page says.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")]
    name: str
    issuer: Annotated[str, StringConstraints(pattern=r"^https?://[^\s;,]+$")]
    client_id: str
    client_secret: str
    strong: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    subject: str = "sub"
    scopes: tuple[str, ...] = ("openid",)
    parameters: dict[str, str] = Field(default_factory=dict)
    passes_through: tuple[_Origin, ...] = ()

    @property
    def origins(self) -> tuple[str, ...]:
        """Schemes and hosts that a log-in form may be sent on to."""
        parts = urlsplit(self.issuer)
        return (f"{parts.scheme}://{parts.netloc}", *self.passes_through)

    def is_strong(self, claims: Mapping[str, Any]) -> bool:
        """Whether the claims of an ID token prove a second factor."""
        return bool(self.strong) and all(
            bool(set(values) & _values(claims.get(claim))) for claim, values in self.strong.items()
        )

    def as_app(self) -> dict[str, Any]:
        """The provider in the words of the library that speaks OpenID Connect."""
        return {
            "provider_id": self.id,
            "name": self.name,
            "client_id": self.client_id,
            "secret": self.client_secret,
            "settings": {
                "server_url": f"{self.issuer.rstrip('/')}/.well-known/openid-configuration",
                "issuer": self.issuer,
                "oauth_pkce_enabled": True,
                # The signed ID token says who it is; nothing more is asked for.
                "fetch_userinfo": False,
                "uid_field": self.subject,
                "scope": list(self.scopes),
                "auth_params": dict(self.parameters),
            },
        }


def _values(claim: object) -> set[str]:
    """A claim is one value, or several (`amr`)."""
    return {value for value in (claim if isinstance(claim, list) else [claim]) if isinstance(value, str)}
