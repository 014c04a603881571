"""Small acts on a plan's page: contacts, appointments, other plans, how much the citizen takes on, what limits most."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from samspil.access.errors import Conflict, Invalid
from samspil.access.middleware import Request
from samspil.plans.actions import appointments, contacts, links, sections
from samspil.plans.actions.parts import check_write
from samspil.plans.forms.plan import (
    AppointmentForm,
    ConflictForm,
    ContactForm,
    InvolvementForm,
    LinkForm,
    MostLimitingForm,
)
from samspil.plans.kinds import category_of_link
from samspil.plans.models import Contact, PlanLink
from samspil.plans.queries.plan import OpenedPlan
from samspil.plans.views.attempting import attempt
from samspil.plans.views.editing import opened_or_404, plan_or_404, to_plan


def _act(request: Request, form: forms.Form, act: Callable[[], object], said: str) -> bool:
    """Do something with a form that is valid. False when something has to be mended."""
    if not attempt(form, act):
        return False
    messages.success(request, said)
    return True


def _page(request: Request, found: OpenedPlan, form: forms.Form, title: str) -> HttpResponse:
    context = {"found": found, "plan": found.plan, "form": form, "title": title}
    return render(request, "plans/plan_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def contact(request: Request, key: int) -> HttpResponse:
    """Somebody to call."""
    found = opened_or_404(request, key)
    check_write(request.actor, found.plan, None, "contact")
    form = ContactForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and _act(
            request,
            form,
            lambda: contacts.add(request.actor, found.plan, **form.cleaned_data),
            _("The contact has been saved."),
        )
    ):
        return to_plan(key, "contacts")
    return _page(request, found, form, _("Somebody to call"))


@require_POST
def contact_act(request: Request, key: int, contact_key: int, act: str) -> HttpResponse:
    """Make a contact the first to call, or remove it."""
    found = get_object_or_404(Contact.objects.select_related("plan__citizen"), pk=contact_key, plan_id=key)
    try:
        if act == "first":
            contacts.make_first(request.actor, found)
        else:
            contacts.remove(request.actor, found)
    except Conflict as conflict:
        messages.warning(request, conflict.message)
    return to_plan(key, "contacts")


@require_http_methods(["GET", "POST"])
def appointment(request: Request, key: int) -> HttpResponse:
    """A time with the citizen that belongs to no referral."""
    found = opened_or_404(request, key)
    appointments.require_booker(request.actor, found.plan)
    form = AppointmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data

        def book() -> None:
            try:
                appointments.book(
                    request.actor,
                    form.at(),
                    plan=found.plan,
                    what=given["what"],
                    category=given["category"],
                    place=given["place"],
                )
            except Invalid as error:
                raise Invalid("day" if error.field == "at" else error.field, error.message) from error

        if _act(request, form, book, _("The time has been agreed. The citizen is told.")):
            return to_plan(key, "work")
    return _page(request, found, form, _("Agree a time"))


@require_http_methods(["GET", "POST"])
def link(request: Request, key: int) -> HttpResponse:
    """Another plan the citizen has."""
    found = opened_or_404(request, key)
    check_write(request.actor, found.plan, None, "link")
    form = LinkForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and _act(
            request,
            form,
            lambda: links.add(request.actor, found.plan, **form.cleaned_data),
            _("The other plan has been linked."),
        )
    ):
        return to_plan(key, "links")
    return _page(request, found, form, _("Another plan the citizen has"))


@require_http_methods(["GET", "POST"])
def link_conflict(request: Request, key: int, link_key: int) -> HttpResponse:
    """Where another plan does not go together with this one."""
    found = opened_or_404(request, key)
    shown = get_object_or_404(PlanLink.objects.select_related("plan__citizen"), pk=link_key, plan_id=key)
    check_write(request.actor, found.plan, category_of_link(shown.kind), "link")
    form = ConflictForm(request.POST or None, initial={"conflict": shown.conflict, "before": shown.conflict})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if _act(
            request,
            form,
            lambda: links.tell_conflict(request.actor, shown, given["before"], given["conflict"]),
            _("Saved."),
        ):
            return to_plan(key, "links")
    return _page(request, found, form, shown.title)


@require_POST
def link_remove(request: Request, key: int, link_key: int) -> HttpResponse:
    """The other plan is no more."""
    found = get_object_or_404(PlanLink.objects.select_related("plan__citizen"), pk=link_key, plan_id=key)
    try:
        links.remove(request.actor, found)
    except Conflict as conflict:
        messages.warning(request, conflict.message)
    return to_plan(key, "links")


@require_POST
def involvement(request: Request, key: int) -> HttpResponse:
    """How much the citizen takes on now."""
    plan, form = plan_or_404(key), InvolvementForm(request.POST)
    check_write(request.actor, plan, None, "involvement")
    if form.is_valid():
        given = form.cleaned_data
        try:
            sections.choose_involvement(request.actor, plan, given["before"], given["involvement"])
        except (Invalid, Conflict) as error:
            messages.warning(request, error.message)
        else:
            messages.success(request, _("Saved."))
    else:
        messages.warning(request, _("Choose one of the answers."))
    return to_plan(key, "involvement")


@require_POST
def most_limiting(request: Request, key: int) -> HttpResponse:
    """What limits the citizen most."""
    plan, form = plan_or_404(key), MostLimitingForm(request.POST)
    check_write(request.actor, plan, "health", "most limiting")
    if form.is_valid():
        try:
            sections.choose_most_limiting(request.actor, plan, form.cleaned_data["before"], form.chosen)
        except (Invalid, Conflict) as error:
            messages.warning(request, error.message)
        else:
            messages.success(request, _("Saved."))
    return to_plan(key, "most-limiting")
