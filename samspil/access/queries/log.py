"""The access log as citizens and the data protection officer read it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from samspil.access import guard, log, words
from samspil.access.actor import Actor
from samspil.access.models import AccessRecord, Citizen, LegalBasis, Role, User
from samspil.access.paging import Page, page_of
from samspil.access.policy import Resource

#: Organisations to choose from are looked for among so many of a citizen's newest rows.
RECENT = 1000


@dataclass(frozen=True)
class Line:
    """One row of the log in words: who did what, and why they were let in or not."""

    record: AccessRecord
    at: dt.datetime
    who: str
    deed: str
    detail: str
    purpose: str
    basis: str
    refused: bool

    @property
    def day(self) -> dt.date:
        return self.at.date()


@dataclass(frozen=True)
class Lines:
    """A page of the log in words, and the key that the next one begins after."""

    lines: list[Line]
    following: str


def citizen_log(
    actor: Actor, citizen: Citizen, *, after: str = "", organisation: int | None = None, own: bool = False
) -> Lines:
    """Who has looked at a citizen's data, newest first, without the citizen's own looks unless `own`. Logged.

    Raises Refused.
    """
    guard.require(actor, "read", Resource("citizen_log", citizen), "self")
    rows = log.of_citizen(citizen.pk)
    if not own:
        rows = rows.exclude(role=Role.CITIZEN, outcome=AccessRecord.Outcome.ALLOWED)
    if organisation is not None:
        rows = rows.filter(organisation_id=organisation)
    return _in_words(page_of(rows, after))


def organisations_in_log(citizen: Citizen) -> list[tuple[int, str]]:
    """The organisations that have looked lately, for choosing one: part of the page that `citizen_log` allowed."""
    recent = log.of_citizen(citizen.pk).values_list("organisation_id", "organisation_name")[:RECENT]
    found = {number: name for number, name in recent if number is not None}
    return sorted(found.items(), key=lambda pair: pair[1])


@dataclass(frozen=True)
class Search:
    """What the officer looks for; None is anything."""

    citizen: int | None = None
    username: str = ""
    organisation: int | None = None
    outcome: str = ""
    role: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


def search_log(actor: Actor, search: Search, after: str = "") -> Lines:
    """Rows that fit, newest first. Every search is logged. Raises Refused."""
    citizen = Citizen.objects.filter(pk=search.citizen).first() if search.citizen is not None else None
    resource = Resource("access_log", citizen)
    decision = guard.check(actor, "read", resource, "oversight")
    log.append([log.entry(actor, "read", resource, "oversight", decision)])
    rows = AccessRecord.objects.all()
    if search.citizen is not None:
        rows = rows.filter(citizen_id=search.citizen)
    if search.username:
        user = User.objects.filter(username=search.username).first()
        rows = rows.filter(user_id=user.pk if user is not None else 0)
    if search.organisation is not None:
        rows = rows.filter(organisation_id=search.organisation)
    if search.outcome:
        rows = rows.filter(outcome=search.outcome)
    if search.role:
        rows = rows.filter(role=search.role)
    if search.since is not None:
        rows = rows.filter(at__gte=_begins(search.since))
    if search.until is not None:
        rows = rows.filter(at__lt=_begins(search.until + dt.timedelta(days=1)))
    return _in_words(page_of(rows, after))


def _begins(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def _in_words(page: Page[AccessRecord]) -> Lines:
    titles = _titles(page.rows)
    lines = []
    for record in page.rows:
        refused = record.outcome == AccessRecord.Outcome.REFUSED
        why = words.reason(record.reason) if refused else words.basis(record.basis, titles)
        lines.append(
            Line(
                record,
                timezone.localtime(record.at),
                words.who(record.user_name, record.role, record.organisation_name),
                words.deed(record.resource, record.verb, refused=refused),
                words.detail(record.resource, record.detail),
                words.purpose(record.purpose),
                why,
                refused,
            )
        )
    return Lines(lines, page.following)


def _titles(records: Iterable[AccessRecord]) -> dict[str, str]:
    """Titles of the legal bases that rows name."""
    codes = {record.basis for record in records if record.basis.startswith("legal_basis:")}
    numbers = [int(code.partition(":")[2]) for code in codes]
    return {f"legal_basis:{basis.pk}": basis.title for basis in LegalBasis.objects.filter(pk__in=numbers)}
