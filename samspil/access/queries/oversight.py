"""Cases of emergency access and legal bases, as officer and secretariat read them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from samspil.access import guard, words
from samspil.access.actor import Actor
from samspil.access.models import BreakGlass, Citizen, LegalBasis
from samspil.access.policy import Purpose, Resource, could, may

#: A page of cases shows the newest.
SHOWN = 100


def cases(actor: Actor) -> list[BreakGlass]:
    """Cases of emergency access: those to review first, each group newest first. Logged per citizen. Raises Refused."""
    decision = guard.require(actor, "read", Resource("break_glass"), "oversight")
    rows = BreakGlass.objects.select_related("citizen", "membership__user", "membership__organisation", "reviewed_by")
    found = [*rows.filter(reviewed_at__isnull=True)[:SHOWN], *rows.filter(reviewed_at__isnull=False)[:SHOWN]]
    citizens = sorted({case.citizen_id for case in found})
    guard.seen(actor, "read", Resource("break_glass"), "oversight", decision, citizens)
    return found


@dataclass(frozen=True)
class Base:
    """A legal basis in words, and how it stands today: `in_force`, `to_come`, `expired` or `revoked`."""

    basis: LegalBasis
    purposes: list[str]
    sectors: list[str]
    categories: list[str]
    state: str


def legal_bases(actor: Actor) -> list[Base]:
    """Every legal basis, newest first. Raises Refused."""
    purpose: Purpose = "oversight" if could(actor, "read", "legal_basis", "oversight") else "improvement"
    guard.require(actor, "read", Resource("legal_basis"), purpose)
    return [
        Base(
            basis,
            [words.basis_purpose(code) for code in basis.purposes],
            [words.sector(code) for code in basis.sectors],
            [words.category(code) for code in basis.categories],
            _state(basis),
        )
        for basis in LegalBasis.objects.select_related("recorded_by")
    ]


def can_record(actor: Actor) -> bool:
    """Whether the actor may record and revoke legal bases, for showing the buttons."""
    return bool(may(actor, "write", Resource("legal_basis"), "oversight"))


def citizen_by_cpr(actor: Actor, cpr: str) -> Citizen | None:
    """The citizen whose log the officer wants to search. Raises Refused."""
    guard.require(actor, "read", Resource("access_log"), "oversight")
    return Citizen.objects.filter(cpr=cpr).first()


def _state(basis: LegalBasis) -> str:
    today = timezone.localdate()
    if basis.revoked_at is not None:
        return "revoked"
    if basis.in_force(today):
        return "in_force"
    return "to_come" if basis.since > today else "expired"
