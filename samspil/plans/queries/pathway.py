"""One pathway with what is still promised in it, the beginning of a plan, and its follow-ups."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Citizen
from samspil.access.policy import Resource, may
from samspil.access.queries.consent import has_consent
from samspil.plans.actions.changing import resource_of
from samspil.plans.actions.pathways import RUNNING, resource_of_pathway
from samspil.plans.ends import reason_words
from samspil.plans.models import FollowUp, Pathway, Plan
from samspil.plans.programme import has_gate, plan_format, plan_rules, programme_title, programmes_with_plans
from samspil.plans.promises import Promise, promises_of
from samspil.plans.standard import Missing, missing


@dataclass
class OpenedPathway:
    """A pathway as its page shows it. `last`: with it the plan is closed."""

    pathway: Pathway
    title: str
    running: bool
    last: bool
    promises: list[Promise]
    reason: str
    may_decide: bool


def opened(actor: Actor, key: int) -> OpenedPathway:
    """One pathway, for those who work in all of the plan. Raises Pathway.DoesNotExist, and Refused."""
    found = Pathway.objects.select_related(
        "citizen", "practice", "plan__accountable__user", "opened_by__user", "ended_by__user"
    ).get(pk=key)
    resource = resource_of_pathway(found)
    require_whole(actor, resource, f"pathway {key}")
    running = found.state in RUNNING
    plan = found.plan
    others = plan is not None and plan.pathways.filter(state__in=RUNNING).exclude(pk=key).exists()
    return OpenedPathway(
        pathway=found,
        title=programme_title(found.programme),
        running=running,
        last=plan is not None and not others,
        promises=promises_of(found, last=not others) if running and not found.citizen.inactive else [],
        reason=reason_words(found.end_reason) if found.end_reason else "",
        may_decide=bool(may(actor, "decide", resource, "care")),
    )


def promises_to_answer(actor: Actor, pathway: Pathway) -> list[Promise]:
    """What has to be answered before a pathway ends. Raises Refused for those who do not end it."""
    resource = resource_of_pathway(pathway)
    guard.check(actor, "decide", resource, "care", detail=f"pathway {pathway.pk}")
    plan = pathway.plan
    others = plan is not None and plan.pathways.filter(state__in=RUNNING).exclude(pk=pathway.pk).exists()
    asks = pathway.state in RUNNING and not pathway.citizen.inactive
    return promises_of(pathway, last=not others) if asks else []


def require_whole(actor: Actor, resource: Resource, detail: str = "") -> None:
    """That somebody works in the whole plan: the practice, or whom it names. Logged as reading. Raises Refused.

    Who holds a task reads what concerns it on the page of the plan, kind by kind.
    """
    if not may(actor, "write", resource, "care"):
        decision = may(actor, "write", resource, "care")
        guard.refuse(actor, "read", resource, "care", decision.reason or "relation")
    guard.require(actor, "read", resource, "care", detail=detail)


@dataclass
class Beginning:
    """What there is to begin a plan from: pathways without one, and the current plan when there is one."""

    citizen: Citizen
    waiting: list[Pathway]
    plan: Plan | None

    @property
    def choices(self) -> list[tuple[int, str]]:
        return [(each.pk, programme_title(each.programme)) for each in self.waiting]


def beginning(actor: Actor, citizen: Citizen) -> Beginning:
    """What a plan would be begun for. Logged. Raises Refused for those who begin none."""
    guard.require(actor, "decide", Resource("plan", citizen), "care", detail="to begin")
    waiting = Pathway.objects.filter(citizen=citizen, plan__isnull=True, state__in=RUNNING)
    current = Plan.objects.filter(citizen=citizen, closed_at__isnull=True).select_related("accountable__user")
    return Beginning(citizen, list(waiting.order_by("opened_at")), current.first())


@dataclass(frozen=True)
class OpenProgrammes:
    """Programmes, by name and title, that take in a citizen now: `agreed` to take part in, and those `to_ask` about."""

    agreed: list[tuple[str, str]]
    to_ask: list[tuple[str, str]]


def open_programmes(actor: Actor, citizen: Citizen) -> OpenProgrammes:
    """The programmes without a gate that a citizen is not in, and that take in new ones. Raises Refused."""
    guard.check(actor, "decide", Resource("plan", citizen), "care")
    today = timezone.localdate()
    running = set(Pathway.objects.filter(citizen=citizen, ended_at__isnull=True).values_list("programme", flat=True))
    found = OpenProgrammes([], [])
    for name in programmes_with_plans():
        if name not in running and not has_gate(name) and plan_rules(name).takes_new(today):
            agreed = has_consent(citizen, name, "participation")
            (found.agreed if agreed else found.to_ask).append((name, programme_title(name)))
    return found


@dataclass
class FollowedUp:
    """A plan's follow-ups, and what is missing before it can be put into force."""

    plan: Plan
    held: list[FollowUp]
    missing: list[Missing]
    joining: list[str]
    suggested: dt.date
    may_write: bool
    may_decide: bool

    @property
    def to_activate(self) -> bool:
        """Whether there is something to put into force."""
        return self.plan.state == Plan.State.DRAFT or (self.plan.state == Plan.State.ACTIVE and bool(self.joining))


def follow_ups(actor: Actor, plan: Plan) -> FollowedUp:
    """The follow-ups of a plan, newest first. Logged. Raises Refused."""
    resource = resource_of(plan)
    require_whole(actor, resource, "follow-ups")
    joining = list(plan.pathways.filter(state=Pathway.State.ENROLMENT))
    today = timezone.localdate()
    after = min(
        (
            template.follow_up.value
            for way in plan.pathways.all()
            for template in plan_rules(way.programme).templates_for(way.arm or None, way.band or None)
            if template.follow_up is not None and way.ended_at is None
        ),
        default=plan_format().rules.follow_up_after_days.value,
    )
    lacking = missing(plan) if joining and plan.closed_at is None else []
    return FollowedUp(
        plan=plan,
        held=list(plan.follow_ups.select_related("by__user")),
        # The day is agreed in the same act, on the same page.
        missing=[each for each in lacking if each.rule != "next_follow_up"],
        joining=[programme_title(way.programme) for way in joining],
        suggested=today + dt.timedelta(days=after),
        may_write=bool(may(actor, "write", resource, "care")),
        may_decide=bool(may(actor, "decide", resource, "care")),
    )
