"""The demonstration: one made-up person for each role, who can be logged in with a click. Synthetic data only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from django.contrib.auth import login
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from samspil.access import second_factor
from samspil.access.accounts import AccountAdapter
from samspil.access.models import (
    Category,
    Citizen,
    LegalBasis,
    Membership,
    Organisation,
    OrganisationKind,
    Proxy,
    ProxyScope,
    Role,
    Sector,
    User,
)
from samspil.definitions import Definition, SamspilError, read_yaml, validate

#: Accounts of the demonstration begin with this; no other account can be entered without a password.
PREFIX = "demo-"
_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class DemoOrganisation(Definition):
    """A made-up organisation."""

    id: str
    kind: OrganisationKind
    name: str


class DemoPerson(Definition):
    """A made-up professional; `organisation` is one of the file's, or the practice."""

    key: str
    name: str
    role: Role
    organisation: str


class DemoRelative(Definition):
    """A made-up relative of the demonstration's citizen."""

    name: str
    relation: str
    scopes: tuple[ProxyScope, ...]


class DemoBasis(Definition):
    """What makes the demonstration's flows lawful in the demonstration."""

    kind: Literal["dispensation", "statute"]
    title: str
    reference: str
    purposes: tuple[str, ...]
    sectors: tuple[Sector, ...] = ()
    categories: tuple[Category, ...] = ()


class Demo(Definition):
    """The whole file."""

    organisations: tuple[DemoOrganisation, ...]
    people: tuple[DemoPerson, ...]
    practice_phone: str
    relative: DemoRelative
    legal_bases: tuple[DemoBasis, ...]


@dataclass(frozen=True)
class DemoLogin:
    """Somebody the demonstration can be seen as."""

    user: User
    role: Role
    place: str

    @property
    def key(self) -> str:
        """How the log-in is named in the form."""
        return self.user.username.removeprefix(PREFIX)


@cache
def definition() -> Demo:
    """The file. Raises DefinitionError."""
    return validate(read_yaml(Path(__file__).with_name("demo.yaml")), Demo)


@transaction.atomic
def seed_demo_people(practice: Organisation | None = None, citizen: Citizen | None = None) -> list[DemoLogin]:
    """Make whoever is missing: organisations, people, legal bases, the log-ins of a citizen and of a relative.

    Without a practice, the one with most citizens is taken; without a citizen, its first in order of name who has no
    log-in yet. Can be called again. Raises SamspilError when there is no practice to take.
    """
    demo, today = definition(), timezone.localdate()
    practice = practice or demo_practice()
    Organisation.objects.filter(pk=practice.pk, phone="").update(phone=demo.practice_phone)
    places = {"practice": practice}
    for place in demo.organisations:
        places[place.id], _made = Organisation.objects.get_or_create(
            kind=place.kind, name=place.name, defaults={"sector": place.kind.sector}
        )
    for person in demo.people:
        user = _account(person.key, person.name)
        if not Membership.objects.current(today).filter(user=user, role=person.role).exists():
            Membership.objects.create(
                user=user, organisation=places[person.organisation], role=person.role, since=today
            )
    seed_legal_bases()
    _seed_private(practice, citizen)
    return logins()


def seed_legal_bases() -> None:
    """What makes the demonstration's flows lawful in the demonstration; needed before a run can be published."""
    for basis in definition().legal_bases:
        LegalBasis.objects.get_or_create(
            title=basis.title,
            defaults={
                "kind": basis.kind,
                "reference": basis.reference,
                "jurisdiction": "Danmark",
                "purposes": list(basis.purposes),
                "sectors": [sector.value for sector in basis.sectors],
                "categories": [category.value for category in basis.categories],
                "since": timezone.localdate(),
            },
        )


def demo_practice() -> Organisation:
    """The practice of the demonstration's doctor, or the one that will be. Raises SamspilError when there is none."""
    member = Membership.objects.filter(user__username__startswith=PREFIX, role=Role.GP).select_related("organisation")
    found = member.filter(user__username__in=[PREFIX + person.key for person in definition().people]).first()
    return found.organisation if found is not None else _largest_practice()


def logins() -> list[DemoLogin]:
    """Everybody the demonstration can be seen as, in the file's order, then the citizen and the relative."""
    users = {user.username.removeprefix(PREFIX): user for user in User.objects.filter(username__startswith=PREFIX)}
    memberships = Membership.objects.current(timezone.localdate()).filter(user__in=users.values())
    places = {membership.user_id: membership.organisation.name for membership in memberships.select_related()}
    found = [
        DemoLogin(users[person.key], person.role, places[users[person.key].pk])
        for person in definition().people
        if person.key in users and users[person.key].pk in places
    ]
    private = [DemoLogin(users[role.value], role, "") for role in (Role.CITIZEN, Role.RELATIVE) if role.value in users]
    return found + private


def log_in(request: HttpRequest, key: str) -> HttpResponse:
    """Be somebody of the demonstration, the second factor counted as used. Raises Http404 for anybody else."""
    user = next((found.user for found in logins() if found.key == key and found.user.is_active), None)
    if user is None:
        raise Http404
    login(request, user, backend=_BACKEND)
    second_factor.count_as_used(request, user, by="demo")
    return AccountAdapter(request).post_login(
        request,
        user,
        email_verification="none",
        signal_kwargs=None,
        email=None,
        signup=False,
        redirect_url="/",
    )


def _account(key: str, name: str) -> User:
    """An account without password."""
    return User.objects.filter(username=PREFIX + key).first() or User.objects.create_user(PREFIX + key, name)


def _largest_practice() -> Organisation:
    practices = Organisation.objects.filter(kind=OrganisationKind.PRACTICE).annotate(size=Count("citizens"))
    found = practices.order_by("-size", "pk").first()
    if found is None:
        raise SamspilError("there is no practice yet; publish a run first")
    return found


def _seed_private(practice: Organisation, citizen: Citizen | None) -> None:
    """The log-ins of a citizen, who keeps theirs, and of a relative with a power of proxy for them."""
    demo = definition()
    account = User.objects.filter(username=PREFIX + Role.CITIZEN.value).select_related("citizen").first()
    if account is None:
        alive = Citizen.objects.filter(practice=practice, account__isnull=True, inactive=False)
        chosen = citizen or alive.order_by("name", "pk").first()
        if chosen is None:
            return
        account = User.objects.create_user(PREFIX + Role.CITIZEN.value, chosen.name, citizen=chosen)
    relative = _account(Role.RELATIVE.value, demo.relative.name)
    assert account.citizen is not None, "made with a citizen above"
    if not Proxy.objects.filter(citizen=account.citizen, relative=relative).exists():
        Proxy.objects.create(
            citizen=account.citizen,
            relative=relative,
            relation=demo.relative.relation,
            scopes=[scope.value for scope in demo.relative.scopes],
            since=timezone.localdate(),
        )
