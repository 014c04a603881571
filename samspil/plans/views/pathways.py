"""Plans as a list, beginning one, pathways and their ends, and follow-ups."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from samspil.access.errors import Conflict, Invalid
from samspil.access.forms.fields import say
from samspil.access.middleware import Request
from samspil.access.models import Citizen, Organisation
from samspil.access.paging import to_number
from samspil.access.queries.tasks import organisations_for_tasks
from samspil.plans.actions import pathways, plans
from samspil.plans.ends import state_of
from samspil.plans.forms.pathways import (
    ActivateForm,
    BeginForm,
    EndPathwayForm,
    FollowUpForm,
    PathwayForm,
    PlaceForm,
)
from samspil.plans.models import Pathway, Plan
from samspil.plans.queries import pathway as one
from samspil.plans.queries import pathways as many
from samspil.plans.queries import stalled
from samspil.plans.queries.responsible import people_at
from samspil.plans.views.attempting import attempt
from samspil.plans.views.editing import plan_or_404


def place_of(request: Request, own: Organisation | None) -> Organisation | None:
    """Where the people to choose from work: the address says, else the own place."""
    key = to_number(request.GET.get("organisation", ""))
    return get_object_or_404(Organisation, pk=key) if key is not None else own


@require_GET
def listed(request: Request) -> HttpResponse:
    """The plans of the practice, and those that name somebody."""
    show = request.GET.get("show", "current")
    if show not in {"current", "stalled", "closed"}:
        raise Http404
    page = to_number(request.GET.get("page", "")) or 1
    found = many.plans_of(request.actor, show=show, page=page)
    return render(request, "plans/plans.html", {"found": found, "show": show, "page": page})


@require_GET
def standing_still(request: Request) -> HttpResponse:
    """How much stands still, practice by practice: for the secretariat."""
    rows, total = stalled.counts(request.actor)
    return render(request, "plans/stalled_counts.html", {"rows": rows, "total": total})


@require_http_methods(["GET", "POST"])
def open_pathway(request: Request, citizen_id: int) -> HttpResponse:
    """A programme for a citizen whom no list has found."""
    citizen = get_object_or_404(Citizen, pk=citizen_id)
    found = one.open_programmes(request.actor, citizen)
    form = PathwayForm(found.agreed, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if attempt(
            form,
            lambda: pathways.open_from_record(request.actor, citizen, given["programme"], given["purpose"]),
        ):
            return redirect("plan-begin", citizen.pk)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "plans/pathway_new.html", {"form": form, "citizen": citizen, "found": found}, status=status)


@require_http_methods(["GET", "POST"])
def begin(request: Request, citizen_id: int) -> HttpResponse:
    """Begin the citizen's plan, or take another programme into the one there is."""
    citizen = get_object_or_404(Citizen, pk=citizen_id)
    found = one.beginning(request.actor, citizen)
    place = place_of(request, request.actor.organisation)
    form = BeginForm(found.choices, None if found.plan else people_at(place), request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        keys = {int(key) for key in given["pathways"]}
        who = found.plan.accountable if found.plan else given["accountable"]
        chosen = [each for each in found.waiting if each.pk in keys]
        if attempt(form, lambda: plans.begin(request.actor, citizen, who, chosen)):
            messages.success(request, _("The plan has been begun. Write it together with the citizen."))
            current = Plan.objects.get(citizen=citizen, closed_at__isnull=True)
            return redirect("plan", current.pk)
    context = {
        "form": form,
        "found": found,
        "citizen": citizen,
        "place": place,
        "places": PlaceForm(organisations_for_tasks()),
    }
    return render(request, "plans/plan_begin.html", context, status=422 if form.is_bound and form.errors else 200)


@require_GET
def opened(request: Request, key: int) -> HttpResponse:
    """One pathway."""
    return _pathway_page(request, key)


def _pathway_page(request: Request, key: int, form: EndPathwayForm | None = None) -> HttpResponse:
    found = _opened(request, key)
    if form is None:
        form = EndPathwayForm(found.promises, initial={"version": found.pathway.version})
    context = {"found": found, "pathway": found.pathway, "form": form, "citizen": found.pathway.citizen}
    return render(request, "plans/pathway.html", context, status=422 if form.is_bound else 200)


def _opened(request: Request, key: int) -> one.OpenedPathway:
    try:
        return one.opened(request.actor, key)
    except Pathway.DoesNotExist as error:
        raise Http404 from error


@require_http_methods(["POST"])
def end(request: Request, key: int) -> HttpResponse:
    """End a pathway, with an answer for everything that is still promised."""
    found = get_object_or_404(Pathway.objects.select_related("citizen", "plan__accountable"), pk=key)
    form = EndPathwayForm(one.promises_to_answer(request.actor, found), request.POST)
    if form.is_valid():
        given = form.cleaned_data
        # Who stops is asked for the reason of their own; without one the act says what is missing.
        reason = given["why"] or given["reason"] if form.asks_why() else given["reason"]
        try:
            pathways.end(
                request.actor,
                found,
                given["version"],
                state_of(given["reason"]),
                reason=reason,
                words=given["words"],
                answers=form.answers(),
            )
        except Invalid as error:
            say(form, error)
        except Conflict as conflict:
            messages.warning(request, conflict.message)
            return redirect("pathway", key)
        else:
            messages.success(request, _("The pathway has ended."))
            return redirect("plans")
    return _pathway_page(request, key, form)


@require_http_methods(["GET", "POST"])
def follow_up(request: Request, key: int) -> HttpResponse:
    """The follow-ups of a plan: note one that was held, with the next; or put the plan into force."""
    plan = plan_or_404(key)
    form: forms.Form
    if request.method == "POST" and "activate" in request.POST:
        form = ActivateForm(request.POST)
        if form.is_valid() and attempt(
            form, lambda: plans.activate(request.actor, plan, form.cleaned_data["next_follow_up"])
        ):
            messages.success(request, _("The plan is in force."))
            return redirect("plan", key)
    elif request.method == "POST":
        form = FollowUpForm(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            if attempt(
                form,
                lambda: plans.hold_follow_up(request.actor, plan, given["held_on"], given["words"], given["next_on"]),
            ):
                messages.success(request, _("The follow-up has been noted, and the next one is agreed."))
                return redirect("plan", key)
    else:
        form = forms.Form()
    found = one.follow_ups(request.actor, plan_or_404(key))
    if not form.is_bound:
        day = {"next_follow_up": found.suggested, "next_on": found.suggested, "held_on": timezone.localdate()}
        form = ActivateForm(initial=day) if found.to_activate else FollowUpForm(initial=day)
    context = {"found": found, "plan": found.plan, "form": form, "activating": isinstance(form, ActivateForm)}
    return render(request, "plans/follow_ups.html", context, status=422 if form.is_bound else 200)
