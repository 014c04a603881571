"""What a citizen needs: what is known, and assessing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samspil.access.errors import Conflict, Invalid
from samspil.access.forms.fields import say
from samspil.access.middleware import Request
from samspil.access.models import Citizen
from samspil.improvement import need_courses, need_how, need_levels
from samspil.improvement import need_words as words
from samspil.improvement.actions import assessing
from samspil.improvement.bulletins import said
from samspil.improvement.models import NeedAssessment
from samspil.improvement.need_forms import LONG, IntegrationForm, NeedForm, SquareForm, WithdrawForm
from samspil.improvement.queries import needs as queries
from samspil.population.integration import need_for_integration
from samspil.programmes.segment_rules import Profession

_Kind = NeedAssessment.Kind


@require_GET
def needs(request: Request, key: int) -> HttpResponse:
    """What is known of a citizen's needs, and who said so."""
    try:
        found = queries.needs(request.actor, key, request.GET.get("after", ""))
    except Citizen.DoesNotExist as error:
        raise Http404 from error
    table = found.rules.integration
    context = {
        "found": found,
        "citizen": found.citizen,
        "square": words.square_of(found),
        "quadrant": words.quadrant_words(found.quadrant, found.rules),
        "sides": words.sides_of(found),
        "halves": words.halves_of(found.rules),
        "integration": [words.told_of(each, found.rules) for each in found.integration],
        "integration_due": words.due_words(found.integration_last),
        "drawings": need_courses.drawings_of(found),
        "history": [
            (words.told_of(each, found.rules), need_levels.movement_of(each, found.drawn, table))
            for each in found.history
        ],
        "how": need_how.how_of(found.rules),
        "later": "after" in request.GET,
    }
    return render(request, "improvement/needs/needs.html", context)


@require_GET
def assessment(request: Request, key: int, number: int) -> HttpResponse:
    """One assessment with everything it says."""
    try:
        found = queries.one(request.actor, key, number)
    except (Citizen.DoesNotExist, NeedAssessment.DoesNotExist) as error:
        raise Http404 from error
    context = {
        "citizen": found.citizen,
        "told": words.told_of(found.seen, found.rules),
        "withdraw": WithdrawForm() if found.may_withdraw else None,
    }
    return render(request, "improvement/needs/one.html", context)


@require_POST
def withdraw(request: Request, key: int, number: int) -> HttpResponse:
    """Take an assessment back."""
    people = NeedAssessment.objects.select_related("citizen", "by__user")
    told = get_object_or_404(people, pk=number, citizen_id=key)
    try:
        assessing.withdraw(request.actor, told, request.POST.get("reason", "")[:LONG])
    except Invalid as error:
        messages.error(request, error.message)
    except Conflict as conflict:
        messages.warning(request, conflict.message)
    else:
        messages.success(request, _("The assessment has been taken back. It is still seen that it was there."))
        return redirect("citizen-needs", key)
    return redirect("citizen-need", key, number)


@require_http_methods(["GET", "POST"])
def square(request: Request, key: int) -> HttpResponse:
    """Assess complexity and self-care."""
    asked = _asked(request, key, _Kind.SQUARE)
    profession = _profession(request, asked)
    if profession is None:
        return _choose_profession(request, asked, _("Assess complexity and self-care"))
    form = SquareForm(request.POST or None, asked=asked, profession=profession)
    if request.method == "POST" and form.is_valid():
        try:
            assessing.assess_square(
                request.actor, asked.citizen, form.made, form.given(), known=form.cleaned_data["known"]
            )
        except Invalid as error:
            say(form, error)
        except Conflict as conflict:
            return _conflict(request, form, conflict, "improvement/needs/square.html", asked)
        else:
            return _saved(request, key)
    return _page(request, "improvement/needs/square.html", asked, form)


@require_http_methods(["GET", "POST"])
def integration(request: Request, key: int) -> HttpResponse:
    """Assess the need for integration; with `look` it is shown what would follow, and nothing is saved."""
    asked = _asked(request, key, _Kind.INTEGRATION)
    profession = _profession(request, asked)
    if profession is None:
        return _choose_profession(request, asked, _("Assess the need for integration"))
    form, template = (
        IntegrationForm(request.POST or None, asked=asked, profession=profession),
        "improvement/needs/integration.html",
    )
    if request.method == "POST" and form.is_valid():
        given = form.given()
        if "look" in request.POST:
            known = {name: given.rows.get(name) for name in form.row_names}
            rows, verdict = need_levels.preview_of(
                need_for_integration(known, asked.rules.integration), asked.rules.integration
            )
            return _page(request, template, asked, form, rows=rows, verdict=verdict)
        try:
            assessing.assess_integration(
                request.actor, asked.citizen, form.made, given, known=form.cleaned_data["known"]
            )
        except Invalid as error:
            say(form, error)
        except Conflict as conflict:
            return _conflict(request, form, conflict, template, asked)
        else:
            return _saved(request, key)
    return _page(request, template, asked, form)


def _asked(request: Request, key: int, kind: NeedAssessment.Kind) -> queries.Asked:
    try:
        return queries.asked(request.actor, key, kind.value)
    except Citizen.DoesNotExist as error:
        raise Http404 from error


def _profession(request: Request, asked: queries.Asked) -> Profession | None:
    """The profession that was chosen, else the usual one; None where somebody has to choose."""
    chosen = request.POST.get("profession") or request.GET.get("as") or asked.usual
    return next((each for each in asked.professions if each.profession == chosen), None)


def _choose_profession(request: Request, asked: queries.Asked, title: str) -> HttpResponse:
    choices = [(each.profession, said(each.title)) for each in asked.professions]
    context = {"citizen": asked.citizen, "professions": choices, "title": title}
    status = 422 if request.method == "POST" else 200
    return render(request, "improvement/needs/profession.html", context, status=status)


def _page(request: Request, template: str, asked: queries.Asked, form: NeedForm, **more: Any) -> HttpResponse:
    context = {
        "citizen": asked.citizen,
        "form": form,
        "profession": said(form.of.title).lower(),
        "may_choose": len(asked.professions) > 1,
        "left_out": need_how.left_out(asked, form.of),
        "how": need_how.how_of(asked.rules),
        **more,
    }
    return render(request, template, context, status=422 if form.errors else 200)


def _conflict(
    request: Request, form: NeedForm, conflict: Conflict, template: str, asked: queries.Asked
) -> HttpResponse:
    """Somebody was first: what was written stays in the form, and sent again it is saved."""
    sent = request.POST.copy()
    sent["known"] = str(asked.known)
    messages.warning(request, conflict.message)
    again = type(form)(sent, asked=asked, profession=form.of)
    again.full_clean()
    answer = _page(request, template, asked, again)
    answer.status_code = 409
    return answer


def _saved(request: Request, key: int) -> HttpResponse:
    messages.success(request, _("The assessment has been saved, beside those that were there."))
    return redirect("citizen-needs", key)
