"""People of the care plane made by hand: organisations, professionals, citizens, relatives, legal bases, actors.

    house = care.practice("Lægerne Vestergade", doctors=2)
    anna = care.citizen(house, "Anna Poulsen")
    doctor = care.member(house, Role.GP)
    care.legal_basis("case_finding")
    policy.may(care.acting(doctor), "read", Resource("practice_list", practice_id=house.pk), "case_finding")

Everything has a sensible default, and numbers that must be unique are. `log_in` gives a test client a capacity.
"""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from django.test import Client
from django.utils import timezone

from samspil.access import second_factor
from samspil.access.actor import Actor, private, professional
from samspil.access.middleware import CAPACITY, capacity_key
from samspil.access.models import (
    CareTask,
    Citizen,
    Consent,
    LegalBasis,
    Membership,
    Organisation,
    OrganisationKind,
    Proxy,
    Role,
    User,
)

_numbers = itertools.count(1)
LONG_AGO = dt.date(2010, 1, 1)
#: Where somebody of a role works, when a test does not say.
WORKPLACE = {
    Role.GP: OrganisationKind.PRACTICE,
    Role.PRACTICE_STAFF: OrganisationKind.PRACTICE,
    Role.MUNICIPAL: OrganisationKind.MUNICIPAL_UNIT,
    Role.HOSPITAL: OrganisationKind.HOSPITAL_DEPARTMENT,
    Role.PSYCHOLOGIST: OrganisationKind.PSYCHOLOGIST,
    Role.NGO: OrganisationKind.NGO,
    Role.TEAM_CHAIR: OrganisationKind.SECRETARIAT,
    Role.SECRETARIAT: OrganisationKind.SECRETARIAT,
    Role.LEADERSHIP: OrganisationKind.REGION,
    Role.ANALYST: OrganisationKind.EVALUATOR,
    Role.DATA_PROTECTION_OFFICER: OrganisationKind.REGION,
    Role.ADMINISTRATOR: OrganisationKind.REGION,
}


def organisation(kind: OrganisationKind, name: str | None = None, **fields: Any) -> Organisation:
    """An organisation of a kind, in the sector that goes with it."""
    number = next(_numbers)
    return Organisation.objects.create(kind=kind, sector=kind.sector, name=name or f"{kind.value} {number}", **fields)


def practice(
    name: str | None = None, *, doctors: int | None = 1, number: str | None = None, **fields: Any
) -> Organisation:
    """A practice with a provider number of its own."""
    number = number or f"{100_000 + next(_numbers)}"
    return organisation(
        OrganisationKind.PRACTICE, name or f"Praksis {number}", provider_number=number, doctors=doctors, **fields
    )


def user(name: str | None = None, **fields: Any) -> User:
    """An account without password."""
    number = next(_numbers)
    return User.objects.create_user(f"user{number}", name or f"Bruger {number}", **fields)


def member(
    place: Organisation | None = None,
    role: Role = Role.GP,
    name: str | None = None,
    *,
    who: User | None = None,
    since: dt.date = LONG_AGO,
    until: dt.date | None = None,
) -> Membership:
    """Somebody with a role in an organisation; without `place`, in a new one of the kind that fits the role."""
    if place is None:
        kind = WORKPLACE[role]
        place = practice() if kind == OrganisationKind.PRACTICE else organisation(kind)
    return Membership.objects.create(
        user=who or user(name), organisation=place, role=role.value, since=since, until=until
    )


def _cpr(number: int) -> str:
    """A number of its own, born in January 1946 and never on the first, which tests use; a last part of 5000 or more
    would tell of another century."""
    day, serial = divmod(number, 4_000)
    return f"{day + 2:02d}0146{serial:04d}"


def citizen(place: Organisation | None = None, name: str | None = None, **fields: Any) -> Citizen:
    """A citizen of a practice, 70 years old in 2016 unless `birth_date` says otherwise."""
    number = next(_numbers)
    given: dict[str, Any] = {
        "person_id": 1_000_000 + number,
        "cpr": _cpr(number),
        "name": name or f"Borger {number}",
        "birth_date": dt.date(1946, 1, 1),
        "sex": Citizen.Sex.FEMALE,
        "practice": place,
        "practice_since": LONG_AGO if place is not None else None,
    }
    return Citizen.objects.create(**given | fields)


def citizen_account(of: Citizen) -> User:
    """The citizen's own log-in."""
    return user(of.name, citizen=of)


def proxy(of: Citizen, relative: User | None = None, scopes: tuple[str, ...] = ("read",), **fields: Any) -> Proxy:
    """A relative with a power of proxy that is in force."""
    given: dict[str, Any] = {"relation": "datter", "since": LONG_AGO}
    return Proxy.objects.create(citizen=of, relative=relative or user(), scopes=list(scopes), **given | fields)


def legal_basis(*purposes: str, **fields: Any) -> LegalBasis:
    """A dispensation for these purposes, in force since long ago and without end."""
    given: dict[str, Any] = {
        "kind": LegalBasis.Kind.DISPENSATION,
        "title": "Dispensation til samkøring",
        "jurisdiction": "Danmark",
        "since": LONG_AGO,
    }
    return LegalBasis.objects.create(purposes=list(purposes), **given | fields)


def consent(of: Citizen, purpose: str, by: User, *, given: bool = True, **fields: Any) -> Consent:
    """The citizen's answer to one purpose, in force since long ago."""
    values: dict[str, Any] = {"programme": "odense-ic", "since": LONG_AGO, "text_version": "1"}
    return Consent.objects.create(citizen=of, purpose=purpose, given=given, recorded_by=by, **values | fields)


def task(of: Citizen, place: Organisation, by: User, **fields: Any) -> CareTask:
    """An open task of an organisation for a citizen."""
    return CareTask.objects.create(
        citizen=of, organisation=place, asked_by=by, **{"title": "Vurdering af behov", **fields}
    )


def acting(membership: Membership) -> Actor:
    """The person of a membership, acting in it, with nothing looked up yet."""
    return professional(membership)


def actor(role: Role, place: Organisation | None = None) -> Actor:
    """Somebody new in a role; citizens and relatives without anybody behind them."""
    return acting(member(place, role)) if role.is_professional else private(user(), role)


def log_in(client: Client, who: Membership | User) -> Client:
    """Log a test client in with a second factor, acting in this membership, or as citizen or relative."""
    account = who.user if isinstance(who, Membership) else who
    client.force_login(account)
    session = client.session
    session["account_authentication_methods"] = [{"method": second_factor.METHOD, "at": 0, "by": "test"}]
    session["account_authentication_methods_user"] = str(account.pk)
    if isinstance(who, Membership):
        session[CAPACITY] = capacity_key(acting(who))
    session.save()
    return client


def moment(day: dt.date, hour: int = 12) -> dt.datetime:
    """An hour of a day in the time zone of the installation."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))
