"""What referrals come to in numbers: counts of processes, with no citizen in them (decision 29)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.policy import Resource
from samspil.plans.actions.referral_course import State
from samspil.plans.models import Coordination, Referral, ReferralStep, ServiceDecision
from samspil.plans.programme import band_title
from samspil.plans.queries.catalogue import titles_of_services


@dataclass(frozen=True)
class Pattern:
    """Referrals of one referrer, service and stratum before and after a day; `ratio` is None for none before.

    `title` and `stratum` are what the service and the band are called.
    """

    referrer: str
    programme: str
    service: str
    band: str
    before: int
    after: int
    title: str
    stratum: str

    @property
    def ratio(self) -> float | None:
        return self.after / self.before if self.before else None


@dataclass(frozen=True)
class Change:
    """Patterns before and after the day `turn`, and how many days of the period are on either side of it."""

    turn: dt.date
    days_before: int
    days_after: int
    patterns: list[Pattern]


def before_and_after(actor: Actor, turn: dt.date, *, since: dt.date, until: dt.date) -> Change:
    """How many were referred before `turn` and from it on, by who referred, service and stratum (report 002 REF-7).

    Between `since` and `until`, both inclusive; those that go on with another provider are not counted again. Numerator
    and denominator are kept beside the ratio. For who keeps the catalogue in order, since counts are as they are
    (decision 29). Raises Refused.
    """
    guard.require(actor, "write", Resource("catalogue"), "improvement")
    found = Referral.objects.filter(
        continues__isnull=True, sent_at__gte=_start(since), sent_at__lt=_start(until + dt.timedelta(days=1))
    )
    # Two practices may have the same name.
    keys = ("from_organisation__name", "from_organisation", "programme", "service", "band")
    counts: dict[tuple[str, int, str, str, str], list[int]] = {}
    for late, part in enumerate((found.filter(sent_at__lt=_start(turn)), found.filter(sent_at__gte=_start(turn)))):
        for *key, number in part.order_by().values_list(*keys).annotate(number=Count("id")):
            counts.setdefault(tuple(key), [0, 0])[late] = number
    titles = titles_of_services()
    patterns = [
        Pattern(
            referrer, programme, service, band, before, after,
            titles.get((programme, service), service), band_title(programme, band),
        )
        for (referrer, _number, programme, service, band), (before, after) in sorted(counts.items())
    ]  # fmt: skip
    return Change(turn, (turn - since).days, (until - turn).days + 1, patterns)


def _start(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


@dataclass(frozen=True)
class Participation:
    """Who took part in a service, with or without a coordinator: enrolled, came at least once, completed, dropped out.

    `attended` is None when no attendance was written down for anybody: unknown is not nobody (report 002 PAT-7).
    """

    title: str
    coordinated: bool
    enrolled: int
    attended: int | None
    completed: int
    dropped_out: int

    @property
    def completion(self) -> float | None:
        """The share of those enrolled who completed."""
        return self.completed / self.enrolled if self.enrolled else None


def participation(actor: Actor) -> list[Participation]:
    """Participation and completion by service, those with a coordinator apart (report 002 COORD-14, PAT-7).

    Enrolled are those whom the provider accepted; one has a coordinator who had one when the referral was sent. Three
    statements, one of them for titles. For who keeps the catalogue in order (decision 29). Raises Refused.
    """
    guard.require(actor, "write", Resource("catalogue"), "improvement")
    accepted = ReferralStep.objects.filter(referral=OuterRef("pk"), state=State.ACCEPTED)
    with_one = Coordination.objects.filter(plan=OuterRef("plan"), since__lte=OuterRef("sent_at__date"))
    found = Referral.objects.filter(Exists(accepted)).annotate(coordinated=Exists(with_one)).order_by()
    keys = ("programme", "service", "coordinated")
    counts: dict[tuple[str, str, bool], Counter[str]] = {}
    for programme, service, coordinated, state, number in found.values_list(*keys, "state").annotate(n=Count("pk")):
        counts.setdefault((programme, service, coordinated), Counter())[state] = number
    marked = found.filter(appointments__state__in=["kept", "missed"]).values_list(*keys)
    kept = Count("pk", filter=Q(appointments__state="kept"), distinct=True)
    came = {
        (programme, service, coordinated): number for programme, service, coordinated, number in marked.annotate(n=kept)
    }
    titles = titles_of_services()
    rows = [
        Participation(
            title=titles.get(key[:2], key[1]),
            coordinated=key[2],
            enrolled=states.total(),
            attended=came.get(key),
            completed=states[State.COMPLETED],
            dropped_out=states[State.DROPPED_OUT],
        )
        for key, states in counts.items()
    ]
    return sorted(rows, key=lambda row: (row.title.casefold(), not row.coordinated))


@dataclass
class Fit:
    """How well a service and those who are sent to it fit: what receivers answer, and what was not referred."""

    title: str
    yes: int = 0
    too_ill: int = 0
    too_well: int = 0
    not_referred: int = 0
    declined: int = 0
    not_offered_health: int = 0

    @property
    def answered(self) -> int:
        """How many times “right patient?” was answered."""
        return self.yes + self.too_ill + self.too_well

    @property
    def share(self) -> float | None:
        """The share of right patients among those answered."""
        return self.yes / self.answered if self.answered else None


def fit_of_services(actor: Actor) -> list[Fit]:
    """For who keeps the catalogue in order: what receivers and citizens say back about each service (report 002 REF-6).

    Counts as they are, so not for others (decision 29). Raises Refused.
    """
    guard.require(actor, "write", Resource("catalogue"), "improvement")
    titles = titles_of_services()
    found: dict[tuple[str, str], Fit] = {}
    answers = Referral.objects.exclude(right_patient="").order_by()
    for programme, service, answer, number in [
        *answers.values_list("programme", "service", "right_patient").annotate(number=Count("id")),
        *ServiceDecision.objects.order_by().values_list("programme", "service", "outcome").annotate(number=Count("id")),
    ]:
        row = found.setdefault((programme, service), Fit(titles.get((programme, service), service)))
        setattr(row, answer, number)
    return sorted(found.values(), key=lambda row: row.title.casefold())
