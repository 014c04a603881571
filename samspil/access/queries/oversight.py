"""Cases of emergency access and legal bases, as officer and secretariat read them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from samspil.access import guard, log, words
from samspil.access.actor import Actor
from samspil.access.models import BreakGlass, Citizen, LegalBasis
from samspil.access.paging import Page, page_of
from samspil.access.policy import Purpose, Resource, could, may


def cases(actor: Actor, *, reviewed: bool = False, after: str = "") -> Page[BreakGlass]:
    """A page of the cases of emergency access that are to be reviewed, or that have been; newest first.

    Logged for each citizen. Raises Refused.
    """
    decision = guard.check(actor, "read", Resource("break_glass"), "oversight")
    rows = BreakGlass.objects.select_related(
        "citizen__account", "membership__user", "membership__organisation", "reviewed_by"
    )
    found = page_of(rows.filter(reviewed_at__isnull=not reviewed), after, moment="opened_at")
    citizens = sorted({case.citizen_id for case in found.rows})
    guard.seen(actor, "read", Resource("break_glass"), "oversight", decision, citizens)
    return found


def cases_to_review(actor: Actor) -> int:
    """How many cases wait for the actor; none for whoever reviews none. Looked up once in a request."""
    if not may(actor, "write", Resource("break_glass"), "oversight"):
        return 0
    key = "cases to review"
    if key not in actor.known:
        actor.known[key] = BreakGlass.objects.filter(reviewed_at__isnull=True).count()
    found: int = actor.known[key]
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
    """The citizen whose log the officer wants to search. A search that finds nobody is logged. Raises Refused."""
    resource = Resource("access_log")
    decision = guard.check(actor, "read", resource, "oversight")
    found = Citizen.objects.filter(cpr=cpr).first()
    if found is None:
        log.append([log.entry(actor, "read", resource, "oversight", decision, detail="nobody found")])
    return found


def _state(basis: LegalBasis) -> str:
    today = timezone.localdate()
    if basis.revoked_at is not None:
        return "revoked"
    if basis.in_force(today):
        return "in_force"
    return "to_come" if basis.since > today else "expired"
