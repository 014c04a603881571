"""Choosing whom to be in the demonstration."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from samspil.access import demo


@login_not_required
def choose(request: HttpRequest) -> HttpResponse:
    """One log-in for each role. Is not there unless the installation is a demonstration."""
    if not settings.DEMO:
        raise Http404
    if request.method == "POST":
        return demo.log_in(request, request.POST.get("person", ""))
    return render(request, "access/demo.html", {"logins": demo.logins()})
