"""Logging in and out, and what one chooses for oneself: language, capacity, password."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.views import LogoutView, PasswordChangeView
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import i18n
from django.views.decorators.http import require_POST
from requests import RequestException

from samspil.access import oidc, second_factor, sessions
from samspil.access.accounts import SocialAccountAdapter
from samspil.access.middleware import CAPACITY, Request, capacities, capacity_key
from samspil.access.models import User


class LogOut(LogoutView):  # type: ignore[misc]
    """Leaves nothing of the user in the browser."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post(*args, **kwargs)
        sessions.forget(response)
        return response


class ChangePassword(PasswordChangeView):  # type: ignore[misc]
    """For accounts that have a password."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and not request.user.has_usable_password():
            raise Http404
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response


log_out = LogOut.as_view()
change_password = ChangePassword.as_view()


@login_not_required
@require_POST
def log_in_at_provider(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send the browser to an identity provider. A page says so when the provider does not answer."""
    adapter = SocialAccountAdapter(request)
    try:
        provider = adapter.get_provider(request, provider_id)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    try:
        response: HttpResponse = provider.redirect_from_request(request)
    except (OAuth2Error, RequestException) as error:
        response = render_authentication_error(request, provider, exception=error)
    return response


@login_not_required
def come_back_from_provider(request: HttpRequest, provider_id: str) -> HttpResponse:
    """What the provider sends the browser back with. The library's own view would check less."""
    client = oidc.ProviderClient(request, provider_id)
    try:
        response: HttpResponse = OAuth2CallbackView.adapter_view(client)(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except (OAuth2Error, RequestException) as error:
        response = render_authentication_error(request, client.get_provider(), exception=error)
    return response


def set_up_second_factor(request: Request) -> HttpResponse:
    """For professionals without a second factor: what it is and where to begin. With one, on to where they wanted."""
    user = cast(User, request.user)
    if second_factor.required(user) and not second_factor.used(request, user):
        return render(request, "access/second_factor.html", {"available": second_factor.available(user)})
    wanted = request.session.pop(second_factor.NEXT, "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()})
    return redirect(wanted if safe else "front")


@require_POST
def choose_capacity(request: Request) -> HttpResponse:
    """Act in another of one's capacities from now on."""
    wanted = request.POST.get("capacity", "")
    if wanted not in {capacity_key(actor) for actor in capacities(cast(User, request.user))}:
        raise Http404
    request.session[CAPACITY] = wanted
    return redirect("front")


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """The pages in another language, now and at later log-ins."""
    response = i18n.set_language(request)
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in dict(settings.LANGUAGES):
        user = request.user
        user.language = language
        user.save(update_fields=["language"])
    if isinstance(response, HttpResponseRedirect):
        translation.activate(language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE)
    return response
