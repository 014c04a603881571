"""Appointments of a referral: agreed, kept, missed, cancelled."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from samspil.access.errors import Conflict, Invalid
from samspil.access.middleware import Request
from samspil.plans.actions import appointments
from samspil.plans.forms.referrals import BookForm, MissedForm
from samspil.plans.models import Appointment, Referral
from samspil.plans.views.referrals import act


@require_POST
def book(request: Request, key: int) -> HttpResponse:
    """A time of a referral."""
    form = BookForm(request.POST)

    def do(found: Referral, given: dict[str, Any]) -> None:
        try:
            appointments.book(request.actor, form.at(), referral=found, place=given["place"])
        except Invalid as error:
            raise Invalid("day" if error.field == "at" else error.field, error.message) from error

    return act(request, key, form, do, _("The time has been agreed. The citizen is told."))


@require_POST
def mark(request: Request, key: int, how: str) -> HttpResponse:
    """Kept, missed or cancelled."""
    found = get_object_or_404(
        Appointment.objects.select_related(
            "citizen", "referral__citizen", "referral__plan", "plan__accountable__organisation"
        ),
        pk=key,
    )
    form = MissedForm(request.POST)
    words = str(form.cleaned_data["words"]) if form.is_valid() else ""
    try:
        match how:
            case "kept":
                appointments.keep(request.actor, found)
            case "missed":
                appointments.miss(request.actor, found, words)
            case "cancelled":
                appointments.cancel(request.actor, found)
            case _:
                raise Http404
    except (Invalid, Conflict) as error:
        messages.warning(request, error.message)
    else:
        said = {
            "kept": _("Noted as kept."),
            "missed": _("Noted. Somebody is asked to make contact today; nothing ends by it."),
            "cancelled": _("Cancelled. The citizen is told."),
        }
        messages.success(request, said[how])
    if found.referral_id is not None:
        return redirect("referral", found.referral_id)
    return redirect("plan", found.plan_id)
