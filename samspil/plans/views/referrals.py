"""Referrals: sending one, those sent and received, one of them with its clicks, and its reply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samspil.access.errors import Conflict, Invalid
from samspil.access.forms.fields import say
from samspil.access.middleware import Request
from samspil.access.models import Citizen
from samspil.plans.actions import epicrisis, referrals, service_decisions
from samspil.plans.forms.referrals import (
    BookForm,
    EpicrisisForm,
    NotReferredForm,
    RematchForm,
    SearchForm,
    SendForm,
    StepForm,
)
from samspil.plans.models import Referral
from samspil.plans.queries import referrals as queries
from samspil.plans.queries import referring
from samspil.plans.queries.catalogue import Asked

State = Referral.State


@require_GET
def listed(request: Request) -> HttpResponse:
    """What the own organisation received, or sent."""
    way: queries.Way = "sent" if request.GET.get("way", _first_way(request)) == "sent" else "received"
    shown = request.GET.get("show", "open")
    found = queries.listed(request.actor, way, shown, request.GET.get("after", ""))
    return render(request, "plans/referrals.html", {"found": found, "way": way, "shown": shown})


def _first_way(request: Request) -> str:
    """A practice mostly sends, the others mostly receive."""
    return "sent" if request.actor.sector == "general_practice" else "received"


@require_http_methods(["GET", "POST"])
def refer(request: Request, key: int) -> HttpResponse:
    """Refer a citizen: the need, then the service, then to whom with two lines."""
    citizen = get_object_or_404(Citizen.objects.select_related("practice"), pk=key)
    programme, _slash, service = request.GET.get("service", "").partition("/")
    goal = request.GET.get("goal", "")
    if not service:
        asked = Asked(
            words=request.GET.get("words", ""),
            need=request.GET.get("need", ""),
            programme=request.GET.get("programme", ""),
            kind=request.GET.get("kind", ""),
            level=request.GET.get("level", ""),
            municipality=request.GET.get("municipality", ""),
        )
        chosen = referring.choose(request.actor, citizen, asked)
        form = SearchForm(
            request.GET or None,
            needs=chosen.found.needs,
            programmes=chosen.found.programmes,
            kinds=chosen.found.kinds,
        )
        context = {"citizen": citizen, "chosen": chosen, "form": form, "goal": goal}
        return render(request, "plans/referral_choose.html", context)
    return _send(request, citizen, programme, service, goal)


def _send(request: Request, citizen: Citizen, programme: str, service: str, goal: str) -> HttpResponse:
    try:
        about = referring.about(request.actor, citizen, programme, service)
    except LookupError as error:
        raise Http404 from error
    form = SendForm(
        request.POST if request.method == "POST" else None,
        service=about.offered.service,
        providers=about.providers,
        plan=about.plan,
        warned=about.warned,
        goal=goal,
    )
    if form.is_valid():
        given = form.cleaned_data
        with_goal = given.get("goal")
        try:
            made = referrals.send(
                request.actor,
                citizen,
                programme,
                service,
                given["to_organisation"],
                given["reason"],
                plan=about.plan if with_goal else None,
                goal=with_goal,
                information=form.information(),
                agreed=given["agreed"],
                arm=about.arm,
                band=about.band,
                answered_warnings=form.answers(),
            )
        except Invalid as error:
            say(form, error)
        except Conflict as conflict:
            form.add_error(None, conflict.message)
        else:
            messages.success(request, _("The referral has been sent. You are told what becomes of it."))
            return redirect("referral", made.pk)
    return _send_page(request, citizen, about, form, NotReferredForm())


def _send_page(
    request: Request, citizen: Citizen, about: referring.About, form: SendForm, declined: NotReferredForm
) -> HttpResponse:
    context = {"citizen": citizen, "about": about, "form": form, "not_referred": declined}
    return render(request, "plans/referral_send.html", context, status=422 if form.errors or declined.errors else 200)


@require_POST
def not_referred(request: Request, key: int) -> HttpResponse:
    """Write down that a citizen was not referred to a service, and why."""
    citizen = get_object_or_404(Citizen.objects.select_related("practice"), pk=key)
    programme, _slash, service = request.GET.get("service", "").partition("/")
    try:
        about = referring.about(request.actor, citizen, programme, service)
    except LookupError as error:
        raise Http404 from error
    form = NotReferredForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            service_decisions.decide(
                request.actor,
                citizen,
                programme,
                service,
                given["outcome"],
                reason=given["decline"],
                words=given["said"],
                plan=about.plan,
            )
        except Invalid as error:
            say(form, Invalid({"reason": "decline", "words": "said"}.get(error.field, error.field), error.message))
        else:
            messages.success(request, _("It has been written down. It is counted by itself, apart from referrals."))
            return redirect("refer", citizen.pk)
    sending = SendForm(service=about.offered.service, providers=about.providers, plan=about.plan, warned=about.warned)
    return _send_page(request, citizen, about, sending, form)


@require_GET
def opened(request: Request, key: int) -> HttpResponse:
    """One referral."""
    return page(request, key)


def page(request: Request, key: int, bound: forms.Form | None = None, status: int = 200) -> HttpResponse:
    """The page of a referral; `bound` is a form that has something to mend."""
    try:
        found = queries.opened(request.actor, key)
    except Referral.DoesNotExist as error:
        raise Http404 from error
    shown = found.referral
    made: dict[str, forms.Form] = {
        str(state): StepForm(state=state, right_patient=shown.right_patient, version=shown.version)
        for state in (*found.next, "answer")
    }
    made["rematch"] = RematchForm(referral=shown, version=shown.version)
    made["reply"] = EpicrisisForm(version=shown.version)
    made["book"] = BookForm()
    if bound is not None and bound.prefix:
        made[bound.prefix] = bound
    context: dict[str, Any] = {
        "found": found, "referral": shown, "forms": made, "bound": bound, "states": State, "can": set(found.next),
        "now": timezone.now(),
        "may_book": found.is_receiver and shown.state in {State.ACCEPTED, State.BOOKED, State.STARTED},
    }  # fmt: skip
    return render(request, "plans/referral.html", context, status=status)


def act(
    request: Request, key: int, form: forms.Form, do: Callable[[Referral, dict[str, Any]], None], said: str
) -> HttpResponse:
    """Read a form, do something with the referral, and show its page with what came of it."""
    found = get_object_or_404(
        Referral.objects.select_related("citizen", "plan", "from_organisation", "to_organisation", "activity"), pk=key
    )
    if form.is_valid():
        try:
            do(found, form.cleaned_data)
        except Invalid as error:
            say(form, error)
        except Conflict as conflict:
            messages.warning(request, conflict.message)
            return redirect("referral", key)
        else:
            messages.success(request, said)
            return redirect("referral", key)
    return page(request, key, form, 422)


@require_POST
def step(request: Request, key: int, state: str) -> HttpResponse:
    """One click: to the next state."""
    if state not in State.values:
        raise Http404
    there = get_object_or_404(Referral, pk=key)
    form = StepForm(request.POST, state=state, right_patient=there.right_patient)

    def do(found: Referral, given: dict[str, Any]) -> None:
        referrals.move(
            request.actor,
            found,
            given["version"],
            state,
            on=given.get("on"),
            reason=given.get("reason", ""),
            words=given.get("words", ""),
            right_patient=given.get("right_patient", ""),
        )

    return act(request, key, form, do, _("It has been noted, and those it concerns are told."))


@require_POST
def answer(request: Request, key: int) -> HttpResponse:
    """The referrer's answer to a question."""
    form = StepForm(request.POST, state="answer")

    def do(found: Referral, given: dict[str, Any]) -> None:
        referrals.answer(request.actor, found, given["version"], given["words"])

    return act(request, key, form, do, _("Your answer has been sent."))


