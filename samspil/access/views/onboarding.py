"""Letting a citizen or a relative in, with a letter to hand over."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from samspil.access.actions.onboarding import LogIn, give_log_in, give_relative_log_in
from samspil.access.errors import Invalid
from samspil.access.forms.care import LogInForm, RelativeNameForm
from samspil.access.forms.fields import say
from samspil.access.middleware import Request
from samspil.access.models import Citizen
from samspil.access.queries.onboarding import log_in_of


@require_http_methods(["GET", "POST"])
def log_in_for(request: Request, citizen_id: int) -> HttpResponse:
    """Make a log-in for the citizen, or for a relative whose name is given, and show the letter once."""
    citizen = get_object_or_404(Citizen.objects.select_related("practice"), pk=citizen_id)
    for_relative = "name" in request.POST
    sent = request.POST if request.method == "POST" else None
    own = LogInForm(None if for_relative else sent)
    relative = RelativeNameForm(sent if for_relative else None)
    tried = relative if for_relative else own
    if tried.is_valid():
        try:
            made = _make(request, citizen, relative if for_relative else None, own)
        except Invalid as error:
            say(tried, error)
        else:
            context = {"citizen": citizen, "made": made, "address": request.build_absolute_uri("/")}
            return render(request, "access/log_in_letter.html", context)
    context = {"citizen": citizen, "own": own, "relative": relative, "state": log_in_of(request.actor, citizen)}
    return render(request, "access/log_in_for.html", context, status=422 if tried.errors else 200)


def _make(request: Request, citizen: Citizen, relative: RelativeNameForm | None, own: LogInForm) -> LogIn:
    if relative is not None:
        return give_relative_log_in(request.actor, citizen, relative.cleaned_data["name"])
    return give_log_in(request.actor, citizen, asked=own.cleaned_data["asked"])
