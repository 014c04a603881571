"""When somebody last looked at a citizen's plan: read from the access log, which has every look."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from samspil.access.actor import Actor
from samspil.access.models import AccessRecord, Citizen

#: What the log calls a visit to the whole plan.
PAGE = "own page"


def last_visit(actor: Actor, citizen: Citizen) -> dt.datetime | None:
    """The reader's own last visit before today; None when this is the first day.

    Looks of the same day are one visit, so that what is new does not vanish while it is being read.
    """
    today = timezone.make_aware(dt.datetime.combine(timezone.localdate(), dt.time.min))
    if actor.user_id is None:
        return None
    return (
        AccessRecord.objects.filter(
            user_id=actor.user_id,
            citizen_id=citizen.pk,
            resource="plan",
            verb="read",
            detail=PAGE,
            outcome=AccessRecord.Outcome.ALLOWED,
            at__lt=today,
        )
        .order_by("-at")
        .values_list("at", flat=True)
        .first()
    )
