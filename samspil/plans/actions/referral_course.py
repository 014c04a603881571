"""What every act on a referral is made of: who stands on which side, where it can go from here, and noting the step."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actions.notices import tell_citizen, tell_user
from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import CareTask, Membership, Notice
from samspil.access.policy import Resource
from samspil.plans.actions import activities
from samspil.plans.actions.changing import hold
from samspil.plans.actions.tasks import close_tasks, open_task
from samspil.plans.catalogue import as_sent
from samspil.plans.models import Activity, PlanTask, Referral, ReferralStep
from samspil.plans.programme import plan_format
from samspil.plans.working_days import after_working_days

State = Referral.State
Side = Literal["referrer", "receiver"]
#: Where the receiver can take a referral, by where it is. Nothing goes back, and nothing ends by itself.
RECEIVER: dict[State, tuple[State, ...]] = {
    State.SENT: (State.RECEIVED,),
    State.RECEIVED: (State.ACCEPTED, State.REJECTED, State.RETURNED),
    State.ACCEPTED: (State.BOOKED, State.STARTED, State.DROPPED_OUT),
    State.BOOKED: (State.STARTED, State.DROPPED_OUT),
    State.STARTED: (State.COMPLETED, State.DROPPED_OUT),
}
#: Where the referrer can: answering a question makes it received again.
REFERRER: dict[State, tuple[State, ...]] = {
    State.SENT: (State.WITHDRAWN,),
    State.RECEIVED: (State.WITHDRAWN,),
    State.RETURNED: (State.RECEIVED, State.WITHDRAWN),
    State.ACCEPTED: (State.WITHDRAWN,),
    State.BOOKED: (State.WITHDRAWN,),
    State.STARTED: (State.WITHDRAWN,),
}
CLOSED = (State.REJECTED, State.COMPLETED, State.DROPPED_OUT, State.WITHDRAWN)
#: Not begun, and not closed: the citizen waits.
WAITING = (State.SENT, State.RECEIVED, State.RETURNED, State.ACCEPTED, State.BOOKED)


def resource_of(referral: Referral) -> Resource:
    """What the policy is asked about: the referral of a citizen, with the two organisations it is between."""
    return Resource(
        "referral",
        referral.citizen,
        addressed=frozenset({referral.from_organisation_id, referral.to_organisation_id}),
    )


def sides_of(actor: Actor, referral: Referral) -> set[Side]:
    """On which side somebody stands; on both when an organisation refers to itself."""
    found: set[Side] = set()
    if actor.organisation_id == referral.from_organisation_id:
        found.add("referrer")
    if actor.organisation_id == referral.to_organisation_id:
        found.add("receiver")
    return found


def next_states(actor: Actor, referral: Referral) -> list[State]:
    """Where somebody can take a referral from here."""
    here = State(referral.state)
    sides = sides_of(actor, referral)
    found = list(RECEIVER.get(here, ())) if "receiver" in sides else []
    return found + (list(REFERRER.get(here, ())) if "referrer" in sides else [])


def member_for(actor: Actor, referral: Referral, detail: str, *sides: Side) -> Membership:
    """The membership that somebody acts in, on one of these sides. Nothing is logged yet. Raises Refused."""
    guard.check(actor, "write", resource_of(referral), "care", detail=detail)
    if not set(sides) & sides_of(actor, referral):
        guard.refuse(actor, "write", resource_of(referral), "care", "relation")
    assert actor.membership is not None, "only members of an organisation are granted anything for care"
    return actor.membership


def hold_referral(referral: Referral) -> Referral:
    """The referral as it is now, and the plan it belongs to, kept from changing until the transaction is over.

    The plan first, as everybody who changes both does: so nobody waits for each other in a ring.
    """
    if referral.plan is not None:
        hold(referral.plan)
    found = Referral.objects.select_for_update(of=("self",)).select_related(
        "citizen", "by__user", "from_organisation", "to_organisation", "plan__accountable__user", "activity"
    )
    return found.get(pk=referral.pk)


def on_day(on: dt.date | None, since: dt.date) -> dt.date:
    """The day of a step, today when none is given. Raises Invalid before the day it was sent, and ahead."""
    today = timezone.localdate()
    if on is not None and on > today:
        raise Invalid("on", _("The day lies ahead. Write the day it was done."))
    if on is not None and on < since:
        raise Invalid("on", _("That is before it was sent."))
    return on or today


def put(
    actor: Actor,
    held: Referral,
    state: State,
    by: Membership,
    *,
    on: dt.date | None = None,
    reason: str = "",
    words: str = "",
    **changes: Any,
) -> None:
    """Take a held referral to a state, with its step, its tasks and those it is told to. Part of an act that asked.

    Logged here, in the transaction of the act.
    """
    now = timezone.now()
    day = on or timezone.localdate()
    if state in CLOSED:
        changes["closed_at"] = now
        changes.setdefault("outcome_reason", reason)
    for name, value in {**changes, "state": state, "version": held.version + 1}.items():
        setattr(held, name, value)
    held.save()
    ReferralStep.objects.create(referral=held, state=state, on=day, reason=reason, words=words.strip(), by=by, at=now)
    _tasks(held, state, by)
    _tell(held, state)
    _activity(actor, held, state)
    guard.require(actor, "write", resource_of(held), "care", detail=f"referral {held.pk} {state}")
    actor.forget()


def _tasks(held: Referral, state: State, by: Membership) -> None:
    """What others are asked to do now: the referrer answers a question, and reads what came of it."""
    title = as_sent(held).title.da
    about: dict[str, Any] = {"referral": held, "plan": held.plan, "activity": held.activity}
    if state == State.RETURNED:
        due = after_working_days(timezone.localdate(), plan_format().rules.question_answer_working_days.value)
        open_task(by.user, held.citizen, held.from_organisation, "referral_question", title, due, **about)
    elif state == State.RECEIVED:
        close_tasks(referral=held, kind="referral_question")
    elif state == State.STARTED:
        _begun(held)
    elif state in CLOSED:
        close_tasks(referral=held, kind__in=["referral", "referral_question"])
        own = held.from_organisation_id == held.to_organisation_id
        if state == State.WITHDRAWN or own:
            # Nobody reads a reply of one's own.
            held.reply_read_at, held.reply_read_by = timezone.now(), by.user
            held.save(update_fields=["reply_read_at", "reply_read_by"])
        else:
            open_task(by.user, held.citizen, held.from_organisation, "referral_reply", title, None, **about)


def _begun(held: Referral) -> None:
    """The deadline was that of the start: from now on the task is late for nobody, and nobody is told so."""
    close_tasks(referral=held, kind="overdue")
    asked = PlanTask.objects.filter(referral=held, kind="referral", task__closed_at__isnull=True)
    CareTask.objects.filter(about__in=asked).update(due=None)
    asked.update(reminded_at=None, escalated_at=None, reported_at=None)


#: What the citizen and the person who referred are told, by state.
_CITIZEN_TOLD = {State.ACCEPTED, State.REJECTED, State.WITHDRAWN}
_REFERRER_TOLD = {State.RECEIVED, State.ACCEPTED, State.BOOKED, State.STARTED}


def _tell(held: Referral, state: State) -> None:
    service = as_sent(held).title.da
    values = {"service": service, "organisation": held.to_organisation.name, "number": held.pk}
    if state in _CITIZEN_TOLD:
        tell_citizen(held.citizen, Notice.Kind.PLAN, f"referral_{state}_citizen", **values)
    if state in _REFERRER_TOLD and held.from_organisation_id != held.to_organisation_id:
        tell_user(held.by.user, Notice.Kind.PLAN, f"referral_{state}", **values)


_ACTIVITY = {
    State.STARTED: Activity.State.ACTIVE,
    State.COMPLETED: Activity.State.DONE,
    State.REJECTED: Activity.State.STOPPED,
    State.DROPPED_OUT: Activity.State.STOPPED,
    State.WITHDRAWN: Activity.State.STOPPED,
}


def _activity(actor: Actor, held: Referral, state: State) -> None:
    """Keep the activity of the plan in step with what the receiver does; a plan that is closed stays as it is."""
    plan = held.plan
    if held.activity is not None and state in _ACTIVITY and plan is not None and plan.closed_at is None:
        activities.set_state(actor, held.activity, _ACTIVITY[state], asked=True)


def what_happened(referral: Referral) -> str:
    """What was done with a referral last, for whoever came second."""
    last = referral.steps.select_related("by__user", "by__organisation").order_by("at", "id").last()
    if last is None:
        return _("The referral was changed meanwhile. Look at it again.")
    return _("%(who)s, %(organisation)s, was first: %(what)s. Look at the referral again before you go on.") % {
        "who": last.by.user.name,
        "organisation": last.by.organisation.name,
        "what": last.get_state_display(),
    }


def require_version(held: Referral, version: int) -> None:
    """That a held referral is still as it was shown. Raises Conflict that tells who was first."""
    if held.version != version:
        raise Conflict(what_happened(held))
