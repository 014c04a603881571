"""A coordinator (forløbskoordinator) for a citizen with documented special needs; temporary, and never the rule.

Not the accountable person: that one stays accountable (report 001 R-TEAM-11). Several can be listed; one leads.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access.actions.notices import tell_citizen, tell_user
from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Membership, Notice
from samspil.plans.actions.accountable import require_able
from samspil.plans.actions.changing import hold, member, resource_of, revise
from samspil.plans.actions.follow_ups import danish_title
from samspil.plans.actions.tasks import close_tasks, open_task
from samspil.plans.coordination_gate import judge
from samspil.plans.models import Coordination, Plan
from samspil.plans.programme import plan_format

_DAY = dt.timedelta(days=1)


def start(
    actor: Actor,
    plan: Plan,
    coordinator: Membership,
    *,
    kind: str,
    need: str,
    ends_when: str,
    circumstances: Collection[str] = (),
    conditions: Collection[str] = (),
    review_on: dt.date | None = None,
    lead: bool = True,
) -> Coordination:
    """Give the citizen a coordinator: why, until what is reached, and when it is looked at again.

    The first one leads. Raises Refused, Conflict, and Invalid when the gate is shut or something is left out.
    """
    by = member(actor, "decide", resource_of(plan), "coordinator")
    rules = plan_format().coordination
    gate = judge(rules, circumstances, conditions)
    if gate.needs_specialist_nursing:
        raise Invalid("conditions", _("The citizen needs specialist nursing rather than a coordinator."))
    if not gate.open:
        raise Invalid(
            "circumstances",
            _("A coordinator is for citizens with documented special needs. Tick what the need is."),
        )
    if kind not in Coordination.Kind.values:
        raise Invalid("kind", _("Choose how the coordinator works."))
    for field, text, ask in (
        ("need", need, _("Write what the coordinator is to do, and why the others cannot.")),
        ("ends_when", ends_when, _("Write what has to be reached for the coordinator to stop.")),
    ):
        if not text.strip():
            raise Invalid(field, ask)
    today = timezone.localdate()
    day = _to_come(review_on or today + _DAY * plan_format().rules.coordinator_review_days.value)
    try:
        with transaction.atomic():
            held = _hold_open(plan)
            require_able(held.citizen, coordinator, "coordinator")
            others = held.coordinations.filter(ended_on__isnull=True)
            lead = lead or not others.filter(lead=True).exists()
            if lead:
                others.update(lead=False)
            made = Coordination.objects.create(
                plan=held,
                coordinator=coordinator,
                kind=kind,
                lead=lead,
                circumstances=sorted(circumstances),
                conditions=sorted(conditions),
                need=need.strip(),
                ends_when=ends_when.strip(),
                since=today,
                review_on=day,
                by=by,
            )
            _ask_to_review(by, held)
            revise(actor, held, "coordinator_started", why=need, verb="decide")
            _tell(held, coordinator, "coordinator_started")
    except IntegrityError as error:
        raise Conflict(_("%(who)s coordinates this plan already.") % {"who": coordinator.user.name}) from error
    actor.forget()
    return made


def review(actor: Actor, coordination: Coordination, review_on: dt.date, words: str) -> None:
    """It has been looked at: the need is still there, and it is looked at again on a day. Raises as `start`."""
    _change(actor, coordination, "coordinator_reviewed", words, review_on=_to_come(review_on))


def end(actor: Actor, coordination: Coordination, words: str) -> None:
    """The coordinator is no longer needed, or somebody else takes over. Of those left the oldest leads. As `start`."""
    _change(actor, coordination, "coordinator_ended", words, ended_on=timezone.localdate())


def make_lead(actor: Actor, coordination: Coordination) -> None:
    """This one of several coordinators leads from now on (report 001 R-TEAM-12). Raises Refused, Conflict."""
    _change(actor, coordination, "coordinator_leads", coordination.coordinator.user.name, lead=True)


def _change(actor: Actor, coordination: Coordination, what: str, words: str, **changes: Any) -> None:
    by = member(actor, "decide", resource_of(coordination.plan), what)
    if not words.strip():
        raise Invalid("words", _("Write what you found."))
    with transaction.atomic():
        held = _hold_open(coordination.plan)
        if not held.coordinations.filter(pk=coordination.pk, ended_on__isnull=True).exists():
            raise Conflict(_("The coordinator has stopped meanwhile."))
        if changes.get("lead"):
            held.coordinations.filter(ended_on__isnull=True).update(lead=False)
        revise(actor, held, what, why=words, verb="decide")
        # After the log: a coordinator may end the own task.
        held.coordinations.filter(pk=coordination.pk).update(**changes)
        current = held.coordinations.filter(ended_on__isnull=True)
        if not current.filter(lead=True).exists():
            oldest = current.order_by("since", "id").first()
            if oldest is not None:
                current.filter(pk=oldest.pk).update(lead=True)
        _ask_to_review(by, held)
        if what == "coordinator_ended":
            _tell(held, coordination.coordinator, what)
    coordination.refresh_from_db()
    actor.forget()


def _to_come(day: dt.date) -> dt.date:
    if day <= timezone.localdate():
        raise Invalid("review_on", _("The day has passed. Agree on a day that is to come."))
    return day


def _hold_open(plan: Plan) -> Plan:
    held = hold(plan)
    if held.state == Plan.State.CLOSED:
        raise Conflict(_("The plan is closed. Nothing more is done in it."))
    return held


def _ask_to_review(by: Membership, plan: Plan) -> None:
    """The accountable person has the next review on the work list, as long as there is a coordinator."""
    close_tasks(plan=plan, kind="review_coordinator")
    due = plan.coordinations.filter(ended_on__isnull=True).order_by("review_on").values_list("review_on", flat=True)
    first = due.first()
    if first is not None:
        place, user = plan.accountable.organisation, plan.accountable.user
        title = danish_title("review_coordinator")
        open_task(by.user, plan.citizen, place, "review_coordinator", title, first, holder=user, plan=plan)


def _tell(plan: Plan, coordinator: Membership, what: str) -> None:
    values = {"name": coordinator.user.name, "organisation": coordinator.organisation.name}
    tell_citizen(plan.citizen, Notice.Kind.PLAN, what, **values)
    tell_user(coordinator.user, Notice.Kind.PLAN, f"{what}_you", **values)
