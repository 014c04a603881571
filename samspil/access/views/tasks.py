"""Giving a task. Those that somebody holds stand on the work list of the room `plans`."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from samspil.access.actions.tasks import give_task
from samspil.access.errors import Invalid
from samspil.access.forms.care import TaskForm, WhereForm
from samspil.access.forms.fields import say
from samspil.access.middleware import Request
from samspil.access.models import Citizen
from samspil.access.queries.tasks import (
    citizen_for_task,
    organisations_for_tasks,
    people_for_tasks,
    seen_with_task,
)


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
