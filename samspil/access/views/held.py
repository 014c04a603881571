"""What was kept of a form that came too late."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from samspil.access.held_forms import fresh, go, hold, log_in_first
from samspil.access.middleware import Request
from samspil.access.models import HeldForm, User
from samspil.access.sessions import last_user


def held_form(request: Request, token: str) -> HttpResponse:
    """Shows what was kept, and sends it on: once, with a token that is valid now."""
    held = _own(request, token)
    if request.method == "POST":
        held.delete()
        response = HttpResponseRedirect(held.path)
        response.status_code = 307  # the browser sends the same fields on
        return response
    return render(request, "access/held_form.html", {"held": held})


@require_POST
def discard(request: Request, token: str) -> HttpResponse:
    """What was kept is not wanted any more."""
    _own(request, token).delete()
    messages.success(request, _("What you had typed has been deleted."))
    return redirect("front")


def too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is not valid, as after logging in in another window.

    The browser says where a form comes from. Comes it from our own pages, then what was typed is kept and shown, to be
    sent again by hand; otherwise nothing is kept.
    """
    ours = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    user = request.user if request.user.is_authenticated else last_user(request)
    held = hold(request, user) if ours and user is not None else None
    if held is None:
        return render(request, "403_csrf.html", status=403)
    page = reverse("held_form", args=[held.token])
    if not request.user.is_authenticated:
        return log_in_first(request, page)
    return go(request, page)


def _own(request: Request, token: str) -> HeldForm:
    return get_object_or_404(fresh(cast(User, request.user)), token=token)
