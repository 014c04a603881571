"""What somebody is writing is kept every few seconds, so that a browser that dies takes nothing with it."""

from __future__ import annotations

from django.db import transaction

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Role
from samspil.plans.actions.changing import purpose_of
from samspil.plans.actions.parts import (
    check_write,
    drop_draft,
    hold_open,
    keep_draft,
    part,
    read_text,
)
from samspil.plans.kinds import category_of_section
from samspil.plans.models import Draft, Plan, Section
from samspil.plans.programme import plan_format


def keep(actor: Actor, plan: Plan, section: str, text: str, base: int) -> bool:
    """Keep what somebody is writing in a section that they saw at the version `base`.

    A text that is what the section says already is no draft. Nothing of the plan is changed, so nothing is logged:
    saving is. False when there is nothing to keep. Raises Refused, Invalid for no such section, Conflict for a closed
    plan.
    """
    known = plan_format().section(section)
    check_write(actor, plan, category_of_section(section), f"draft {section}")
    if known is None or (actor.role == Role.CITIZEN and not known.citizen_writes):
        guard.refuse(actor, "write", part(plan, None), purpose_of(actor), "role")
    words = read_text("text", text)
    with transaction.atomic():
        held = hold_open(plan)
        now = Section.objects.filter(plan=held, section=section).first()
        if (now.text if now is not None else "") == words:
            drop_draft(actor, held, section)
            return False
        keep_draft(actor, held, section, words, base)
    return True


def throw_away(actor: Actor, plan: Plan, place: str) -> None:
    """What was kept is not wanted any more; it is the own, so nobody is asked and nothing of the plan changes."""
    drop_draft(actor, plan, place)


def own(actor: Actor, plan: Plan) -> dict[str, Draft]:
    """What somebody was writing in a plan and has not saved, by its place."""
    if actor.user is None:
        return {}
    return {each.section: each for each in Draft.objects.filter(plan=plan, user=actor.user)}
