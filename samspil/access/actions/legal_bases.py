"""Recording and revoking legal bases (report 001 R-CONS-04)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard, log
from samspil.access.actor import Actor
from samspil.access.errors import Invalid
from samspil.access.models import Category, LegalBasis, Sector
from samspil.access.policy import Resource, basis_purposes


def record_legal_basis(
    actor: Actor,
    *,
    kind: str,
    title: str,
    jurisdiction: str,
    purposes: Sequence[str],
    since: dt.date,
    until: dt.date | None = None,
    reference: str = "",
    sectors: Sequence[str] = (),
    categories: Sequence[str] = (),
) -> LegalBasis:
    """A new legal basis; it opens what it covers from `since` to `until`. Raises Refused, and Invalid."""
    decision = guard.check(actor, "write", Resource("legal_basis"), "oversight")
    if not purposes or not set(purposes) <= set(basis_purposes()):
        raise Invalid("purposes", _("Choose at least one thing that the legal basis is for."))
    if not set(sectors) <= set(Sector.values) or not set(categories) <= set(Category.values):
        raise Invalid("", _("An unknown sector or kind of data."))
    if until is not None and until < since:
        raise Invalid("until", _("The last day lies before the first."))
    basis = LegalBasis(
        kind=kind,
        title=title.strip(),
        reference=reference.strip(),
        jurisdiction=jurisdiction.strip(),
        purposes=list(purposes),
        sectors=list(sectors),
        categories=list(categories),
        since=since,
        until=until,
        recorded_by=actor.user,
    )
    try:
        basis.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid(field, messages[0]) from error
    with transaction.atomic():
        basis.save()
        log.append([log.entry(actor, "write", Resource("legal_basis"), "oversight", decision, detail=f"{basis.pk}")])
    actor.forget()
    return basis


def revoke_legal_basis(actor: Actor, basis: LegalBasis) -> None:
    """Close what a legal basis opened, at once. A second time changes nothing. Raises Refused."""
    decision = guard.check(actor, "write", Resource("legal_basis"), "oversight")
    entry = log.entry(actor, "write", Resource("legal_basis"), "oversight", decision, detail=f"{basis.pk} revoked")
    with transaction.atomic():
        if LegalBasis.objects.filter(pk=basis.pk, revoked_at__isnull=True).update(revoked_at=timezone.now()):
            log.append([entry])
    actor.forget()
