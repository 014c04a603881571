"""Writing in a plan: texts by group, goals, activities, what the templates suggest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from samspil.access.errors import Conflict, Invalid
from samspil.access.forms.fields import say
from samspil.access.middleware import Request
from samspil.plans.actions import activities, composing, drafts, goals, sections
from samspil.plans.actions.parts import WrittenMeanwhile, check_write
from samspil.plans.forms.plan import ActivityForm, ComposeForm, GoalForm, SectionForm, mark_of, who_of
from samspil.plans.models import Activity, Plan
from samspil.plans.queries import plan as queries
from samspil.plans.queries.plan_parts import Shown
from samspil.plans.templates_of import phrases, suggestions, templates_of


def opened_or_404(request: Request, key: int) -> queries.OpenedPlan:
    """A plan as the actor may see it. Raises Refused."""
    try:
        return queries.opened(request.actor, key)
    except Plan.DoesNotExist as error:
        raise Http404 from error


def plan_or_404(key: int) -> Plan:
    """A plan to do something with; the act asks the policy."""
    named = ("accountable__user", "accountable__organisation")
    return get_object_or_404(Plan.objects.select_related("citizen", "practice", *named), pk=key)


def to_plan(key: int, place: str = "") -> HttpResponse:
    """Back to the plan's page, where something was changed."""
    return redirect(reverse("plan", args=[key]) + (f"#{place}" if place else ""))


@require_http_methods(["GET", "POST"])
def write(request: Request, key: int, group: str) -> HttpResponse:
    """The sections of one group on one page, saved together; what was not touched is left alone."""
    found = opened_or_404(request, key)
    own = [each for each in found.group(group) if each.may_write]
    if not own:
        check_write(request.actor, found.plan, None, f"write {group}")
        raise Http404
    met: dict[str, WrittenMeanwhile] = {}
    made: list[SectionForm] = []
    if request.method == "POST":
        made = [SectionForm(each, request.POST) for each in own]
        if all(form.is_valid() for form in made):
            saved, met = _save(request, found.plan, made)
            if not met and not any(form.errors for form in made):
                messages.success(request, _("Saved.") if saved else _("Nothing was changed."))
                return to_plan(key, f"group-{group}")
    else:
        made = [_resumed(request, each) for each in own]
    context = {
        "found": found,
        "plan": found.plan,
        "group": group,
        "forms": [(form, met.get(form.shown.name)) for form in made],
        "phrases": phrases(templates_of(found.plan)) if group in {"domain", "duties"} else [],
    }
    status = 409 if met else 422 if any(form.errors for form in made) else 200
    return render(request, "plans/plan_write.html", context, status=status)


def _resumed(request: Request, shown: Shown) -> SectionForm:
    """A section's form; with what was kept of it when the writer wants to go on from there."""
    if shown.draft is None or request.GET.get("continue") != shown.name:
        return SectionForm(shown)
    return SectionForm(
        shown,
        initial={
            "text": shown.draft.text,
            "not_assessed": False,
            # From the version it was begun from: if somebody has written since, both texts are shown at saving.
            "version": shown.draft.base,
            "was": mark_of(shown.text, shown.not_assessed),
        },
    )


def _save(request: Request, plan: Plan, made: list[SectionForm]) -> tuple[bool, dict[str, WrittenMeanwhile]]:
    """Save every touched section; those that somebody else saved first come back with both texts."""
    saved, met = False, {}
    for form in made:
        if not form.touched:
            continue
        given, name = form.cleaned_data, form.shown.name
        try:
            sections.write(request.actor, plan, name, given["version"], given["text"], bool(given.get("not_assessed")))
        except Invalid as error:
            say(form, error)
        except WrittenMeanwhile as conflict:
            met[name] = conflict
            # Saving again is from the version that is shown beside.
            _retype(form, version=str(conflict.version), was="-")
        except Conflict as conflict:
            form.add_error(None, conflict.message)
        else:
            saved = True
            # What is saved must not be saved again when the page is sent once more for the others.
            text = str(given["text"]).replace("\r\n", "\n").strip()
            _retype(form, was=mark_of(text, bool(given.get("not_assessed"))))
    return saved, met


def _retype(form: forms.Form, **values: str) -> None:
    """Show a form that was sent with other values in some fields than were sent."""
    data = cast(QueryDict, form.data).copy()
    for name, value in values.items():
        data[form.add_prefix(name)] = value
    form.data = data


@require_POST
def draft(request: Request, key: int, section: str) -> HttpResponse:
    """What somebody is writing, sent every few seconds while they do; or `throw_away` from the page."""
    plan = plan_or_404(key)
    if "throw_away" in request.POST:
        if section not in drafts.own(request.actor, plan):
            raise Http404
        drafts.throw_away(request.actor, plan, section)
        messages.success(request, _("What was kept has been thrown away."))
        return to_plan(key)
    base = request.POST.get("base", "")
    if not base.isdecimal():
        return HttpResponse(status=400)
    try:
        drafts.keep(request.actor, plan, section, request.POST.get("text", ""), int(base))
    except (Invalid, Conflict) as error:
        return HttpResponse(error.message, status=409, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)


