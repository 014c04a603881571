"""Letting citizens and their relatives in: the practice makes an account and hands over a letter with it.

Citizens of Odense did not know that they had a plan, or could not log in (report 000 L781-793, L-28). So the log-in is
made, and tried, at the start-up conversation, and the letter is there for whoever would rather read on paper.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actions.notices import tell_citizen
from samspil.access.actions.people import one_time_password
from samspil.access.actor import Actor
from samspil.access.errors import Invalid
from samspil.access.models import Citizen, Notice, User
from samspil.access.policy import Resource


@dataclass(frozen=True)
class LogIn:
    """A new log-in. The password is shown once, in the letter, and is to be changed at first use."""

    user: User
    password: str


def give_log_in(actor: Actor, citizen: Citizen) -> LogIn:
    """Make the citizen's own log-in, or a new password for one that was never used.

    Whoever has logged in once has a password that nobody else may replace here. Raises Refused, and Invalid then.
    """
    guard.require(actor, "write", Resource("log_in", citizen), "inclusion", detail="citizen")
    with transaction.atomic():
        user = User.objects.select_for_update().filter(citizen=citizen).first()
        if user is not None and not (user.password_is_temporary and user.last_login is None):
            raise Invalid("", _("The citizen logs in already. An administrator can help with a forgotten password."))
        password = one_time_password()
        if user is None:
            user = _account(citizen.name, password, citizen)
            tell_citizen(citizen, Notice.Kind.TASK, "log_in_made", name=actor.name)
        else:
            user.set_password(password)
            user.save(update_fields=["password"])
    return LogIn(user, password)


def give_relative_log_in(actor: Actor, citizen: Citizen, name: str) -> LogIn:
    """Make a log-in for a relative of the citizen. It opens nothing until the citizen grants something.

    Raises Refused, and Invalid without a name.
    """
    guard.require(actor, "write", Resource("log_in", citizen), "inclusion", detail="relative")
    if not name.strip():
        raise Invalid("name", _("Write the relative's name."))
    password = one_time_password()
    return LogIn(_account(name.strip(), password, None), password)


def _account(name: str, password: str, citizen: Citizen | None) -> User:
    """An account whose user name is the first name and four digits nobody else has."""
    first = "".join(letter for letter in name.split(maxsplit=1)[0].lower() if letter.isalpha())
    username = f"{first}-{secrets.randbelow(9000) + 1000}"
    while User.objects.filter(username=username).exists():
        username = f"{first}-{secrets.randbelow(900_000) + 100_000}"
    return User.objects.create_user(username, name, password, citizen=citizen, password_is_temporary=True)
