"""How accounts come to be and log in: by an administrator, or from an identity provider; nobody signs up."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

from samspil.access.models import User


def display_name(user: User) -> str:
    """What the pages call somebody."""
    return user.name


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No accounts by sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """No accounts by log-in at a provider: the provider's subject must be linked to an account that exists."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        return False
