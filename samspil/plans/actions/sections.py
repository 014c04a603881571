"""Writing the texts of a plan, section by section (report 000 L3146-3162, L-11)."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Role
from samspil.plans.actions.changing import purpose_of, revise
from samspil.plans.actions.parts import (
    WrittenMeanwhile,
    check_write,
    drop_draft,
    hold_open,
    keep_draft,
    part,
    read_text,
)
from samspil.plans.models import Plan, Section
from samspil.plans.programme import plan_format


def write(actor: Actor, plan: Plan, section: str, version: int, text: str, not_assessed: bool = False) -> Section:
    """Write a section that is still as it was at `version` (0: nobody has written it), or say "not assessed".

    A citizen writes what `citizen_writes` says. Saving the same text again changes nothing. Raises Refused, Invalid,
    and WrittenMeanwhile, after keeping the text as a draft, when somebody else saved the section first.
    """
    form = plan_format().section(section)
    if form is None:
        raise Invalid("section", _("The plan has no such section."))
    check_write(actor, plan, form.category, f"section {section}")
    if actor.role == Role.CITIZEN and not form.citizen_writes:
        guard.refuse(actor, "write", part(plan, form.category), purpose_of(actor), "role")
    words = read_text("text", text)
    if not_assessed and not form.may_be_not_assessed:
        raise Invalid("not_assessed", _("This section cannot be left as not assessed."))
    if not_assessed and words:
        raise Invalid("not_assessed", _("Write about it, or mark it as not assessed; not both."))
    assert actor.user is not None, "the policy lets nobody write who is not logged in"
    with transaction.atomic():
        held = hold_open(plan)
        found = Section.objects.select_related("by").filter(plan=held, section=section).first()
        now = found or Section(plan=held, section=section, by=actor.user)
        if (now.text, now.not_assessed) == (words, not_assessed):
            drop_draft(actor, held, section)
            return now
        if now.version == version:
            now.text, now.not_assessed, now.version = words, not_assessed, version + 1
            now.by, now.at = actor.user, timezone.now()
            now.save()
            drop_draft(actor, held, section)
            revise(actor, held, "section_written")
            return now
    if words:
        keep_draft(actor, plan, section, words, version)
    raise WrittenMeanwhile(
        theirs=now.text or (_("not assessed") if now.not_assessed else ""),
        own=words,
        by=now.by,
        at=now.at,
        version=now.version,
    )


def choose_involvement(actor: Actor, plan: Plan, before: str, involvement: str) -> None:
    """How much the citizen wants to do themselves now; it changes over time (report 000 L-32, L646-670).

    `before` is what the page showed. Raises Refused, Invalid, Conflict.
    """
    check_write(actor, plan, None, "involvement")
    if involvement not in Plan.Involvement.values:
        raise Invalid("involvement", _("Choose one of the answers."))
    with transaction.atomic():
        held = hold_open(plan)
        if held.involvement == involvement:
            return
        if held.involvement != before:
            raise Conflict(
                _("Somebody has just chosen “%(what)s”. Look at it again.") % {"what": held.get_involvement_display()}
            )
        held.involvement = involvement
        revise(actor, held, "involvement_chosen")


def choose_most_limiting(actor: Actor, plan: Plan, before: str, condition: str) -> None:
    """The condition that limits the citizen most, chosen with them; it comes first (report 002 L264-268, L2616-2619).

    `before` is what the page showed. A condition of `plan_format.yaml` by its code, or the citizen's word for it.
    Raises Refused, Invalid, Conflict.
    """
    check_write(actor, plan, "health", "most limiting")
    words = read_text("most_limiting", condition, most=50)
    with transaction.atomic():
        held = hold_open(plan)
        if held.most_limiting == words:
            return
        if held.most_limiting != before:
            raise Conflict(_("Somebody has just chosen something else. Look at it again."))
        held.most_limiting = words
        revise(actor, held, "most_limiting_chosen")
