"""What lists are worth: for all practices, for one, as a review of a model; rounds and overrides."""

from __future__ import annotations

import csv
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from samspil.access.middleware import Request
from samspil.access.models import Organisation
from samspil.access.paging import to_number
from samspil.lists import model_review_table
from samspil.lists.lorenz import drawing
from samspil.lists.names import model_title
from samspil.lists.queries import model_review as reviews
from samspil.lists.queries import rounds as process
from samspil.lists.queries import worth as queries
from samspil.lists.queries.worth_counted import models, rounds
from samspil.lists.worth_forms import ModelForm, WorthForm


def _form(request: Request, exact: bool) -> ModelForm:
    data = request.GET or None
    return WorthForm(data, models=models(), rounds=rounds()) if exact else ModelForm(data, models=models())


@require_GET
def overview(request: Request) -> HttpResponse:
    """All practices."""
    form = _form(request, queries.sees_exact(request.actor))
    found = queries.worth(request.actor, form.wanted())
    curve = found.spread.of.lorenz if found.spread is not None and found.spread.curve else ()
    context = {"worth": found, "form": form, "curve": curve, "drawing": drawing(curve) if curve else None}
    return render(request, "lists/worth.html", context, status=422 if form.errors else 200)


@require_GET
def own(request: Request) -> HttpResponse:
    """The practice that somebody works in."""
    return _practice(request, request.actor.organisation_id or 0)


@require_GET
def practice(request: Request, key: int) -> HttpResponse:
    """One practice."""
    return _practice(request, key)


def _practice(request: Request, key: int) -> HttpResponse:
    form = _form(request, exact=True)
    try:
        found = queries.worth_of_practice(request.actor, key, form.wanted())
    except Organisation.DoesNotExist:
        of = get_object_or_404(Organisation, pk=key, kind="practice")
        return render(request, "lists/worth_nothing.html", {"practice": of})
    context = {"worth": found, "form": form, "back": queries.sees_exact(request.actor)}
    return render(request, "lists/worth_practice.html", context, status=422 if form.errors else 200)


@require_GET
def model_review(request: Request, model: str | None = None) -> HttpResponse:
    """The report on one model; the first one when none is named."""
    review = _review(request, model)
    others = [(other, model_title(other), other == review.model) for other in models()]
    return render(request, "lists/worth_model_review.html", {"review": review, "models": others})


@require_GET
def model_review_file(request: Request, model: str) -> HttpResponse:
    """The same report as a file for a spreadsheet."""
    review = _review(request, model)
    name = f"samspil-{review.model}-{review.day:%Y-%m-%d}.csv"
    response = HttpResponse(
        "\ufeff",
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
    csv.writer(response, delimiter=";").writerows(model_review_table.rows(review))
    return response


def _review(request: Request, model: str | None) -> reviews.ModelReview:
    known = models()
    if model is not None and model not in known:
        raise Http404
    return reviews.model_review(request.actor, model or known[0])


@require_GET
def eligibility_rounds(request: Request) -> HttpResponse:
    """Every round of every model."""
    return render(request, "lists/worth_rounds.html", {"models": process.rounds(request.actor)})


@require_GET
def overrides(request: Request) -> HttpResponse:
    """Exclusions that were set aside."""
    key = to_number(request.GET.get("before", ""))
    found, more = process.overrides(request.actor, key)
    context: dict[str, Any] = {"overrides": found, "more": more, "later": key is not None}
    return render(request, "lists/worth_overrides.html", context)
