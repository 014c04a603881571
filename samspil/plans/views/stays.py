"""Stays in hospital: a department tells of them, and those around the citizen look at one."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samspil.access.errors import Conflict, Invalid
from samspil.access.forms.fields import say
from samspil.access.middleware import Request
from samspil.access.models import Citizen, Organisation
from samspil.access.queries.finding import find_citizen
from samspil.plans.actions import stays as actions
from samspil.plans.forms.work import AdmissionForm, DischargeForm, ReadyForm
from samspil.plans.models import Stay
from samspil.plans.queries import stays as queries


@require_http_methods(["GET", "POST"])
def stays(request: Request) -> HttpResponse:
    """A department's stays, and telling of an admission."""
    form = AdmissionForm(request.POST or None)
    if request.method == "POST":
        queries.may_tell(request.actor)
        if form.is_valid():
            given = form.cleaned_data
            try:
                citizen = find_citizen(request.actor, given["cpr"]).citizen
                made = actions.admit(request.actor, citizen, given["admitted_at"])
            except Invalid as error:
                say(form, error)
            except Conflict as conflict:
                form.add_error(None, conflict.message)
            else:
                messages.success(request, _("The practice and those with a task have been told."))
                return redirect("stay", made.pk)
    found = queries.own_stays(request.actor)
    return render(request, "plans/stays.html", {"found": found, "form": form}, status=422 if form.errors else 200)


@require_GET
def stay(request: Request, key: int) -> HttpResponse:
    """One stay."""
    return _page(request, key)


def _page(request: Request, key: int, bound: forms.Form | None = None, status: int = 200) -> HttpResponse:
    try:
        found = queries.one_stay(request.actor, key)
    except Stay.DoesNotExist as error:
        raise Http404 from error
    context = {
        "found": found,
        "stay": found.stay,
        "ready": bound if isinstance(bound, ReadyForm) else ReadyForm(prefix="ready"),
        "discharge": bound
        if isinstance(bound, DischargeForm)
        else DischargeForm(prefix="discharge", units=found.units),
        "bound": bound.prefix if bound is not None else "",
    }
    return render(request, "plans/stay.html", context, status=status)


def _act(request: Request, key: int, form: forms.Form, act: Callable[[Stay], object], said: str) -> HttpResponse:
    """Read a form, do something with the stay, and show its page with what came of it."""
    found = get_object_or_404(Stay.objects.select_related("citizen", "organisation"), pk=key)
    if form.is_valid():
        try:
            act(found)
        except Invalid as error:
            say(form, error)
        except Conflict as conflict:
            messages.warning(request, conflict.message)
            return redirect("stay", key)
        else:
            messages.success(request, said)
            return redirect("stay", key)
    return _page(request, key, form, 422)


@require_POST
def ready(request: Request, key: int) -> HttpResponse:
    """The treatment is finished."""
    form = ReadyForm(request.POST, prefix="ready")

    def act(found: Stay) -> None:
        actions.ready(request.actor, found, form.cleaned_data["ready_at"])

    return _act(request, key, form, act, _("It has been noted that the treatment is finished."))


@require_POST
def discharge(request: Request, key: int) -> HttpResponse:
    """The citizen goes home."""
    form = DischargeForm(
        request.POST, prefix="discharge", units=list(Organisation.objects.filter(kind="municipal_unit"))
    )

    def act(found: Stay) -> None:
        given = form.cleaned_data
        actions.discharge(
            request.actor,
            found,
            given["discharged_at"],
            handover_to=given["handover_to"],
            words=given["words"],
            joint_visit=given["joint_visit"],
        )

    return _act(request, key, form, act, _("The discharge has been told of, and the follow-up has been asked for."))


@require_GET
def of_citizen(request: Request, citizen_id: int) -> HttpResponse:
    """The stays of a citizen."""
    citizen = get_object_or_404(Citizen, pk=citizen_id)
    found = queries.stays_of(request.actor, citizen)
    return render(request, "plans/stays_of_citizen.html", {"citizen": citizen, "found": found})
