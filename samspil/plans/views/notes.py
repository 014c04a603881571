"""The messages about a citizen: reading them, writing one, answering, and showing one together."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from samspil.access.errors import Conflict, Invalid
from samspil.access.forms.fields import say
from samspil.access.middleware import Request
from samspil.access.models import Citizen
from samspil.access.paging import to_number
from samspil.plans.actions import notes as actions
from samspil.plans.forms.work import NoteForm
from samspil.plans.models import Note
from samspil.plans.queries import notes as queries


@require_http_methods(["GET", "POST"])
def notes(request: Request, citizen_id: int) -> HttpResponse:
    """The messages about a citizen, and a new one. `?answer=` names the question that is answered."""
    citizen = get_object_or_404(Citizen.objects.select_related("practice"), pk=citizen_id)
    if request.method == "POST":
        actions.require_writer(request.actor, citizen)
    found = queries.messages_about(request.actor, citizen, request.GET.get("after", ""))
    form, question = None, None
    if found.may_write and request.actor.membership is not None:
        question = _question(request, citizen)
        initial = _initial(request, question)
        data = request.POST if request.method == "POST" else None
        form = NoteForm(data, initial=initial, team=found.team, own=request.actor.membership)
        if data is not None and form.is_valid():
            given = form.cleaned_data
            by = actions.answer_by_default(timezone.localdate()) if given["question"] else None
            try:
                made = actions.write(
                    request.actor,
                    citizen,
                    given["text"],
                    given["category"],
                    form.to(),
                    answers=question,
                    answer_by=by,
                    shown_together=given["shown_together"],
                )
            except Invalid as error:
                say(form, error)
            except Conflict as conflict:
                messages.warning(request, conflict.message)
                return redirect("notes", citizen_id)
            else:
                messages.success(request, _said(made))
                return redirect("notes", citizen_id)
    context = {"citizen": citizen, "found": found, "form": form, "question": question}
    return render(request, "plans/notes.html", context, status=422 if form is not None and form.errors else 200)


def _said(made: Note) -> str:
    if made.shown_at is not None:
        return _("The note has been sent.")
    return _("The note is kept. It is sent when the citizen has seen it on their own page.")


def _question(request: Request, citizen: Citizen) -> Note | None:
    key = to_number(request.POST.get("answers", "") or request.GET.get("answer", ""))
    if key is None:
        return None
    try:
        question = queries.one_note(request.actor, key)
    except Note.DoesNotExist as error:
        raise Http404 from error
    if question.citizen_id != citizen.pk:
        raise Http404
    return question


def _initial(request: Request, question: Note | None) -> dict[str, object]:
    """An answer goes to who asked, about the same thing."""
    if question is None:
        return {}
    return {
        "category": question.category,
        "addressees": [str(question.by.organisation_id)],
        "answers": question.pk,
    }


@require_POST
def show_together(request: Request, key: int) -> HttpResponse:
    """The note has been looked at with the citizen."""
    note = get_object_or_404(Note.objects.select_related("citizen", "plan", "by"), pk=key)
    actions.show_together(request.actor, note)
    messages.success(request, _("The note has been sent."))
    return redirect("notes", note.citizen_id)
