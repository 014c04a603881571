"""Promises that nobody kept, for the secretariat: where and of which kind, never of whom (report 000 L-08, L-27)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Min
from django.utils import timezone

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.policy import Resource
from samspil.plans.models import PlanTask
from samspil.plans.queries.notes import response_times
from samspil.plans.task_kinds import kind_title
from samspil.plans.working_days import working_days_between

#: Questions are looked at so far back.
_QUESTION_DAYS = 90


@dataclass(frozen=True)
class Broken:
    """The open promises of one kind in one place that the secretariat was told of."""

    place: str
    phone: str
    kind: str
    number: int
    oldest: dt.date | None
    working_days_late: int | None


@dataclass(frozen=True)
class BrokenPromises:
    """Everything the secretariat sees, the longest overdue first, and how fast questions are answered."""

    rows: list[Broken]
    questions: int
    answered: int
    median_time: dt.timedelta | None

    @property
    def median_hours(self) -> int | None:
        """The median time to an answer in whole hours; None without any answer."""
        return round(self.median_time.total_seconds() / 3600) if self.median_time is not None else None


def broken_promises(actor: Actor) -> BrokenPromises:
    """Open tasks that were escalated to the secretariat, counted. Raises Refused."""
    guard.require(actor, "read", Resource("process"), "improvement")
    today = timezone.localdate()
    counted = (
        PlanTask.objects.filter(reported_at__isnull=False, task__closed_at__isnull=True)
        .values("task__organisation", "task__organisation__name", "task__organisation__phone", "kind")
        .annotate(number=Count("pk"), oldest=Min("task__due"))
        .order_by("oldest", "task__organisation__name", "kind")
    )
    rows = [
        Broken(
            each["task__organisation__name"],
            each["task__organisation__phone"],
            kind_title(each["kind"]),
            each["number"],
            each["oldest"],
            working_days_between(each["oldest"], today) if each["oldest"] is not None else None,
        )
        for each in counted
    ]
    return BrokenPromises(rows, *response_times(timezone.now() - dt.timedelta(days=_QUESTION_DAYS)))
