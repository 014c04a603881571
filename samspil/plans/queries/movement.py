"""When something last moved for a citizen with a plan: what tells a course that stands still (report 000 L-09)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from samspil.access.models import CareTask
from samspil.plans.models import Appointment, Note, Pathway, Plan, ReferralStep
from samspil.plans.programme import plan_format

#: Tasks that tell of standing still: closing one moves nothing.
_NO_MOVEMENT = ("stalled", "overdue")


def still_since(now: dt.datetime | None = None) -> dt.datetime:
    """What has not moved since this moment stands still, by `stall_after_days` of `plan_format.yaml`."""
    return (now or timezone.now()) - dt.timedelta(days=plan_format().rules.stall_after_days.value)


def plans_with_movement(plans: QuerySet[Plan]) -> QuerySet[Any]:
    """Plans with `moved`: the last referral step, note, kept appointment, finished task, follow-up or other change."""
    return plans.annotate(moved=_moved(F("changed_at"), F("opened_at")))


def pathways_with_movement(pathways: QuerySet[Pathway]) -> QuerySet[Any]:
    """Pathways whose plan is still to be made, with `moved`: since it was opened, or what was done meanwhile."""
    return pathways.annotate(moved=_moved(F("opened_at")))


def _moved(*own: Combinable) -> Combinable:
    """The newest of one's own moments and of what happened around the citizen."""
    citizen = OuterRef("citizen_id")
    steps = ReferralStep.objects.filter(referral__citizen_id=citizen).order_by("-at").values("at")[:1]
    notes = Note.objects.filter(citizen_id=citizen).order_by("-at").values("at")[:1]
    kept = Appointment.objects.filter(citizen_id=citizen, state=Appointment.State.KEPT).order_by("-at").values("at")[:1]
    done = (
        CareTask.objects.filter(citizen_id=citizen, closed_at__isnull=False)
        .filter(Q(about__isnull=True) | ~Q(about__kind__in=_NO_MOVEMENT))
        .order_by("-closed_at")
        .values("closed_at")[:1]
    )
    around = [Coalesce(Subquery(found), own[0]) for found in (steps, notes, kept, done)]
    return Greatest(*own, *around)
