"""Referrals that come back (report 000 R-SVC-5, L-16, L357-361).

    sent → received → accepted → booked → started → completed → reply read by the referrer
                    ↘ returned with a question → answered: received again
                    ↘ rejected, with a reason; dropped out later, with a reason; withdrawn by the referrer

Each step is one click of who stands on that side. Nothing moves by itself, and a missed appointment ends nothing.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Organisation
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
from samspil.plans.actions.referral_sending import (
    hold_citizen,
    require_not_twice,
    require_provider,
    send,
    to_refer,
    write_referral,
)
from samspil.plans.actions.tasks import close_tasks
from samspil.plans.catalogue import Offered, as_sent
from samspil.plans.fitness import Answer
from samspil.plans.models import Referral
from samspil.plans.programme import plan_format
from samspil.plans.working_days import deadline_after
from samspil.programmes.services import Service

__all__ = ["answer", "move", "read_reply", "rematch", "send", "to_refer"]


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

    `reason` is a code of `plan_format.yaml` and goes with rejecting and dropping out; `words` are the question, the
    answer, the why. Completing is `epicrisis.write`. Whether it was the right patient is said at the latest when it
    starts. Raises Refused, Conflict that tells who was first, and Invalid with the field to mend.
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
    if target == State.COMPLETED:
        # There is no end without a conclusion and what the GP must do (report 003 R-EPI): see `epicrisis.write`.
        raise Invalid("", _("A referral is completed with a reply: the conclusion, and what the GP must do."))
    reasons = {State.REJECTED: plan_format().referral_rejects, State.DROPPED_OUT: plan_format().dropout_reasons}
    if target in reasons and reason not in {each.reason for each in reasons[target]}:
        raise Invalid("reason", _("Choose why. Whoever referred has to know."))
    asked = {
        State.REJECTED: _("Write where the citizen can be helped instead."),
        State.RETURNED: _("Write what you need to know."),
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
    require_provider(service, to_organisation)
    if to_organisation.pk == referral.to_organisation_id:
        raise Invalid("to_organisation", _("That is the same provider. Choose another."))
    if not words.strip():
        raise Invalid("words", _("Write why, so that both providers know."))
    with transaction.atomic():
        held = hold_referral(referral)
        require_version(held, version)
        if held.state in {State.COMPLETED} or Referral.objects.filter(continues=held).exists():
            raise Conflict(what_happened(held))
        hold_citizen(held.citizen)
        goal = held.activity.goal if held.activity is not None else None
        plan = held.plan if held.plan is not None and held.plan.closed_at is None and goal is not None else None
        if held.state not in CLOSED:
            put(actor, held, State.WITHDRAWN, by, words=words)
        elif held.reply_read_at is None:
            held.reply_read_at, held.reply_read_by = timezone.now(), by.user
            held.save(update_fields=["reply_read_at", "reply_read_by"])
            close_tasks(referral=held, kind="referral_reply")
        offer = Offered(held.programme, service)
        require_not_twice(held.citizen, offer, to_organisation)
        made = write_referral(
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
