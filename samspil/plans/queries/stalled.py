"""What stands still, as counts per practice: for the secretariat, which meets no citizen (report 000 L-08, L-09)."""

from __future__ import annotations

from dataclasses import dataclass, fields

from django.db.models import Count, Q
from django.utils import timezone

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Organisation
from samspil.access.policy import Resource
from samspil.plans.models import Pathway, Plan
from samspil.plans.queries.movement import pathways_with_movement, plans_with_movement, still_since


@dataclass
class Counted:
    """A practice's plans in numbers."""

    practice: str
    current: int = 0
    #: Nothing has moved for longer than `stall_after_days`.
    stalled: int = 0
    #: The next follow-up is overdue.
    late: int = 0
    #: Enrolled without a plan, and for how many of them nothing has moved.
    waiting: int = 0
    waiting_stalled: int = 0


def counts(actor: Actor) -> tuple[list[Counted], Counted]:
    """The numbers of each practice with plans or pathways, those with most standing still first, and their sum.

    Process counts are shown to the secretariat as they are. Three statements. Raises Refused.
    """
    guard.require(actor, "read", Resource("process"), "improvement")
    since, today = still_since(), timezone.localdate()
    found: dict[int | None, Counted] = {}
    plans = plans_with_movement(Plan.objects.filter(closed_at__isnull=True)).values("citizen__practice_id")
    for row in plans.annotate(
        current=Count("pk"),
        stalled=Count("pk", filter=Q(moved__lt=since)),
        late=Count("pk", filter=Q(next_follow_up__lt=today)),
    ).values_list("citizen__practice_id", "current", "stalled", "late"):
        practice, current, stalled, late = row
        found[practice] = Counted("", current=current, stalled=stalled, late=late)
    waiting = pathways_with_movement(Pathway.objects.filter(plan__isnull=True, state=Pathway.State.ENROLMENT))
    for practice, number, still in (
        waiting.values("citizen__practice_id")
        .annotate(number=Count("pk"), still=Count("pk", filter=Q(moved__lt=since)))
        .values_list("citizen__practice_id", "number", "still")
    ):
        one = found.setdefault(practice, Counted(""))
        one.waiting, one.waiting_stalled = number, still
    names = dict(Organisation.objects.filter(pk__in=[key for key in found if key]).values_list("pk", "name"))
    for key, one in found.items():
        one.practice = names.get(key or 0, "")
    rows = sorted(found.values(), key=lambda one: (-(one.stalled + one.late + one.waiting_stalled), one.practice))
    return rows, _sum(rows)


def _sum(rows: list[Counted]) -> Counted:
    total = Counted("")
    for row in rows:
        for column in fields(Counted)[1:]:
            setattr(total, column.name, getattr(total, column.name) + getattr(row, column.name))
    return total
