"""How accounts come to be and log in: by an administrator, or from an identity provider; nobody signs up."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from samspil.access import held_forms, oidc, second_factor, sessions
from samspil.access.models import User


def display_name(user: User) -> str:
    """What the pages call somebody."""
    return user.name


def set_language_cookie(response: HttpResponse, language: str) -> None:
    """The pages of this browser in the language somebody chose."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No accounts by sign-up; a log-in brings the user's language, and what was kept for them."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def _get_login_attempts_cache_key(self, _request: HttpRequest, **credentials: Any) -> str:
        """Wrong passwords are counted by the name alone.

        allauth counts by the host as well, and so each port that somebody writes after its name gives five tries more.
        """
        return str(credentials.get("email", credentials.get("username", ""))).lower()

    def get_login_stages(self) -> list[str]:
        return ["samspil.access.second_factor.SecondFactorStage"]

    def pre_login(self, request: HttpRequest, user: User, **hooks: Any) -> HttpResponse | None:
        """Refuses closed accounts, and counts a provider's strong log-in as two factors."""
        refused: HttpResponse | None = super().pre_login(request, user, **hooks)
        sociallogin = (hooks["signal_kwargs"] or {}).get("sociallogin")
        if refused is None and sociallogin is not None:
            provider = oidc.configured(sociallogin.account.provider)
            if provider is not None and provider.is_strong(sociallogin.claims):
                second_factor.count_as_used(request, user, by=provider.id)
        return refused

    def post_login(self, request: HttpRequest, user: User, **hooks: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **hooks)
        set_language_cookie(response, user.language)
        sessions.remember(response, user)
        held_forms.remove_old()
        return response

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("second_factor")

    def is_reauthentication_required(self, *, app: str, **context: Any) -> bool:
        """Who logged in a moment ago is not asked again."""
        records = get_authentication_records(self.request, self.request.user)
        recent = bool(records) and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT
        return not recent and bool(super().is_reauthentication_required(app=app, **context))


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """No accounts by log-in at a provider: the provider's subject must be linked to an account that exists."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> oidc.Provider:
        return oidc.Provider(request, app=self.get_app(request, provider=provider, client_id=client_id))

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Whom the provider knows and we do not gets a page that says so."""
        if not sociallogin.is_existing:
            provider = oidc.configured(sociallogin.account.provider)
            raise ImmediateHttpResponse(
                render(request, "socialaccount/unknown.html", {"provider": provider}, status=403)
            )
