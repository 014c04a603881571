"""The plan's page, its versions, and the texts made from it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from samspil.access.errors import Conflict, Invalid
from samspil.access.forms.fields import say
from samspil.access.middleware import Request
from samspil.access.paging import to_number
from samspil.plans.actions import revisions
from samspil.plans.forms.plan import InvolvementForm, MaterialForm, MostLimitingForm
from samspil.plans.models import Activity, Goal, Plan, Revision
from samspil.plans.programme import plan_format
from samspil.plans.queries import versions as queries
from samspil.plans.texts import texts_of
from samspil.plans.views.editing import opened_or_404, plan_or_404


@require_GET
def opened(request: Request, key: int) -> HttpResponse:
    """The plan on one page."""
    found = opened_or_404(request, key)
    plan = found.plan
    conditions = {each.condition for each in plan_format().coordination.chronic_conditions}
    known = plan.most_limiting in conditions
    return render(
        request,
        "plans/plan.html",
        {
            "found": found,
            "plan": plan,
            "involvement": InvolvementForm(initial={"involvement": plan.involvement, "before": plan.involvement}),
            "most_limiting": MostLimitingForm(
                initial={
                    "condition": plan.most_limiting if known else "",
                    "other": "" if known else plan.most_limiting,
                    "before": plan.most_limiting,
                }
            ),
            "states": Activity.State,
            "goal_states": Goal.State,
            "unconfirmed": [
                each.goal
                for each in found.goals
                if each.goal.state == Goal.State.OPEN
                and (plan.confirmed_at is None or each.goal.stated_by == Goal.StatedBy.PROFESSIONAL)
            ],
        },
    )


@require_GET
def history(request: Request, key: int) -> HttpResponse:
    """Every version, and what a material revision would be about."""
    return _history(request, key)


def _history(request: Request, key: int, form: MaterialForm | None = None) -> HttpResponse:
    try:
        found = queries.history(request.actor, key, to_number(request.GET.get("before", "")))
    except Plan.DoesNotExist as error:
        raise Http404 from error
    context = {
        "found": found,
        "plan": found.plan,
        "form": form or MaterialForm(initial={"seen": found.plan.version}),
    }
    return render(request, "plans/plan_versions.html", context, status=422 if form is not None else 200)


@require_GET
def difference(request: Request, key: int) -> HttpResponse:
    """What is different between two versions."""
    one, other = (to_number(request.GET.get(name, "")) for name in ("from", "to"))
    if one is None or other is None:
        return _history(request, key)
    try:
        found = queries.difference(request.actor, key, one, other)
    except (Plan.DoesNotExist, Revision.DoesNotExist) as error:
        raise Http404 from error
    return render(request, "plans/plan_difference.html", {"found": found, "plan": found.plan})


@require_POST
def material(request: Request, key: int) -> HttpResponse:
    """What was changed is a joint decision."""
    plan, form = plan_or_404(key), MaterialForm(request.POST)
    if form.is_valid():
        try:
            revisions.material(request.actor, plan, form.cleaned_data["why"], form.cleaned_data["seen"])
        except Invalid as error:
            say(form, error)
        except Conflict as conflict:
            form.add_error(None, conflict.message)
        else:
            messages.success(request, _("The revision has been noted."))
            return redirect("plan-versions", key)
    return _history(request, key, form)


@require_GET
def texts(request: Request, key: int) -> HttpResponse:
    """Texts to copy into other systems, in Danish or English."""
    found = opened_or_404(request, key)
    language = language_of(request)
    with translation.override(language):
        made = texts_of(found)
    context = {"found": found, "plan": found.plan, "texts": made, "language": language}
    return render(request, "plans/plan_texts.html", context)


def language_of(request: Request) -> str:
    """The language that a text is made in: what was chosen, else Danish."""
    return "en" if request.GET.get("language") == "en" else "da"
