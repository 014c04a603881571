"""Who reads the plan on paper, what was printed last, and asking the practice to print what has become old."""

from __future__ import annotations

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from samspil.access.models import User
from samspil.plans.actions.tasks import open_task
from samspil.plans.models import Pathway, Plan, PlanPrint, PlanTask
from samspil.plans.programme import plan_format
from samspil.plans.working_days import after_working_days

TASK_KIND = "print_again"


def reads_on_paper(plan: Plan) -> bool:
    """Whether it was settled that the citizen follows the plan on paper."""
    return plan.pathways.filter(ended_at__isnull=True, onboarding=Pathway.Onboarding.PAPER).exists()


def last_print(plan: Plan) -> PlanPrint | None:
    """The newest print of a plan."""
    return plan.prints.select_related("by__user").order_by("-at", "-id").first()


def ask_to_print(by: User, plan: Plan) -> PlanTask | None:
    """A task for the practice when an active plan that is read on paper is newer than its last print.

    One at a time, whatever is changed how often; None when there is nothing to do. Part of a larger act.
    """
    if plan.state != Plan.State.ACTIVE or not reads_on_paper(plan):
        return None
    printed = last_print(plan)
    if printed is not None and printed.version >= plan.version:
        return None
    if PlanTask.objects.filter(plan=plan, kind=TASK_KIND, task__closed_at__isnull=True).exists():
        return None
    if printed is not None:
        day = date_format(timezone.localdate(printed.at), "SHORT_DATE_FORMAT")
        title = _("The plan has changed since it was printed on %(day)s") % {"day": day}
    else:
        title = _("Print the plan for the citizen, who reads it on paper")
    place = plan.citizen.practice or plan.practice
    due = after_working_days(timezone.localdate(), plan_format().rules.paper_working_days.value)
    return open_task(by, plan.citizen, place, TASK_KIND, title, due, plan=plan)
