"""How a citizen follows the plan, settled by the practice, and the plan on paper."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samspil.access.errors import Conflict, Invalid
from samspil.access.forms.fields import say
from samspil.access.middleware import Request
from samspil.access.paging import to_number
from samspil.definitions import SamspilError
from samspil.plans.actions import onboarding as actions
from samspil.plans.actions.paper import print_plan
from samspil.plans.forms.own import NeedsForm, OnboardingForm
from samspil.plans.models import Pathway, Plan, ReadingNeeds
from samspil.plans.paper import pdf_of
from samspil.plans.queries.onboarding import onboarding_of
from samspil.plans.queries.own import OwnPlan
from samspil.plans.queries.paper import to_print


@require_http_methods(["GET", "POST"])
def onboarding(request: Request, key: int) -> HttpResponse:
    """Settle how the citizen follows the plan, and how to tell the citizen things."""
    try:
        found = onboarding_of(request.actor, key)
    except Pathway.DoesNotExist as error:
        raise Http404 from error
    pathway, sent = found.pathway, request.POST if request.method == "POST" else None
    first = {"version": pathway.version, "how": pathway.onboarding}
    about_needs = sent is not None and "language" in sent
    form = OnboardingForm(None if about_needs else sent, initial=first)
    needs = NeedsForm(sent if about_needs else None, needs=found.needs)
    tried = needs if about_needs else form
    if tried.is_valid():
        given = tried.cleaned_data
        try:
            if about_needs:
                actions.ask_for(request.actor, pathway.citizen, **given)
            else:
                actions.onboard(request.actor, pathway, given["version"], given["how"], on=given["on"])
        except Invalid as error:
            say(tried, error)
        except Conflict as conflict:
            messages.warning(request, conflict.message)
            return redirect("onboarding", key)
        else:
            messages.success(request, _("It has been noted."))
            return redirect("onboarding", key)
    context = {"found": found, "pathway": pathway, "citizen": pathway.citizen, "form": form, "needs": needs}
    return render(request, "plans/onboarding.html", context, status=422 if tried.errors else 200)


def _plan(key: int) -> Plan:
    found = Plan.objects.select_related("citizen__practice", "accountable__user", "accountable__organisation")
    return get_object_or_404(found, pk=key)


def _letter(plan: Plan, content: OwnPlan, needs: ReadingNeeds, printed: dt.datetime | None) -> dict[str, Any]:
    return {"plan": plan, "citizen": plan.citizen, "found": content, "needs": needs, "printed": printed}


@require_GET
def paper(request: Request, key: int) -> HttpResponse:
    """The plan as it would be printed, when it was printed last, and whether it has changed since."""
    plan = _plan(key)
    try:
        content, state, needs = to_print(request.actor, plan)
    except Conflict as conflict:
        messages.warning(request, conflict.message)
        return redirect("plan", key)
    context = _letter(plan, content, needs, None) | {"paper": state}
    return render(request, "plans/own_paper.html", context)


@require_POST
def print_it(request: Request, key: int) -> HttpResponse:
    """Print the plan: a page for the printer, or a PDF; kept with its version and the day."""
    plan = _plan(key)
    seen = to_number(request.POST.get("version", ""))
    try:
        made = print_plan(request.actor, plan, seen if seen is not None else -1)
    except Conflict as conflict:
        messages.warning(request, conflict.message)
        return redirect("plan" if plan.closed_at is not None else "paper", key)
    content, state, needs = to_print(request.actor, plan)
    context = _letter(plan, content, needs, made.at) | {"paper": state}
    with translation.override(needs.language):
        if request.POST.get("as") != "pdf":
            return render(request, "plans/own_paper.html", context)
        try:
            pdf = pdf_of("plans/own_paper_pdf.html", context)
        except SamspilError:
            messages.warning(request, _("A PDF cannot be made here. Print the page instead."))
            return render(request, "plans/own_paper.html", context)
    answer = HttpResponse(pdf, content_type="application/pdf")
    day = timezone.localdate(made.at).isoformat()
    answer["Content-Disposition"] = f'inline; filename="plan-{plan.pk}-{day}.pdf"'
    return answer
