"""Practices and citizens as a run knows them: made, or brought up to date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from samspil.access.handover import CitizenRow, PracticeRow
from samspil.access.models import Citizen, Organisation, OrganisationKind

#: Rows written at a time; a longer statement is no faster.
BATCH = 2000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known:
    """A citizen as known now: key and practice."""

    citizen: int
    practice: int


def practices_of(rows: Iterable[PracticeRow]) -> dict[str, int]:
    """Every practice by its provider number, made or renamed as delivered; what was not delivered stays as it is."""
    before = {each.provider_number: each for each in Organisation.objects.filter(provider_number__isnull=False)}
    practices = []
    for row in rows:
        known = before.get(row.provider_number)
        practices.append(
            Organisation(
                kind=OrganisationKind.PRACTICE,
                sector=OrganisationKind.PRACTICE.sector,
                provider_number=row.provider_number,
                name=row.name or (known.name if known else row.provider_number),
                doctors=row.doctors if row.doctors is not None else (known.doctors if known else None),
            )
        )
    Organisation.objects.bulk_create(
        practices, update_conflicts=True, unique_fields=["provider_number"], update_fields=["name", "doctors"]
    )
    known_now = Organisation.objects.filter(provider_number__isnull=False)
    return {number or "": key for number, key in known_now.values_list("provider_number", "pk")}


def citizens_of(
    rows: Iterable[CitizenRow], practices: dict[str, int], as_of: dt.date, inactive: frozenset[int]
) -> dict[int, Known]:
    """Every citizen at `as_of`, made or brought up to date; who has no practice any more loses it.

    `inactive` are the dead and emigrated. Returns by person id. A name that a delivery left empty does not overwrite
    one that is known.
    """
    known = Citizen.objects.values_list("person_id", "practice_id", "name")
    before = {person: (practice, name) for person, practice, name in known.iterator()}
    seen: dict[int, int] = {}
    for batch in batches(rows):
        moved: list[Citizen] = []
        stayed: list[Citizen] = []
        for row in batch:
            practice = practices[row.provider_number]
            seen[row.person_id] = practice
            old_practice, old_name = before.get(row.person_id, (None, ""))
            citizen = Citizen(
                person_id=row.person_id,
                cpr=row.cpr,
                name=row.name or old_name or row.cpr[:6],
                birth_date=row.birth_date,
                sex=row.sex,
                practice_id=practice,
                practice_since=as_of,
                inactive=row.person_id in inactive,
            )
            (stayed if old_practice == practice else moved).append(citizen)
        fields = ["cpr", "name", "birth_date", "sex", "inactive"]
        for group, extra in ((moved, ["practice", "practice_since"]), (stayed, [])):
            Citizen.objects.bulk_create(
                group, update_conflicts=True, unique_fields=["person_id"], update_fields=[*fields, *extra]
            )
    gone = [person for person, (practice, _name) in before.items() if practice is not None and person not in seen]
    for chunk in batches(gone):
        Citizen.objects.filter(person_id__in=chunk).update(practice=None, practice_since=None)
        Citizen.objects.filter(person_id__in=[p for p in chunk if p in inactive]).update(inactive=True)
    keys = dict(Citizen.objects.values_list("person_id", "pk"))
    return {person: Known(keys[person], practice) for person, practice in seen.items()}


def unknown_added(rows: Iterable[CitizenRow], practices: dict[str, int], as_of: dt.date) -> dict[int, int]:
    """Keys of the citizens by person id; those not known yet are made, and nothing of the others is changed."""
    for batch in batches(rows):
        Citizen.objects.bulk_create(
            [
                Citizen(
                    person_id=row.person_id,
                    cpr=row.cpr,
                    name=row.name or row.cpr[:6],
                    birth_date=row.birth_date,
                    sex=row.sex,
                    practice_id=practices[row.provider_number],
                    practice_since=as_of,
                )
                for row in batch
            ],
            ignore_conflicts=True,
        )
    return dict(Citizen.objects.values_list("person_id", "pk"))


def batches(rows: Iterable[T]) -> Iterator[list[T]]:
    """Rows, so many at a time as one statement writes."""
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        yield batch
