"""A form that comes too late loses nothing.

When a session has expired, what was typed is kept for the one who was logged in, and shown after the next log-in, to be
sent again with a click. Only forms that came from our own pages are kept: anything else could put words into somebody's
mouth. Pages of the account itself are left out; they carry passwords.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access.models import HeldForm, User
from samspil.access.sessions import last_user

#: So many forms are kept for one user; older ones make room.
AT_MOST = 20
_TOKEN = "csrfmiddlewaretoken"


def fresh(user: User) -> QuerySet[HeldForm]:
    """What is kept for a user."""
    return HeldForm.objects.filter(user=user, at__gt=_oldest())


def remove_old() -> None:
    """What nobody came back for in time is deleted."""
    HeldForm.objects.filter(at__lte=_oldest()).delete()


def hold(request: HttpRequest, user: User) -> HeldForm | None:
    """Keep the request's fields for the user; None when it has none that may be kept."""
    match = request.resolver_match
    fields = {name: values for name, values in request.POST.lists() if name != _TOKEN}
    if request.method != "POST" or not fields or match is None or match.route.startswith("accounts/"):
        return None
    remove_old()
    held = HeldForm.objects.create(user=user, path=request.get_full_path(), fields=fields, at=timezone.now())
    kept = list(HeldForm.objects.filter(user=user).values_list("pk", flat=True)[:AT_MOST])
    HeldForm.objects.filter(user=user).exclude(pk__in=kept).delete()
    return held


def go(request: HttpRequest, url: str) -> HttpResponse:
    """Send the browser to another page, whether it asked for a page or a script asked for a part of one."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def log_in_first(request: HttpRequest, then: str = "") -> HttpResponse:
    """To the log-in page, and after it to `then`."""
    login = resolve_url(settings.LOGIN_URL)
    return go(request, f"{login}?{urlencode({'next': then})}" if then else login)


def _oldest() -> dt.datetime:
    return timezone.now() - dt.timedelta(seconds=settings.HELD_FORM_AGE)


class HeldFormMiddleware:
    """Keeps forms of expired sessions, and sends whoever has to log in to the log-in page as a whole page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        to_login = isinstance(response, HttpResponseRedirect) and response.url.startswith(
            resolve_url(settings.LOGIN_URL) + "?"
        )
        if to_login and request.headers.get("HX-Request"):
            shown = urlsplit(request.headers.get("HX-Current-URL", ""))
            ours = shown.netloc == request.get_host()
            return log_in_first(request, shown._replace(scheme="", netloc="", fragment="").geturl() if ours else "")
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Comes after the check against forged requests, and before the one that asks for a log-in."""
        if request.method != "POST" or request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        user = last_user(request)
        held = hold(request, user) if user else None
        if held is None:
            return log_in_first(request)
        messages.warning(
            request,
            _(
                "You had been logged out because nothing happened for a while. What you typed is kept. "
                "Log in again, and you can send it."
            ),
        )
        return log_in_first(request, reverse("held_form", args=[held.token]))
