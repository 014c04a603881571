"""Exactly one named accountable person per plan: chosen by name, and handed over only when the receiver accepts.

Until then whoever was accountable still is (report 001 R-TEAM-01, R-TEAM-11). The record cannot hold two or none.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actions.notices import tell_citizen, tell_user
from samspil.access.actor import Actor, professional
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Citizen, Membership, Notice
from samspil.access.policy import Resource, may
from samspil.plans.actions.changing import hold, member, resource_of, revise
from samspil.plans.actions.evaluations import hand_over_evaluations
from samspil.plans.actions.follow_ups import ask_to_follow_up, danish_title
from samspil.plans.actions.tasks import close_tasks, open_task
from samspil.plans.models import Handover, Plan


def can_work_in(citizen: Citizen, membership: Membership) -> bool:
    """Whether somebody named in the citizen's plan could work in it: by the practice, or by consent or law."""
    named = Resource("plan", citizen, named=frozenset({membership.pk}))
    return works_today(membership) and bool(may(professional(membership), "write", named, "care"))


def works_today(membership: Membership) -> bool:
    """Whether somebody still works there, and can log in."""
    today = timezone.localdate()
    current = membership.since <= today and (membership.until is None or membership.until >= today)
    return current and membership.user.is_active


def require_able(citizen: Citizen, membership: Membership, field: str = "accountable") -> None:
    """That somebody can be named in the citizen's plan. Raises Invalid that says why not."""
    if not works_today(membership):
        raise Invalid(field, _("%(who)s does not work there today.") % {"who": membership.user.name})
    if not can_work_in(citizen, membership):
        raise Invalid(
            field,
            _("%(who)s could not open the plan: the citizen has not said yes to one plan with %(organisation)s.")
            % {"who": membership.user.name, "organisation": membership.organisation.name},
        )


def propose(actor: Actor, plan: Plan, to: Membership, why: str) -> Handover:
    """Ask somebody to become accountable; they have a task about it, and nothing has changed until they answer.

    Raises Refused, Invalid, and Conflict while another proposal waits for its answer.
    """
    resource = resource_of(plan)
    by = member(actor, "decide", resource, "handover")
    if not why.strip():
        raise Invalid("why", _("Write why, so that the receiver knows what to take over."))
    try:
        with transaction.atomic():
            held = _hold_open(plan)
            if to.pk == held.accountable_id:
                raise Invalid("to", _("%(who)s is accountable already.") % {"who": to.user.name})
            require_able(held.citizen, to, "to")
            about = open_task(
                by.user,
                held.citizen,
                to.organisation,
                "handover_accountable",
                danish_title("handover_accountable"),
                None,
                holder=to.user,
                plan=held,
            )
            made = Handover.objects.create(
                plan=held,
                from_member=held.accountable,
                to_member=to,
                why=why.strip(),
                task=about.task,
                by=by,
                at=timezone.now(),
            )
            guard.require(actor, "decide", resource, "care", detail=f"handover {made.pk} proposed")
    except IntegrityError as error:
        raise Conflict(
            _("A handover waits for its answer already. Take it back before you ask somebody else.")
        ) from error
    actor.forget()
    return made


def answer(actor: Actor, handover: Handover, *, accept: bool, words: str = "") -> None:
    """The receiver takes it over, or does not; a no says why. Nobody answers for somebody else.

    Raises Refused, Conflict when it was answered or taken back meanwhile, and Invalid.
    """
    assert handover.task is not None, "every handover is proposed with a task"
    resource = Resource("task", handover.plan.citizen, task=handover.task)
    detail = f"handover {handover.pk} {'accepted' if accept else 'declined'}"
    guard.check(actor, "write", resource, "care", detail=detail)
    if actor.membership is None or actor.membership.pk != handover.to_member_id:
        guard.refuse(actor, "write", resource, "care", "relation")
    if not accept and not words.strip():
        raise Invalid("words", _("Write why not, so that another way can be found."))
    with transaction.atomic():
        held = _hold_open(handover.plan)
        now = Handover.objects.select_for_update(of=("self",)).select_related("by__user").get(pk=handover.pk)
        if now.answered_at is not None:
            raise Conflict(_("The proposal has been taken back, or answered already."))
        guard.require(actor, "write", resource, "care", detail=detail)
        _close(now, accepted=accept, words=words)
        if accept:
            require_able(held.citizen, actor.membership, "")
            _take_over(actor, held, actor.membership)
        told = "handover_accepted" if accept else "handover_declined"
        for user in {now.by.user, now.from_member.user} - {actor.user}:
            tell_user(user, Notice.Kind.PLAN, told, name=actor.name)
    handover.refresh_from_db()
    actor.forget()


def withdraw(actor: Actor, handover: Handover) -> None:
    """Take a proposal back before it is answered. Raises Refused, and Conflict when it was answered meanwhile."""
    resource = resource_of(handover.plan)
    member(actor, "decide", resource, "handover")
    with transaction.atomic():
        hold(handover.plan)
        now = Handover.objects.select_for_update(of=("self",)).get(pk=handover.pk)
        if now.answered_at is not None:
            raise Conflict(_("The proposal has been taken back, or answered already."))
        _close(now, accepted=None, words="")
        guard.require(actor, "decide", resource, "care", detail=f"handover {now.pk} taken back")
    handover.refresh_from_db()
    actor.forget()


def _hold_open(plan: Plan) -> Plan:
    held = hold(plan)
    if held.state == Plan.State.CLOSED:
        raise Conflict(_("The plan is closed. Nothing more is done in it."))
    return held


def _close(handover: Handover, *, accepted: bool | None, words: str) -> None:
    handover.answered_at, handover.accepted, handover.answer = timezone.now(), accepted, words.strip()
    handover.save()
    if handover.task is not None:
        close_tasks(task=handover.task)


def _take_over(actor: Actor, plan: Plan, membership: Membership) -> None:
    """The one name in the plan is another now, and the next follow-up goes with it."""
    assert actor.user is not None
    plan.accountable = membership
    revise(actor, plan, "accountable_changed")
    if plan.state == Plan.State.ACTIVE:
        ask_to_follow_up(actor.user, plan)
    hand_over_evaluations(actor.user, plan)
    tell_citizen(
        plan.citizen,
        Notice.Kind.PLAN,
        "accountable_changed",
        name=membership.user.name,
        organisation=membership.organisation.name,
    )
