"""What somebody who refers has before them: what the citizen may need, where they already go, and one service whole."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Citizen, Membership, Organisation
from samspil.access.policy import may
from samspil.plans.actions.changing import resource_of as plan_resource
from samspil.plans.actions.referrals import to_refer
from samspil.plans.catalogue import Offered, find
from samspil.plans.fitness import Warned, known_conditions, warnings
from samspil.plans.models import Pathway, Plan, Referral, ServiceDecision
from samspil.plans.queries.catalogue import Asked, Found, existing_care, look, named_decisions, providers_of
from samspil.plans.queries.referrals import Line, lines_of


@dataclass(frozen=True)
class Chosen:
    """Suggestions for one citizen, and what the citizen has already."""

    found: Found
    existing: list[Line]
    #: What was decided not to refer to, with the title of the service.
    not_referred: list[tuple[str, ServiceDecision]]
    plan: Plan | None
    #: Whether anything was asked for; else only services of the citizen's own programmes are shown.
    asked: bool = False


@dataclass(frozen=True)
class About:
    """Everything about referring one citizen to one service."""

    offered: Offered
    providers: list[Organisation]
    plan: Plan | None
    warned: list[Warned]
    arm: str
    band: str
    #: Referrals to the same kind of service that are under way.
    same: list[Line]
    #: A plan that would hold this one service: a simple referral is enough (report 000 L-17).
    enough_simple: bool


def choose(actor: Actor, citizen: Citizen, asked: Asked) -> Chosen:
    """Suggestions by need, by the citizen's target groups and stratum; never by whom somebody knows.

    Logged. Raises Refused for who may not refer the citizen.
    """
    plan = _plan(actor, citizen)
    guard.require(actor, "give", to_refer(citizen, plan), "care", detail="looked for a service")
    running = _pathways(citizen)
    found = look(actor, asked)
    best = [each for each in found.suggestions if _fits(each.offered, running)]
    wanted = asked != Asked()
    others = [each for each in found.suggestions if wanted and not _fits(each.offered, running)]
    ordered = Found(best + others, found.needs, found.programmes, found.kinds, found.titles)
    decided = ServiceDecision.objects.filter(citizen=citizen).select_related("by__user")
    return Chosen(ordered, lines_of(existing_care(citizen)), named_decisions(decided), plan, wanted)


def _fits(offered: Offered, running: list[Pathway]) -> bool:
    """Whether it is a service of a programme that the citizen is in, for their target group and stratum."""
    service = offered.service
    return any(
        each.programme == offered.programme
        and (not service.arms or each.arm in service.arms)
        and (not service.bands or each.band in service.bands)
        for each in running
    )


def about(actor: Actor, citizen: Citizen, programme: str, name: str) -> About:
    """What the form of a referral has to ask. Raises Refused, and LookupError for what is not offered."""
    plan = _plan(actor, citizen)
    guard.check(actor, "give", to_refer(citizen, plan), "care", detail=f"{programme}/{name}")
    offer = find(programme, name)
    if offer is None:
        raise LookupError(name)
    own = next((each for each in _pathways(citizen) if each.programme == programme), None)
    fits = own is not None and (not offer.service.arms or own.arm in offer.service.arms)
    same: list[Referral] = [each for each in existing_care(citizen) if each.service == name]
    guard.require(actor, "give", to_refer(citizen, plan), "care", detail=f"{programme}/{name}")
    return About(
        offered=offer,
        providers=_that_can_receive(providers_of(offer.service)),
        plan=plan,
        warned=warnings(programme, offer.service, known_conditions(citizen.pk, plan)),
        arm=own.arm if own is not None and fits else "",
        band=own.band if own is not None else "",
        same=lines_of(same),
        enough_simple=plan is not None
        and plan.state == Plan.State.DRAFT
        and not plan.activities.exists()
        and plan.goals.count() <= 1,
    )


def _plan(actor: Actor, citizen: Citizen) -> Plan | None:
    """The citizen's current plan, when the actor writes in it; else the referral is a simple one."""
    plan = Plan.objects.filter(citizen=citizen, closed_at__isnull=True).select_related("accountable").first()
    return plan if plan is not None and may(actor, "write", plan_resource(plan), "care") else None


def _pathways(citizen: Citizen) -> list[Pathway]:
    return list(Pathway.objects.filter(citizen=citizen, ended_at__isnull=True))


def _that_can_receive(places: list[Organisation]) -> list[Organisation]:
    """Those where somebody works today."""
    staffed = set(
        Membership.objects.current(timezone.localdate())
        .filter(organisation__in=places)
        .values_list("organisation_id", flat=True)
    )
    return [each for each in places if each.pk in staffed]
