"""The practice's lists and the review, name by name."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samspil.access.errors import Conflict, Invalid
from samspil.access.forms.fields import say
from samspil.access.middleware import Request
from samspil.access.paging import to_number
from samspil.lists.actions import review as reviewing
from samspil.lists.forms import DecisionForm, PaceForm
from samspil.lists.models import Entry, Review
from samspil.lists.names import Name, language
from samspil.lists.programme import of_model, rules, titles
from samspil.lists.queries import lists as queries


@require_GET
def overview(request: Request) -> HttpResponse:
    """Every list of the practice, with what there is to do."""
    found = queries.overview(request.actor)
    pace = queries.pace(request.actor)
    form = PaceForm(initial={"names_per_week": pace.wanted}) if pace is not None else None
    return render(request, "lists/overview.html", {"found": found, "pace": pace, "form": form})


@require_POST
def pace(request: Request) -> HttpResponse:
    """The own pace."""
    form = PaceForm(request.POST)
    if form.is_valid():
        try:
            reviewing.set_pace(request.actor, form.cleaned_data["names_per_week"])
        except Invalid as error:
            say(form, error)
        else:
            messages.success(request, _("Your pace has been saved."))
            return redirect("lists")
    found, kept = queries.overview(request.actor), queries.pace(request.actor)
    return render(request, "lists/overview.html", {"found": found, "pace": kept, "form": form}, status=422)


@require_GET
def names(request: Request, model: str) -> HttpResponse:
    """The names of one model as a table."""
    _known(model)
    show = request.GET.get("show", "waiting")
    if show not in queries.SHOW:
        raise Http404
    of_list = _number(request, "list")
    after = request.GET.get("after", "")
    score, _dash, key = (to_number(part) for part in after.partition("-"))
    place = (score, key) if score is not None and key is not None else None
    page = queries.names(request.actor, model, show=show, of_list=of_list, after=place)
    if page.newest is None:
        raise Http404
    decided = queries.reviews_of([name.entry for name in page.names])
    rows = [
        (name, reviewing.in_words(decided[name.entry.pk]) if name.entry.pk in decided else "") for name in page.names
    ]
    context = {
        "lists": queries.of_model(request.actor, page.newest),
        "rows": rows,
        "show": show,
        "of_list": of_list,
        "more": f"{page.more[0]}-{page.more[1]}" if page.more else "",
        "may_decide": queries.may_decide(request.actor),
    }
    return render(request, "lists/names.html", context)


@require_GET
def review(request: Request, model: str) -> HttpResponse:
    """The next name to decide about."""
    _known(model)
    return _card(request, model, of_list=_number(request, "list"))


@require_http_methods(["GET", "POST"])
def decide(request: Request, key: int) -> HttpResponse:
    """One decision, and then the next name. A plain look shows the name itself."""
    if request.method == "GET":
        name = queries.one_name(request.actor, get_object_or_404(Entry, pk=key).pk)
        return render(request, "lists/review.html", _context(request, name.entry.model, name))
    entry = get_object_or_404(Entry.objects.select_related("citizen", "publication"), pk=key)
    form = DecisionForm(request.POST)
    given = form.cleaned_data if form.is_valid() else {}
    of_list = given.get("of_list")
    try:
        if not form.is_valid():
            field, faults = next(iter(form.errors.items()))
            raise Invalid(field, str(faults[0]))
        made = reviewing.decide(
            request.actor,
            entry,
            given["version"],
            Review.Kind(given["kind"]),
            reason=given["reason"],
            note=given["note"],
            until=given["until"],
            colleague=given["colleague"],
            need=given["need"],
            route=given["route"],
            shown=given["shown"],
        )
    except Conflict as conflict:
        return _card(request, entry.model, of_list=of_list, conflict=conflict.message)
    except Invalid as error:
        name = queries.one_name(request.actor, key)
        # What was typed stands there still: only what was wrong is to be mended.
        faulty = {"error": error.message, "typed": request.POST}
        return _show(request, _context(request, entry.model, name, of_list) | faulty, 422)
    return _card(request, entry.model, of_list=of_list, made=made)


@require_POST
def undo(request: Request, key: int) -> HttpResponse:
    """Take a decision back and show the name again."""
    made = get_object_or_404(Review.objects.select_related("entry__citizen", "entry__publication"), pk=key)
    try:
        entry = reviewing.undo(request.actor, made)
    except Conflict as conflict:
        return _card(request, made.entry.model, conflict=conflict.message)
    name = queries.one_name(request.actor, entry.pk)
    return _show(request, _context(request, entry.model, name) | {"undone": True})


def _known(model: str) -> None:
    if model not in titles():
        raise Http404


def _number(request: Request, name: str) -> int | None:
    return to_number(request.GET.get(name, ""))


def _card(
    request: Request,
    model: str,
    *,
    of_list: int | None = None,
    made: Review | None = None,
    conflict: str = "",
) -> HttpResponse:
    """The next card, with what has just happened above it."""
    name = queries.next_name(request.actor, model, of_list=of_list)
    context = _context(request, model, name, of_list)
    if made is not None:
        context |= {"made": made, "made_words": reviewing.in_words(made)}
    return _show(request, context | {"conflict": conflict}, 409 if conflict else 200)


def _context(request: Request, model: str, name: Name | None, of_list: int | None = None) -> dict[str, object]:
    programme_rules = rules(of_model(model).definition.programme)
    review_rules = programme_rules.review
    return {
        "model": model,
        "title": getattr(titles()[model], language()),
        "name": name,
        "of_list": of_list,
        "reasons": [(each, getattr(each.title, language())) for each in review_rules.reasons],
        "routes": [(each.route, getattr(each.title, language())) for each in programme_rules.gate.unmet_need_routes],
        "later_days": review_rules.later_days,
        "question": queries.question_about(name.entry) if name else None,
        "colleagues": queries.colleagues(request.actor) if name else [],
        "shown": reviewing.shown_now(name.entry) if name else "",
        "left": queries.left_to_review(request.actor, model, of_list),
        "pace": queries.pace(request.actor),
        "may_decide": queries.may_decide(request.actor),
        "address": reverse("review", args=[model]),
    }


def _show(request: Request, context: dict[str, object], status: int = 200) -> HttpResponse:
    """The card alone for a script that swaps it, else the whole page."""
    template = "lists/_card.html" if request.headers.get("HX-Request") else "lists/review.html"
    return render(request, template, context, status=status)
