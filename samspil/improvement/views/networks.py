"""Networks: the list, the report with its indicators, the report on paper, and notes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.forms.fields import say
from samspil.access.middleware import Request
from samspil.improvement import network_how, network_pages
from samspil.improvement.actions import discussing
from samspil.improvement.bulletins import Bulletin, said
from samspil.improvement.models import DiscussionNote, Network
from samspil.improvement.network_forms import NoteForm
from samspil.improvement.queries import discussion, released_tables
from samspil.improvement.queries import network_report as queries
from samspil.improvement.queries.networks import (
    may_discuss,
    networks_of,
    newest_publications,
    open_network,
)
from samspil.improvement.queries.population import may_take_tables


@require_GET
def overview(request: Request) -> HttpResponse:
    """The networks one may see; who may see one alone goes straight to it."""
    found = networks_of(request.actor)
    if len(found) == 1:
        return redirect("network-report", found[0].network.pk)
    return render(request, "improvement/networks/overview.html", {"found": found})


@require_GET
def network(request: Request, key: int) -> HttpResponse:
    """A network: its reports, meetings and tests of change."""
    opened = _opened(request.actor, key)
    bulletins = [Bulletin(publication) for publication in newest_publications()]
    register = discussion.register(request.actor, key)
    context = {
        "opened": opened,
        "network": opened.network,
        "bulletins": bulletins,
        "totals": network_how.totals_row(register.totals),
        "tests": discussion.change_tests_of(request.actor, opened.network),
    }
    return render(request, "improvement/networks/network.html", context)


def _opened(actor: Actor, key: int) -> Any:
    try:
        return open_network(actor, key)
    except Network.DoesNotExist as error:
        raise Http404 from error


def _report(request: Request, key: int, name: str, **options: Any) -> queries.Report:
    try:
        return queries.report(request.actor, key, name, **options)
    except (Network.DoesNotExist, LookupError) as error:
        raise Http404 from error


@require_GET
def report(request: Request, key: int, name: str) -> HttpResponse:
    """The report: a line for each indicator."""
    return _report_page(request, key, name)


def _report_page(
    request: Request, key: int, name: str, bound: NoteForm | None = None, status: int = 200
) -> HttpResponse:
    found = _report(request, key, name)
    network = found.opened.network
    context = {
        "found": found,
        "network": network,
        "bulletin": found.bulletin,
        "population": network_pages.population(found),
        "rows": [network_pages.row(line) for line in found.lines],
        "changes": [(change.day, network_pages.change_words(change)) for change in found.changes],
        **_tables(request.actor, found.bulletin),
        **_discussion(request.actor, network, name, "", bound),
    }
    return render(request, "improvement/networks/report.html", context, status=status)


def _tables(actor: Actor, bulletin: Bulletin) -> dict[str, Any]:
    """The released tables behind a report, for who may take them out."""
    if not may_take_tables(actor):
        return {}
    return {"may_take": True, "tables": released_tables.names_of(bulletin.publication)}


def _discussion(actor: Actor, network: Network, name: str, indicator: str, bound: NoteForm | None) -> dict[str, Any]:
    """The notes of a page and the form for one more, which shows only to who may write."""
    meetings = discussion.meetings_to_choose(network) if may_discuss(actor, network) else None
    form = None if meetings is None else (bound or NoteForm(meetings=meetings))
    return {"notes": discussion.notes(actor, network, name, indicator=indicator), "form": form, "indicator": indicator}


@require_GET
def indicator(request: Request, key: int, name: str, indicator: str) -> HttpResponse:
    """One indicator with its drawings."""
    return _indicator_page(request, key, name, indicator)


def _indicator_page(
    request: Request, key: int, name: str, indicator: str, bound: NoteForm | None = None, status: int = 200
) -> HttpResponse:
    found = _report(request, key, name, only=indicator, practices=True)
    network, line = found.opened.network, found.lines[0]
    tests = discussion.change_tests_of(request.actor, network, indicator=indicator)
    context = {
        "found": found,
        "network": network,
        "bulletin": found.bulletin,
        "population": network_pages.population(found),
        "row": network_pages.row(line),
        "drawings": network_pages.drawings(found, line, tests),
        "how": network_how.how(found, line),
        "tests": tests,
        **_discussion(request.actor, network, name, indicator, bound),
    }
    return render(request, "improvement/networks/indicator.html", context, status=status)


@require_GET
def printed(request: Request, key: int, name: str) -> HttpResponse:
    """The whole report for a meeting on paper, with its methods."""
    found = _report(request, key, name, practices=True)
    network = found.opened.network
    tests = discussion.change_tests_of(request.actor, network)
    notes = discussion.notes(request.actor, network, name)
    pages = [
        {
            "row": network_pages.row(line),
            "drawings": network_pages.drawings(
                found, line, [test for test in tests if test.indicator == line.indicator.indicator]
            ),
            "how": network_how.how(found, line),
            "notes": [each for each in notes if each.note.indicator == line.indicator.indicator],
            # What has no figure is told of in the overview, and needs no sheet of paper.
            "sheet": bool(line.figures),
        }
        for line in found.lines
    ]
    context = {
        "found": found,
        "network": network,
        "bulletin": found.bulletin,
        "population": network_pages.population(found),
        "pages": pages,
        "changes": [(change.day, network_pages.change_words(change)) for change in found.changes],
        "notes": [each for each in notes if not each.note.indicator],
        "cases": [(said(case.title), said(case.about)) for case in found.bulletin.set.cases],
    }
    return render(request, "improvement/networks/print.html", context)


@require_POST
def add_note(request: Request, key: int, name: str, indicator: str = "") -> HttpResponse:
    """A note on the report, or on one of its indicators."""
    network = get_object_or_404(Network, pk=key)
    discussing.writer(request.actor, network)
    publication = next(iter(newest_publications([name])), None)
    if publication is None:
        raise Http404
    meetings = discussion.meetings_to_choose(network)
    form = NoteForm(request.POST, meetings=meetings)

    def act(given: dict[str, Any]) -> None:
        meeting = next((each for each in meetings if each.pk == given["meeting"]), None)
        discussing.add_note(request.actor, network, publication, given["text"], indicator=indicator, meeting=meeting)

    if attempt(form, act):
        messages.success(request, _("The note has been added."))
        return redirect(f"{_address(key, name, indicator)}#notes")
    if indicator:
        return _indicator_page(request, key, name, indicator, form, 422)
    return _report_page(request, key, name, form, 422)


def _address(key: int, name: str, indicator: str) -> str:
    return (
        reverse("network-indicator", args=[key, name, indicator])
        if indicator
        else reverse("network-report", args=[key, name])
    )


def attempt(form: forms.Form, act: Callable[[dict[str, Any]], None]) -> bool:
    """Do what a form asks for, when it can be read; False with what is to mend at its fields."""
    if not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except Invalid as error:
        say(form, error)
        return False
    return True


@require_POST
def withdraw_note(request: Request, key: int, note: int) -> HttpResponse:
    """Taking back one's own note."""
    found = get_object_or_404(
        DiscussionNote.objects.select_related("network", "publication", "by"), pk=note, network_id=key
    )
    try:
        discussing.withdraw_note(request.actor, found)
    except Conflict as conflict:
        messages.warning(request, conflict.message)
    else:
        messages.success(request, _("The note has been taken back."))
    return redirect(f"{_address(key, found.publication.set, found.indicator)}#notes")
