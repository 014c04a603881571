"""A citizen's way through a programme: opened with consent, active with the plan, ended by somebody with a reason.

    enrolled → active → completed / withdrawn / wrongly included / died / moved

Nothing ends it by itself, neither a day nor that somebody did not come (report 001 R-PLAN-06, 5.2 no. 5).
"""

from __future__ import annotations

from collections.abc import Mapping

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
from samspil.plans.actions.changing import hold, member, resource_of, revise
from samspil.plans.actions.closing import close_held, hold_citizen, settle
from samspil.plans.content_version import content_version
from samspil.plans.ends import settled_reason, state_of
from samspil.plans.models import Pathway, Plan
from samspil.plans.programme import has_gate, plan_rules, programme_title, programmes_with_plans
from samspil.plans.signals import pathway_ended

RUNNING = (Pathway.State.ENROLMENT, Pathway.State.ACTIVE)


def resource_of_pathway(pathway: Pathway) -> Resource:
    """What the policy is asked about: the plan that the pathway belongs to, or is to have."""
    return resource_of(pathway.plan) if pathway.plan is not None else Resource("plan", pathway.citizen)


def open_pathway(
    actor: Actor, citizen: Citizen, programme: str, arm: str = "", band: str = "", purpose: str = ""
) -> Pathway:
    """Begin a pathway of a citizen who has consented to take part in the programme.

    Raises Refused, Conflict when one is running there, and Invalid without consent, for a programme that is not there,
    or one that takes in nobody new (report 000 L-46); those who are in it finish.
    """
    resource = Resource("plan", citizen)
    by = member(actor, "decide", resource, f"pathway {programme}")
    if programme not in programmes_with_plans():
        raise Invalid("programme", _("Choose a programme."))
    today = timezone.localdate()
    if not plan_rules(programme).takes_new(today, arm or None):
        raise Invalid(
            "programme",
            _("%(programme)s takes in nobody new any more. Those who are in it finish.")
            % {"programme": programme_title(programme)},
        )
    try:
        with transaction.atomic():
            hold_citizen(citizen)
            if not has_consent(citizen, programme, "participation"):
                raise Invalid("", _("The citizen has not consented to taking part, or has withdrawn the consent."))
            made = Pathway.objects.create(
                citizen=citizen,
                programme=programme,
                arm=arm,
                band=band,
                practice=by.organisation,
                purpose=purpose.strip(),
                content_version=content_version(programme),
                opened_at=timezone.now(),
                opened_by=by,
            )
            guard.require(actor, "decide", resource, "care", detail=f"pathway {programme}")
    except IntegrityError as error:
        running = Pathway.objects.filter(citizen=citizen, programme=programme, ended_at__isnull=True)
        first = running.select_related("opened_by__user", "practice").first()
        if first is None:
            raise
        raise Conflict(
            _("The citizen has a pathway in this programme already, begun by %(who)s, %(practice)s.")
            % {"who": first.opened_by.user.name, "practice": first.practice.name}
        ) from error
    return made


def open_from_record(actor: Actor, citizen: Citizen, programme: str, purpose: str = "") -> Pathway:
    """Begin a pathway in a programme that finds nobody by lists. As `open_pathway`; Invalid for one with a gate too."""
    if programme in programmes_with_plans() and has_gate(programme):
        raise Invalid("programme", _("Citizens come into this programme through an inclusion. Begin one there."))
    return open_pathway(actor, citizen, programme, purpose=purpose)


def end(
    actor: Actor,
    pathway: Pathway,
    version: int,
    state: str,
    *,
    reason: str = "",
    words: str = "",
    answers: Mapping[str, str] | None = None,
) -> None:
    """End a pathway, in a state and for a reason of `plan_format.yaml`; `words` are what the citizen was told.

    With the last pathway of a plan the plan is closed. What is still promised has to be answered first: `answers` say
    by the keys of `promises.py` whether each goes on or stops; only death and emigration stop everything. Somebody who
    stops gives a reason for dropping out. Raises Refused, Conflict, and Invalid.
    """
    resource = resource_of_pathway(pathway)
    detail = f"pathway {pathway.pk} {state}"
    by = member(actor, "decide", resource, detail)
    found = Pathway.State(state) if state in Pathway.State.values else Pathway.State.ENROLMENT
    reason = settled_reason(found, reason, words)
    with transaction.atomic():
        # Asked and logged first: with the plan closed those whom it named are named no more.
        guard.require(actor, "decide", resource, "care", detail=detail)
        end_asked(actor, by, pathway, version, found, reason, words, answers or {})


def end_with_inclusion(actor: Actor, by: Membership, pathway: Pathway, reason: str, words: str) -> None:
    """End the pathway with the inclusion that opened it. Part of that act, which has asked the policy and is logged.

    Raises Invalid as long as something is promised to the citizen: then it is ended on the page of the pathway.
    """
    end_asked(actor, by, pathway, pathway.version, state_of(reason), reason, words, {})


def end_asked(
    actor: Actor,
    by: Membership,
    pathway: Pathway,
    version: int,
    state: Pathway.State,
    reason: str,
    words: str,
    answers: Mapping[str, str],
) -> None:
    """End a pathway in the transaction of an act that has asked the policy. Raises Conflict and Invalid."""
    citizen = pathway.citizen
    hold_citizen(citizen)
    citizen.refresh_from_db()
    pathway.refresh_from_db()
    if pathway.version != version or pathway.state not in RUNNING:
        raise Conflict(_what_happened(pathway))
    plan = hold(pathway.plan) if pathway.plan is not None else None
    last = plan is None or not _others(plan, pathway)
    gone = state == Pathway.State.DIED or citizen.inactive
    settle(actor, by, pathway, answers, last=last, gone=gone, words=words)
    pathway.state, pathway.end_reason, pathway.end_note = state, reason, words.strip()
    pathway.ended_at, pathway.ended_by, pathway.version = timezone.now(), by, version + 1
    pathway.save()
    if plan is not None and last:
        close_held(actor, plan, words)
    elif plan is not None:
        revise(actor, hold(plan), "pathway_ended", why=words, asked=True)
    if not gone:
        tell_citizen(
            citizen,
            Notice.Kind.PLAN,
            "pathway_ended",
            name=by.user.name,
            organisation=by.organisation.name,
            programme=programme_title(pathway.programme),
        )
    pathway_ended.send(sender=Pathway, pathway=pathway, by=by, reason=reason, words=words)
    actor.forget()


def _others(plan: Plan, pathway: Pathway) -> bool:
    return plan.pathways.filter(state__in=RUNNING).exclude(pk=pathway.pk).exists()


def _what_happened(pathway: Pathway) -> str:
    """What was done with a pathway, for whoever came second."""
    if pathway.ended_by is not None:
        return _("%(who)s was first: the pathway has ended.") % {"who": pathway.ended_by.user.name}
    return _("The pathway was changed meanwhile. Look at it again.")
