"""The pages that the benchmark of the care plane asks for: by whom, at which address, and the same by hand.

Import it when Django has been set up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle

import psycopg
from django.test import Client

from bench.by_hand import care as by_hand
from bench.load import Visitor, Wrong
from bench.statements import asked_by
from bench.town import DOCTORS, OLD
from samspil.access.models import Citizen, Membership, Role, User
from samspil.lists.models import Inclusion, Stage
from tests import care

Do = Callable[[], object]
#: What a doctor decides, in turn.
DECISIONS = ("not_relevant", "later", "not_relevant", "invite")
#: Citizens of one practice whose records a doctor opens, in turn.
RECORDS = 20
_NAME = re.compile(r'action="(/lists/names/\d+/)"')
_FIELD = {name: re.compile(rf'name="{name}" value="([^"]+)"') for name in ("version", "shown")}


@dataclass
class Kind:
    """One kind of request: what each user does at the server and by hand, and once before that is measured."""

    name: str
    users: list[Do]
    statements: int
    hands: list[Do] = field(default_factory=list)
    before: list[Do] = field(default_factory=list)


class Doctor:
    """A doctor at the server."""

    def __init__(self, practice: int, port: int) -> None:
        self._visitor = Visitor(port, session_of(_member(practice)))
        self._decisions = cycle(DECISIONS)
        self._records = cycle(_citizens(practice))

    def list_page(self) -> None:
        self._visitor.get(f"/lists/{OLD}/", 'class="table names')

    def card(self) -> None:
        self._visitor.get(f"/lists/{OLD}/review/", 'class="review-card"')

    def decide(self) -> None:
        """Decide about the name on the card seen last; the answer is the next card."""
        address, fields = _form(self._visitor.page)
        decision = {"kind": next(self._decisions), "reason": "too_complex"}
        self._visitor.post(address, fields | decision, 'class="happened-line"')

    def record(self) -> None:
        self._visitor.get(f"/citizens/{next(self._records)}/", 'aria-labelledby="joint"')


class Hand:
    """The same work by hand, in another practice, so that nobody decides about the other's names."""

    def __init__(self, practice: int, citizen: int, url: str) -> None:
        self._connection = psycopg.connect(url)
        self._practice, self._doctor, self._citizen = practice, _member(practice).pk, citizen
        self._decisions = cycle(DECISIONS)
        self._records = cycle(_citizens(practice))
        self._name: by_hand.Row = ()

    def list_page(self) -> None:
        by_hand.list_page(self._connection, self._practice, OLD)

    def card(self) -> None:
        self._name = by_hand.card(self._connection, self._practice, OLD, doctor=self._doctor)

    def decide(self) -> None:
        kind = next(self._decisions)
        self._name = by_hand.decide(self._connection, self._name, self._practice, OLD, self._doctor, kind)

    def record(self) -> None:
        by_hand.record(self._connection, next(self._records))

    def log(self) -> None:
        by_hand.log(self._connection, self._citizen)


def practices_for(users: int) -> int:
    """How many practices are needed: for each doctor, each pair of hands, and for counting statements."""
    return 2 * users + 1


def kinds(users: int, port: int, url: str) -> list[Kind]:
    """Every kind of page with so many users, all of different practices."""
    doctors = [Doctor(number, port) for number in range(1, users + 1)]
    people = list(User.objects.filter(citizen__isnull=False).order_by("pk")[:users])
    readers = [Visitor(port, session_of(person)) for person in people]
    hands = [Hand(users + n, people[n - 1].citizen_id or 0, url) for n in range(1, users + 1)]
    at, of_citizen = _log_in(_member(2 * users + 1)), _log_in(people[-1])
    record = _citizens(2 * users + 1)[0]

    def read_log(reader: Visitor) -> Do:
        return lambda: reader.get("/me/log/", 'class="log-line')

    logs = [read_log(reader) for reader in readers]
    return [
        Kind(
            "a list",
            [doctor.list_page for doctor in doctors],
            _count(at, f"/lists/{OLD}/"),
            [hand.list_page for hand in hands],
        ),
        Kind(
            "a name to review",
            [doctor.card for doctor in doctors],
            _count(at, f"/lists/{OLD}/review/"),
            [hand.card for hand in hands],
        ),
        Kind(
            "a decision, and the next name",
            [doctor.decide for doctor in doctors],
            _count_decision(at),
            [hand.decide for hand in hands],
            [*(doctor.card for doctor in doctors), *(hand.card for hand in hands)],
        ),
        Kind(
            "a citizen's record",
            [doctor.record for doctor in doctors],
            _count(at, f"/citizens/{record}/"),
            [hand.record for hand in hands],
        ),
        Kind("a citizen's own log", logs, _count(of_citizen, "/me/log/"), [hand.log for hand in hands]),
    ]


def for_all_practices(port: int) -> list[Kind]:
    """Pages that count over every practice, for the one secretariat there is."""
    secretariat = care.member(role=Role.SECRETARIAT)
    visitor, client = Visitor(port, session_of(secretariat)), _log_in(secretariat)

    def kind(name: str, address: str) -> Kind:
        return Kind(name, [lambda: visitor.get(address, "</html>")], _count(client, address))

    return [
        kind("what lists are worth", "/worth/practices/"),
        kind("what one list is worth", f"/worth/practices/?model={OLD}"),
        kind("model review", f"/worth/model-review/{OLD}/"),
    ]


def _form(page: str) -> tuple[str, dict[str, str]]:
    """Where a decision about the name on a page is sent, and what goes with it. Raises Wrong without a name."""
    name = _NAME.search(page)
    if name is None:
        raise Wrong("no name to decide about is left")
    return name[1], {field: found[1] for field, of in _FIELD.items() if (found := of.search(page))}


def session_of(who: Membership | User) -> str:
    """The key of a session in which somebody has logged in with two factors."""
    return _log_in(who).cookies["sessionid"].value


def _log_in(who: Membership | User) -> Client:
    return care.log_in(Client(SERVER_NAME="127.0.0.1"), who)


def _member(practice: int) -> Membership:
    """The first doctor of a practice."""
    return Membership.objects.select_related("user", "organisation").get(pk=(practice - 1) * DOCTORS + 1)


def _citizens(practice: int) -> list[int]:
    """Some of a practice's citizens, those first who are enrolled and have most to tell."""
    enrolled = Inclusion.objects.filter(practice=practice, stage=Stage.ENROLLED, citizen__practice=practice)
    first = list(enrolled.values_list("citizen_id", flat=True).order_by("pk")[: RECORDS // 2])
    listed = Citizen.objects.filter(practice=practice, entries__isnull=False).exclude(pk__in=first).order_by("pk")
    return first + list(listed.values_list("pk", flat=True).distinct()[: RECORDS - len(first)])


def _count(client: Client, address: str) -> int:
    """How many statements a page takes for somebody who has been there before."""
    client.get(address)
    return len(asked_by(lambda: client.get(address)))


def _count_decision(client: Client) -> int:
    address, fields = _form(client.get(f"/lists/{OLD}/review/").content.decode())
    return len(asked_by(lambda: client.post(address, fields | {"kind": "invite"})))
