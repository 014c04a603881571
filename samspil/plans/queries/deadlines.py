"""Whether promises are kept: for each service and provider, how many started in time, and how many still wait.

Visible to everybody who takes part: it was unclear whether others keep agreements (report 000 L-26, L-27, R-SVC-3).
Process counts without a citizen in them; who waits stands on the lists of those who answer for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

from django.utils import timezone
from django.utils.text import capfirst

from samspil.access import guard, words
from samspil.access.actor import Actor
from samspil.access.policy import Resource
from samspil.plans.actions.referral_course import WAITING
from samspil.plans.catalogue import offered
from samspil.plans.models import Referral
from samspil.plans.programme import in_words, programme_title
from samspil.plans.working_days import working_days_between
from samspil.programmes.schema import Text


@dataclass
class Kept:
    """Counts of one service, provider or sector. Every referral sent is in exactly one of the counts but `sent`."""

    title: str
    about: str = ""
    sent: int = 0
    in_time: int = 0
    late: int = 0
    overdue: int = 0
    waiting: int = 0
    #: Rejected, withdrawn or dropped out before it started.
    never_started: int = 0
    no_deadline: int = 0
    #: Working days from sent to started, of those that started, with and without a deadline.
    days: list[int] = field(default_factory=list)

    @property
    def median_days(self) -> float | None:
        """The median of working days from sent to started; None when nothing has started."""
        return median(self.days) if self.days else None

    @property
    def decided(self) -> int:
        """Those whose deadline was kept or not: the denominator of the share."""
        return self.in_time + self.late + self.overdue

    @property
    def share(self) -> float | None:
        """The share that started in time, of those whose deadline has been kept or has passed."""
        return self.in_time / self.decided if self.decided else None


@dataclass(frozen=True)
class Monitor:
    """The monitor of a period: by service, by provider and by sector."""

    since: dt.date
    until: dt.date
    total: Kept
    services: list[Kept]
    providers: list[Kept]
    sectors: list[Kept]


def monitor(actor: Actor, *, since: dt.date | None = None, until: dt.date | None = None) -> Monitor:
    """Referrals sent in a period (the last year when none is given). Two statements. Raises Refused."""
    guard.require(actor, "read", Resource("deadlines"), "improvement")
    today = timezone.localdate()
    until = until or today
    since = since or until - dt.timedelta(days=365)
    rows = Referral.objects.filter(
        sent_at__gte=_start(since), sent_at__lt=_start(until + dt.timedelta(days=1))
    ).values_list(
        "programme", "service", "to_organisation_id", "to_organisation__name", "to_organisation__sector", "state",
        "sent_at", "start_due", "started_on", "definition__title",
    )  # fmt: skip
    titles = {(each.programme, each.service.service): each.service.title for each in offered()}
    total = Kept("")
    services: dict[tuple[str, str], Kept] = {}
    providers: dict[tuple[int, str, str], Kept] = {}
    sectors: dict[str, Kept] = {}
    for programme, service, place, name, sector, state, sent_at, due, started, title in rows.iterator():
        said = in_words(titles.get((programme, service)) or Text.model_validate(title))
        of_service = services.setdefault((programme, service), Kept(said, programme_title(programme)))
        of_provider = providers.setdefault((place, programme, service), Kept(name, said))
        of_sector = sectors.setdefault(sector, Kept(capfirst(words.sector(sector))))
        sent_on = timezone.localtime(sent_at).date()
        counted = outcome(state, due, started, today)
        days = working_days_between(sent_on, started) if started is not None else None
        _count((total, of_service, of_provider, of_sector), counted, days)
    return Monitor(
        since, until, total, _sorted(services.values()), _sorted(providers.values()), _sorted(sectors.values())
    )


Outcome = Literal["in_time", "late", "overdue", "waiting", "never_started", "no_deadline"]


def outcome(state: str, due: dt.date | None, started: dt.date | None, today: dt.date) -> Outcome:
    """Which of the counts a referral belongs in. Without an agreed deadline nothing was kept or broken."""
    if started is None and state not in WAITING:
        return "never_started"
    if due is None:
        return "no_deadline"
    if started is not None:
        return "in_time" if started <= due else "late"
    return "overdue" if today > due else "waiting"


def _count(into: Iterable[Kept], counted: Outcome, days: int | None) -> None:
    for each in into:
        each.sent += 1
        setattr(each, counted, getattr(each, counted) + 1)
        if days is not None:
            each.days.append(days)


def _sorted(found: Iterable[Kept]) -> list[Kept]:
    return sorted(found, key=lambda each: (each.title.casefold(), each.about.casefold()))


def _start(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
