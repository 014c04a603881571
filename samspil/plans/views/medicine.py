"""The medicine lists of a citizen: told by each source, settled by the doctor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from samspil.access.errors import Conflict, Invalid
from samspil.access.middleware import Request
from samspil.access.models import Citizen
from samspil.plans.actions import medicine as actions
from samspil.plans.forms.work import AgreeForm, MedicineForm, MedicineLines
from samspil.plans.queries.medicine import Medicine, medicine_of

OWN, AGREED = "own", "agreed"


@require_GET
def medicine(request: Request, citizen_id: int) -> HttpResponse:
    """The lists in force, where they differ, and forms for one's own list and for settling."""
    return _page(request, get_object_or_404(Citizen, pk=citizen_id))


def _page(
    request: Request,
    citizen: Citizen,
    bound: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page; `bound` holds what was typed and has to be mended."""
    found = medicine_of(request.actor, citizen)
    own = found.own(request.actor)
    context: dict[str, Any] = {
        "citizen": citizen,
        "found": found,
        "rows": [(each, [each.doses.get(actions.source_of(one)) for one in found.lists]) for each in found.differences],
        "sources": [actions.source_of(one) for one in found.lists],
        "day": MedicineForm(prefix=OWN),
        "own": MedicineLines(prefix=OWN, initial=own.lines if own is not None else []),
        "seen": AgreeForm(initial={"seen": ",".join(str(each.pk) for each in found.lists)}, prefix=AGREED),
        "agreed": MedicineLines(prefix=AGREED, initial=_to_settle(found)),
    }
    return render(request, "plans/medicine.html", context | dict(bound or {}), status=status)


def _to_settle(found: Medicine) -> list[dict[str, str]]:
    """What settling begins with: every drug of the lists, the agreed list's own lines first."""
    lines: dict[str, dict[str, str]] = {}
    for one in found.lists:
        for line in one.lines:
            lines.setdefault((line.get("atc") or line["drug"]).casefold(), line)
    return list(lines.values())


def _lines(formset: Any) -> list[dict[str, str]]:
    return [dict(form.cleaned_data) for form in formset if form.cleaned_data]


@require_POST
def record(request: Request, citizen_id: int) -> HttpResponse:
    """One's own list."""
    citizen = get_object_or_404(Citizen.objects.select_related("practice"), pk=citizen_id)
    day, lines = MedicineForm(request.POST, prefix=OWN), MedicineLines(request.POST, prefix=OWN)
    if day.is_valid() and lines.is_valid():
        try:
            actions.record(request.actor, citizen, day.cleaned_data["on"], _lines(lines))
        except Invalid as error:
            _say(day, error)
        else:
            messages.success(request, _("The list has been saved."))
            return redirect("medicine", citizen_id)
    return _page(request, citizen, {"day": day, "own": lines, "bound": OWN}, 422)


@require_POST
def agree(request: Request, citizen_id: int) -> HttpResponse:
    """The list that holds."""
    citizen = get_object_or_404(Citizen, pk=citizen_id)
    seen, lines = AgreeForm(request.POST, prefix=AGREED), MedicineLines(request.POST, prefix=AGREED)
    if seen.is_valid() and lines.is_valid():
        try:
            actions.agree(request.actor, citizen, seen.cleaned_data["seen"], _lines(lines))
        except Invalid as error:
            _say(seen, error)
        except Conflict as conflict:
            seen.add_error(None, conflict.message)
            # What has come in meanwhile stands on this page now, so the next try has seen it.
            fresh = ",".join(str(each.pk) for each in actions.current_lists(citizen))
            again = request.POST.copy()
            again[f"{AGREED}-seen"] = fresh
            seen.data = again
        else:
            messages.success(request, _("The list holds from now on. The citizen has been told."))
            return redirect("medicine", citizen_id)
    return _page(request, citizen, {"seen": seen, "agreed": lines, "bound": AGREED}, 422)


def _say(form: forms.Form, error: Invalid) -> None:
    form.add_error(error.field if error.field in form.fields else None, error.message)
