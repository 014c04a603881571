"""The service catalogue: searched by those who refer, changed by the secretariat."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samspil.access import guard
from samspil.access.errors import Conflict, Invalid
from samspil.access.forms.fields import say
from samspil.access.middleware import Request
from samspil.access.paging import to_number
from samspil.access.policy import Resource
from samspil.plans.actions import catalogue as actions
from samspil.plans.catalogue import find, with_services
from samspil.plans.forms.referrals import SearchForm
from samspil.plans.forms.services import FORMATS, ServiceForm, WhyForm
from samspil.plans.programme import programme_title
from samspil.plans.queries import catalogue as queries
from samspil.plans.queries.catalogue import Asked


@require_GET
def services(request: Request) -> HttpResponse:
    """Search the catalogue."""
    asked = Asked(
        **{name: request.GET.get(name, "") for name in ("words", "need", "programme", "kind", "level", "municipality")}
    )
    found = queries.look(request.actor, asked)
    form = SearchForm(request.GET or None, needs=found.needs, programmes=found.programmes, kinds=found.kinds)
    changes = queries.may_change(request.actor)
    context = {
        "found": found,
        "form": form,
        "may_change": changes,
        "removed": queries.removed(request.actor) if changes else [],
    }
    return render(request, "plans/services.html", context)


@require_GET
def service(request: Request, programme: str, name: str) -> HttpResponse:
    """One service."""
    return _page(request, programme, name)


def _page(request: Request, programme: str, name: str, form: WhyForm | None = None, status: int = 200) -> HttpResponse:
    try:
        found = queries.service_page(request.actor, programme, name)
    except LookupError as error:
        raise Http404 from error
    context: dict[str, Any] = {
        "found": found,
        "service": found.offered.service,
        "formats": [FORMATS[each] for each in found.offered.service.formats],
        "form": form or WhyForm(initial={"number": found.offered.number}),
        "bound": form is not None,
    }
    return render(request, "plans/service.html", context, status=status)


@require_http_methods(["GET", "POST"])
def change(request: Request, programme: str, name: str) -> HttpResponse:
    """Change a service."""
    _require(request, programme)
    offer = find(programme, name)
    if offer is None:
        raise Http404
    return _change(request, programme, ServiceForm(
        request.POST if request.method == "POST" else None, programme=programme, service=offer.service,
        number=offer.number,
    ))  # fmt: skip


@require_http_methods(["GET", "POST"])
def new(request: Request, programme: str) -> HttpResponse:
    """A new service."""
    _require(request, programme)
    return _change(
        request, programme, ServiceForm(request.POST if request.method == "POST" else None, programme=programme)
    )


def _require(request: Request, programme: str) -> None:
    guard.check(request.actor, "write", Resource("catalogue"), "improvement")
    if programme not in with_services():
        raise Http404


def _change(request: Request, programme: str, form: ServiceForm) -> HttpResponse:
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.change(request.actor, programme, given["service"], given["number"], form.content(), given["why"])
        except Invalid as error:
            say(form, error)
        except Conflict as conflict:
            form.add_error(None, conflict.message)
        else:
            messages.success(request, _("The service has been changed. What was before is kept."))
            return redirect("service", programme, given["service"])
    context = {"form": form, "programme": programme, "title": programme_title(programme), "before": form.before}
    return render(request, "plans/service_change.html", context, status=422 if form.errors else 200)


@require_POST
def take_out(request: Request, programme: str, name: str) -> HttpResponse:
    """Offer a service no more."""
    _require(request, programme)
    form = WhyForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.take_out(request.actor, programme, name, given["number"], given["why"])
        except Invalid as error:
            say(form, error)
        except Conflict as conflict:
            messages.warning(request, conflict.message)
            return redirect("service", programme, name)
        else:
            messages.success(request, _("The service is offered no more. What runs goes on."))
            return redirect("services")
    return _page(request, programme, name, form, 422)


@require_POST
def restore(request: Request, programme: str, name: str) -> HttpResponse:
    """Bring an earlier version back."""
    _require(request, programme)
    form = WhyForm(request.POST)
    old = to_number(request.POST.get("old", ""))
    if old is None or not form.is_valid():
        messages.warning(request, _("Write why it is brought back."))
        return redirect("services") if find(programme, name) is None else redirect("service", programme, name)
    given = form.cleaned_data
    try:
        actions.restore(request.actor, programme, name, given["number"], old, given["why"])
    except (Invalid, Conflict) as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, _("The earlier version is in force again."))
    return redirect("services") if find(programme, name) is None else redirect("service", programme, name)
