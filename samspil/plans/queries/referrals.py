"""Reading referrals: what was sent and received, and one of them whole."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.paging import page_of
from samspil.access.policy import Resource, may
from samspil.plans.actions.referral_course import CLOSED, WAITING, State, next_states, resource_of, sides_of
from samspil.plans.actions.referrals import to_refer
from samspil.plans.catalogue import as_sent, conditions_of, with_services
from samspil.plans.models import Appointment, Epicrisis, Referral, ReferralStep
from samspil.plans.programme import in_words, plan_format
from samspil.plans.sessions import Sessions, sessions_of
from samspil.programmes.services import Service

Way = Literal["received", "sent"]
#: What a list can be narrowed to.
SHOWN: dict[str, tuple[State, ...]] = {
    "open": tuple(State(each) for each in State.values if each not in CLOSED),
    "waiting": WAITING,
    "started": (State.STARTED,),
    "closed": CLOSED,
}


@dataclass(frozen=True)
class Line:
    """A referral in a list: what it is called, and whether its start is late."""

    referral: Referral
    title: str
    late: bool
    unread: bool


@dataclass(frozen=True)
class Listed:
    """A page of referrals, newest first, how many there are of each state, and the key of the next page."""

    lines: list[Line]
    counts: dict[str, int]
    following: str


def own_referrals(actor: Actor) -> Resource:
    """What the policy is asked about: the referrals that the own organisation sent or received."""
    return Resource("referral", addressed=frozenset({actor.organisation_id} - {None}))  # type: ignore[arg-type]


def listed(actor: Actor, way: Way, shown: str = "open", after: str = "") -> Listed:
    """A page of what the own organisation received or sent. Every citizen shown is logged. Raises Refused.

    What was sent and answered stays among the open ones until the answer is read.
    """
    resource = own_referrals(actor)
    decision = guard.require(actor, "read", resource, "care")
    side = "to_organisation_id" if way == "received" else "from_organisation_id"
    own = Referral.objects.filter(**{side: actor.organisation_id})
    page = page_of(_narrowed(own, way, shown), after, moment="sent_at")
    guard.seen(actor, "read", resource, "care", decision, {each.citizen_id for each in page.rows})
    counted: Counter[str] = Counter(dict(own.values_list("state").annotate(number=Count("id")).order_by()))
    counts = {name: sum(counted[state] for state in states) for name, states in SHOWN.items()}
    counts["late"] = own.filter(_late(timezone.localdate())).count()
    counts["unread"] = own.filter(reply_read_at__isnull=True, closed_at__isnull=False).count() if way == "sent" else 0
    return Listed(lines_of(page.rows), counts, page.following)


def _narrowed(own: QuerySet[Referral], way: Way, shown: str) -> QuerySet[Referral]:
    found = own.select_related("citizen", "from_organisation", "to_organisation")
    if shown == "late":
        return found.filter(_late(timezone.localdate()))
    if shown == "unread" and way == "sent":
        return found.filter(reply_read_at__isnull=True, closed_at__isnull=False)
    return found.filter(state__in=SHOWN.get(shown, SHOWN["open"]))


def _late(today: dt.date) -> Q:
    """Those that wait past their day."""
    return Q(state__in=WAITING, started_on__isnull=True, start_due__lt=today)


def lines_of(referrals: list[Referral]) -> list[Line]:
    """Referrals as a list shows them. No statement of its own."""
    today = timezone.localdate()
    return [
        Line(
            referral=each,
            title=in_words(as_sent(each).title),
            late=is_late(each, today),
            unread=each.closed_at is not None and each.reply_read_at is None,
        )
        for each in referrals
    ]


def is_late(referral: Referral, today: dt.date) -> bool:
    """Whether it started after its deadline, or waits and the deadline has passed. Without a deadline nothing is late.

    What was rejected or withdrawn before it started waits no more.
    """
    if referral.start_due is None:
        return False
    if referral.started_on is not None:
        return referral.started_on > referral.start_due
    return referral.state in WAITING and today > referral.start_due


@dataclass
class Opened:
    """One referral with everything its page shows, and what the actor can do with it now."""

    referral: Referral
    service: Service
    title: str
    steps: list[ReferralStep]
    reasons: dict[str, str]
    next: list[State]
    appointments: list[Appointment]
    sessions: Sessions
    epicrisis: Epicrisis | None
    before: Referral | None
    after: Referral | None
    is_referrer: bool
    is_receiver: bool
    may_read_reply: bool
    may_rematch: bool
    late: bool
    #: Whether the citizen's record, or the plan, is open to the actor now.
    record: bool
    plan: bool
    #: Conditions that speak against the service and are there, with why it was right anyway.
    warnings: list[tuple[str, str]] = field(default_factory=list)
    right_patient: list[tuple[str, str]] = field(default_factory=list)


def opened(actor: Actor, key: int) -> Opened:
    """One referral. Logged. Raises Referral.DoesNotExist, and Refused."""
    found = Referral.objects.select_related(
        "citizen", "by__user", "from_organisation", "to_organisation", "plan", "activity__goal", "reply_read_by",
        "continues__to_organisation",
    ).get(pk=key)  # fmt: skip
    guard.require(actor, "read", resource_of(found), "care", detail=f"referral {key}")
    today = timezone.localdate()
    service = as_sent(found)
    sides = sides_of(actor, found)
    after = Referral.objects.filter(continues=found).select_related("to_organisation").first()
    gives = may(actor, "give", to_refer(found.citizen, found.plan), "care")
    return Opened(
        referral=found,
        service=service,
        title=in_words(service.title),
        steps=list(found.steps.select_related("by__user", "by__organisation")),
        reasons=reasons(),
        next=next_states(actor, found),
        appointments=list(found.appointments.select_related("holder")),
        sessions=sessions_of(found, today),
        epicrisis=Epicrisis.objects.filter(referral=found).select_related("by__user").first(),
        before=found.continues,
        after=after,
        is_referrer="referrer" in sides,
        is_receiver="receiver" in sides,
        may_read_reply="referrer" in sides and found.closed_at is not None and found.reply_read_at is None,
        may_rematch="referrer" in sides and bool(gives) and after is None and found.state != State.COMPLETED,
        late=is_late(found, today),
        record=bool(may(actor, "read", Resource("citizen_record", found.citizen), "care")),
        plan=found.plan is not None and bool(may(actor, "read", Resource("plan", found.citizen), "care")),
        warnings=_warned(found),
        right_patient=[(each.answer, in_words(each.title)) for each in plan_format().right_patient],
    )


def _warned(referral: Referral) -> list[tuple[str, str]]:
    titles = {}
    if referral.programme in with_services():
        titles = {each.condition: in_words(each.title) for each in conditions_of(referral.programme)}
    return [
        (titles.get(each["condition"], each["condition"]), str(each["words"]))
        for each in referral.warnings
        if each["present"] or each["words"]
    ]


def reasons() -> dict[str, str]:
    """Every reason that a step can have, in words."""
    form = plan_format()
    return {each.reason: in_words(each.title) for each in (*form.referral_rejects, *form.dropout_reasons)}
