"""The reply at the end of a referral: conclusion first, then what the GP goes on with (report 003 L831-841, R-EPI).

Letters without a conclusion at the top were not read. What the GP is to do becomes tasks of the practice, so that
nobody has to find it in a text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Membership, Organisation, OrganisationKind
from samspil.plans.actions.referral_course import (
    State,
    hold_referral,
    member_for,
    on_day,
    put,
    require_version,
    what_happened,
)
from samspil.plans.actions.tasks import open_task
from samspil.plans.catalogue import as_sent
from samspil.plans.models import Epicrisis, Referral
from samspil.plans.programme import plan_format


def write(
    actor: Actor,
    referral: Referral,
    version: int,
    *,
    conclusion: str,
    gp_actions: Sequence[str] = (),
    nothing_for_gp: bool = False,
    course: str = "",
    on: dt.date | None = None,
) -> Epicrisis:
    """Complete a started referral with its epicrisis; the referrer is asked to read it, which closes the loop.

    Raises Refused, Conflict when it has not started or has ended, and Invalid by field: no conclusion, one that is more
    than a short paragraph, or nothing said of what the GP must do.
    """
    by = member_for(actor, referral, f"referral {referral.pk} epicrisis", "receiver")
    acts = [act.strip() for act in gp_actions if act.strip()]
    _conclusion(conclusion)
    if nothing_for_gp and acts:
        raise Invalid("nothing_for_gp", _("You have written what the GP must do. Take the tick away, or the lines."))
    if not nothing_for_gp and not acts:
        raise Invalid("gp_actions", _("Write what the GP must do, one thing on each line, or tick that it is nothing."))
    with transaction.atomic():
        held = hold_referral(referral)
        require_version(held, version)
        if held.state != State.STARTED:
            raise Conflict(what_happened(held))
        day = on_day(on, held.started_on or timezone.localtime(held.sent_at).date())
        made = Epicrisis.objects.create(
            referral=held,
            conclusion=conclusion.strip(),
            gp_actions=acts,
            nothing_for_gp=nothing_for_gp,
            course=course.strip(),
            by=by,
            at=timezone.now(),
        )
        for act in acts:
            open_task(
                by.user, held.citizen, practice_of(held), "gp_action", act, None, plan=held.plan, referral=held
            )  # fmt: skip
        _ask_to_talk_again(by, held)
        put(actor, held, State.COMPLETED, by, on=day, words=conclusion)
    referral.refresh_from_db()
    return made


def _ask_to_talk_again(by: Membership, held: Referral) -> None:
    """The practice talks with the citizen again after the service: keeping up is what is missing (003 L1268-1271).

    A plan that runs has a follow-up for that; and nobody else keeps a task, and with it a look at the citizen, so long.
    """
    place, plan = practice_of(held), held.plan
    if place.kind != OrganisationKind.PRACTICE or (plan is not None and plan.closed_at is None):
        return
    due = timezone.localdate() + dt.timedelta(days=plan_format().rules.after_service_days.value)
    open_task(by.user, held.citizen, place, "after_service", as_sent(held).title.da, due, referral=held)


def practice_of(referral: Referral) -> Organisation:
    """Who goes on after an epicrisis: the practice that referred, else the citizen's own; without one the referrer."""
    sent_from = referral.from_organisation
    if sent_from.kind == OrganisationKind.PRACTICE or referral.citizen.practice is None:
        return sent_from
    return referral.citizen.practice


def _conclusion(text: str) -> None:
    """One short paragraph. Raises Invalid."""
    if not text.strip():
        raise Invalid("conclusion", _("Begin with the conclusion: what came of it, in a few lines."))
    if "\n" in text.strip():
        raise Invalid("conclusion", _("The conclusion is one paragraph. Write the rest under the course."))
    most = plan_format().rules.note_words.value
    if len(text.split()) > most:
        raise Invalid(
            "conclusion", _("The conclusion is short: %(most)s words at most. Write the rest under the course.")
            % {"most": most},
        )  # fmt: skip
