"""The journal-review worksheet, patient by patient, and the time a sitting took."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from samspil.access.errors import Conflict, Invalid
from samspil.access.forms.fields import say
from samspil.access.middleware import Request
from samspil.access.models import Citizen
from samspil.access.paging import to_number
from samspil.improvement import list_words as words
from samspil.improvement.actions import reviewing
from samspil.improvement.quality_forms import SheetForm, SittingForm
from samspil.improvement.queries import worksheet as queries

#: Where the session keeps when a sitting with a set's worksheet began.
SITTINGS = "quality_sittings"


@require_http_methods(["GET", "POST"])
def worksheet(request: Request, name: str) -> HttpResponse:
    """How far the review has come; sending the form ends a sitting."""
    form = SittingForm(request.POST if request.method == "POST" else None)
    try:
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            try:
                reviewing.end_sitting(request.actor, name, given["minutes"], given["patients"], on=given["on"])
            except Invalid as error:
                say(form, error)
            else:
                _forget(request, name)
                messages.success(request, _("The sitting has been noted."))
                return redirect("quality-worksheet", name)
        found = queries.worksheet(request.actor, name, page=to_number(request.GET.get("page", "")))
    except LookupError as error:
        raise Http404 from error
    began = _began(request, name)
    if request.method == "GET" and began is not None:
        minutes = max(1, round((timezone.now() - began).total_seconds() / 60))
        form = SittingForm(initial={"minutes": minutes, "patients": queries.answered_since(request.actor, name, began)})
    context = {"found": found, "waiting": words.waiting(found), "form": form, "began": began}
    return render(request, "improvement/quality_worksheet.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def sheet(request: Request, name: str, key: int) -> HttpResponse:
    """The questions about one patient; answered, the next patient comes."""
    try:
        found = queries.sheet(request.actor, name, key)
    except (Citizen.DoesNotExist, LookupError) as error:
        raise Http404 from error
    _begin(request, name)
    everything = "all" in request.GET
    questions = [each for each in found.questions if each.open or everything]
    bound = request.POST if request.method == "POST" else None
    form = SheetForm(bound, found=found.bulletin, questions=questions, initial={"known": found.newest_answer})
    if bound is not None and form.is_valid():
        try:
            reviewing.answer(request.actor, found.citizen, name, form.given(), known=form.cleaned_data["known"])
        except Invalid as error:
            say(form, error)
        except Conflict as conflict:
            messages.warning(request, conflict.message)
            return redirect("quality-sheet", name, key)
        else:
            messages.success(request, _("The answers for %(name)s have been saved.") % {"name": found.citizen.name})
            if found.following is not None and not everything:
                return redirect("quality-sheet", name, found.following)
            return redirect("quality-patient" if everything else "quality-worksheet", name, *([key] * everything))
    context = {"found": found, "form": form, "facts": words.facts(found), "everything": everything}
    return render(request, "improvement/quality_sheet.html", context, status=422 if form.errors else 200)


def _begin(request: Request, name: str) -> None:
    """A sitting begins with the first patient that is opened on a day."""
    if _began(request, name) is None:
        sittings = request.session.get(SITTINGS, {})
        request.session[SITTINGS] = sittings | {name: timezone.now().isoformat()}


def _began(request: Request, name: str) -> dt.datetime | None:
    """When today's sitting began; one that nobody ended yesterday is over, and how long it took is not known."""
    kept = request.session.get(SITTINGS, {}).get(name)
    began = dt.datetime.fromisoformat(kept) if kept else None
    today = began is not None and timezone.localdate(began) == timezone.localdate()
    return began if today else None


def _forget(request: Request, name: str) -> None:
    sittings = request.session.get(SITTINGS, {})
    request.session[SITTINGS] = {each: began for each, began in sittings.items() if each != name}
