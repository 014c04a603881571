"""Letting a citizen or a relative in, with a letter to hand over."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from samspil.access import guard
from samspil.access.actions.onboarding import give_log_in, give_relative_log_in
from samspil.access.errors import Invalid
from samspil.access.forms.care import RelativeNameForm
from samspil.access.middleware import Request
from samspil.access.models import Citizen
from samspil.access.policy import Resource


@require_http_methods(["GET", "POST"])
def log_in_for(request: Request, citizen_id: int) -> HttpResponse:
    """Make a log-in for the citizen, or for a relative whose name is given, and show the letter once."""
    citizen = get_object_or_404(Citizen.objects.select_related("practice"), pk=citizen_id)
    guard.check(request.actor, "write", Resource("log_in", citizen), "inclusion")
    for_relative = "name" in request.POST
    form = RelativeNameForm(request.POST if for_relative else None)
    fault = ""
    if request.method == "POST" and (not for_relative or form.is_valid()):
        try:
            if for_relative:
                made = give_relative_log_in(request.actor, citizen, form.cleaned_data["name"])
            else:
                made = give_log_in(request.actor, citizen)
        except Invalid as error:
            fault = error.message
        else:
            context = {"citizen": citizen, "made": made, "address": request.build_absolute_uri("/")}
            return render(request, "access/log_in_letter.html", context)
    context = {"citizen": citizen, "form": form, "fault": fault}
    return render(request, "access/log_in_for.html", context, status=422 if form.errors or fault else 200)
