"""A material revision: a joint decision about the plan, an act of its own with a reason (report 000 L4209-4229).

Edits and look-ups earn no fee; a material revision does, so it has to be about something that was changed.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.errors import Invalid
from samspil.plans.actions.changing import purpose_of, resource_of, revise
from samspil.plans.actions.parts import hold_open, read_text
from samspil.plans.content import content_of
from samspil.plans.differences import Change, between
from samspil.plans.models import Plan, Revision


def changed_since_decided(plan: Plan) -> list[Change]:
    """What was changed since the plan became active, or since it was last revised materially, whichever is newer."""
    found = last_decision(plan)
    return between(found.content, content_of(plan)) if found is not None else []


def last_decision(plan: Plan) -> Revision | None:
    """The newest version that was decided on: put into force, or revised materially."""
    decided = Q(kind=Revision.Kind.MATERIAL) | Q(what="activated")
    return plan.revisions.filter(decided).order_by("-number").first()


def material(actor: Actor, plan: Plan, why: str, seen: int) -> Revision:
    """What was changed since the last decision is a material revision, for a reason. `seen` is the version shown.

    Raises Refused, Conflict for a closed plan, and Invalid without a reason, for a plan that is not active, when the
    plan has changed since it was shown, and when nothing was changed.
    """
    guard.check(actor, "decide", resource_of(plan), purpose_of(actor), detail="material")
    words = read_text("why", why, needed=_("Write what was decided together, and why."))
    with transaction.atomic():
        held = hold_open(plan)
        if held.state != Plan.State.ACTIVE:
            raise Invalid("", _("The plan is being made still. Only an active plan is revised."))
        if held.version != seen:
            raise Invalid("", _("The plan has changed meanwhile. Look at what is different, and decide then."))
        if not changed_since_decided(held):
            raise Invalid("", _("Nothing has been changed since the last decision, so there is nothing to revise."))
        return revise(actor, held, "material", kind=Revision.Kind.MATERIAL, why=words, verb="decide")
