"""The one work list, finishing a task, reminders by e-mail, and what the secretariat sees of broken promises."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from samspil.access.errors import Conflict, Invalid
from samspil.access.forms.fields import say
from samspil.access.middleware import Request
from samspil.access.models import CareTask
from samspil.plans.actions import mailing, stays
from samspil.plans.actions import work as actions
from samspil.plans.forms.work import AnswerForm, FilterForm, JointVisitForm, WishForm
from samspil.plans.models import PlanTask
from samspil.plans.queries import broken as broken_promises
from samspil.plans.queries import work as queries
from samspil.plans.task_kinds import how, kind_title
from samspil.plans.work_addresses import address_of


@require_GET
def work(request: Request) -> HttpResponse:
    """What one is asked to do, the earliest due first."""
    chosen = FilterForm(request.GET)
    given = chosen.cleaned_data if chosen.is_valid() else {}
    found = queries.work_list(
        request.actor,
        whose=queries.whose_of(given.get("whose", "")),
        overdue=given.get("overdue", False),
        kind=given.get("kind", ""),
        after=request.GET.get("after", ""),
    )
    kept = QueryDict(mutable=True)
    for name in chosen.fields:
        if request.GET.get(name):
            kept[name] = request.GET[name]
    context = {
        "found": found,
        "lines": [(line, address_of(line.about)) for line in found.lines],
        "form": chosen,
        "kept": kept.urlencode(),
        "filtered": any(given.get(name) for name in ("kind", "overdue")) or given.get("whose") in {"mine", "unit"},
    }
    return render(request, "plans/work.html", context)


@require_http_methods(["GET", "POST"])
def task(request: Request, key: int) -> HttpResponse:
    """One task: done by a click of the list, or by an answer that is written here."""
    asked = get_object_or_404(CareTask.objects.select_related("citizen__practice", "about__stay"), pk=key)
    about: PlanTask | None = getattr(asked, "about", None)
    data = request.POST if request.method == "POST" else None
    form: forms.Form = JointVisitForm(data) if about is not None and about.kind == "joint_visit" else AnswerForm(data)
    if "answer" in form.fields and how(about.kind if about is not None else "") == "click":
        form.fields["answer"].required = False
    if data is not None and form.is_valid():
        try:
            done = _done(request, asked, about, form)
        except Invalid as error:
            say(form, error)
        except Conflict as conflict:
            messages.warning(request, conflict.message)
            return redirect("work-task", key)
        else:
            said = _("Done: %(title)s.") if done else _("It was done already: %(title)s.")
            title = asked.title if about is None else kind_title(about.kind)
            messages.success(request, said % {"title": title})
            return redirect(_back(request))
    line = queries.one_task(request.actor, key)
    context = {"line": line, "address": address_of(line.about), "form": form}
    return render(request, "plans/work_task.html", context, status=422 if form.errors else 200)


def _done(request: Request, asked: CareTask, about: PlanTask | None, form: forms.Form) -> bool:
    given = form.cleaned_data
    if isinstance(form, JointVisitForm):
        assert about is not None
        return stays.hold_joint_visit(request.actor, about, **given)
    return actions.done(request.actor, about or asked, given["answer"])


def _back(request: HttpRequest) -> str:
    """The page of the list that the click came from."""
    there = request.POST.get("back", "")
    if there.startswith("/work/") and url_has_allowed_host_and_scheme(there, allowed_hosts=None):
        return there
    return "work"


@require_http_methods(["GET", "POST"])
def reminders(request: Request) -> HttpResponse:
    """Whether one is reminded by e-mail."""
    wants = queries.wants_reminders(request.actor)
    form = WishForm(request.POST) if request.method == "POST" else WishForm(initial={"wants": wants})
    if request.method == "POST" and form.is_valid():
        try:
            mailing.wish(request.actor, wants=form.cleaned_data["wants"])
        except Invalid as error:
            say(form, error)
        else:
            messages.success(request, _("Your choice has been saved."))
            return redirect("work")
    return render(request, "plans/work_reminders.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
def broken(request: Request) -> HttpResponse:
    """Promises that were not kept: counts by place and kind, never a citizen."""
    return render(request, "plans/work_broken.html", {"found": broken_promises.broken_promises(request.actor)})
