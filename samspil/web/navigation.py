"""Where each role can go from any page."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from samspil.access.middleware import Request
from samspil.access.models import Role

_OTHER_SECTORS = (Role.MUNICIPAL, Role.HOSPITAL, Role.PSYCHOLOGIST, Role.NGO)
_PRACTICE = (Role.GP, Role.PRACTICE_STAFF)


@dataclass(frozen=True)
class Place:
    """A menu item: the name of its address, its label, what it is for, and whose menu it is on."""

    view: str
    label: Promise
    about: Promise
    roles: tuple[Role, ...]


PLACES: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Item:
    """A menu item as one page shows it."""

    url: str
    label: str
    about: str
    current: bool
    count: int = 0


def menu_of(request: Request) -> list[Item]:
    """The menu of whoever is acting."""
    items = []
    for place in PLACES:
        if request.actor.role in place.roles:
            url = reverse(place.view)
            items.append(Item(url, str(place.label), str(place.about), request.path.startswith(url)))
    return items
