"""The one current plan of a citizen: begun with a named accountable person, active with a next follow-up, cyclic.

    being made → active ⟲ (assess, goals, act, follow up) → closed with its last pathway

Closing is no act of its own: a plan is closed in the act that ends its last pathway (`pathways.end`), or by `close`
when it was never needed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actions.notices import tell_citizen
from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Citizen, Membership, Notice
from samspil.access.policy import Resource
from samspil.access.queries.consent import has_consent
from samspil.plans import standard
from samspil.plans.actions import pathways as ways
from samspil.plans.actions.accountable import require_able
from samspil.plans.actions.changing import hold, member, resource_of, revise
from samspil.plans.actions.closing import hold_citizen
from samspil.plans.actions.follow_ups import ask_to_follow_up
from samspil.plans.models import FollowUp, Pathway, Plan
from samspil.plans.programme import programme_title


def begin(actor: Actor, citizen: Citizen, accountable: Membership, pathways: Sequence[Pathway]) -> Plan:
    """Begin the citizen's plan for these pathways, or take them into the current one (report 001 R-PLAN-01).

    `accountable` is the person chosen to be accountable. A plan that is there keeps its own; that changes by a
    handover only. Pathways taken into an active plan become active when it is activated anew. Raises Refused, Invalid,
    and Conflict that tells who was first.
    """
    resource = Resource("plan", citizen)
    by = member(actor, "decide", resource, "begin")
    if not pathways:
        raise Invalid("pathways", _("Choose at least one programme that the plan is for."))
    try:
        with transaction.atomic():
            hold_citizen(citizen)
            plan = Plan.objects.filter(citizen=citizen, closed_at__isnull=True).first()
            for pathway in pathways:
                pathway.refresh_from_db()
                _require_joinable(citizen, pathway)
            if plan is not None:
                plan = _join(actor, hold(plan), accountable, pathways)
            else:
                require_able(citizen, accountable)
                now = timezone.now()
                plan = Plan.objects.create(
                    citizen=citizen,
                    practice=by.organisation,
                    accountable=accountable,
                    opened_at=now,
                    opened_by=by,
                    changed_at=now,
                )
                _take_in(plan, pathways)
                revise(actor, plan, "opened", verb="decide")
    except IntegrityError as error:
        first = Plan.objects.filter(citizen=citizen, closed_at__isnull=True).select_related("opened_by__user").first()
        if first is None:
            raise
        raise Conflict(
            _("%(who)s has begun a plan meanwhile. Look at it before you go on.") % {"who": first.opened_by.user.name}
        ) from error
    actor.forget()
    return plan


def _require_joinable(citizen: Citizen, pathway: Pathway) -> None:
    if pathway.citizen_id != citizen.pk or pathway.state not in ways.RUNNING:
        raise Conflict(_("The pathway has ended meanwhile. Look at the citizen again."))
    if pathway.plan is not None:
        raise Conflict(
            _("%(who)s has begun a plan meanwhile. Look at it before you go on.")
            % {"who": pathway.plan.opened_by.user.name}
        )


def _join(actor: Actor, plan: Plan, accountable: Membership, pathways: Sequence[Pathway]) -> Plan:
    """Several programmes share one plan (report 002 PLAN-1)."""
    if plan.accountable_id != accountable.pk:
        raise Conflict(
            _("The citizen has a plan already, and %(who)s is accountable for it. That changes by a handover.")
            % {"who": plan.accountable.user.name}
        )
    _take_in(plan, pathways)
    titles = ", ".join(programme_title(pathway.programme) for pathway in pathways)
    revise(actor, plan, "pathway_joined", why=titles, verb="decide")
    return plan


def _take_in(plan: Plan, pathways: Sequence[Pathway]) -> None:
    for pathway in pathways:
        pathway.plan, pathway.version = plan, pathway.version + 1
        pathway.save(update_fields=["plan", "version"])


def activate(actor: Actor, plan: Plan, next_follow_up: dt.date) -> None:
    """Put the plan into force: it meets its standard, and the day of the next follow-up is agreed.

    Its pathways become active. Anew when a programme has joined since. Raises Refused, Conflict, and Invalid that says
    what is missing.
    """
    resource = resource_of(plan)
    by = member(actor, "decide", resource, "activate")
    with transaction.atomic():
        hold_citizen(plan.citizen)
        held = hold(plan)
        joining = list(held.pathways.filter(state=Pathway.State.ENROLMENT))
        if held.state == Plan.State.CLOSED or (held.state == Plan.State.ACTIVE and not joining):
            raise Conflict(_("The plan was changed meanwhile. Look at it again."))
        for pathway in joining:
            if not has_consent(held.citizen, pathway.programme, "participation"):
                raise Invalid("", _("The citizen has not consented to taking part, or has withdrawn the consent."))
        held.next_follow_up = _to_come("next_follow_up", next_follow_up)
        missing = standard.missing(held)
        if missing:
            what = "; ".join(each.title for each in missing)
            raise Invalid("", _("The plan does not meet its standard yet: %(what)s.") % {"what": what})
        standard.require_citizen_version(held)
        held.state, held.activated_at = Plan.State.ACTIVE, held.activated_at or timezone.now()
        for pathway in joining:
            pathway.state, pathway.version = Pathway.State.ACTIVE, pathway.version + 1
            pathway.save(update_fields=["state", "version"])
        ask_to_follow_up(by.user, held)
        revise(actor, held, "activated", verb="decide")
        tell_citizen(
            held.citizen,
            Notice.Kind.PLAN,
            "plan_activated",
            name=held.accountable.user.name,
            day=held.next_follow_up.strftime("%d-%m-%Y"),
        )
    plan.refresh_from_db()


def hold_follow_up(actor: Actor, plan: Plan, held_on: dt.date, words: str, next_on: dt.date) -> FollowUp:
    """A follow-up was held; the next is set in the same act, so that an active plan always has one (000 R-COORD-1).

    Raises Refused, Conflict for a plan that is not active, and Invalid.
    """
    resource = resource_of(plan)
    by = member(actor, "write", resource, "follow_up")
    if held_on > timezone.localdate():
        raise Invalid("held_on", _("The day lies ahead. Write the day it was done."))
    if not words.strip():
        raise Invalid("words", _("Write what came of it, so that the others can go on from there."))
    with transaction.atomic():
        held = hold(plan)
        if held.state != Plan.State.ACTIVE:
            raise Conflict(_("The plan is not active. Look at it again."))
        if held.activated_at is not None and held_on < timezone.localdate(held.activated_at):
            raise Invalid("held_on", _("The plan was not active yet on that day."))
        held.next_follow_up = _to_come("next_on", next_on)
        made = FollowUp.objects.create(
            plan=held, held_on=held_on, words=words.strip(), next_on=next_on, by=by, at=timezone.now()
        )
        ask_to_follow_up(by.user, held)
        revise(actor, held, "followed_up")
    plan.refresh_from_db()
    return made


def _to_come(field: str, day: dt.date) -> dt.date:
    """A day agreed with the citizen, today at the earliest. Raises Invalid."""
    if day < timezone.localdate():
        raise Invalid(field, _("The day has passed. Agree on a day that is to come."))
    return day


def close(
    actor: Actor,
    plan: Plan,
    state: str,
    *,
    reason: str = "",
    words: str = "",
    answers: Mapping[str, str] | None = None,
) -> None:
    """Close a plan with every pathway that runs in it, each in the same state; see `pathways.end`.

    Raises Refused, Conflict, and Invalid as long as something is promised and not answered.
    """
    member(actor, "decide", resource_of(plan), "close")
    with transaction.atomic():
        hold_citizen(plan.citizen)
        running = list(plan.pathways.filter(state__in=ways.RUNNING).select_related("citizen", "plan").order_by("id"))
        if not running:
            raise Conflict(_("The plan was changed meanwhile. Look at it again."))
        guard.require(actor, "decide", resource_of(plan), "care", detail="close")
        for pathway in running:
            ways.end(actor, pathway, pathway.version, state, reason=reason, words=words, answers=answers)
    plan.refresh_from_db()
