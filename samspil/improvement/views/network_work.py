"""What networks do together: the register of meetings, and small tests of change."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samspil.access.actor import Actor
from samspil.access.errors import Conflict
from samspil.access.middleware import Request
from samspil.improvement import network_how
from samspil.improvement.actions import change_tests, discussing
from samspil.improvement.actions import meetings as actions
from samspil.improvement.bulletins import Bulletin, said
from samspil.improvement.meeting_lines import day_held, minutes_of, read_meetings
from samspil.improvement.models import ChangeTest, Network, NetworkMeeting, Participation
from samspil.improvement.network_forms import (
    BeginForm,
    ConcludeForm,
    LinesForm,
    MeetingForm,
    StatedForm,
    WhyForm,
)
from samspil.improvement.queries import discussion
from samspil.improvement.queries.networks import may_discuss, newest_publications, open_network
from samspil.improvement.views.networks import attempt


def _register(actor: Actor, key: int) -> discussion.Register:
    try:
        return discussion.register(actor, key)
    except Network.DoesNotExist as error:
        raise Http404 from error


@require_http_methods(["GET", "POST"])
def meetings(request: Request, key: int) -> HttpResponse:
    """The register of meetings, and one more."""
    found = _register(request.actor, key)
    network = found.opened.network
    form = MeetingForm(request.POST or None)

    def act(given: dict[str, Any]) -> None:
        held_on, as_written = day_held(given["held_on"])
        held = actions.Held(
            held_on=held_on,
            as_written=as_written,
            minutes=minutes_of(given["minutes"]),
            form=given["form"],
            kind=given["kind"],
            purpose=given["purpose"],
            persons=form.persons(),
        )
        actions.register(request.actor, network, held)

    if request.method == "POST":
        discussing.writer(request.actor, network)
        if attempt(form, act):
            messages.success(request, _("The meeting has been entered."))
            return redirect("network-meetings", key)
    kinds = [each.kind for each in found.kinds]
    asked = StatedForm(request.GET if "stated" in request.GET else None, kinds=kinds)
    context = {
        "found": found,
        "network": network,
        "form": form if found.may_write else None,
        "sectors": [side.label for side in Participation.Side],
        "kinds": [network_how.totals_row(each) for each in found.kinds],
        "totals": network_how.totals_row(found.totals, _("All meetings")),
        "rows": [(row, [row.persons.get(side, 0) for side in Participation.Side]) for row in found.rows],
        "asked": asked,
        "reconciled": _reconciled(found, asked),
        "open": request.method == "POST",
    }
    return render(request, "improvement/networks/meetings.html", context, status=422 if form.errors else 200)


def _reconciled(found: discussion.Register, asked: StatedForm) -> tuple[str, bool] | None:
    """What the stated number comes to beside the records, and whether they differ; None when nothing is asked."""
    if not asked.is_bound or not asked.is_valid():
        return None
    kind = asked.cleaned_data["kind"]
    totals = next((each for each in found.kinds if each.kind == kind), found.totals) if kind else found.totals
    compared = discussion.reconcile(asked.cleaned_data["stated"], totals)
    return network_how.reconciled(compared), compared.differs


@require_http_methods(["GET", "POST"])
def import_meetings(request: Request, key: int) -> HttpResponse:
    """Several meetings at once: all that are pasted, or none."""
    network = _network(request.actor, key, write=True)
    form = LinesForm(request.POST or None)
    entered: list[NetworkMeeting] = []

    def act(given: dict[str, Any]) -> None:
        entered.extend(actions.register_all(request.actor, network, read_meetings(given["lines"])))

    if request.method == "POST" and attempt(form, act):
        words = ngettext("%(count)s meeting has been entered.", "%(count)s meetings have been entered.", len(entered))
        messages.success(request, words % {"count": len(entered)})
        return redirect("network-meetings", key)
    context = {"network": network, "form": form}
    return render(request, "improvement/networks/import.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def cancel_meeting(request: Request, key: int, meeting: int) -> HttpResponse:
    """Striking a meeting out, with the reason."""
    network = _network(request.actor, key, write=True)
    found = get_object_or_404(NetworkMeeting.objects.select_related("network"), pk=meeting, network=network)
    form = WhyForm(request.POST or None)
    try:
        if request.method == "POST" and attempt(form, lambda given: actions.cancel(request.actor, found, given["why"])):
            messages.success(request, _("The meeting has been struck out and is not counted."))
            return redirect("network-meetings", key)
    except Conflict as conflict:
        messages.warning(request, conflict.message)
        return redirect("network-meetings", key)
    context = {"network": network, "meeting": found, "form": form}
    return render(request, "improvement/networks/cancel.html", context, status=422 if form.errors else 200)


def _network(actor: Actor, key: int, *, write: bool = False) -> Network:
    try:
        return open_network(actor, key, "network_discussion", "write" if write else "read").network
    except Network.DoesNotExist as error:
        raise Http404 from error


def _indicators() -> list[tuple[str, str]]:
    """The indicators of every set, as `set: title`, for choosing which one a test wants to move."""
    bulletins = [Bulletin(publication) for publication in newest_publications()]
    return [
        (each.indicator, f"{bulletin.title}: {said(each.title)}") for bulletin in bulletins for each in bulletin.shown
    ]


@require_http_methods(["GET", "POST"])
def tests(request: Request, key: int) -> HttpResponse:
    """The tests of change of a network, and a new one."""
    network = _network(request.actor, key)
    indicators = _indicators()
    form = BeginForm(request.POST or None, indicators=indicators, initial={"began_on": timezone.localdate()})

    def act(given: dict[str, Any]) -> None:
        change_tests.begin(request.actor, network, **given)

    writes = may_discuss(request.actor, network)
    if request.method == "POST":
        discussing.writer(request.actor, network)
        if attempt(form, act):
            messages.success(request, _("The test has been written down."))
            return redirect("network-tests", key)
    names = dict(indicators)
    found = discussion.change_tests_of(request.actor, network)
    context = {
        "network": network,
        "found": [(test, names.get(test.indicator, test.indicator)) for test in found],
        "form": form if writes else None,
        "open": request.method == "POST",
    }
    return render(request, "improvement/networks/tests.html", context, status=422 if form.errors else 200)


@require_GET
def test(request: Request, key: int, test: int) -> HttpResponse:
    """One test of change."""
    return _test_page(request, key, test)


def _test_page(
    request: Request, key: int, test: int, bound: ConcludeForm | None = None, status: int = 200
) -> HttpResponse:
    network = _network(request.actor, key)
    found = get_object_or_404(ChangeTest.objects.select_related("by__user"), pk=test, network=network)
    form = bound or ConcludeForm(initial={"version": found.version, "ended_on": timezone.localdate()})
    context = {
        "network": network,
        "test": found,
        "indicator": dict(_indicators()).get(found.indicator, found.indicator),
        "form": form if may_discuss(request.actor, network) and not found.conclusion else None,
        "insufficient": ChangeTest.Conclusion.INSUFFICIENT,
    }
    return render(request, "improvement/networks/test.html", context, status=status)


@require_POST
def conclude_test(request: Request, key: int, test: int) -> HttpResponse:
    """Ending a test with what came of it."""
    network = _network(request.actor, key, write=True)
    found = get_object_or_404(ChangeTest.objects.select_related("network"), pk=test, network=network)
    form = ConcludeForm(request.POST)

    def act(given: dict[str, Any]) -> None:
        chosen = given["conclusion"]
        change_tests.conclude(request.actor, found, **given)
        if found.conclusion != chosen:
            messages.warning(
                request,
                _("It was tried %(volume)s times, and %(least)s were decided on: too few to conclude.")
                % {"volume": found.volume, "least": found.least_volume},
            )
        else:
            messages.success(request, _("The test has been concluded."))

    try:
        if attempt(form, act):
            return redirect("network-test", key, test)
    except Conflict as conflict:
        messages.warning(request, conflict.message)
        return redirect("network-test", key, test)
    return _test_page(request, key, test, form, 422)
