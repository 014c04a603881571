"""Changing the service catalogue: by the secretariat, with a reason, and so that nothing is ever lost."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.policy import Resource
from samspil.plans.catalogue import own_catalogue, plain, read
from samspil.plans.models import CatalogueChange


def change(
    actor: Actor, programme: str, service: str, number: int, content: dict[str, Any], why: str
) -> CatalogueChange:
    """A service as it is from now on, or a new one. `number` is that of the change that was seen; 0 is the file's.

    Referrals that were sent keep what was promised when they were sent. Raises Refused, Conflict, and Invalid with
    the field to mend.
    """
    _check(actor, why)
    found, faults = read(programme, content)
    if found is None:
        field, cause = faults[0]
        raise Invalid(field, cause)
    if found.service != service:
        raise Invalid("service", _("The name of a service is never changed. Take it out, and make a new one."))
    return _write(actor, programme, service, number, plain(found), why)


def take_out(actor: Actor, programme: str, service: str, number: int, why: str) -> CatalogueChange:
    """A service is offered no more. What runs goes on. Raises Refused, Conflict, and Invalid without a reason."""
    _check(actor, why)
    return _write(actor, programme, service, number, None, why)


def restore(actor: Actor, programme: str, service: str, number: int, old: int, why: str) -> CatalogueChange:
    """A service as it was with change no. `old`, or as the programme's file says for 0; a change like every other.

    Raises Refused, Conflict, and Invalid when there is no such version.
    """
    _check(actor, why)
    if old == 0:
        own = own_catalogue(programme).service(service)
        if own is None:
            raise Invalid("old", _("The programme's file does not have this service."))
        return _write(actor, programme, service, number, plain(own), why)
    kept = CatalogueChange.objects.filter(programme=programme, service=service, number=old).first()
    if kept is None or kept.definition is None:
        raise Invalid("old", _("There is no such version to go back to."))
    found, faults = read(programme, kept.definition)
    if found is None:
        raise Invalid("old", _("That version no longer fits: %(cause)s") % {"cause": faults[0][1]})
    return _write(actor, programme, service, number, plain(found), why)


def _check(actor: Actor, why: str) -> None:
    guard.check(actor, "write", Resource("catalogue"), "improvement")
    if not why.strip():
        raise Invalid("why", _("Write why it is changed. Those who refer read it."))


def _write(
    actor: Actor, programme: str, service: str, number: int, definition: dict[str, Any] | None, why: str
) -> CatalogueChange:
    assert actor.user is not None, "the policy lets nobody change a service who is not logged in"
    newest = CatalogueChange.objects.filter(programme=programme, service=service).select_related("by").first()
    if (newest.number if newest else 0) != number:
        raise Conflict(_said(newest))
    guard.require(actor, "write", Resource("catalogue"), "improvement", detail=f"{programme}/{service}")
    try:
        with transaction.atomic():
            return CatalogueChange.objects.create(
                programme=programme,
                service=service,
                number=number + 1,
                definition=definition,
                why=why.strip(),
                by=actor.user,
                at=timezone.now(),
            )
    except IntegrityError as error:
        raise Conflict(_said(None)) from error


def _said(newest: CatalogueChange | None) -> str:
    if newest is None:
        return _("The service was changed meanwhile. Look at it again.")
    return _("%(who)s has changed the service meanwhile: %(why)s Look at it again before you go on.") % {
        "who": newest.by.name,
        "why": newest.why,
    }
