"""Consents: as the citizen sees and answers them, for a citizen by proxy, and in the conversation with the GP."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from samspil.access.actions.consent import answer_consent, withdraw_consent
from samspil.access.errors import Invalid
from samspil.access.forms.consent import AnswerForm
from samspil.access.forms.fields import say
from samspil.access.middleware import Request
from samspil.access.models import Consent
from samspil.access.paging import to_number
from samspil.access.queries.consent import can_answer, standing, standings
from samspil.access.views.subject import Place, Subject, subject_of


@require_safe
def consents(request: Request, place: Place, citizen_id: int | None = None) -> HttpResponse:
    """Every question with its state and history."""
    subject = subject_of(request, place, citizen_id, "consent")
    found = standings(request.actor, subject.citizen)
    shown = [{"standing": one, "url": subject.url("consent", one.programme, one.asked.purpose)} for one in found]
    context = {
        "shown": shown,
        "several": len({one.programme for one in found}) > 1,
        "can_answer": can_answer(request.actor, subject.citizen),
        "withdraw_url": subject.url("consent-withdraw"),
    }
    return render(request, "access/consents.html", _about(subject) | context)


def consent(
    request: Request, place: Place, programme: str, purpose: str, citizen_id: int | None = None
) -> HttpResponse:
    """One question: what a yes and a no mean, who gets what, and the answer."""
    subject = subject_of(request, place, citizen_id, "consent")
    found = standing(request.actor, subject.citizen, programme, purpose)
    if found is None:
        raise Http404
    form = AnswerForm(found, request.POST if request.method == "POST" else None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            answer_consent(
                request.actor,
                subject.citizen,
                programme,
                purpose,
                data["answer"] == "yes",
                sectors=data.get("sectors", ()),
                categories=data.get("categories", ()),
                until=data["until"],
            )
        except Invalid as error:
            say(form, error)
        else:
            messages.success(request, _("The answer has been written down. It counts from now."))
            return redirect(subject.url("consents"))
    context = {"form": form, "standing": found, "can_answer": can_answer(request.actor, subject.citizen)}
    status = 422 if form.errors else 200
    return render(request, "access/consent.html", _about(subject) | context, status=status)


@require_POST
def withdraw(request: Request, place: Place, citizen_id: int | None = None) -> HttpResponse:
    """Take one yes back."""
    subject = subject_of(request, place, citizen_id, "consent")
    number = to_number(request.POST.get("consent", ""))
    if number is None:
        raise Http404
    withdraw_consent(request.actor, get_object_or_404(Consent, pk=number, citizen=subject.citizen))
    messages.success(request, _("The consent has been taken back. It took effect at once."))
    return redirect(subject.url("consents"))


def _about(subject: Subject) -> dict[str, Any]:
    return {"subject": subject, "citizen": subject.citizen, "back": subject.url("consents")}
