"""Referrals that come back (report 000 R-SVC-5, L-16, L357-361).

    sent → received → accepted → booked → started → completed → reply read by the referrer
                    ↘ returned with a question → answered: received again
                    ↘ rejected, with a reason; dropped out later, with a reason; withdrawn by the referrer

Each step is one click of who stands on that side. Nothing moves by itself, and a missed appointment ends nothing.
"""

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
from samspil.plans.actions.referral_course import (
    CLOSED,
    REFERRER,
    Side,
    State,
    hold_referral,
    member_for,
    next_states,
    on_day,
    put,
    require_version,
    resource_of,
    what_happened,
)
from samspil.plans.actions.tasks import close_tasks, open_task
from samspil.plans.catalogue import Offered, as_sent, find, plain
from samspil.plans.fitness import Answer, known_conditions, require_answers, warnings
from samspil.plans.models import Goal, Plan, Referral, ReferralStep
from samspil.plans.programme import in_words, plan_format
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
    _receiver(offer.service, to_organisation)
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
        _hold_citizen(citizen)
        _not_twice(citizen, offer, to_organisation)
        return _send(
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


def _send(
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


def _receiver(service: Service, organisation: Organisation) -> None:
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


def _hold_citizen(citizen: Citizen) -> None:
    """Keep others from sending the same at the same moment, and nobody is referred who is dead or has emigrated."""
    if Citizen.objects.select_for_update().get(pk=citizen.pk).inactive:
        raise Invalid("", _("The citizen is dead or has emigrated. Nothing can be sent."))


def _not_twice(citizen: Citizen, offer: Offered, to_organisation: Organisation) -> None:
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


def move(
    actor: Actor,
    referral: Referral,
    version: int,
    state: str,
    *,
    on: dt.date | None = None,
    reason: str = "",
    words: str = "",
    right_patient: str = "",
) -> Referral:
    """Take a referral to its next state: one click of whoever stands on that side.

    `reason` is a code of `plan_format.yaml` and goes with rejecting and dropping out; `words` are the reply, the
    question, the answer. Whether it was the right patient is said at the latest when it starts. Raises Refused,
    Conflict that tells who was first, and Invalid with the field to mend.
    """
    target = State(state)
    side: Side = "referrer" if _is_the_referrers(referral, target) else "receiver"
    by = member_for(actor, referral, f"referral {referral.pk} {target}", side)
    with transaction.atomic():
        held = hold_referral(referral)
        require_version(held, version)
        if target not in next_states(actor, held):
            raise Conflict(what_happened(held))
        day = on if target == State.BOOKED else on_day(on, timezone.localtime(held.sent_at).date())
        changes: dict[str, object] = {}
        _said(target, reason, words)
        if right_patient:
            if right_patient not in Referral.RightPatient.values:
                raise Invalid("right_patient", _("Say whether it is the right patient."))
            changes["right_patient"] = right_patient
        elif target == State.STARTED and not held.right_patient:
            raise Invalid("right_patient", _("Say whether it is the right patient."))
        if target == State.REJECTED and reason in Referral.RightPatient.values:
            # Rejected because too ill or too well: that answers the question too.
            changes["right_patient"] = reason
        if target == State.STARTED:
            changes["started_on"] = day
        put(actor, held, target, by, on=day, reason=reason, words=words, **changes)
    return _as_now(referral)


def _is_the_referrers(referral: Referral, target: State) -> bool:
    return target == State.WITHDRAWN or (referral.state == State.RETURNED and target in REFERRER[State.RETURNED])


def _said(target: State, reason: str, words: str) -> None:
    """What has to be said with a step. Raises Invalid."""
    reasons = {State.REJECTED: plan_format().referral_rejects, State.DROPPED_OUT: plan_format().dropout_reasons}
    if target in reasons and reason not in {each.reason for each in reasons[target]}:
        raise Invalid("reason", _("Choose why. Whoever referred has to know."))
    asked = {
        State.REJECTED: _("Write where the citizen can be helped instead."),
        State.RETURNED: _("Write what you need to know."),
        State.COMPLETED: _("Write a short conclusion. Whoever referred waits for it."),
        State.WITHDRAWN: _("Write why, so that the receiver knows."),
    }
    if target in asked and not words.strip():
        raise Invalid("words", asked[target])
    if target == State.DROPPED_OUT and reason == "other" and not words.strip():
        raise Invalid("words", _("Write what happened."))


def answer(actor: Actor, referral: Referral, version: int, words: str) -> Referral:
    """Answer the receiver's question: the referral is received again. Raises Refused, Conflict, and Invalid."""
    if not words.strip():
        raise Invalid("words", _("Write an answer to the question."))
    if referral.state != State.RETURNED:
        raise Conflict(what_happened(referral))
    return move(actor, referral, version, State.RECEIVED, words=words)


def read_reply(actor: Actor, referral: Referral) -> bool:
    """The referrer has read what came of it: now the loop is closed. False when it was before. Raises Refused.

    Raises Conflict while there is no reply yet.
    """
    by = member_for(actor, referral, f"referral {referral.pk} read", "referrer")
    with transaction.atomic():
        held = hold_referral(referral)
        if held.state not in CLOSED:
            raise Conflict(_("There is no reply yet: the referral is %(state)s.") % {"state": held.get_state_display()})
        if held.reply_read_at is not None:
            return False
        held.reply_read_at, held.reply_read_by = timezone.now(), by.user
        held.version += 1
        held.save()
        close_tasks(referral=held, kind="referral_reply")
        guard.require(actor, "write", resource_of(held), "care", detail=f"referral {held.pk} read")
    actor.forget()
    _as_now(referral)
    return True


def rematch(actor: Actor, referral: Referral, version: int, to_organisation: Organisation, words: str) -> Referral:
    """Go on with another provider, without losing sessions or time (report 000 L-33, L632-638).

    The old referral is withdrawn when it is open. Sessions of both count together. When it never started the first
    deadline runs on; when it did, the new provider has the time agreed for a start. Raises Refused, Conflict, Invalid.
    """
    by = member_for(actor, referral, f"referral {referral.pk} rematch", "referrer")
    resource = to_refer(referral.citizen, referral.plan)
    guard.check(actor, "give", resource, "care", detail=f"referral {referral.pk} rematch")
    service = as_sent(referral)
    _receiver(service, to_organisation)
    if to_organisation.pk == referral.to_organisation_id:
        raise Invalid("to_organisation", _("That is the same provider. Choose another."))
    if not words.strip():
        raise Invalid("words", _("Write why, so that both providers know."))
    with transaction.atomic():
        held = hold_referral(referral)
        require_version(held, version)
        if held.state in {State.COMPLETED} or Referral.objects.filter(continues=held).exists():
            raise Conflict(what_happened(held))
        _hold_citizen(held.citizen)
        goal = held.activity.goal if held.activity is not None else None
        plan = held.plan if held.plan is not None and held.plan.closed_at is None and goal is not None else None
        if held.state not in CLOSED:
            put(actor, held, State.WITHDRAWN, by, words=words)
        elif held.reply_read_at is None:
            held.reply_read_at, held.reply_read_by = timezone.now(), by.user
            held.save(update_fields=["reply_read_at", "reply_read_by"])
            close_tasks(referral=held, kind="referral_reply")
        offer = Offered(held.programme, service)
        _not_twice(held.citizen, offer, to_organisation)
        made = _send(
            actor,
            held.citizen,
            offer,
            to_organisation,
            f"{held.reason}\n{words.strip()}",
            plan=plan,
            goal=goal,
            information=held.information,
            arm=held.arm,
            band=held.band,
            answered=[Answer(**each) for each in held.warnings],
            start_due=_due_again(held, service),
            continues=held,
        )
    _as_now(referral)
    return made


def _due_again(held: Referral, service: Service) -> dt.date | None:
    if held.started_on is None:
        return held.start_due
    return deadline_after(timezone.localdate(), service.start) if service.start is not None else None


def _as_now(referral: Referral) -> Referral:
    """The given record shows what was written, for whoever goes on with it."""
    referral.refresh_from_db()
    return referral
