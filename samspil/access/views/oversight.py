"""The data protection officer's pages: the whole log, and cases of emergency access."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from samspil.access.actions.break_glass import review_case
from samspil.access.errors import Invalid
from samspil.access.forms.care import CprForm
from samspil.access.forms.fields import say
from samspil.access.forms.oversight import FindingForm, SearchForm
from samspil.access.middleware import Request
from samspil.access.models import BreakGlass, Citizen
from samspil.access.queries.finding import read_cpr
from samspil.access.queries.log import search_log
from samspil.access.queries.oversight import cases, citizen_by_cpr


@require_safe
def log(request: Request) -> HttpResponse:
    """Search the access log."""
    return _log_page(request, CprForm(prefix="who"))


@require_POST
def log_of_citizen(request: Request) -> HttpResponse:
    """Search the log of one citizen: the CPR number is sent as a form and never stands in an address."""
    form = CprForm(request.POST, prefix="who")
    if form.is_valid():
        try:
            citizen = citizen_by_cpr(request.actor, read_cpr(form.cleaned_data["cpr"]))
            if citizen is None:
                raise Invalid("cpr", _("Nobody with this CPR number is known here. Check the digits."))
        except Invalid as error:
            say(form, error)
        else:
            response = redirect("oversight-log")
            response["Location"] += "?" + urlencode({"citizen": citizen.pk})
            return response
    return _log_page(request, form)


def _log_page(request: Request, who: CprForm) -> HttpResponse:
    form = SearchForm(request.GET)
    search = form.search()
    found = search_log(request.actor, search, request.GET.get("after", ""))
    kept = {name: value for name, value in request.GET.items() if value and name != "after"}
    context = {
        "form": form,
        "who": who,
        "log": found,
        "citizen": Citizen.objects.filter(pk=search.citizen).first() if search.citizen is not None else None,
        "older": urlencode(kept | {"after": found.following}) if found.following else "",
        "first": "after" not in request.GET,
        "without_citizen": urlencode({name: value for name, value in kept.items() if name != "citizen"}),
    }
    return render(request, "access/oversight_log.html", context, status=422 if who.errors else 200)


@require_safe
def break_glass_cases(request: Request) -> HttpResponse:
    """Cases of emergency access."""
    return _cases_page(request, None, None)


@require_POST
def review(request: Request, case_id: int) -> HttpResponse:
    """Write down what was found in one case."""
    case = get_object_or_404(BreakGlass, pk=case_id)
    form = FindingForm(request.POST, prefix=str(case.pk))
    if form.is_valid():
        try:
            review_case(request.actor, case, form.cleaned_data["finding"])
        except Invalid as error:
            say(form, error)
        else:
            messages.success(request, _("The case has been reviewed."))
            return redirect("break-glass-cases")
    return _cases_page(request, case, form)


def _cases_page(request: Request, tried: BreakGlass | None, form: FindingForm | None) -> HttpResponse:
    reviewed = request.GET.get("reviewed") == "1"
    page = cases(request.actor, reviewed=reviewed, after=request.GET.get("after", ""))
    others = [case for case in page.rows if tried is None or case.pk != tried.pk]
    shown = [{"case": tried, "form": form}] if tried is not None else []
    shown += [{"case": case, "form": FindingForm(prefix=str(case.pk))} for case in others]
    context = {"shown": shown, "reviewed": reviewed, "following": page.following, "first": "after" not in request.GET}
    return render(request, "access/cases.html", context, status=422 if form is not None else 200)
