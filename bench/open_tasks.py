"""A municipal unit with ten thousand open tasks, and as many elsewhere: what the work list is tried and measured on.

Works on any database that Django knows. Import it when Django has been set up.
"""

from __future__ import annotations

import datetime as dt
from itertools import cycle, islice

from django.db import connection
from django.utils import timezone

from samspil.access.models import CareTask, Citizen, Membership, Organisation, OrganisationKind, Role, User
from samspil.plans.models import PlanTask
from samspil.plans.programme import plan_format

_BATCH = 5_000
_DAY = dt.timedelta(days=1)


def fill(tasks: int = 10_000, elsewhere: int = 20_000, closed: int = 20_000, citizens: int = 4_000) -> Membership:
    """Make one unit with so many open tasks, others elsewhere, and closed ones everywhere. Answers with a nurse of it.

    A quarter of the unit's tasks are the nurse's own, a quarter a colleague's; of four, three belong to a promise of a
    plan and one was given by hand; one in ten has no day.
    """
    house = _place(OrganisationKind.PRACTICE, "Lægerne Målevej", provider_number="999001")
    unit = _place(OrganisationKind.MUNICIPAL_UNIT, "Hjemmeplejen Målevej")
    others = [_place(OrganisationKind.MUNICIPAL_UNIT, f"Enhed {number}") for number in range(20)]
    doctor, nurse, colleague = (_user(name) for name in ("bench-doctor", "bench-nurse", "bench-colleague"))
    _member(doctor, house, Role.GP)
    _member(colleague, unit, Role.MUNICIPAL)
    member = _member(nurse, unit, Role.MUNICIPAL)
    born = dt.date(1946, 1, 1)
    people = Citizen.objects.bulk_create(
        [
            Citizen(
                person_id=90_000_000 + number,
                cpr=f"{number:010d}",
                name=f"Borger {number}",
                birth_date=born,
                practice=house,
            )
            for number in range(citizens)
        ],
        batch_size=_BATCH,
    )
    holders = cycle([None, nurse, None, colleague])
    _tasks(islice(holders, tasks), [unit], people, doctor, None)
    _tasks([None] * elsewhere, others, people, doctor, None)
    _tasks([None] * closed, [unit, *others], people, doctor, timezone.now())
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return member


def _tasks(
    holders: object, places: list[Organisation], people: list[Citizen], by: User, closed: dt.datetime | None
) -> None:
    """Tasks that go round citizens, places, days and kinds."""
    today, turn = timezone.localdate(), cycle(places)
    made = CareTask.objects.bulk_create(
        [
            CareTask(
                citizen=people[number * 7 % len(people)],
                organisation=next(turn),
                holder=holder,
                title=f"Opgave {number}",
                asked_by=by,
                due=None if number % 10 == 0 else today + (number * 13 % 120 - 40) * _DAY,
                closed_at=closed,
            )
            for number, holder in enumerate(holders)  # type: ignore[call-overload]
        ],
        batch_size=_BATCH,
    )
    kinds = [each.kind for each in plan_format().task_kinds]
    PlanTask.objects.bulk_create(
        [
            PlanTask(task=task, kind=kinds[number // 4 % len(kinds)], urgent=number % 50 == 0)
            for number, task in enumerate(made)
            if number % 4
        ],
        batch_size=_BATCH,
    )


def _place(kind: OrganisationKind, name: str, **fields: str) -> Organisation:
    return Organisation.objects.create(kind=kind, sector=kind.sector, name=name, **fields)


def _user(username: str) -> User:
    return User.objects.create_user(username, username.title())


def _member(user: User, place: Organisation, role: Role) -> Membership:
    return Membership.objects.create(user=user, organisation=place, role=role, since=dt.date(2010, 1, 1))
