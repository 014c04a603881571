"""Logging in at an identity provider (OpenID Connect): the library's flow, and what it leaves unchecked.

The library checks state and PKCE. Here the ID token is checked whole: signature, issuer, audience, times, and the nonce
that ties it to this log-in (OpenID Connect Core 1.0, 3.1.3.7).
"""

from __future__ import annotations

import json
import secrets
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from samspil.access.providers import IdentityProvider

#: Where the session keeps the nonces of log-ins under way, by their state.
NONCES = "oidc_nonces"
#: How much two machines' clocks may differ, in seconds.
LEEWAY = 10
#: Signatures that only the provider's private key can make.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


def configured(provider_id: str) -> IdentityProvider | None:
    """The provider as the installation configured it."""
    return next((provider for provider in settings.IDENTITY_PROVIDERS if provider.id == provider_id), None)


class ProviderClient(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """Talks to a provider for one request."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """The provider's own description. Raises OAuth2Error when it is somebody else's."""
        if not hasattr(self, "_openid_config"):
            try:
                config = super().openid_config
            except ValueError as error:
                raise OAuth2Error("the provider's description is no JSON") from error
            expected = self.get_provider().app.settings["issuer"]
            if config.get("issuer") != expected:
                del self._openid_config
                raise OAuth2Error(f"the provider calls itself {config.get('issuer')}, not {expected}")
        found: dict[str, Any] = self._openid_config
        return found

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        """The claims of an ID token. Raises OAuth2Error unless everything about it is right."""
        try:
            with get_adapter().get_requests_session() as session:
                keys = session.get(self.openid_config["jwks_uri"])
                keys.raise_for_status()
            key = jwt.PyJWKSet.from_json(keys.text)[jwt.get_unverified_header(id_token)["kid"]]
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key=key,
                algorithms=ALGORITHMS,
                audience=app.client_id,
                issuer=app.settings["issuer"],
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce", app.settings["uid_field"]]},
            )
        except (jwt.PyJWTError, KeyError, json.JSONDecodeError) as error:
            raise OAuth2Error(f"the ID token is not valid: {error}") from error
        nonce = self.request.session.get(NONCES, {}).pop(self.request.GET.get("state", ""), None)
        self.request.session.modified = True
        if nonce is None or not secrets.compare_digest(nonce, str(claims["nonce"])):
            raise OAuth2Error("the ID token belongs to another log-in")
        return claims


class Provider(OpenIDConnectProvider):  # type: ignore[misc]
    """A provider as the library sees it, with a nonce for each log-in."""

    oauth2_adapter_class = ProviderClient

    def redirect(self, request: HttpRequest, process: str, **kwargs: Any) -> HttpResponse:
        """Send the browser to the provider, for logging in and nothing else."""
        nonce = secrets.token_urlsafe(24)
        kwargs["auth_params"] = self.get_auth_params() | {"nonce": nonce}
        kwargs["scope"] = self.get_scope()
        before = set(request.session.get("socialaccount_states", {}))
        response: HttpResponse = super().redirect(request, process=AuthProcess.LOGIN, **kwargs)
        states = request.session.get("socialaccount_states", {})
        kept = request.session.get(NONCES, {})
        request.session[NONCES] = {state: value for state, value in kept.items() if state in states} | {
            state: nonce for state in states if state not in before
        }
        return response

    def sociallogin_from_response(self, request: HttpRequest, response: dict[str, Any]) -> Any:
        """The log-in, carrying the claims for as long as the request lasts."""
        login = super().sociallogin_from_response(request, response)
        login.claims = response["id_token"]
        return login

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing of what the provider tells is kept: a broker's claims can hold a CPR number."""
        return {}
