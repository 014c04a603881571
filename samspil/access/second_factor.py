"""Professionals log in with two factors: what proves it, and where they can go before they have proven it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.signals import password_changed
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from allauth.mfa.stages import AuthenticateStage
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from samspil.access.held_forms import go
from samspil.access.models import Membership, User

#: How the session says that a factor was used which is not one of ours: a provider's, or the demonstration's.
METHOD = "second_factor"
#: What a request is marked with whose user has something to do first.
STOPPED = "stopped"
#: Where the session keeps what somebody wanted before they were stopped.
NEXT = "after_second_factor"
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
#: Where a professional can go who has a second factor and has not used it: to it, and out.
_OPEN_WITH_FACTOR = {
    "second_factor",
    "account_login",
    "account_logout",
    "account_inactive",
    "set_language",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "demo",
}
#: Where a professional can go who has none yet: also to setting one up.
_OPEN = _OPEN_WITH_FACTOR | {
    "account_reauthenticate",
    "account_change_password",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
}
#: Where somebody can go who has to choose a password of their own first.
_OPEN_WITH_TEMPORARY_PASSWORD = {"account_change_password", "account_logout", "set_language"}


def required(user: User) -> bool:
    """Whether somebody has to use a second factor: whoever is a professional anywhere today."""
    return Membership.objects.current(timezone.localdate()).filter(user=user).exists()


def used(request: HttpRequest, user: User) -> bool:
    """Whether a second factor was used in this log-in."""
    return any(record["method"] in {"mfa", METHOD} for record in get_authentication_records(request, user))


def count_as_used(request: HttpRequest, user: User, by: str) -> None:
    """A provider has seen to the second factor, or none is asked for in the demonstration."""
    record_authentication(request, user, METHOD, by=by)


def available(user: User) -> bool:
    """Whether the account has a second factor of its own."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists())


class SecondFactorStage(AuthenticateStage):  # type: ignore[misc]
    """Asks for the account's own second factor, unless the provider has already seen to one."""

    def _should_handle(self, request: HttpRequest) -> bool:
        return bool(super()._should_handle(request)) and not used(request, self.login.user)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Names shown by an authenticator app."""

    def get_totp_label(self, user: User) -> str:
        return user.username

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": "Samspil"}


class SecondFactorMiddleware:
    """Lets a professional go nowhere before a second factor, and nobody anywhere with a password made for them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., HttpResponse], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return None
        user = request.user
        name = request.resolver_match.url_name if request.resolver_match else None
        if user.password_is_temporary and not _by_provider(request, user):
            return self._stop(request, "account_change_password", name in _OPEN_WITH_TEMPORARY_PASSWORD)
        if not used(request, user) and required(user):
            # Who logged in before a factor was set up, elsewhere, does not reach its codes or add another.
            return self._stop(request, "second_factor", name in (_OPEN_WITH_FACTOR if available(user) else _OPEN))
        return None

    def _stop(self, request: HttpRequest, view: str, is_open: bool) -> HttpResponse | None:
        """Send to `view`, unless this page is open. Open pages have no menu, since none of it can be reached."""
        setattr(request, STOPPED, True)
        if is_open:
            return None
        if request.method == "GET" and not request.headers.get("HX-Request"):
            request.session.setdefault(NEXT, request.get_full_path())
        return go(request, reverse(view))


def _by_provider(request: HttpRequest, user: User) -> bool:
    """Whether no password was used in this log-in."""
    return all(record["method"] != "password" for record in get_authentication_records(request, user))


@receiver(authenticator_added)
def _added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Who has just set a factor up has shown that they hold it."""
    if authenticator.type in FACTORS:
        record_authentication(request, user, "mfa", type=authenticator.type, id=authenticator.pk)


@receiver(authenticator_removed)
def _removed(request: HttpRequest, user: User, **_: Any) -> None:
    """Who removes their last factor has none, also in the log-in under way."""
    if available(user):
        return
    records = get_authentication_records(request, user)
    records[:] = [record for record in records if record["method"] != "mfa"]
    request.session.modified = True


@receiver(password_changed)
def _chosen(user: User, **_: Any) -> None:
    """The password is now the user's own."""
    if user.password_is_temporary:
        user.password_is_temporary = False
        user.save(update_fields=["password_is_temporary"])