@require_POST
def read_reply(request: Request, key: int) -> HttpResponse:
    """The referrer has read what came of it."""

    def do(found: Referral, _given: dict[str, Any]) -> None:
        referrals.read_reply(request.actor, found)

    return act(request, key, forms.Form(request.POST), do, _("Read. The referral is closed."))


@require_POST
def rematch(request: Request, key: int) -> HttpResponse:
    """Go on with another provider."""
    there = get_object_or_404(Referral.objects.select_related("to_organisation"), pk=key)
    form = RematchForm(request.POST, referral=there)

    def do(found: Referral, given: dict[str, Any]) -> None:
        referrals.rematch(request.actor, found, given["version"], given["to_organisation"], given["words"])

    return act(request, key, form, do, _("The new provider has the referral. Sessions and deadline go on."))


@require_POST
def reply(request: Request, key: int) -> HttpResponse:
    """The epicrisis: it completes the referral."""
    form = EpicrisisForm(request.POST)

    def do(found: Referral, given: dict[str, Any]) -> None:
        epicrisis.write(
            request.actor,
            found,
            given["version"],
            conclusion=given["conclusion"].replace("\r\n", "\n"),
            gp_actions=given["gp_actions"].splitlines(),
            nothing_for_gp=given["nothing_for_gp"],
            course=given["course"],
        )

    return act(request, key, form, do, _("The reply has been sent. The referral is completed."))
