"""How long a log-in lasts without use, and who used this browser last."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

from samspil.access.models import User

#: Where the session keeps when it was last used, and how old that may be before it is written again, in seconds.
SEEN = "seen"
TOUCH_AFTER = 60
#: The cookie that says who logged in last, signed; it outlives the session and opens nothing by itself.
LAST_USER = "last_user"


class IdleMiddleware:
    """Half an hour counts from the last page, not from the log-in: a session in use is saved once a minute."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session = request.session
        if SESSION_KEY in session and time.time() - session.get(SEEN, 0) > TOUCH_AFTER:
            session[SEEN] = int(time.time())
        return self.get_response(request)


class NotKeptMiddleware:
    """What somebody logged in is shown is kept by no browser and no proxy: not after log-out, nor by going back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before = request.user.is_authenticated
        response = self.get_response(request)
        if before or request.user.is_authenticated:
            patch_cache_control(response, no_store=True, private=True)
        return response


def remember(response: HttpResponse, user: User) -> None:
    """Let the browser know who logged in, so that a form sent too late finds its owner again."""
    response.set_signed_cookie(
        LAST_USER,
        str(user.pk),
        max_age=settings.HELD_FORM_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def forget(response: HttpResponse) -> None:
    """Somebody logged out: nothing of them stays in the browser."""
    response.delete_cookie(LAST_USER, samesite="Strict")


def last_user(request: HttpRequest) -> User | None:
    """Who logged in last in this browser and did not log out."""
    found = request.get_signed_cookie(LAST_USER, default=None, max_age=settings.HELD_FORM_AGE)
    return User.objects.filter(pk=int(found), is_active=True).first() if found else None
