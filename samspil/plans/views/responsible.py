"""The accountable person and handovers, and coordinators."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from samspil.access import guard
from samspil.access.errors import Conflict, Invalid
from samspil.access.middleware import Request
from samspil.access.queries.tasks import organisations_for_tasks
from samspil.plans.actions import accountable, coordination
from samspil.plans.actions.changing import resource_of
from samspil.plans.forms.pathways import AnswerForm, CoordinatorForm, HandoverForm, PlaceForm, ReviewForm
from samspil.plans.models import Coordination, Handover
from samspil.plans.queries import responsible as queries
from samspil.plans.views.attempting import attempt
from samspil.plans.views.editing import plan_or_404
from samspil.plans.views.pathways import place_of


@require_http_methods(["GET", "POST"])
def accountable_person(request: Request, key: int) -> HttpResponse:
    """Who is accountable, and asking somebody else to be."""
    plan = plan_or_404(key)
    place = place_of(request, plan.practice)
    people = [each for each in queries.people_at(place) if each.pk != plan.accountable_id]
    form = HandoverForm(people, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if attempt(form, lambda: accountable.propose(request.actor, plan, given["to"], given["why"])):
            messages.success(request, _("You are accountable until the answer is yes."))
            return redirect("plan-accountable", key)
    found = queries.accountability(request.actor, plan)
    context = {
        "found": found,
        "plan": plan,
        "form": form,
        "place": place,
        "places": PlaceForm(organisations_for_tasks()) if found.may_decide else None,
    }
    return render(request, "plans/accountable.html", context, status=422 if form.is_bound else 200)


@require_POST
def withdraw(request: Request, key: int) -> HttpResponse:
    """Take a proposal back."""
    found = get_object_or_404(Handover.objects.select_related("plan__citizen", "plan__accountable", "task"), pk=key)
    try:
        accountable.withdraw(request.actor, found)
    except Conflict as conflict:
        messages.warning(request, conflict.message)
    else:
        messages.success(request, _("The proposal has been taken back."))
    return redirect("plan-accountable", found.plan_id)


@require_http_methods(["GET", "POST"])
def handover(request: Request, key: int) -> HttpResponse:
    """A proposal, for whoever is asked."""
    try:
        found = queries.handover(request.actor, key)
    except Handover.DoesNotExist as error:
        raise Http404 from error
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        yes = given["accept"] == "yes"
        if attempt(form, lambda: accountable.answer(request.actor, found, accept=yes, words=given["words"])):
            messages.success(request, _("You are accountable for the plan now.") if yes else _("The sender is told."))
            return redirect("plan", found.plan_id) if yes else redirect("plans")
    context = {"handover": found, "citizen": found.plan.citizen, "form": form}
    return render(request, "plans/accountable_answer.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def coordinators(request: Request, key: int) -> HttpResponse:
    """The coordinators of a plan, and a new one."""
    plan = plan_or_404(key)
    place = place_of(request, plan.practice)
    people = queries.people_at(place)
    form = CoordinatorForm(people, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if attempt(form, lambda: coordination.start(request.actor, plan, given.pop("coordinator"), **given)):
            messages.success(request, _("The coordinator has been noted, and the citizen is told."))
            return redirect("plan-coordination", key)
    found = queries.coordination(request.actor, plan)
    if not form.is_bound:
        form = CoordinatorForm(people, initial={"review_on": found.review_on, "lead": True})
    context = {
        "found": found,
        "plan": plan,
        "form": form,
        "place": place,
        "places": PlaceForm(organisations_for_tasks()) if found.may_decide else None,
        "current": [(each, ReviewForm(auto_id=f"id_%s_{each.coordination.pk}")) for each in found.current],
    }
    return render(request, "plans/coordination.html", context, status=422 if form.is_bound else 200)


@require_POST
def coordinator_act(request: Request, key: int, act: str) -> HttpResponse:
    """Look at a coordinator again, end the assignment, or let this one lead."""
    found = get_object_or_404(
        Coordination.objects.select_related("plan__citizen", "plan__accountable", "coordinator__user"), pk=key
    )
    # Before the form is looked at: nobody else is told what is wrong with it.
    guard.check(request.actor, "decide", resource_of(found.plan), "care")
    form = ReviewForm(request.POST)
    given = form.cleaned_data if form.is_valid() else {}
    words, day = request.POST.get("words", ""), given.get("review_on")
    try:
        if act == "lead":
            coordination.make_lead(request.actor, found)
        elif "stops" in request.POST:
            coordination.end(request.actor, found, words)
        elif day is None:
            raise Invalid("review_on", _("Say on which day it is looked at again."))
        else:
            coordination.review(request.actor, found, day, words)
    except (Conflict, Invalid) as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, _("It has been noted."))
    # Who has ended the own assignment is in the plan no more.
    named = found.ended_on is not None and request.actor.organisation_id != found.plan.citizen.practice_id
    return redirect("plans") if named else redirect("plan-coordination", found.plan_id)
