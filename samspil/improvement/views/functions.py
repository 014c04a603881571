"""The gate before a new function: the proposals, one more, and its questions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.middleware import Request
from samspil.improvement import function_pages
from samspil.improvement.actions import gating
from samspil.improvement.function_forms import AnswerForm, KnownForm, ProposeForm
from samspil.improvement.models import ProposedFunction
from samspil.improvement.queries import functions as queries
from samspil.improvement.queries import population
from samspil.improvement.targets import targets
from samspil.improvement.views.networks import attempt


@require_GET
def functions(request: Request) -> HttpResponse:
    """What was proposed, and what came of it."""
    found = queries.listed(request.actor)
    context = {"found": found, "tab": "functions", "may_see_functions": True}
    return render(request, "improvement/population/functions.html", context)


@require_http_methods(["GET", "POST"])
def propose(request: Request) -> HttpResponse:
    """A new proposal, for a group of the newest published segments."""
    population.may_propose(request.actor)
    segments = population.newest_segments(request.actor)
    choices = targets(segments).values() if segments is not None else ()
    form = ProposeForm(request.POST or None, targets=choices)
    made: list[ProposedFunction] = []

    def act(given: dict[str, Any]) -> None:
        publication = segments.publication if segments is not None else None
        made.append(gating.propose(request.actor, publication, **given))

    if request.method == "POST" and attempt(form, act):
        messages.success(request, _("The function has been proposed. Now the gate asks."))
        return redirect("population-function", made[0].pk)
    context = {"form": form, "segments": segments}
    return render(request, "improvement/population/propose.html", context, status=422 if form.errors else 200)


def _opened(actor: Actor, key: int) -> queries.Opened:
    try:
        return queries.opened(actor, key)
    except ProposedFunction.DoesNotExist as error:
        raise Http404 from error


@require_GET
def function(request: Request, key: int) -> HttpResponse:
    """One proposal with everything the gate asks."""
    return _page(request, _opened(request.actor, key))


def _page(
    request: Request, found: queries.Opened, bound: tuple[str, AnswerForm] | None = None, status: int = 200
) -> HttpResponse:
    version = found.function.version
    rows = []
    for question in function_pages.questions(found):
        form = AnswerForm(initial={"known": version}, yes_or_no=question.yes_or_no, prefix=question.key)
        if bound is not None and bound[0] == question.key:
            form = bound[1]
        rows.append((question, form))
    words, over = function_pages.capacity_words(found)
    context = {
        "found": found,
        "function": found.function,
        "rows": rows,
        "writing": found.may_write and found.is_open,
        "four": function_pages.four(found),
        "capacity_words": words,
        "over_capacity": over,
        "places": function_pages.places(found),
        "process": function_pages.process(found),
    }
    return render(request, "improvement/population/function.html", context, status=status)


@require_POST
def answer(request: Request, key: int, question: str) -> HttpResponse:
    """Answer a question of the gate."""
    found = _opened(request.actor, key)
    asked = next((each for each in function_pages.questions(found) if each.key == question), None)
    if asked is None:
        raise Http404
    form = AnswerForm(request.POST, yes_or_no=asked.yes_or_no, prefix=question)

    def act(given: dict[str, Any]) -> None:
        gating.answer(
            request.actor, found.function, given["known"], question=question, yes=form.said_yes(), words=given["words"]
        )

    try:
        if not attempt(form, act):
            return _page(request, found, (question, form), 422)
    except Conflict as conflict:
        messages.warning(request, conflict.message)
    else:
        messages.success(request, _("The answer has been kept."))
    return redirect("population-function", key)


@require_POST
def confirm(request: Request, key: int) -> HttpResponse:
    """Confirm having seen the four numbers."""
    return _click(request, key, lambda found, given: gating.confirm_numbers(request.actor, found, given["known"]))


@require_POST
def decide(request: Request, key: int) -> HttpResponse:
    """Decide whether the function may be created."""
    return _click(
        request,
        key,
        lambda found, given: gating.decide(request.actor, found, given["known"], create=given["create"] == "yes"),
    )


def _click(request: Request, key: int, act: Any) -> HttpResponse:
    found = _opened(request.actor, key)
    form = KnownForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        act(found.function, form.cleaned_data)
    except (Invalid, Conflict) as refused:
        messages.warning(request, refused.message)
    else:
        messages.success(request, _("It has been kept."))
    return redirect("population-function", key)
