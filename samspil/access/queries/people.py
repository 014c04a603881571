"""What an administrator sees: organisations and the people who work in them, never citizens or their relatives."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from samspil.access import guard, second_factor
from samspil.access.actor import Actor
from samspil.access.models import Membership, Organisation, User
from samspil.access.policy import Resource

_PEOPLE = Resource("people")
SIZE = 50


@dataclass(frozen=True)
class Found:
    """One page of people, and the key that the next begins after; empty when there is none."""

    people: list[User]
    following: str


@dataclass(frozen=True)
class Link:
    """An account's link to an identity provider."""

    number: int
    provider: str
    subject: str


@dataclass(frozen=True)
class Person:
    """An account with everything an administrator may know of it."""

    user: User
    memberships: list[Membership]
    links: list[Link]
    has_second_factor: bool


def organisations(actor: Actor, text: str = "") -> QuerySet[Organisation]:
    """Organisations whose name or provider number has `text` in it. Raises Refused."""
    guard.check(actor, "read", _PEOPLE, "administration")
    return Organisation.objects.filter(Q(name__icontains=text) | Q(provider_number__startswith=text or "-"))


def one_organisation(actor: Actor, number: int) -> Organisation:
    """One organisation. Raises Refused and Http404."""
    guard.check(actor, "read", _PEOPLE, "administration")
    return get_object_or_404(Organisation, pk=number)


def find_people(actor: Actor, text: str = "", after: str = "") -> Found:
    """Accounts whose name or user name has `text` in it, in the order of user names. Raises Refused."""
    guard.check(actor, "read", _PEOPLE, "administration")
    users = _professionals().filter(Q(name__icontains=text) | Q(username__icontains=text))
    rows = list(users.filter(username__gt=after).order_by("username")[: SIZE + 1])
    return Found(rows[:SIZE], rows[SIZE - 1].username if len(rows) > SIZE else "")


def one_person(actor: Actor, number: int) -> Person:
    """One account. Raises Refused and Http404."""
    guard.check(actor, "read", _PEOPLE, "administration")
    user = get_object_or_404(_professionals(), pk=number)
    names = {provider.id: provider.name for provider in settings.IDENTITY_PROVIDERS}
    return Person(
        user,
        list(Membership.objects.filter(user=user).select_related("organisation").order_by("-since", "-pk")),
        [
            Link(account.pk, names.get(account.provider, account.provider), account.uid)
            for account in SocialAccount.objects.filter(user_id=user.pk).order_by("pk")
        ],
        second_factor.available(user),
    )


def one_membership(actor: Actor, number: int) -> Membership:
    """One membership. Raises Refused and Http404."""
    guard.check(actor, "read", _PEOPLE, "administration")
    return get_object_or_404(Membership.objects.select_related("user", "organisation"), pk=number)


def _professionals() -> QuerySet[User]:
    """That somebody is a citizen in the programme, or the relative of one, is no administrator's business."""
    return User.objects.filter(Q(memberships__isnull=False) | Q(citizen__isnull=True, proxies__isnull=True)).distinct()
