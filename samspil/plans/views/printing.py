"""The citizen's version of a plan on paper: a page to print, and a PDF."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_GET

from samspil.access.middleware import Request
from samspil.definitions import SamspilError
from samspil.plans.models import Goal
from samspil.plans.paper import pdf_of
from samspil.plans.queries.plan import OpenedPlan
from samspil.plans.views.editing import opened_or_404
from samspil.plans.views.plan import language_of


def _context(found: OpenedPlan, language: str) -> dict[str, Any]:
    """What is on paper: the citizen's own words first, then what is done, then what to do when things get worse."""
    written = [each for each in found.sections if each.text]
    return {
        "found": found,
        "plan": found.plan,
        "language": language,
        "words": [each for each in written if each.form.group == "citizen"],
        "domains": [each for each in written if each.form.group == "domain"],
        "parts": [each for each in written if each.form.group == "involvement"],
        "duties": [each for each in written if each.form.group == "duties"],
        "crisis": [each for each in written if each.form.group == "crisis"],
        "goals": [each for each in found.goals if each.goal.state != Goal.State.LET_GO],
    }


@require_GET
def to_print(request: Request, key: int) -> HttpResponse:
    """The citizen's version, as a page to print."""
    found, language = opened_or_404(request, key), language_of(request)
    with translation.override(language):
        return render(request, "plans/plan_print.html", _context(found, language))


@require_GET
def pdf(request: Request, key: int) -> HttpResponse:
    """The citizen's version as a PDF; where it cannot be made, a page that says why and offers the page to print."""
    found, language = opened_or_404(request, key), language_of(request)
    try:
        with translation.override(language):
            made = pdf_of("plans/paper.html", _context(found, language), style="paper.css")
    except SamspilError as error:
        context = {"found": found, "plan": found.plan, "why": str(error)}
        return render(request, "plans/plan_no_pdf.html", context, status=503)
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="plan-{found.plan.pk}-{found.plan.version}.pdf"'
    return answer
