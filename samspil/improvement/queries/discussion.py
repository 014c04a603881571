"""What networks say about their reports: notes, meetings with their totals, and tests of change."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Prefetch

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.improvement.models import ChangeTest, DiscussionNote, Network, NetworkMeeting, Participation
from samspil.improvement.queries.networks import Opened, may_discuss, open_network, resource

#: Notes and meetings on one page.
PAGE = 100
#: The sectors of which more than one makes a meeting cross-sector; others do not count (report 003 L2702-2704).
SECTORS = (
    Participation.Side.MUNICIPALITY,
    Participation.Side.HOSPITAL,
    Participation.Side.GENERAL_PRACTICE,
)


@dataclass(frozen=True)
class Note:
    """A note as shown: a withdrawn one keeps its place without its text. `own`: the viewer may take it back."""

    note: DiscussionNote
    own: bool


def notes(actor: Actor, network: Network, name: str, *, indicator: str | None = None, limit: int = PAGE) -> list[Note]:
    """What was said about a set's reports to a network, oldest first, the latest `limit`. Raises Refused.

    Of one `indicator` alone when it is given; the empty name is the report as a whole.
    """
    guard.require(actor, "read", resource(actor, network, "network_discussion"), "improvement")
    found = DiscussionNote.objects.filter(network=network, publication__set=name)
    if indicator is not None:
        found = found.filter(indicator=indicator)
    found = found.select_related("publication", "meeting", "by__user", "by__organisation").defer(
        "publication__definition", "publication__versions", "publication__checks"
    )
    newest = list(found.order_by("-at", "-id")[:limit])
    return [Note(note, own=note.by.user_id == actor.user_id and note.withdrawn_at is None) for note in reversed(newest)]


def meetings_to_choose(network: Network, limit: int = 20) -> list[NetworkMeeting]:
    """The latest meetings, for saying where something was said."""
    return list(NetworkMeeting.objects.filter(network=network, cancelled="")[:limit])


@dataclass
class Row:
    """A meeting as the register shows it."""

    meeting: NetworkMeeting
    persons: dict[str, int]

    @property
    def total(self) -> int:
        """Everybody who took part (TC3-28, TC3-29)."""
        return sum(self.persons.values())

    @property
    def cross_sector(self) -> bool:
        """Whether more than one sector took part (report 003 L2702-2704, TC3-26, TC3-27)."""
        return is_cross_sector(self.persons)


def is_cross_sector(persons: dict[str, int]) -> bool:
    """Whether somebody came from at least two of municipality, hospital and general practice."""
    return sum(bool(persons.get(sector)) for sector in SECTORS) > 1


@dataclass
class Totals:
    """Meetings added up. Hours and person-hours are computed from minutes, and counts from records (REQ-MEET-1)."""

    kind: str = ""
    count: int = 0
    cross_sector: int = 0
    minutes: int = 0
    person_minutes: int = 0
    persons: Counter[str] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)
    latest: dt.date | None = None
    latest_as_written: str = ""

    @property
    def hours(self) -> float:
        return self.minutes / 60

    @property
    def person_hours(self) -> float:
        return self.person_minutes / 60

    @property
    def mean_minutes(self) -> float | None:
        return self.minutes / self.count if self.count else None

    def mean(self, sector: str) -> float | None:
        """How many came from a sector, per meeting."""
        return self.persons[sector] / self.count if self.count else None

    def add(self, row: Row) -> None:
        """One more meeting, which was held."""
        meeting = row.meeting
        self.count += 1
        self.cross_sector += row.cross_sector
        self.minutes += meeting.minutes
        self.person_minutes += meeting.minutes * row.total
        self.persons.update(row.persons)
        self.forms[meeting.form] += 1
        if self.latest is None or meeting.held_on > self.latest:
            self.latest, self.latest_as_written = meeting.held_on, meeting.held_as_written


def added_up(rows: Iterable[Row]) -> Totals:
    """All meetings that were held, as one."""
    totals = Totals()
    for row in rows:
        if not row.meeting.cancelled:
            totals.add(row)
    return totals


def by_kind(rows: Sequence[Row]) -> list[Totals]:
    """The register's lines: one per kind of meeting, by name."""
    kinds: dict[str, Totals] = {}
    for row in rows:
        if not row.meeting.cancelled:
            kinds.setdefault(row.meeting.kind, Totals(kind=row.meeting.kind)).add(row)
    return [kinds[kind] for kind in sorted(kinds)]


@dataclass(frozen=True)
class Reconciliation:
    """A number of meetings that somebody states, beside what the records say (A-08, TC3-24)."""

    stated: int
    counted: int
    forms: Counter[str]

    @property
    def differs(self) -> bool:
        return self.stated != self.counted


def reconcile(stated: int, totals: Totals) -> Reconciliation:
    """Hold a stated number of meetings against the records; the records count."""
    return Reconciliation(stated, totals.count, totals.forms)


@dataclass
class Register:
    """A network's meetings: the newest page of them, and totals over all."""

    opened: Opened
    rows: list[Row]
    totals: Totals
    kinds: list[Totals]
    more: int
    may_write: bool


def register(actor: Actor, key: int) -> Register:
    """The meetings of a network. Raises Network.DoesNotExist and Refused."""
    opened = open_network(actor, key, "network_discussion")
    everybody = Prefetch("participations", Participation.objects.order_by("id"))
    found = NetworkMeeting.objects.filter(network=opened.network).select_related("by__user").prefetch_related(everybody)
    rows = [_row(meeting) for meeting in found]
    return Register(
        opened, rows[:PAGE], added_up(rows), by_kind(rows), max(len(rows) - PAGE, 0), may_discuss(actor, opened.network)
    )


def _row(meeting: NetworkMeeting) -> Row:
    return Row(meeting, {each.sector: each.persons for each in meeting.participations.all()})


def change_tests_of(actor: Actor, network: Network, *, indicator: str | None = None) -> list[ChangeTest]:
    """The tests of change of a network, the newest first; of one indicator when it is given. Raises Refused."""
    guard.require(actor, "read", resource(actor, network, "network_discussion"), "improvement")
    found = ChangeTest.objects.filter(network=network).select_related("by__user")
    return list(found if indicator is None else found.filter(indicator=indicator))
