"""What an administrator does: organisations, accounts and memberships.

Every change is written to the access log in the transaction that makes it: neither is there without the other.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard, log
from samspil.access.actions.notices import tell_user
from samspil.access.actor import Actor
from samspil.access.errors import Invalid
from samspil.access.models import Membership, Notice, Organisation, OrganisationKind, Role, User
from samspil.access.policy import Resource

_PEOPLE = Resource("people")
#: Read aloud and typed without mistakes: no l, 1, o, 0.
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class OrganisationFacts:
    """What is known of an organisation."""

    kind: OrganisationKind
    name: str
    provider_number: str = ""
    doctors: int | None = None
    phone: str = ""


@dataclass(frozen=True)
class NewPerson:
    """An account to be made; with a provider and subject, and without a password when `password` is false."""

    username: str
    name: str
    phone: str = ""
    password: bool = True
    provider: str = ""
    subject: str = ""


def one_time_password() -> str:
    """Four groups of five characters."""
    return "-".join("".join(secrets.choice(_LETTERS) for _place in range(5)) for _group in range(4))


@transaction.atomic
def save_organisation(actor: Actor, facts: OrganisationFacts, organisation: Organisation | None = None) -> Organisation:
    """Make an organisation, or change one. A practice needs its provider number. Raises Refused, and Invalid."""
    guard.check(actor, "write", _PEOPLE, "administration")
    number = facts.provider_number.strip()
    is_practice = facts.kind == OrganisationKind.PRACTICE
    if is_practice and not (number.isascii() and number.isdecimal() and len(number) == 6):
        raise Invalid("provider_number", _("A practice has a provider number of six digits."))
    if not is_practice and number:
        raise Invalid("provider_number", _("Only practices have a provider number."))
    saved = organisation or Organisation()
    if number and Organisation.objects.filter(provider_number=number).exclude(pk=saved.pk).exists():
        raise Invalid("provider_number", _("Another practice has this provider number."))
    saved.kind, saved.sector, saved.name = facts.kind, facts.kind.sector, facts.name.strip()
    saved.provider_number = number or None
    saved.doctors, saved.phone = facts.doctors, facts.phone.strip()
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError as error:  # somebody else was a moment faster
        raise Invalid("provider_number", _("Another practice has this provider number.")) from error
    _record(actor, f"organisation {saved.pk}")
    return saved


def create_person(actor: Actor, new: NewPerson) -> tuple[User, str]:
    """Make an account. Answers with it and its one-time password; the password is empty when it has none.

    Raises Refused, and Invalid when the user name or the subject is taken or there is no way to log in.
    """
    guard.check(actor, "write", _PEOPLE, "administration")
    username = new.username.strip().lower()
    try:
        UnicodeUsernameValidator()(username)
    except ValidationError as error:
        raise Invalid("username", _("Use letters, digits and . - _ only.")) from error
    if User.objects.filter(username=username).exists():
        raise Invalid("username", _("Somebody else has this user name."))
    if not new.password and not new.subject:
        raise Invalid("password", _("Without a password the person needs a link to an identity provider."))
    password = one_time_password() if new.password else ""
    with transaction.atomic():
        user = _make_account(username, new, password)
        if new.subject:
            _link(user, new.provider, new.subject)
        _record(actor, f"person {user.pk} created")
    return user, password


def new_one_time_password(actor: Actor, user: User) -> str:
    """For somebody who forgot their password or lost their second factor: both are taken away. Raises Refused."""
    _only_others(actor, user)
    password = one_time_password()
    with transaction.atomic():
        user.set_password(password)
        user.password_is_temporary = True
        user.save(update_fields=["password", "password_is_temporary"])
        Authenticator.objects.filter(user_id=user.pk).delete()
        _record(actor, f"person {user.pk} new password")
    return password


@transaction.atomic
def help_relative(actor: Actor, username: str, name: str) -> tuple[User, str]:
    """A new one-time password for a relative who forgot theirs; old password and second factors are taken away.

    User name and name have to belong together. Accounts of citizens are their practice's to help with, those with
    roles stand among the people, and a provider helps with its own: all of them are answered as if there were none,
    so that nobody learns whose account is what. The relative is told. Raises Refused, and Invalid.
    """
    guard.check(actor, "write", _PEOPLE, "administration")
    private = User.objects.filter(citizen__isnull=True, memberships__isnull=True, is_active=True)
    user = private.filter(username=username.strip()).first()
    helped = (
        user is not None
        and " ".join(user.name.casefold().split()) == " ".join(name.casefold().split())
        and not SocialAccount.objects.filter(user_id=user.pk).exists()
    )
    if user is None or not helped:
        raise Invalid("username", _("There is no relative with this user name and this name whom you can help."))
    password = new_one_time_password(actor, user)
    tell_user(user, Notice.Kind.LOG_IN, "log_in_renewed", name=actor.name)
    return user, password


@transaction.atomic
def open_or_close(actor: Actor, user: User, *, is_active: bool) -> None:
    """A closed account cannot log in, and whoever is logged in with it is out at once. Raises Refused, and Invalid."""
    _only_others(actor, user)
    user.is_active = is_active
    user.save(update_fields=["is_active"])
    _record(actor, f"person {user.pk} {'opened' if is_active else 'closed'}")


def link_subject(actor: Actor, user: User, provider: str, subject: str) -> None:
    """Let somebody log in with an identity provider that knows them by `subject`. Raises Refused, and Invalid."""
    _only_others(actor, user)
    with transaction.atomic():
        _link(user, provider, subject)
        _record(actor, f"person {user.pk} linked to {provider}")


@transaction.atomic
def unlink_subject(actor: Actor, user: User, number: int) -> None:
    """Take a link away; one that is not there is no fault. Raises Refused, and Invalid."""
    _only_others(actor, user)
    SocialAccount.objects.filter(pk=number, user_id=user.pk).delete()
    _record(actor, f"person {user.pk} unlinked")


@transaction.atomic
def add_membership(
    actor: Actor, user: User, organisation: Organisation, role: Role, since: dt.date, until: dt.date | None
) -> Membership:
    """Give somebody a role in an organisation. Nobody gives one to themselves. Raises Refused, and Invalid."""
    _only_others(actor, user)
    if not role.is_professional:
        raise Invalid("role", _("This is no role that somebody can be given."))
    if until is not None and until < since:
        raise Invalid("until", _("The last day is before the first."))
    same = Membership.objects.filter(user=user, organisation=organisation, role=role.value)
    overlapping = same.exclude(until__lt=since)
    if until is not None:
        overlapping = overlapping.filter(since__lte=until)
    if overlapping.exists():
        raise Invalid("role", _("The person already has this role there at that time."))
    try:
        with transaction.atomic():
            made = Membership.objects.create(
                user=user, organisation=organisation, role=role.value, since=since, until=until
            )
    except IntegrityError as error:
        raise Invalid("role", _("The person already has this role there at that time.")) from error
    _record(actor, f"membership {made.pk} added")
    return made


@transaction.atomic
def end_membership(actor: Actor, membership: Membership, until: dt.date) -> None:
    """Set the last day of a membership. Raises Refused, and Invalid for a day before its first."""
    _only_others(actor, membership.user)
    if until < membership.since:
        raise Invalid("until", _("The last day is before the first."))
    membership.until = until
    membership.save(update_fields=["until"])
    _record(actor, f"membership {membership.pk} ended")


def _make_account(username: str, new: NewPerson, password: str) -> User:
    """Raises Invalid when somebody else was a moment faster with the same user name."""
    try:
        with transaction.atomic():
            return User.objects.create_user(
                username,
                new.name.strip(),
                password or None,
                phone=new.phone.strip(),
                password_is_temporary=new.password,
            )
    except IntegrityError as error:
        raise Invalid("username", _("Somebody else has this user name.")) from error


def _only_others(actor: Actor, user: User) -> None:
    """Nobody changes their own account or roles as an administrator. Raises Refused, and Invalid."""
    guard.check(actor, "write", _PEOPLE, "administration", detail=f"person {user.pk}")
    if actor.user_id == user.pk:
        raise Invalid("", _("You cannot change your own account here. Ask another administrator."))


def _link(user: User, provider: str, subject: str) -> None:
    if provider not in {known.id for known in settings.IDENTITY_PROVIDERS}:
        raise Invalid("provider", _("Choose an identity provider."))
    subject = subject.strip()
    if not subject:
        raise Invalid("subject", _("Write what the provider calls the person."))
    try:
        with transaction.atomic():
            SocialAccount.objects.create(user_id=user.pk, provider=provider, uid=subject)
    except IntegrityError as error:
        raise Invalid("subject", _("Another account is already linked to this.")) from error


def _record(actor: Actor, detail: str) -> None:
    """Who was given what by whom stands in the access log."""
    decision = guard.check(actor, "write", _PEOPLE, "administration")
    log.append([log.entry(actor, "write", _PEOPLE, "administration", decision, detail=detail)])


def today() -> dt.date:
    """The first day that a new membership is proposed for."""
    return timezone.localdate()
