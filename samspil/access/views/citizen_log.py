"""Who has looked at a citizen's data, and what the citizen has been told."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from samspil.access.actions.notices import mark_read
from samspil.access.middleware import Request
from samspil.access.models import Notice
from samspil.access.paging import to_number
from samspil.access.queries.log import citizen_log, organisations_in_log
from samspil.access.queries.notices import can_mark, notices_of_actor, notices_of_citizen
from samspil.access.views.subject import Place, subject_of


@require_safe
def log(request: Request, place: Place, citizen_id: int | None = None) -> HttpResponse:
    """The citizen's access log in sentences, day by day."""
    subject = subject_of(request, place, citizen_id, "citizen_log")
    chosen, own = request.GET.get("organisation", ""), request.GET.get("own") == "1"
    organisation = to_number(chosen)
    found = citizen_log(
        request.actor, subject.citizen, after=request.GET.get("after", ""), organisation=organisation, own=own
    )
    kept = ({"organisation": organisation} if organisation is not None else {}) | ({"own": 1} if own else {})
    context = {
        "subject": subject,
        "citizen": subject.citizen,
        "log": found,
        "organisations": organisations_in_log(subject.citizen),
        "organisation": organisation,
        "own": own,
        "older": urlencode(kept | {"after": found.following}) if found.following else "",
        "first": "after" not in request.GET,
    }
    return render(request, "access/log.html", context)


def notices(request: Request, place: Place, citizen_id: int | None = None) -> HttpResponse:
    """What the citizen has been told."""
    subject = subject_of(request, place, citizen_id, "notices")
    if request.method == "POST":
        mark_read(request.actor, _posted(request, citizen=subject.citizen))
        return redirect(subject.url("notices"))
    context = {
        "subject": subject,
        "citizen": subject.citizen,
        "telling": notices_of_citizen(request.actor, subject.citizen, request.GET.get("after", "")),
        "first": "after" not in request.GET,
        "can_mark": can_mark(request.actor, subject.citizen),
    }
    return render(request, "access/notices.html", context)


def own_notices(request: Request) -> HttpResponse:
    """What somebody has been told as a person, or as part of their practice or role."""
    if request.method == "POST":
        mark_read(request.actor, _posted(request, citizen__isnull=True))
        return redirect("notices")
    telling = notices_of_actor(request.actor, request.GET.get("after", ""))
    context = {"telling": telling, "first": "after" not in request.GET, "can_mark": True}
    return render(request, "access/notices.html", context)


def _posted(request: Request, **where: object) -> Notice:
    number = to_number(request.POST.get("notice", ""))
    if number is None:
        raise Http404
    return get_object_or_404(Notice.objects.filter(**where), pk=number)
