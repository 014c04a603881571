"""Who is acting, in what role, for which organisation: the first argument of every question to the policy."""

from __future__ import annotations

import getpass
from dataclasses import dataclass, field
from typing import Any

from samspil.access.models import Membership, Organisation, Role, User


@dataclass(frozen=True)
class Actor:
    """Somebody acting in one capacity. `known` holds facts already looked up, for the length of one request."""

    role: Role
    user: User | None = None
    membership: Membership | None = None
    name: str = ""
    known: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def organisation(self) -> Organisation | None:
        return self.membership.organisation if self.membership else None

    @property
    def organisation_id(self) -> int | None:
        return self.membership.organisation_id if self.membership else None

    @property
    def user_id(self) -> int | None:
        return self.user.pk if self.user else None

    @property
    def citizen_id(self) -> int | None:
        """The citizen whose own log-in this is."""
        return self.user.citizen_id if self.user and self.role == Role.CITIZEN else None

    @property
    def sector(self) -> str | None:
        return self.organisation.sector if self.organisation else None

    def forget(self) -> None:
        """Look facts up anew: something was changed that the policy depends on."""
        self.known.clear()


def professional(membership: Membership) -> Actor:
    """The person of a membership, acting in it."""
    return Actor(Role(membership.role), membership.user, membership, membership.user.name)


def private(user: User, role: Role) -> Actor:
    """A citizen or a relative."""
    return Actor(role, user, None, user.name)


def system() -> Actor:
    """A command run on the machine; the log names the operating system's user."""
    return Actor(Role.SYSTEM, name=getpass.getuser())


ANONYMOUS = Actor(Role.ANONYMOUS)