def _act(
    request: Request, form: forms.Form, act: Callable[[], object], said: str
) -> tuple[bool, WrittenMeanwhile | None]:
    """Do something with a form; whether it was done, and what somebody else wrote meanwhile."""
    try:
        act()
    except Invalid as error:
        say(form, error)
    except WrittenMeanwhile as conflict:
        _retype(form, version=str(conflict.version))
        return False, conflict
    except Conflict as conflict:
        form.add_error(None, conflict.message)
    else:
        messages.success(request, said)
        return True, None
    return False, None


@require_http_methods(["GET", "POST"])
def goal(request: Request, key: int, goal_key: int | None = None) -> HttpResponse:
    """A new goal, or one to change."""
    found = opened_or_404(request, key)
    check_write(request.actor, found.plan, None, "goal")
    shown = next((each.goal for each in found.goals if each.goal.pk == goal_key), None)
    if goal_key is not None and shown is None:
        raise Http404
    initial = {name: getattr(shown, name) for name in GoalForm.base_fields} if shown is not None else {}
    form = GoalForm(request.POST or None, initial=initial, new=shown is None)
    met = None
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        version = given.pop("version") or 0

        def act() -> object:
            if shown is None:
                return goals.add(request.actor, found.plan, **given)
            return goals.change(request.actor, shown, version, **given)

        done, met = _act(request, form, act, _("The goal has been saved."))
        if done:
            return to_plan(key, "goals")
    draft = found.drafts.get(f"goal-{shown.pk}") if shown is not None else None
    context = {"found": found, "plan": found.plan, "form": form, "goal": shown, "met": met, "draft": draft}
    return render(request, "plans/plan_goal.html", context, status=409 if met else 422 if form.errors else 200)


@require_POST
def confirm(request: Request, key: int) -> HttpResponse:
    """The goals were read aloud, and the citizen says yes to them."""
    plan = plan_or_404(key)
    read = {}
    for each in request.POST.getlist("goal"):
        number, _dash, version = each.partition("-")
        if number.isdecimal() and version.isdecimal():
            read[int(number)] = int(version)
    try:
        goals.confirm(request.actor, plan, read)
    except (Invalid, Conflict) as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, _("The citizen's yes to the goals has been noted."))
    return to_plan(key, "goals")


@require_http_methods(["GET", "POST"])
def activity(request: Request, key: int, activity_key: int | None = None) -> HttpResponse:
    """A new activity, or one to change."""
    found = opened_or_404(request, key)
    check_write(request.actor, found.plan, None, "activity")
    everything = [*(each for one in found.goals for each in one.activities), *found.loose, *found.duties]
    shown = next((each for each in everything if each.pk == activity_key), None)
    if activity_key is not None and shown is None:
        raise Http404
    form = ActivityForm(request.POST or None, initial=_first(request, shown), plan=found.plan)
    met = None
    if request.method == "POST" and form.is_valid():
        given, version = form.given(), form.cleaned_data["version"] or 0

        def act() -> object:
            if shown is None:
                return activities.agree(request.actor, found.plan, **given)
            return activities.change(request.actor, shown, version, **(given | {"holder": _same_holder(shown, given)}))

        done, met = _act(request, form, act, _("The activity has been saved."))
        if done:
            return to_plan(key, "goals")
    context = {"found": found, "plan": found.plan, "form": form, "activity": shown, "met": met}
    return render(request, "plans/plan_activity.html", context, status=409 if met else 422 if form.errors else 200)


def _first(request: Request, shown: Activity | None) -> dict[str, Any]:
    """What a form for an activity begins with; a new one for the goal that it was opened from."""
    if shown is None:
        return {"goal": request.GET.get("goal"), "statutory": request.GET.get("duty") == "1"}
    names = ("what", "goal", "category", "due", "statutory", "version")
    return {name: getattr(shown, name) for name in names} | {"who": who_of(shown)}


def _same_holder(shown: Activity, given: dict[str, Any]) -> Any:
    """The person stays while the organisation does."""
    return shown.holder if given["party"] is not None and given["party"].pk == shown.party_id else None


@require_POST
def activity_state(request: Request, key: int, activity_key: int) -> HttpResponse:
    """Agreed, under way, done, stopped."""
    found = get_object_or_404(Activity.objects.select_related("plan__citizen"), pk=activity_key, plan_id=key)
    try:
        activities.set_state(request.actor, found, request.POST.get("state", ""))
    except (Invalid, Conflict) as error:
        messages.warning(request, error.message)
    else:
        messages.success(
            request,
            _("“%(what)s” is now: %(state)s.") % {"what": found.what, "state": found.get_state_display()},
        )
    return to_plan(key, f"activity-{activity_key}")


@require_http_methods(["GET", "POST"])
def compose(request: Request, key: int) -> HttpResponse:
    """What the templates of the plan's programmes suggest, to tick together with the citizen."""
    found = opened_or_404(request, key)
    check_write(request.actor, found.plan, None, "compose")
    suggested = suggestions(found.plan)
    form = ComposeForm(suggested, request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen_goals, chosen = form.chosen_goals(), form.chosen()
        done, _met = _act(
            request,
            form,
            lambda: composing.compose(request.actor, found.plan, chosen_goals, chosen),
            _("What you chose is in the plan. Go through it with the citizen."),
        )
        if done:
            return to_plan(key, "goals")
    lacking: list[str] = []
    try:
        activities.require_needs(found.plan)
    except Invalid as error:
        lacking = [error.message]
    context = {"found": found, "plan": found.plan, "form": form, "lacking": lacking}
    return render(request, "plans/plan_compose.html", context, status=422 if form.errors else 200)
