"""Closing a plan, and answering what was promised in it. Parts of larger acts, which have asked the policy."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access.actor import Actor
from samspil.access.errors import Invalid
from samspil.access.models import Citizen, Membership
from samspil.plans.actions import activities
from samspil.plans.actions.changing import hold, revise
from samspil.plans.actions.referral_course import hold_referral, put
from samspil.plans.actions.tasks import close_tasks
from samspil.plans.models import Activity, Appointment, Pathway, Plan, PlanTask, Referral, Revision
from samspil.plans.promises import OF_THE_PLAN, Promise, promises_of, unanswered


def hold_citizen(citizen: Citizen) -> None:
    """Keep the pathways and plans of a citizen from changing until the transaction is over; held before the plan."""
    Citizen.objects.select_for_update().get(pk=citizen.pk)


def settle(
    actor: Actor, by: Membership, pathway: Pathway, answers: Mapping[str, str], *, last: bool, gone: bool, words: str
) -> None:
    """Answer what is promised before a pathway ends. Raises Invalid as long as something has no answer.

    Of somebody who is `gone`, dead or emigrated, everything stops (report 000 L-06).
    """
    promises = promises_of(pathway, last=last)
    given = {promise.key: "stop" for promise in promises} if gone else dict(answers)
    left = unanswered(promises, given)
    if left:
        raise Invalid(
            "",
            _("Say of each promise what happens to it now: %(what)s.")
            % {"what": ", ".join(promise.what for promise in left)},
        )
    stops = [promise for promise in promises if given[promise.key] == "stop"]
    if stops and not gone and not words.strip():
        raise Invalid("words", _("Write what the citizen has been told about what stops."))
    for promise in promises:
        if promise in stops:
            _stop(actor, by, promise, pathway.state, words)
        elif last and isinstance(promise.record, Activity):
            # Without the plan the task is all there is of it; whoever holds it marks it as done there.
            PlanTask.objects.filter(activity=promise.record, kind=activities.TASK_KIND).update(kind="other")


def _stop(actor: Actor, by: Membership, promise: Promise, reason: str, words: str) -> None:
    match promise.record:
        case Referral() as referral:
            put(actor, hold_referral(referral), Referral.State.WITHDRAWN, by, reason="", words=words)
        case Activity() as activity:
            activities.set_state(actor, activity, Activity.State.STOPPED, asked=True)
            close_tasks(activity=activity)
        case Appointment() as appointment:
            Appointment.objects.filter(pk=appointment.pk).update(state=Appointment.State.CANCELLED)
        case PlanTask() as about:
            close_tasks(pk=about.pk)


def close_held(actor: Actor, plan: Plan, why: str) -> None:
    """Close the plan with its last pathway: nobody is asked to follow up any more. Logged by the act it belongs to."""
    held = hold(plan)
    now, today = timezone.now(), timezone.localdate()
    close_tasks(plan=held, kind__in=OF_THE_PLAN)
    held.handovers.filter(answered_at__isnull=True).update(answered_at=now, accepted=False)
    held.state, held.closed_at, held.next_follow_up = Plan.State.CLOSED, now, None
    revise(actor, held, "closed", kind=Revision.Kind.EDIT, why=why, asked=True)
    # Not before: who coordinates it may have closed it.
    held.coordinations.filter(ended_on__isnull=True).update(ended_on=today)
    actor.forget()
