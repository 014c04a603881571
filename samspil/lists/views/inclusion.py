"""Inclusions: the practice's work list, one of them with its gate, letters, and nominations from other sectors."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samspil.access import guard
from samspil.access.errors import Conflict, Invalid
from samspil.access.forms.fields import say
from samspil.access.middleware import Request
from samspil.access.paging import to_number
from samspil.access.queries.finding import find_citizen
from samspil.lists.actions import checking, ending, inclusion, opening
from samspil.lists.forms import (
    CheckForm,
    ContactForm,
    ConversationForm,
    EndForm,
    NominationForm,
    OffListForm,
    OverrideForm,
    VersionForm,
)
from samspil.lists.models import Inclusion, Stage, Step
from samspil.lists.queries import inclusions as queries


@require_GET
def running(request: Request) -> HttpResponse:
    """The inclusions under way, or those that ended."""
    ended = request.GET.get("show") == "ended"
    found, more = queries.running(request.actor, ended=ended, before=to_number(request.GET.get("before", "")))
    context = {"found": found, "more": more, "ended": ended, "may_enter": queries.may_enter(request.actor)}
    return render(request, "lists/inclusions.html", context)


@require_GET
def opened(request: Request, key: int) -> HttpResponse:
    """One inclusion."""
    return _page(request, key)


def _page(request: Request, key: int, bound: forms.Form | None = None, status: int = 200) -> HttpResponse:
    """The page of an inclusion; `bound` is a form that has something to mend."""
    try:
        found = queries.opened(request.actor, key)
    except Inclusion.DoesNotExist as error:
        raise Http404 from error
    shown = found.inclusion
    first = {"version": shown.version}
    made: dict[str, forms.Form] = {
        "contact": ContactForm(initial=first, prefix="contact"),
        "conversation": ConversationForm(initial=first | {"purpose": shown.purpose}, prefix="conversation"),
        "check": CheckForm(initial=first, questions=found.judgement.questions, prefix="check"),
        "override": OverrideForm(
            initial=first | {"seen": ",".join(found.judgement.blocked_by)}, programme=shown.programme, prefix="override"
        ),
        "end": EndForm(initial=first, programme=shown.programme, enrolled=shown.stage == Stage.ENROLLED, prefix="end"),
        "go_on": VersionForm(initial=first, prefix="go_on", auto_id=False),
    }
    if bound is not None and bound.prefix:
        made[bound.prefix] = bound
    return render(
        request,
        "lists/inclusion.html",
        {"found": found, "inclusion": shown, "forms": made, "stages": Stage, "bound": bound},
        status=status,
    )


def _act(
    request: Request, key: int, form: forms.Form, act: Callable[[Inclusion, dict[str, object]], None], said: str
) -> HttpResponse:
    """Read a form, do something with the inclusion, and show its page with what came of it."""
    found = get_object_or_404(Inclusion.objects.select_related("citizen", "practice"), pk=key)
    if form.is_valid():
        try:
            act(found, form.cleaned_data)
        except Invalid as error:
            say(form, error)
        except Conflict as conflict:
            messages.warning(request, conflict.message)
            return redirect("inclusion", key)
        else:
            messages.success(request, said)
            return redirect("inclusion", key)
    return _page(request, key, form, 422)


@require_POST
def contact(request: Request, key: int) -> HttpResponse:
    """A letter, a reminder, a call."""
    form = ContactForm(request.POST, prefix="contact")

    def act(found: Inclusion, given: dict[str, object]) -> None:
        inclusion.contact(
            request.actor,
            found,
            int(str(given["version"])),
            Step.Kind(str(given["kind"])),
            on=given["on"],  # type: ignore[arg-type]
            words=str(given["note"]),
        )

    return _act(request, key, form, act, _("The contact has been noted."))


@require_POST
def conversation(request: Request, key: int) -> HttpResponse:
    """The information conversation."""
    form = ConversationForm(request.POST, prefix="conversation")

    def act(found: Inclusion, given: dict[str, object]) -> None:
        inclusion.hold_conversation(
            request.actor,
            found,
            int(str(given["version"])),
            purpose=str(given["purpose"]),
            on=given["on"],  # type: ignore[arg-type]
        )

    return _act(request, key, form, act, _("The conversation has been noted. Record the citizen's answers now."))


@require_POST
def check(request: Request, key: int) -> HttpResponse:
    """The answers at the gate."""
    found = get_object_or_404(Inclusion.objects.select_related("citizen", "practice"), pk=key)
    form = CheckForm(request.POST, questions=checking.judgement_now(found).questions, prefix="check")

    def act(found: Inclusion, given: dict[str, object]) -> None:
        checking.check(request.actor, found, int(str(given["version"])), form.answers())

    return _act(request, key, form, act, _("Your answers have been saved, and eligibility has been judged."))


@require_POST
def override(request: Request, key: int) -> HttpResponse:
    """Setting an exclusion aside."""
    found = get_object_or_404(Inclusion, pk=key)
    form = OverrideForm(request.POST, programme=found.programme, prefix="override")

    def act(found: Inclusion, given: dict[str, object]) -> None:
        checking.override(
            request.actor,
            found,
            int(str(given["version"])),
            str(given["reason"]),
            str(given["note"]),
            str(given["seen"]).split(","),
        )

    return _act(request, key, form, act, _("The exclusion has been set aside. The secretariat is told of it."))


@require_POST
def go_on(request: Request, key: int, step: str) -> HttpResponse:
    """A step without more words: taking a nomination up, consent, enrolment, judging again."""
    acts = {
        "accept": (opening.accept_nomination, _("The nomination has been taken up.")),
        "consent": (inclusion.note_consent, _("The consent has been noted.")),
        "enrol": (inclusion.enrol, _("The citizen is enrolled.")),
        "reassess": (inclusion.reassess, _("The inclusion is no longer provisional.")),
    }
    if step not in acts:
        raise Http404
    do, said = acts[step]
    form = VersionForm(request.POST, prefix="go_on", auto_id=False)

    def act(found: Inclusion, given: dict[str, object]) -> None:
        do(request.actor, found, int(str(given["version"])))

    return _act(request, key, form, act, said)


@require_POST
def end(request: Request, key: int) -> HttpResponse:
    """Ending an inclusion, with its reason."""
    found = get_object_or_404(Inclusion, pk=key)
    form = EndForm(request.POST, programme=found.programme, enrolled=found.stage == Stage.ENROLLED, prefix="end")

    def act(found: Inclusion, given: dict[str, object]) -> None:
        ending.end(
            request.actor,
            found,
            int(str(given["version"])),
            str(given["reason"]),
            decline_reason=str(given["decline_reason"]),
            words=str(given["note"]),
            need=str(given["need"]),
            route=str(given["route"]),
        )

    return _act(request, key, form, act, _("The inclusion has ended."))


@require_http_methods(["GET", "POST"])
def off_list(request: Request) -> HttpResponse:
    """Enter a newly ill citizen who is on no list."""
    guard.check(request.actor, "decide", queries.own_inclusions(request.actor), "inclusion")
    form = OffListForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            citizen = find_citizen(request.actor, given["cpr"]).citizen
            made = opening.open_off_list(request.actor, citizen, given["model"], given["purpose"])
        except Invalid as error:
            say(form, error)
        except Conflict as conflict:
            form.add_error(None, conflict.message)
        else:
            return redirect("inclusion", made.pk)
    return render(request, "lists/off_list.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
def letter(request: Request, key: int, kind: str) -> HttpResponse:
    """A letter to print."""
    if kind not in {Step.Kind.LETTER, Step.Kind.REMINDER}:
        raise Http404
    try:
        found, text = queries.letter(request.actor, key, kind)
    except Inclusion.DoesNotExist as error:
        raise Http404 from error
    except (Invalid, Conflict) as error:
        messages.warning(request, error.message)
        return redirect("inclusion", key)
    return render(request, "lists/letter.html", {"inclusion": found, "text": text})


@require_http_methods(["GET", "POST"])
def nominations(request: Request) -> HttpResponse:
    """What one's organisation nominated, and a new nomination."""
    form = NominationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            citizen = queries.citizen_to_nominate(request.actor, given["cpr"])
            opening.nominate(request.actor, citizen, given["model"], given["why"])
        except Invalid as error:
            say(form, error)
        else:
            messages.success(request, _("Thank you. The citizen's practice has been told and decides."))
            return redirect("nominations")
    found, more = queries.nominated(request.actor, before=to_number(request.GET.get("before", "")))
    context = {"form": form, "found": found, "more": more}
    return render(request, "lists/nominations.html", context, status=422 if form.errors else 200)
