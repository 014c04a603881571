"""The front page, and choosing language and capacity."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render

from samspil.access.middleware import Request, capacities
from samspil.access.models import User


def front(request: Request) -> HttpResponse:
    """Where everybody begins."""
    return render(request, "web/front.html")


@login_required
def account(request: Request) -> HttpResponse:
    """The own account: capacity, language, second factor."""
    return render(request, "web/account.html", {"capacities": capacities(cast(User, request.user))})
