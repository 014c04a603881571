"""Finding a citizen, and emergency access to one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actions.break_glass import break_glass
from samspil.access.errors import Invalid
from samspil.access.forms.care import CprForm, ReasonForm
from samspil.access.forms.fields import say
from samspil.access.middleware import Request
from samspil.access.models import Citizen
from samspil.access.policy import Resource, policy
from samspil.access.queries.finding import find_citizen


def find(request: Request) -> HttpResponse:
    """Look a citizen up by CPR number; on to the record, or to why it is closed."""
    guard.check(request.actor, "read", Resource("citizen_search"), "care")
    form = CprForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            found = find_citizen(request.actor, form.cleaned_data["cpr"])
        except Invalid as error:
            say(form, error)
        else:
            if found.may_read:
                return redirect("citizen", found.citizen.pk)
            return render(request, "access/find.html", {"form": CprForm(), "found": found})
    return render(request, "access/find.html", {"form": form}, status=422 if form.errors else 200)


def break_the_glass(request: Request, citizen_id: int) -> HttpResponse:
    """What emergency access means, the reason for it, and then the record."""
    citizen = get_object_or_404(Citizen, pk=citizen_id)
    guard.check(request.actor, "break_glass", Resource("citizen_record", citizen), "emergency")
    form = ReasonForm(request.POST if request.method == "POST" else None)
    minutes = policy().break_glass.minutes
    if form.is_valid():
        try:
            break_glass(request.actor, citizen, form.cleaned_data["reason"])
        except Invalid as error:
            say(form, error)
        else:
            text = _("The record is open to you for %(minutes)d minutes. The citizen has been told.")
            messages.warning(request, text % {"minutes": minutes})
            return redirect("citizen", citizen.pk)
    context = {"form": form, "citizen": citizen, "minutes": minutes}
    return render(request, "access/break_glass.html", context, status=422 if form.errors else 200)
