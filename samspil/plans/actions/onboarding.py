"""How a citizen follows the plan, settled at the first conversation (report 000 L-28, L781-793).

Citizens did not know that they had a plan, or could not log in. So it is part of the start that somebody has tried the
log-in with them, or that a relative reads for them, or that the plan is printed. The log-in itself is made by
`access.actions.onboarding`.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actions.onboarding import is_unused
from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Citizen, Proxy, ProxyScope, User
from samspil.access.policy import Resource
from samspil.plans.models import Pathway, ReadingNeeds


def onboard(actor: Actor, pathway: Pathway, version: int, how: str, *, on: dt.date | None = None) -> None:
    """Record how the citizen follows the plan; it holds for every pathway that runs, and can be settled anew.

    The own log-in has to have been used, a relative needs a power of proxy to read. By the citizen's practice. Raises
    Refused, Invalid, and Conflict when the pathway was changed meanwhile or has ended.
    """
    citizen = pathway.citizen
    resource = Resource("plan", citizen)
    guard.check(actor, "write", resource, "care", detail=f"onboarding {how}")
    assert actor.membership is not None, "only members of a practice are granted this"
    day = on or timezone.localdate()
    if how not in Pathway.Onboarding.values:
        raise Invalid("how", _("Choose how the citizen follows the plan."))
    if day > timezone.localdate():
        raise Invalid("on", _("The day lies ahead. Write the day it was done."))
    if how == Pathway.Onboarding.LOG_IN and not has_tried(citizen):
        raise Invalid("how", _("The log-in has not been used yet. Try it together, or choose another way."))
    if how == Pathway.Onboarding.PROXY and not readers_of(citizen):
        raise Invalid("how", _("No relative may see the page yet. The citizen gives a power of proxy on the own page."))
    with transaction.atomic():
        held = list(Pathway.objects.select_for_update().filter(citizen=citizen, ended_at__isnull=True).order_by("id"))
        now = next((each for each in held if each.pk == pathway.pk), None)
        if now is None or now.version != version:
            raise Conflict(_("The pathway was changed meanwhile. Look at it again."))
        for each in held:
            if each.pk == pathway.pk or not each.onboarding:
                each.onboarding, each.onboarded_on, each.onboarded_by = how, day, actor.membership
                each.version += 1
                each.save(update_fields=["onboarding", "onboarded_on", "onboarded_by", "version"])
        guard.require(actor, "write", resource, "care", detail=f"onboarding {how}")
    pathway.refresh_from_db()


def ask_for(actor: Actor, citizen: Citizen, *, language: str, interpreter: str, read_aloud: bool) -> ReadingNeeds:
    """How the citizen wants to be told things: the language of print, an interpreter, read aloud (002 PLAN-13).

    Raises Refused, and Invalid for a language that nothing is printed in.
    """
    resource = Resource("plan", citizen)
    guard.check(actor, "write", resource, "care", detail="reading needs")
    if language not in ReadingNeeds.Language.values:
        raise Invalid("language", _("Choose one of the answers."))
    if len(interpreter.strip()) > 50:
        raise Invalid("interpreter", _("Write the name of the language only."))
    given = {"language": language, "interpreter": interpreter.strip(), "read_aloud": read_aloud}
    with transaction.atomic():
        made, _new = ReadingNeeds.objects.update_or_create(citizen=citizen, defaults=given)
        guard.require(actor, "write", resource, "care", detail="reading needs")
    return made


def has_tried(citizen: Citizen) -> bool:
    """Whether the citizen has a log-in, and has been in with it."""
    user = User.objects.filter(citizen=citizen, is_active=True).first()
    return user is not None and not is_unused(user)


def readers_of(citizen: Citizen) -> list[Proxy]:
    """The relatives who may see the citizen's page today."""
    current = Proxy.objects.current(timezone.localdate()).filter(citizen=citizen).select_related("relative")
    return [each for each in current if ProxyScope.READ in each.scopes]


def needs_of(citizen: Citizen) -> ReadingNeeds:
    """What was said about how to tell the citizen things; Danish and nothing more while nothing was said."""
    return ReadingNeeds.objects.filter(citizen=citizen).first() or ReadingNeeds(citizen=citizen)
