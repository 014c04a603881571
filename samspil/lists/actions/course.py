"""What every act on an inclusion is made of: asking the policy, moving on from a known version, and noting the step."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Citizen, Membership
from samspil.access.policy import Resource, Verb
from samspil.lists.models import Inclusion, Stage, Step

_ORDER = (Stage.NOMINATED, Stage.TO_INVITE, Stage.INVITED, Stage.INFORMED, Stage.CONSENTED, Stage.ENROLLED)


def resource_of(inclusion: Inclusion) -> Resource:
    """What the policy is asked about: the inclusion of a citizen, in the practice that runs it."""
    return Resource("inclusion", citizen=inclusion.citizen, practice_id=inclusion.practice_id)


def member(actor: Actor, verb: Verb, inclusion: Inclusion, detail: str) -> Membership:
    """The membership somebody acts in, when the policy allows it. Nothing is logged yet. Raises Refused."""
    guard.check(actor, verb, resource_of(inclusion), "inclusion", detail=detail)
    assert actor.membership is not None, "only members of an organisation are granted anything here"
    return actor.membership


def done(actor: Actor, verb: Verb, inclusion: Inclusion, detail: str) -> None:
    """Log what was done, once every rule has been looked at, in the transaction that did it."""
    guard.require(actor, verb, resource_of(inclusion), "inclusion", detail=detail)


def advance(inclusion: Inclusion, version: int, **changes: Any) -> None:
    """Change an inclusion that is still as it was at `version`; a stage never goes back by itself. Raises Conflict."""
    stage = changes.get("stage")
    if stage in _ORDER and stage != Stage.NOMINATED and inclusion.stage in _ORDER:
        changes["stage"] = max(stage, Stage(inclusion.stage), key=_ORDER.index)
    running = Inclusion.objects.filter(pk=inclusion.pk, version=version, ended_at__isnull=True)
    if not running.update(version=version + 1, **changes):
        raise Conflict(what_happened(inclusion))
    inclusion.refresh_from_db()


def hold(citizen: Citizen) -> None:
    """Keep consents and status of a citizen from changing until the transaction is over."""
    Citizen.objects.select_for_update().get(pk=citizen.pk)
    citizen.refresh_from_db()


def note(
    inclusion: Inclusion,
    kind: Step.Kind,
    by: Membership,
    *,
    on: dt.date | None = None,
    words: str = "",
    reason: str = "",
) -> Step:
    """A step, with its day."""
    return Step.objects.create(
        inclusion=inclusion,
        kind=kind,
        on=on or timezone.localdate(),
        note=words.strip(),
        reason=reason,
        by=by,
        at=timezone.now(),
    )


def in_stage(inclusion: Inclusion, *stages: Stage) -> None:
    """That the inclusion has come so far and no further. Raises Conflict."""
    if inclusion.stage not in stages:
        raise Conflict(what_happened(inclusion))


def what_happened(inclusion: Inclusion) -> str:
    """What was done with an inclusion last, for whoever came second."""
    last = inclusion.steps.select_related("by__user").order_by("at", "id").last()
    if last is None:
        return _("The inclusion was changed meanwhile. Look at it again.")
    return _("%(who)s was first: %(what)s. Look at it again before you go on.") % {
        "who": last.by.user.name,
        "what": last.get_kind_display(),
    }


def not_ahead(on: dt.date | None) -> dt.date:
    """The day something was done, today when none is given. Raises Invalid for a day that lies ahead."""
    today = timezone.localdate()
    if on is not None and on > today:
        raise Invalid("on", _("The day lies ahead. Write the day it was done."))
    return on or today
