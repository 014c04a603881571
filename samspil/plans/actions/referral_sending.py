"""Sending a referral: what has to be so before, and everything that is written with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actions.notices import tell_citizen
from samspil.access.actions.tasks import task_roles
from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Category, Citizen, Membership, Notice, Organisation
from samspil.access.policy import Resource
from samspil.plans.actions import activities
from samspil.plans.actions.changing import hold
from samspil.plans.actions.changing import resource_of as plan_resource
from samspil.plans.actions.referral_course import State, put
from samspil.plans.actions.tasks import open_task
from samspil.plans.catalogue import Offered, find, plain
from samspil.plans.fitness import Answer, known_conditions, require_answers, warnings
from samspil.plans.models import Goal, Plan, Referral, ReferralStep
from samspil.plans.programme import in_words
from samspil.plans.working_days import deadline_after
from samspil.programmes.services import Service


def to_refer(citizen: Citizen, plan: Plan | None = None) -> Resource:
    """What the policy is asked about before somebody refers: the citizen, and whom the plan names.

    Also for a simple referral beside the plan: who answers for a plan may refer, whether it goes into the plan or not.
    """
    current = plan or Plan.objects.filter(citizen=citizen, closed_at__isnull=True).first()
    named = plan_resource(current).named if current is not None else frozenset()
    return Resource("referral", citizen, named=named)


def send(
    actor: Actor,
    citizen: Citizen,
    programme: str,
    service: str,
    to_organisation: Organisation,
    reason: str,
    *,
    plan: Plan | None = None,
    goal: Goal | None = None,
    information: Mapping[str, str] | None = None,
    agreed: bool = True,
    arm: str = "",
    band: str = "",
    answered_warnings: Sequence[Answer] = (),
) -> Referral:
    """Refer a citizen who has agreed to it to a provider for a service; without a plan it is a simple referral.

    The receiver gets a task, open until the referral closes, and by it sees what the citizen has consented to share.
    The start deadline is counted from today; null when none is agreed. In a plan it serves a goal and is an activity.
    Raises Refused, Conflict, and Invalid with the field to mend.
    """
    resource = to_refer(citizen, plan)
    guard.check(actor, "give", resource, "care", detail=f"{programme}/{service}")
    offer = _offer(programme, service, arm)
    require_provider(offer.service, to_organisation)
    if not reason.strip():
        raise Invalid("reason", _("Write what you ask for, in two lines."))
    if not agreed:
        raise Invalid("agreed", _("A referral is only sent when the citizen has agreed to it."))
    _goal(citizen, plan, goal)
    require_answers(warnings(programme, offer.service, known_conditions(citizen.pk, plan)), answered_warnings)
    today = timezone.localdate()
    start = offer.service.start
    with transaction.atomic():
        if plan is not None:
            plan = hold(plan)
        hold_citizen(citizen)
        require_not_twice(citizen, offer, to_organisation)
        return write_referral(
            actor,
            citizen,
            offer,
            to_organisation,
            reason,
            plan=plan,
            goal=goal,
            information=information or {},
            arm=arm,
            band=band,
            answered=answered_warnings,
            start_due=deadline_after(today, start) if start is not None else None,
        )


def write_referral(
    actor: Actor,
    citizen: Citizen,
    offer: Offered,
    to_organisation: Organisation,
    reason: str,
    *,
    plan: Plan | None,
    goal: Goal | None,
    information: Mapping[str, str],
    arm: str,
    band: str,
    answered: Sequence[Answer],
    start_due: dt.date | None,
    continues: Referral | None = None,
) -> Referral:
    """Write a referral that every rule has been looked at for, with its first step, its task and its activity."""
    by = actor.membership
    assert by is not None, "only members of an organisation are granted to refer"
    service, now = offer.service, timezone.now()
    activity = None
    if plan is not None:
        activity = activities.agree(
            actor,
            plan,
            what=service.title.da,
            category=Category(service.category),
            goal=goal,
            party=to_organisation,
            # A clock that runs on may have run out; an activity is agreed for a day to come.
            due=max(start_due, timezone.localdate()) if start_due is not None else None,
            programme=offer.programme,
            service=service.service,
            task=False,
        )
    made = Referral.objects.create(
        citizen=citizen,
        plan=plan,
        activity=activity,
        programme=offer.programme,
        arm=arm,
        band=band,
        service=service.service,
        definition=plain(service),
        category=service.category,
        by=by,
        from_organisation=by.organisation,
        to_organisation=to_organisation,
        reason=reason.strip(),
        information={asked: said.strip() for asked, said in information.items() if said.strip()},
        warnings=[answer.kept() for answer in answered],
        sent_at=now,
        start_due=start_due,
        continues=continues,
    )
    ReferralStep.objects.create(referral=made, state=State.SENT, on=timezone.localdate(), by=by, at=now)
    open_task(
        by.user, citizen, to_organisation, "referral", service.title.da, start_due,
        plan=plan, referral=made, activity=activity,
    )  # fmt: skip
    tell_citizen(
        citizen, Notice.Kind.PLAN, "referral_sent_citizen", service=service.title.da, organisation=to_organisation.name
    )
    guard.require(actor, "give", to_refer(citizen, plan), "care", detail=f"referral {made.pk} {offer.key}")
    actor.forget()
    if to_organisation.pk == by.organisation_id:
        # Nobody has to receive and accept what they ask of themselves.
        put(actor, made, State.RECEIVED, by)
        put(actor, made, State.ACCEPTED, by, right_patient=Referral.RightPatient.YES)
    return made


def _offer(programme: str, service: str, arm: str) -> Offered:
    offer = find(programme, service)
    if offer is None:
        raise Invalid("service", _("This service is not offered any more. Choose another."))
    if arm and offer.service.arms and arm not in offer.service.arms:
        raise Invalid("service", _("This service is for other target groups of the programme. Choose another."))
    return offer


def require_provider(service: Service, organisation: Organisation) -> None:
    """That an organisation provides the service, and that somebody there can receive. Raises Invalid."""
    if organisation.kind != service.provider_kind:
        raise Invalid("to_organisation", _("This service is not provided there. Choose who provides it."))
    today = timezone.localdate()
    working = Membership.objects.current(today).filter(organisation=organisation, role__in=task_roles())
    if not working.exists():
        raise Invalid("to_organisation", _("Nobody there can receive a referral today. Choose another provider."))


def _goal(citizen: Citizen, plan: Plan | None, goal: Goal | None) -> None:
    if plan is None:
        return
    if plan.citizen_id != citizen.pk or plan.closed_at is not None:
        raise Invalid("", _("This is not the citizen's current plan. Open the plan again."))
    if goal is None or goal.plan_id != plan.pk:
        raise Invalid("goal", _("Choose the goal that the service is to help with."))


def hold_citizen(citizen: Citizen) -> None:
    """Keep others from sending the same at the same moment, and nobody is referred who is dead or has emigrated."""
    if Citizen.objects.select_for_update().get(pk=citizen.pk).inactive:
        raise Invalid("", _("The citizen is dead or has emigrated. Nothing can be sent."))


def require_not_twice(citizen: Citizen, offer: Offered, to_organisation: Organisation) -> None:
    """One open referral per service and provider; one in all where the sessions are counted. Raises Conflict."""
    found = Referral.objects.filter(
        citizen=citizen, programme=offer.programme, service=offer.service.service, closed_at__isnull=True
    )
    if offer.service.sessions is None:
        found = found.filter(to_organisation=to_organisation)
    there = found.select_related("to_organisation").first()
    if there is not None:
        raise Conflict(
            _("The citizen is already referred to %(service)s at %(organisation)s: %(state)s. Nothing was sent twice.")
            % {
                "service": in_words(offer.service.title),
                "organisation": there.to_organisation.name,
                "state": there.get_state_display(),
            }
        )
