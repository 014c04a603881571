"""Other plans the citizen has, by law or in one sector: named, never copied, with where they pull apart.

Tools compete when a citizen already has action plans (report 001 L2806-2808); they are listed, and so are conflicts.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.plans.actions.changing import revise
from samspil.plans.actions.parts import check_write, hold_open, read_text
from samspil.plans.kinds import category_of_link
from samspil.plans.models import Plan, PlanLink
from samspil.plans.programme import plan_format


def add(actor: Actor, plan: Plan, *, kind: str, title: str, owner: str, conflict: str = "") -> PlanLink:
    """Another plan of the citizen. Raises Refused, Invalid, Conflict for a closed plan."""
    check_write(actor, plan, category_of_link(kind), "link")
    if kind not in {each.kind for each in plan_format().links}:
        raise Invalid("kind", _("Choose one of the answers."))
    given = {
        "title": read_text("title", title, needed=_("Write what the plan is called."), most=200),
        "owner": read_text("owner", owner, needed=_("Write who keeps the plan."), most=200),
        "conflict": read_text("conflict", conflict),
    }
    with transaction.atomic():
        held = hold_open(plan)
        made = PlanLink.objects.create(plan=held, kind=kind, at=timezone.now(), **given)
        revise(actor, held, "link_added")
    return made


def tell_conflict(actor: Actor, link: PlanLink, before: str, conflict: str) -> None:
    """Where the two plans do not go together, in words; empty when they do. `before` is what the page showed.

    Raises Refused, Invalid, Conflict.
    """
    check_write(actor, link.plan, category_of_link(link.kind), "link")
    words = read_text("conflict", conflict)
    with transaction.atomic():
        held = hold_open(link.plan)
        now = held.links.filter(pk=link.pk).first()
        if now is None or now.conflict not in {before, words}:
            raise Conflict(_("Somebody has just changed this. Look at it again."))
        if now.conflict == words:
            return
        now.conflict = words
        now.save()
        revise(actor, held, "link_changed")


def remove(actor: Actor, link: PlanLink) -> None:
    """The other plan is no more. Raises Refused, Conflict for a closed plan."""
    check_write(actor, link.plan, category_of_link(link.kind), "link")
    with transaction.atomic():
        held = hold_open(link.plan)
        if held.links.filter(pk=link.pk).delete()[0]:
            revise(actor, held, "link_removed")
