"""The practice's own quality: overview, patients by indicator, one patient, and who is lost to follow-up."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from samspil.access.errors import Conflict, Invalid
from samspil.access.forms.fields import say
from samspil.access.middleware import Request
from samspil.access.models import Citizen
from samspil.access.paging import to_number
from samspil.improvement import list_words, patient_words, quality_words, reaching
from samspil.improvement.actions import outreach
from samspil.improvement.bulletins import said
from samspil.improvement.quality_forms import AttemptForm
from samspil.improvement.queries import lost as lost_queries
from samspil.improvement.queries import own_overview, own_patients
from samspil.improvement.queries import screening as screening_queries
from samspil.improvement.queries.own_patients import OnePatient


@require_GET
def overview(request: Request, name: str | None = None) -> HttpResponse:
    """The practice's own figures."""
    try:
        found = own_overview.overview(request.actor, name)
    except LookupError as error:
        raise Http404 from error
    lines = quality_words.lines(found)
    context = {
        "found": found,
        "lines": [each for each in lines if not each.why],
        "without": [each for each in lines if each.why],
        "links": quality_words.network_links(found),
    }
    return render(request, "improvement/quality.html", context)


@require_GET
def patients(request: Request, name: str, indicator: str) -> HttpResponse:
    """The practice's patients by one indicator."""
    asked = request.GET
    try:
        found = own_patients.patients(
            request.actor, name, indicator, group=asked.get("show", ""), page=to_number(asked.get("page", "")),
            whole="whole" in asked,
        )  # fmt: skip
    except LookupError as error:
        raise Http404 from error
    shared = "shared" in asked
    context = {
        "found": found,
        "line": quality_words.line(found.line, found.bulletin, may_see_patients=True),
        "rows": patient_words.rows(found, shared=shared),
        "groups": patient_words.groups(found),
        "shared": shared,
        "whole": "whole" in asked,
        "addresses": _addresses(found.group, shared, found.page.number),
    }
    return render(request, "improvement/quality_patients.html", context)


def _addresses(group: str, shared: bool, page: int) -> dict[str, str]:
    """Addresses of the same list in another way: with or without names, and whole, to print."""
    now: dict[str, Any] = {"show": group, **({"shared": 1} if shared else {})}
    return {
        "names": "?" + urlencode({"show": group, "page": page}),
        "shared": "?" + urlencode({"show": group, "page": page, "shared": 1}),
        "whole": "?" + urlencode(now | {"whole": 1}),
        "page": "?" + urlencode(now) + "&page=",
    }


@require_GET
def patient(request: Request, name: str, key: int) -> HttpResponse:
    """One patient by every indicator, with outreach and flags."""
    return _patient_page(request, _one(request, name, key))


def _one(request: Request, name: str, key: int) -> OnePatient:
    try:
        return own_patients.one_patient(request.actor, name, key)
    except (Citizen.DoesNotExist, LookupError) as error:
        raise Http404 from error


def _patient_page(request: Request, found: OnePatient, form: AttemptForm | None = None) -> HttpResponse:
    bound = form is not None
    form = form or AttemptForm(initial={"known": found.newest_attempt})
    context = {"found": found, "stands": patient_words.stands(found), "form": form, "flags": patient_words.flags(found)}
    return render(request, "improvement/quality_patient.html", context, status=422 if bound else 200)


@require_POST
def attempt(request: Request, name: str, key: int) -> HttpResponse:
    """Note that somebody tried to reach a patient; from the list of the lost one comes back to it."""
    citizen = get_object_or_404(Citizen.objects.select_related("practice"), pk=key)
    form = AttemptForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            outreach.record_attempt(
                request.actor, citizen, name, given["channel"], given["outcome"], on=given["on"],
                words=given["words"], known=given["known"],
            )  # fmt: skip
        except Invalid as error:
            say(form, error)
        except LookupError as error:
            raise Http404 from error
        except Conflict as conflict:
            messages.warning(request, conflict.message)
            return redirect("quality-patient", name, key)
        else:
            messages.success(request, _("The attempt has been noted for %(name)s.") % {"name": citizen.name})
            back = request.POST.get("back", "")
            if back in reaching.GROUPS:
                return redirect(f"{reverse('quality-lost', args=[name])}?{urlencode({'show': back})}")
            return redirect("quality-patient", name, key)
    return _patient_page(request, _one(request, name, key), form)


@require_GET
def screening(request: Request, name: str) -> HttpResponse:
    """For whom a screening on the same day may be thought of."""
    asked = request.GET
    try:
        found = screening_queries.screening(
            request.actor, name, show=asked.get("show", ""), page=to_number(asked.get("page", "")),
            whole="whole" in asked,
        )  # fmt: skip
    except LookupError as error:
        raise Http404 from error
    context = {
        "found": found,
        "rows": list_words.suggested(found),
        "groups": list_words.suggestion_groups(found),
        "not_collected": [said(each.title) for each in found.not_collected],
        "base": f"?show={found.suggestion.suggestion if found.suggestion else ''}&page=",
    }
    return render(request, "improvement/quality_screening.html", context)


@require_GET
def lost(request: Request, name: str) -> HttpResponse:
    """Who is lost to follow-up."""
    asked = request.GET
    try:
        found = lost_queries.lost(
            request.actor, name, group=asked.get("show", ""), page=to_number(asked.get("page", "")),
            whole="whole" in asked,
        )  # fmt: skip
    except LookupError as error:
        raise Http404 from error
    context = {
        "found": found,
        "rows": list_words.lost_rows(found),
        "groups": list_words.lost_groups(found),
        "within": list_words.within_words(found.bulletin.set.lost.within),
        "base": f"?show={found.group}&page=",
    }
    return render(request, "improvement/quality_lost.html", context)
