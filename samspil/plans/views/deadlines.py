"""Whether promises are kept, for everybody who takes part to see."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from samspil.access.middleware import Request
from samspil.plans.forms.referrals import ComparedPeriodForm, PeriodForm
from samspil.plans.queries.catalogue import may_change
from samspil.plans.queries.deadlines import monitor
from samspil.plans.queries.referral_counts import before_and_after, fit_of_services, participation


@require_safe
def deadlines(request: Request) -> HttpResponse:
    """The monitor of a period, and for who keeps the catalogue in order how services and citizens fit."""
    keeps = may_change(request.actor)
    form_of = ComparedPeriodForm if keeps else PeriodForm
    form = form_of(request.GET or None)
    given = form.cleaned_data if form.is_valid() else {}
    found = monitor(request.actor, since=given.get("since"), until=given.get("until"))
    if not form.is_bound:
        form = form_of(initial={"since": found.since, "until": found.until})
    told: dict[str, Any] = {"found": found, "form": form}
    if keeps:
        told |= {"fits": fit_of_services(request.actor), "participation": participation(request.actor)}
    if keeps and (turn := given.get("turn")):
        told["change"] = before_and_after(request.actor, turn, since=found.since, until=found.until)
    return render(request, "plans/deadlines.html", told)
