"""E-mails that remind of tasks: how many, and where to find them. No name, no health, nothing of what is asked."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samspil.access import guard
from samspil.access.actions.tasks import task_roles
from samspil.access.actor import Actor
from samspil.access.errors import Invalid
from samspil.access.models import CareTask, Membership, User
from samspil.access.policy import Resource
from samspil.plans.actions.reminders import soon
from samspil.plans.models import Reminder, ReminderWish


@dataclass
class Mailed:
    """What a run sent: e-mails, those that the server did not take, and the first thing it said."""

    sent: int = 0
    failed: int = 0
    said: str = ""


def wish(actor: Actor, *, wants: bool) -> None:
    """Say whether one wants to be reminded by e-mail. Raises Refused, and Invalid without an address."""
    if actor.user is None or not actor.role.is_professional:
        guard.refuse(actor, "write", Resource("task"), "care", "role")
    if wants and not actor.user.email:
        raise Invalid("wants", _("You have no e-mail address here. Ask your administrator to add it."))
    ReminderWish.objects.update_or_create(user=actor.user, defaults={"wants": wants})


def remind_by_mail(actor: Actor, now: dt.datetime | None = None) -> Mailed:
    """Tell everybody who has tasks overdue or due soon, and wants to know, once a day. Raises Refused.

    An e-mail that the server does not take is tried again in the next run; the others are sent all the same.
    """
    guard.check(actor, "write", Resource("task"), "administration")
    today = timezone.localdate(now)
    waiting = _waiting(today)
    wanting = (
        User.objects.filter(pk__in=waiting, is_active=True)
        .exclude(email="")
        .exclude(reminder_wish__wants=False)
        .exclude(Exists(Reminder.objects.filter(user=OuterRef("pk"), on=today)))
        .order_by("pk")
    )
    done = Mailed()
    connection = get_connection()
    try:
        for user in wanting:
            _send(user, waiting[user.pk], today, connection, done)
    finally:
        connection.close()
    return done


def _waiting(today: dt.date) -> Counter[int]:
    """How many tasks wait for each person: their own, and those that anybody where they work can do."""
    due = CareTask.objects.filter(closed_at__isnull=True, due__lte=soon(today))
    working = Membership.objects.current(today).filter(role__in=task_roles())
    there = working.filter(user=OuterRef("holder"), organisation=OuterRef("organisation"))
    found: Counter[int] = Counter()
    own = due.filter(Exists(there), holder__isnull=False).values_list("holder").annotate(number=Count("pk"))
    for user, number in own.order_by():
        found[user] += number
    of_units = dict(due.filter(holder__isnull=True).values_list("organisation").annotate(number=Count("pk")).order_by())
    people = working.filter(organisation__in=of_units).values_list("user_id", "organisation_id").distinct()
    for user, place in people:
        found[user] += of_units[place]
    return found


def _send(user: User, number: int, today: dt.date, connection: BaseEmailBackend, done: Mailed) -> None:
    """One e-mail. It is noted first, so that two runs at once send one; what the server does not take is no longer
    noted, and tried again. The database is not held while the server is waited for.
    """
    try:
        with transaction.atomic():
            noted = Reminder.objects.create(user=user, on=today, tasks=number, at=timezone.now())
    except IntegrityError:
        return  # another run was first
    try:
        _mail(user, number, connection).send()
    except OSError as error:  # all that sending raises, of smtplib too
        noted.delete()
        done.failed += 1
        done.said = done.said or str(error)
    else:
        done.sent += 1


def _mail(user: User, number: int, connection: BaseEmailBackend) -> EmailMessage:
    with translation.override(user.language):
        subject = ngettext("You have %(number)s task in Samspil", "You have %(number)s tasks in Samspil", number)
        body = ngettext(
            "You have %(number)s task in Samspil that is overdue or due soon.",
            "You have %(number)s tasks in Samspil that are overdue or due soon.",
            number,
        )
        where = _("Log in to see it: %(address)s") if settings.ADDRESS else _("Log in to Samspil to see it.")
        stop = _("You can stop these e-mails on the work list in Samspil.")
        values = {"number": number, "address": settings.ADDRESS}
        text = "\n\n".join(part % values for part in (body, where, stop))
        return EmailMessage(subject % values, text, to=[user.email], connection=connection)
