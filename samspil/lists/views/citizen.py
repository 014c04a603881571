"""The record of a citizen for professionals, and the citizen's own first page."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from samspil.access.middleware import Request
from samspil.access.models import Citizen
from samspil.lists.queries import citizen as queries
from samspil.plans.queries.own import short


@require_GET
def record(request: Request, key: int) -> HttpResponse:
    """What a professional may see of a citizen."""
    try:
        found = queries.record(request.actor, key)
    except Citizen.DoesNotExist as error:
        raise Http404 from error
    return render(request, "lists/record.html", {"found": found, "citizen": found.citizen})


@require_GET
def own_page(request: Request, key: int | None = None) -> HttpResponse:
    """The citizen's own page, or that of whom a relative acts for."""
    key = key if key is not None else request.actor.citizen_id
    citizen = get_object_or_404(Citizen.objects.select_related("practice"), pk=key)
    own = request.actor.citizen_id == citizen.pk
    context = {
        "found": queries.own_page(request.actor, citizen),
        "short": short(request.actor, citizen),
        "plan_address": reverse("me-plan") if own else reverse("for-plan", args=[citizen.pk]),
        "citizen": citizen,
    }
    return render(request, "lists/own_page.html", context)
