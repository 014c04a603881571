"""Letting citizens and their relatives in: the practice makes an account and hands over a letter with it.

Citizens of Odense did not know that they had a plan, or could not log in (report 000 L781-793, L-28). So the log-in is
made, and tried, at the start-up conversation, and the letter is there for whoever would rather read on paper.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actions.notices import tell_citizen
from samspil.access.actions.people import one_time_password
from samspil.access.actor import Actor
from samspil.access.errors import Invalid
from samspil.access.models import Citizen, Membership, Notice, User
from samspil.access.policy import Resource


@dataclass(frozen=True)
class LogIn:
    """A new log-in. The password is shown once, in the letter, and is to be changed at first use."""

    user: User
    password: str


def is_unused(user: User) -> bool:
    """Whether nobody has logged in yet with the password that was made for the account."""
    return user.password_is_temporary and user.last_login is None


def give_log_in(actor: Actor, citizen: Citizen, *, asked: bool = False) -> LogIn:
    """Make the citizen's own log-in, or a new one-time password for it.

    A log-in that has been used gets a new password only when the citizen is there and has `asked` for it: somebody who
    forgot the password, or broke off before choosing one. The old password and second steps are taken away, and the
    citizen is told. Raises Refused, and Invalid where the practice may not: an account that an identity provider
    opens, one that is used at work too, one that is closed.
    """
    resource = Resource("log_in", citizen)
    guard.check(actor, "write", resource, "inclusion", detail="citizen")
    password = one_time_password()
    with transaction.atomic():
        # Two at once wait for each other here, and the second renews what the first has made.
        Citizen.objects.select_for_update().get(pk=citizen.pk)
        user = User.objects.select_for_update().filter(citizen=citizen).first()
        if user is None:
            user = _account(citizen.name, password, citizen)
            tell_citizen(citizen, Notice.Kind.LOG_IN, "log_in_made", name=actor.name)
        elif is_unused(user):
            _renew(user, password)
        else:
            _check_renewal(user, asked)
            _renew(user, password)
            tell_citizen(citizen, Notice.Kind.LOG_IN, "log_in_renewed", name=actor.name)
        guard.require(actor, "write", resource, "inclusion", detail="citizen asked" if asked else "citizen")
    return LogIn(user, password)


def give_relative_log_in(actor: Actor, citizen: Citizen, name: str) -> LogIn:
    """Make a log-in for a relative of the citizen. It opens nothing until the citizen grants something.

    Raises Refused, and Invalid without a name.
    """
    resource = Resource("log_in", citizen)
    guard.check(actor, "write", resource, "inclusion", detail="relative")
    if not name.strip():
        raise Invalid("name", _("Write the relative's name."))
    password = one_time_password()
    with transaction.atomic():
        user = _account(name.strip(), password, None)
        guard.require(actor, "write", resource, "inclusion", detail="relative")
    return LogIn(user, password)


def _check_renewal(user: User, asked: bool) -> None:
    """Raises Invalid when the practice may not make a new password for a log-in that has been used."""
    if SocialAccount.objects.filter(user_id=user.pk).exists():
        raise Invalid("", _("The citizen logs in through an identity provider, which helps with a forgotten password."))
    if Membership.objects.filter(user=user).exists():
        raise Invalid("", _("The citizen's account is used at work too. An administrator makes a new password."))
    if not user.is_active:
        raise Invalid("", _("The citizen's account is closed. An administrator can open it."))
    if not asked:
        raise Invalid(
            "asked", _("The citizen has logged in before. Tick that the citizen is here and has asked for it.")
        )


def _renew(user: User, password: str) -> None:
    """A one-time password in place of the old one; whoever is logged in with the account is out at once."""
    user.set_password(password)
    user.password_is_temporary = True
    user.save(update_fields=["password", "password_is_temporary"])
    Authenticator.objects.filter(user_id=user.pk).delete()


def _account(name: str, password: str, citizen: Citizen | None) -> User:
    """An account whose user name is the first name and four digits nobody else has."""
    first = "".join(letter for letter in name.split(maxsplit=1)[0].lower() if letter.isalpha())[:100]
    username = f"{first}-{secrets.randbelow(9000) + 1000}"
    while True:
        try:
            with transaction.atomic():
                return User.objects.create_user(username, name, password, citizen=citizen, password_is_temporary=True)
        except IntegrityError:
            if not User.objects.filter(username=username).exists():
                raise
            username = f"{first}-{secrets.randbelow(900_000) + 100_000}"
