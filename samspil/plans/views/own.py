"""The citizen's own plan, for the citizen and for a relative who may see it."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samspil.access.errors import Conflict, Invalid
from samspil.access.forms.fields import say
from samspil.access.middleware import Request
from samspil.access.paging import to_number
from samspil.access.policy import Resource, may
from samspil.access.views.subject import Place, Subject, subject_of
from samspil.plans.actions import notes as note_actions
from samspil.plans.actions import own_goals as actions
from samspil.plans.actions.parts import WrittenMeanwhile
from samspil.plans.forms.own import InvolvementForm, OwnGoalForm, OwnTextForm
from samspil.plans.models import Activity, Addressee, Goal, Note, Plan
from samspil.plans.programme import in_words, plan_format
from samspil.plans.queries import notes as note_queries
from samspil.plans.queries import own as queries
from samspil.plans.words import TAKES_ON


@require_GET
def plan(request: Request, place: Place, citizen_id: int | None = None) -> HttpResponse:
    """The whole plan, as the citizen reads it."""
    subject = subject_of(request, place, citizen_id, "plan")
    return _page(request, subject)


def _page(request: Request, subject: Subject, involvement: InvolvementForm | None = None) -> HttpResponse:
    found = queries.own_plan(request.actor, subject.citizen)
    chosen = found.plan.involvement if found.plan is not None else ""
    context = {
        "found": found,
        "plan": found.plan,
        "subject": subject,
        "citizen": subject.citizen,
        "involvement": involvement or InvolvementForm(initial={"before": chosen, "involvement": chosen}),
        "takes_on": TAKES_ON.get(chosen, ""),
        "may_see_log": may(request.actor, "read", Resource("citizen_log", subject.citizen), "self"),
        "may_see_consents": may(request.actor, "read", Resource("consent", subject.citizen), "self"),
    }
    return render(request, "plans/own_plan.html", context, status=422 if involvement is not None else 200)


def _own(request: Request) -> tuple[Subject, Plan]:
    """The citizen who is logged in, with the current plan. Raises Refused, and Http404 where there is no plan."""
    subject = subject_of(request, "me", None, "plan")
    found = Plan.objects.select_related("citizen", "accountable__user")
    return subject, get_object_or_404(found, citizen=subject.citizen, closed_at__isnull=True)


def _act(request: Request, act: Callable[[], object], said: str, anchor: str = "") -> HttpResponse:
    """Do something with a click, say what came of it, and go back to the plan."""
    try:
        act()
    except Invalid as error:
        messages.warning(request, error.message)
    except Conflict as conflict:
        messages.warning(request, conflict.message)
    else:
        messages.success(request, said)
    answer = redirect("me-plan")
    if anchor:
        answer["Location"] += f"#{anchor}"
    return answer


@require_http_methods(["GET", "POST"])
def goal(request: Request, key: int | None = None) -> HttpResponse:
    """A new goal, or other words for one."""
    subject, own = _own(request)
    found = get_object_or_404(Goal.objects.select_related("plan__citizen"), pk=key, plan=own) if key else None
    first = {"words": found.words, "domain": found.domain, "version": found.version} if found is not None else {}
    form = OwnGoalForm(request.POST if request.method == "POST" else None, initial=first)
    theirs: WrittenMeanwhile | None = None
    if form.is_valid():
        given = form.cleaned_data
        try:
            if found is None:
                actions.add(request.actor, own, given["words"], given["domain"])
            else:
                actions.reword(request.actor, found, given["version"] or 0, given["words"], given["domain"])
        except Invalid as error:
            say(form, error)
        except WrittenMeanwhile as meanwhile:
            theirs = meanwhile
            form = OwnGoalForm(initial=given | {"version": meanwhile.version})
        except Conflict as conflict:
            messages.warning(request, conflict.message)
            return redirect("me-plan")
        else:
            messages.success(request, _("Your goal is saved. Those in your team can see it."))
            return redirect("me-plan")
    context = {"form": form, "goal": found, "theirs": theirs, "citizen": subject.citizen}
    return render(request, "plans/own_goal.html", context, status=409 if theirs else 422 if form.errors else 200)


#: What a click does with a goal, and what is said afterwards.
_GOAL_ACTS: dict[str, tuple[Callable[..., object], Callable[[], str]]] = {
    "let-go": (actions.let_go, lambda: _("You have let the goal go. You can take it up again at any time.")),
    "take-up": (actions.take_up, lambda: _("You work on the goal again.")),
    "reach": (actions.reach, lambda: _("Well done. The goal is marked as reached.")),
}


@require_POST
def goal_act(request: Request, key: int, act: str) -> HttpResponse:
    """Let a goal go, take it up again, or say that it is reached."""
    _subject, own = _own(request)
    found = get_object_or_404(Goal.objects.select_related("plan__citizen"), pk=key, plan=own)
    if act not in _GOAL_ACTS:
        raise Http404
    version = to_number(request.POST.get("version", ""))
    done, said = _GOAL_ACTS[act]
    return _act(request, lambda: done(request.actor, found, version if version is not None else -1), said(), "goals")


@require_POST
def confirm(request: Request) -> HttpResponse:
    """Yes to the goals as they were read: each `read` is a goal and its version."""
    _subject, own = _own(request)
    pairs = [each.partition("-")[::2] for each in request.POST.getlist("read")]
    read = {
        a: b for a, b in ((to_number(one), to_number(two)) for one, two in pairs) if a is not None and b is not None
    }
    return _act(
        request, lambda: actions.confirm(request.actor, own, read), _("You have said yes to the goals."), "goals"
    )


@require_POST
def involvement(request: Request) -> HttpResponse:
    """How much to take on now."""
    subject, own = _own(request)
    form = InvolvementForm(request.POST)
    if not form.is_valid():
        return _page(request, subject, form)
    given = form.cleaned_data
    return _act(
        request,
        lambda: actions.take_on(request.actor, own, given["before"], given["involvement"]),
        _("It is saved. You can change it at any time."),
        "mine",
    )


@require_POST
def did(request: Request, key: int) -> HttpResponse:
    """The citizen has done something that the citizen was to do."""
    _subject, own = _own(request)
    found = get_object_or_404(Activity.objects.select_related("plan__citizen"), pk=key, plan=own)
    return _act(request, lambda: actions.did(request.actor, found), _("Well done. It is marked as done."), "mine")


@require_http_methods(["GET", "POST"])
def write(request: Request, section: str) -> HttpResponse:
    """A text of the plan that the citizen writes."""
    subject, own = _own(request)
    known = plan_format().section(section)
    if known is None or not known.citizen_writes:
        raise Http404
    now = own.sections.filter(section=section).first()
    first = {"text": now.text if now is not None else "", "version": now.version if now is not None else 0}
    draft = own.drafts.filter(user=request.actor.user, section=section).first()
    if draft is not None and draft.base == first["version"]:
        first["text"] = draft.text
    form: forms.Form = OwnTextForm(request.POST if request.method == "POST" else None, initial=first)
    theirs: WrittenMeanwhile | None = None
    if form.is_valid():
        try:
            actions.write(request.actor, own, section, form.cleaned_data["version"], form.cleaned_data["text"])
        except Invalid as error:
            say(form, error)
        except WrittenMeanwhile as meanwhile:
            theirs = meanwhile
            form = OwnTextForm(initial={"text": meanwhile.own, "version": meanwhile.version})
        except Conflict as conflict:
            messages.warning(request, conflict.message)
            return redirect("me-plan")
        else:
            messages.success(request, _("Your text is saved. Those in your team can see it."))
            return redirect("me-plan")
    context = {
        "form": form,
        "title": in_words(known.citizen_title),
        "section": known,
        "theirs": theirs,
        "citizen": subject.citizen,
    }
    return render(request, "plans/own_write.html", context, status=409 if theirs else 422 if form.errors else 200)


@require_GET
def notes(request: Request) -> HttpResponse:
    """What is written about the citizen, to whom it goes, and who has read it."""
    subject = subject_of(request, "me", None, "note")
    found = note_queries.notes_of_citizen(request.actor, subject.citizen, request.GET.get("after", ""))
    return render(request, "plans/own_notes.html", {"found": found, "citizen": subject.citizen})


@require_POST
def share_note(request: Request, key: int) -> HttpResponse:
    """The citizen has seen to whom a note goes, and lets it go there: to everybody who is not ticked off."""
    subject = subject_of(request, "me", None, "note")
    note = get_object_or_404(Note.objects.select_related("citizen"), pk=key, citizen=subject.citizen)
    unwanted = [number for each in request.POST.getlist("not_to") if (number := to_number(each)) is not None]
    for addressee in note.addressees.filter(pk__in=unwanted).select_related("note__citizen"):
        note_actions.refuse_addressee(request.actor, addressee)
    note_actions.shown_to_citizen(request.actor, note)
    messages.success(request, _("You have seen the note. It goes to those you let it go to."))
    return redirect("me-notes")


@require_POST
def refuse_addressee(request: Request, key: int) -> HttpResponse:
    """No to one of those whom a note goes to."""
    subject = subject_of(request, "me", None, "note")
    found = get_object_or_404(
        Addressee.objects.select_related("note__citizen", "organisation"), pk=key, note__citizen=subject.citizen
    )
    note_actions.refuse_addressee(request.actor, found)
    said = _("The note goes no more to %(name)s. What was read before cannot be unread.")
    messages.success(request, said % {"name": found.organisation.name})
    return redirect("me-notes")
