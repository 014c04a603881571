"""The front page, the own account, and what cannot be answered."""

from __future__ import annotations

import sys
from typing import cast

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation

from samspil.access import held_forms, second_factor
from samspil.access.middleware import Request, capacities, capacity_key
from samspil.access.models import User

#: When a browser, or a proxy, may try again: in seconds.
RETRY_AFTER = "10"


@login_not_required
def front(request: Request) -> HttpResponse:
    """Where everybody begins."""
    return render(request, "web/front.html")


def account(request: Request) -> HttpResponse:
    """The own account: capacity, language, how one logs in, and what was kept of forms that came too late."""
    user = cast(User, request.user)
    names = {provider.id: provider.name for provider in settings.IDENTITY_PROVIDERS}
    linked = SocialAccount.objects.filter(user=user).order_by("provider")
    return render(
        request,
        "web/account.html",
        {
            "capacities": [(capacity_key(actor), actor) for actor in capacities(user)],
            "current": capacity_key(request.actor),
            "second_factor": second_factor.available(user),
            "second_factor_required": second_factor.required(user),
            "providers": [names.get(account.provider, account.provider) for account in linked],
            "has_password": user.has_usable_password(),
            "held": held_forms.fresh(user),
        },
    )


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that was not read, such as one that is larger than any form here."""
    too_large = isinstance(exception, RequestDataTooBig | TooManyFieldsSent)
    return render(request, "400.html", {"too_large": too_large}, status=413 if too_large else 400)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """A fault; or a database that is away or busy, which comes back by itself. Neither page asks the database.

    The language is found anew: what fails early leaves that of whoever the thread served before.
    """
    with translation.override(translation.get_language_from_request(request)):
        if isinstance(sys.exception(), OperationalError | InterfaceError):
            return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": RETRY_AFTER})
        return HttpResponse(render_to_string("500.html"), status=500)
