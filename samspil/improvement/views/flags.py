"""The flags of a citizen."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from samspil.access.errors import Conflict, Invalid
from samspil.access.forms.fields import say
from samspil.access.middleware import Request
from samspil.access.models import Citizen
from samspil.improvement.actions import flagging
from samspil.improvement.models import PatientFlag
from samspil.improvement.quality_forms import FlagAwayForm, FlagForm
from samspil.improvement.queries import flags as queries


@require_http_methods(["GET", "POST"])
def flags(request: Request, key: int) -> HttpResponse:
    """What is said of a citizen, and saying something."""
    try:
        found = queries.flags(request.actor, key)
    except Citizen.DoesNotExist as error:
        raise Http404 from error
    form = FlagForm(request.POST if request.method == "POST" else None, choices=found.choices)
    if request.method == "POST" and form.is_valid():
        name, _slash, flag = form.cleaned_data["flag"].partition("/")
        try:
            flagging.set_flag(request.actor, found.citizen, name, flag, form.cleaned_data["reason"])
        except Invalid as error:
            say(form, error)
        except Conflict as conflict:
            messages.warning(request, conflict.message)
            return redirect("citizen-flags", key)
        else:
            messages.success(request, _("The flag has been set."))
            return redirect("citizen-flags", key)
    context = {"found": found, "form": form, "away": FlagAwayForm(auto_id=False)}
    return render(request, "improvement/quality_flags.html", context, status=422 if form.errors else 200)


@require_POST
def take_away(request: Request, key: int, flag_key: int) -> HttpResponse:
    """Take a flag away."""
    flag = get_object_or_404(PatientFlag.objects.select_related("citizen", "by__user"), pk=flag_key, citizen_id=key)
    form = FlagAwayForm(request.POST)
    try:
        flagging.remove_flag(request.actor, flag, form.data.get("reason", "")[:2000])
    except Invalid as error:
        messages.error(request, error.message)
    except Conflict as conflict:
        messages.warning(request, conflict.message)
    else:
        messages.success(request, _("The flag has been taken away. Its history is kept."))
    return redirect("citizen-flags", key)
