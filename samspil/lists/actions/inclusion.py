"""From a chosen name to enrolment: invitation, conversation, consent, and the gate before every promise.

    to be invited → invited → conversation held → consented → enrolled
            (or ended, with a coded reason, from anywhere)

Nothing moves by itself; every step is somebody's, with its date. Before anything is promised to the citizen the gate
judges eligibility anew (report 000 L-04, L-06), and what it finds holds until the step is written.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access.actions.notices import tell_citizen
from samspil.access.actor import Actor
from samspil.access.errors import Invalid
from samspil.access.models import Notice
from samspil.access.queries.consent import has_consent
from samspil.lists.actions.checking import require_open_gate
from samspil.lists.actions.course import advance, done, hold, in_stage, member, not_ahead, note
from samspil.lists.models import Inclusion, Publication, Stage, Step
from samspil.lists.programme import rules
from samspil.lists.standings import band_of
from samspil.plans.actions.pathways import open_pathway
from samspil.plans.programme import programmes_with_plans

#: Steps towards the citizen before the conversation.
CONTACTS = (Step.Kind.LETTER, Step.Kind.REMINDER, Step.Kind.PHONE)


def contact(
    actor: Actor, inclusion: Inclusion, version: int, kind: Step.Kind, *, on: dt.date | None = None, words: str = ""
) -> None:
    """A letter, a reminder or a call, on a day. Also for the practice's staff (report 000 L3124-3128).

    Raises Refused, Conflict, and Invalid when the gate is shut, the day lies ahead, or a reminder comes without a
    letter.
    """
    by = member(actor, "write", inclusion, kind)
    in_stage(inclusion, Stage.TO_INVITE, Stage.INVITED)
    day = not_ahead(on)
    if kind == Step.Kind.REMINDER and not inclusion.steps.filter(kind=Step.Kind.LETTER).exists():
        raise Invalid("kind", _("There is no letter to remind of yet."))
    with transaction.atomic():
        hold(inclusion.citizen)
        require_open_gate(inclusion)
        advance(inclusion, version, stage=Stage.INVITED)
        note(inclusion, kind, by, on=day, words=words)
        if kind != Step.Kind.PHONE:
            tell_citizen(inclusion.citizen, Notice.Kind.INVITATION, "invited", name=by.organisation.name)
        done(actor, "write", inclusion, kind)


def reminder_due(inclusion: Inclusion, steps: list[Step]) -> dt.date | None:
    """The day from which a reminder is due: so long after the letter, once; None when there is nothing to remind of."""
    letters = [step.on for step in steps if step.kind == Step.Kind.LETTER]
    reminded = any(step.kind in {Step.Kind.REMINDER, Step.Kind.CONVERSATION} for step in steps)
    if inclusion.stage != Stage.INVITED or not letters or reminded:
        return None
    return letters[-1] + dt.timedelta(days=rules(inclusion.programme).gate.reminder_after_days)


def hold_conversation(
    actor: Actor, inclusion: Inclusion, version: int, *, purpose: str, on: dt.date | None = None, words: str = ""
) -> None:
    """The information conversation was held, and what the effort is for. Raises Refused, Conflict, Invalid."""
    by = member(actor, "decide", inclusion, "conversation")
    in_stage(inclusion, Stage.TO_INVITE, Stage.INVITED, Stage.INFORMED)
    day = not_ahead(on)
    if not purpose.strip():
        raise Invalid("purpose", _("Write what the joint effort is to help with, in the citizen's words."))
    with transaction.atomic():
        hold(inclusion.citizen)
        require_open_gate(inclusion)
        advance(inclusion, version, stage=Stage.INFORMED, purpose=purpose.strip())
        note(inclusion, Step.Kind.CONVERSATION, by, on=day, words=words)
        done(actor, "decide", inclusion, "conversation")


def note_consent(actor: Actor, inclusion: Inclusion, version: int) -> None:
    """Go on after the citizen's answers were recorded. Raises Refused, Conflict, and Invalid without consent."""
    _with_consent(actor, inclusion, version, Stage.INFORMED, Stage.CONSENTED, Step.Kind.CONSENT)


def enrol(actor: Actor, inclusion: Inclusion, version: int) -> None:
    """Enrol a citizen who has consented to take part, and to nothing more if so they wish. Opens the pathway.

    Raises Refused, Conflict, and Invalid when consent is missing or withdrawn, the gate is shut, or the programme takes
    in nobody new any more.
    """
    with transaction.atomic():
        _with_consent(actor, inclusion, version, Stage.CONSENTED, Stage.ENROLLED, Step.Kind.ENROLLED)
        if inclusion.programme in programmes_with_plans():
            open_pathway(
                actor,
                inclusion.citizen,
                inclusion.programme,
                arm=inclusion.model,
                band=band_of(inclusion),
                purpose=inclusion.purpose,
            )


def _with_consent(
    actor: Actor, inclusion: Inclusion, version: int, stage: Stage, following: Stage, kind: Step.Kind
) -> None:
    """A step that the smallest consent and an open gate allow, both held until it is written."""
    by = member(actor, "decide", inclusion, kind)
    in_stage(inclusion, stage)
    with transaction.atomic():
        hold(inclusion.citizen)
        if not has_consent(inclusion.citizen, inclusion.programme, "participation"):
            raise Invalid("", _("The citizen has not consented to taking part, or has withdrawn the consent."))
        require_open_gate(inclusion)
        enrolled = {"enrolled_at": timezone.now()} if following == Stage.ENROLLED else {}
        advance(inclusion, version, stage=following, **enrolled)
        note(inclusion, kind, by)
        done(actor, "decide", inclusion, kind)


def reassess(actor: Actor, inclusion: Inclusion, version: int) -> None:
    """A provisional inclusion is judged again: final when the gate is open on newer data, or its day has come.

    Raises Refused, Conflict, and Invalid when the gate is shut or there is nothing new to judge by (report 000 L-05).
    """
    by = member(actor, "decide", inclusion, "reassess")
    if inclusion.reassess_on is None:
        return
    newer = Publication.objects.filter(model=inclusion.model, published_at__gt=inclusion.opened_at).exists()
    if not newer and inclusion.reassess_on > timezone.localdate():
        raise Invalid("", _("There are no newer data to judge by yet, and the day has not come."))
    with transaction.atomic():
        hold(inclusion.citizen)
        require_open_gate(inclusion)
        advance(inclusion, version, reassess_on=None)
        note(inclusion, Step.Kind.REASSESSED, by)
        done(actor, "decide", inclusion, "reassess")
