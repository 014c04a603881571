"""Where a task leads to: the page on which it is done, or that it is about."""

from __future__ import annotations

from django.urls import reverse

from samspil.plans.models import PlanTask

#: Tasks about the plan itself that have a page of their own.
_ON_OWN_PAGE = {"follow_up": "plan-follow-ups", "review_coordinator": "plan-coordination"}


def address_of(about: PlanTask | None) -> str:
    """The address of what a task is about; empty for one that was given by hand, which is about the citizen."""
    if about is None:
        return ""
    citizen = about.task.citizen_id
    if about.kind == "medication_divergence":
        return reverse("medicine", args=[citizen])
    if about.kind == "handover_accountable":
        # Whoever is asked may not open the plan yet.
        return reverse("handover", args=[about.task.handover.pk]) if hasattr(about.task, "handover") else ""
    if about.kind in _ON_OWN_PAGE and about.plan_id is not None:
        return reverse(_ON_OWN_PAGE[about.kind], args=[about.plan_id])
    if about.note_id is not None:
        return f"{reverse('notes', args=[citizen])}#note-{about.note_id}"
    if about.referral_id is not None:
        return reverse("referral", args=[about.referral_id])
    if about.stay_id is not None:
        return reverse("stay", args=[about.stay_id])
    if about.kind == "print_again" and about.plan_id is not None:
        return reverse("paper", args=[about.plan_id])
    if about.goal_id is not None and about.plan_id is not None:
        return reverse("plan-goal", args=[about.plan_id, about.goal_id])
    if about.plan_id is not None:
        return reverse("plan", args=[about.plan_id])
    return ""
