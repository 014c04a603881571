"""How many sessions somebody may have of a service, and how many are used (report 000 R-SVC-4, L335, L4335-4343).

Ten with a psychologist in a course, whoever the psychologist is; seven conversations of talk therapy in a calendar
year, twelve with a plan for stress, anxiety or depression. The numbers stand in the programmes' `services.yaml`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from samspil.plans.catalogue import as_sent
from samspil.plans.models import Appointment, Pathway, Plan, Referral
from samspil.programmes.services import SessionLimit


@dataclass(frozen=True)
class Sessions:
    """Sessions kept and agreed, and how many there may be; `limit` is None where none is stated."""

    kept: int
    planned: int
    limit: int | None
    per: str = ""

    @property
    def left(self) -> int | None:
        """How many more can be agreed."""
        return None if self.limit is None else max(self.limit - self.kept - self.planned, 0)


def course_of(referral: Referral) -> list[int]:
    """The referral, those it goes on from, and those that go on from it: one course for the citizen."""
    pairs = dict(
        Referral.objects.filter(
            citizen_id=referral.citizen_id, programme=referral.programme, service=referral.service
        ).values_list("pk", "continues_id")
    )
    found = {referral.pk}
    grown = True
    while grown:
        more = {key for key, before in pairs.items() if before in found}
        more |= {before for key, before in pairs.items() if key in found and before is not None}
        grown = not more <= found
        found |= more
    return sorted(found)


def sessions_of(referral: Referral, day: dt.date) -> Sessions:
    """The sessions that count together with one on `day`: of the course, or of that calendar year."""
    limit = as_sent(referral).sessions
    counted = _counted(referral, limit, day).values_list("state", flat=True)
    states = list(counted)
    return Sessions(
        kept=states.count(Appointment.State.KEPT),
        planned=states.count(Appointment.State.PLANNED),
        limit=limit.limit(_arms(referral)) if limit is not None else None,
        per=limit.per if limit is not None else "",
    )


def _counted(referral: Referral, limit: SessionLimit | None, day: dt.date) -> QuerySet[Appointment]:
    found = Appointment.objects.filter(Q(state=Appointment.State.KEPT) | Q(state=Appointment.State.PLANNED))
    if limit is not None and limit.per == "calendar_year":
        # The year is the citizen's, whoever referred how often.
        return found.filter(
            referral__citizen_id=referral.citizen_id,
            referral__programme=referral.programme,
            referral__service=referral.service,
            at__year=day.year,
        )
    return found.filter(referral_id__in=course_of(referral))


def _arms(referral: Referral) -> set[str]:
    """The target groups that the citizen has an active plan of."""
    running = Pathway.objects.filter(
        citizen_id=referral.citizen_id,
        programme=referral.programme,
        ended_at__isnull=True,
        plan__state=Plan.State.ACTIVE,
    )
    return set(running.values_list("arm", flat=True))
