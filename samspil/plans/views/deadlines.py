"""Whether promises are kept, for everybody who takes part to see."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from samspil.access.middleware import Request
from samspil.plans.forms.referrals import PeriodForm
from samspil.plans.queries.catalogue import may_change
from samspil.plans.queries.deadlines import monitor
from samspil.plans.queries.referral_counts import fit_of_services


@require_safe
def deadlines(request: Request) -> HttpResponse:
    """The monitor of a period."""
    form = PeriodForm(request.GET or None)
    given = form.cleaned_data if form.is_valid() else {}
    found = monitor(request.actor, since=given.get("since"), until=given.get("until"))
    if not form.is_bound:
        form = PeriodForm(initial={"since": found.since, "until": found.until})
    fits = fit_of_services(request.actor) if may_change(request.actor) else []
    return render(request, "plans/deadlines.html", {"found": found, "form": form, "fits": fits})
