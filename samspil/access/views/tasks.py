"""Tasks: those somebody holds, finishing one, and giving one."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from samspil.access.actions.tasks import close_task, give_task
from samspil.access.errors import Invalid
from samspil.access.forms.care import TaskForm, WhereForm
from samspil.access.forms.fields import say
from samspil.access.middleware import Request
from samspil.access.models import CareTask, Citizen
from samspil.access.queries.tasks import (
    citizen_for_task,
    held_tasks,
    organisations_for_tasks,
    people_for_tasks,
    seen_with_task,
)


@require_safe
def tasks(request: Request) -> HttpResponse:
    """Open tasks, the most urgent first."""
    return render(request, "access/tasks.html", {"tasks": held_tasks(request.actor), "today": timezone.localdate()})


@require_POST
def done(request: Request, task_id: int) -> HttpResponse:
    """Mark a task as done."""
    task = get_object_or_404(CareTask.objects.select_related("citizen"), pk=task_id)
    close_task(request.actor, task)
    messages.success(request, _("The task has been marked as done."))
    return redirect("tasks")


def new_task(request: Request, citizen_id: int) -> HttpResponse:
    """Give a task: first the organisation, then what is to be done."""
    citizen = get_object_or_404(Citizen, pk=citizen_id)
    citizen_for_task(request.actor, citizen)
    places = organisations_for_tasks()
    where = WhereForm(places, request.GET if "organisation" in request.GET else None)
    if not where.is_valid():
        if request.method == "POST":
            raise Http404
        return render(request, "access/task_where.html", {"citizen": citizen, "form": where})
    organisation = where.cleaned_data["organisation"]
    form = TaskForm(people_for_tasks(organisation), request.POST if request.method == "POST" else None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            give_task(request.actor, citizen, organisation, data["title"], data["due"], data["holder"])
        except Invalid as error:
            say(form, error)
        else:
            messages.success(request, _("%(name)s has been given the task.") % {"name": organisation.name})
            return redirect("citizen", citizen.pk)
    everything, seen = seen_with_task(request.actor, citizen, organisation)
    context = {"citizen": citizen, "organisation": organisation, "form": form, "everything": everything, "seen": seen}
    return render(request, "access/task_new.html", context, status=422 if form.errors else 200)
