"""The register of a network's meetings: entered when they were held, struck out with a reason, never rewritten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Membership
from samspil.improvement.actions.discussing import writer
from samspil.improvement.models import Network, NetworkMeeting, Participation

#: The longest a meeting can be, in minutes: a day. More is a slip of the keys.
LONGEST = 24 * 60
#: More persons of one sector than this are a slip of the keys.
MOST = 1_000


@dataclass(frozen=True)
class Held:
    """One meeting as it was written down. `as_written` is the day's text where it was no exact day."""

    held_on: dt.date
    minutes: int
    form: str
    persons: Mapping[str, int] = field(default_factory=dict)
    kind: str = ""
    purpose: str = ""
    as_written: str = ""


def check(held: Held) -> None:
    """The rules of the register. Raises Invalid.

    A meeting is entered once it was held: a day that lies ahead is a slip, as the "15 Dec 2022" in a form of January
    2022 was (report 003 L2787-2790, A-09, TC3-25).
    """
    today = timezone.localdate()
    if held.held_on > today:
        raise Invalid(
            "held_on",
            _("The day lies after today, %(today)s. Enter a meeting when it has been held.")
            % {"today": date_format(today, "SHORT_DATE_FORMAT")},
        )
    if not 0 < held.minutes <= LONGEST:
        raise Invalid("minutes", _("Write how many minutes it took, from 1 to %(most)s.") % {"most": LONGEST})
    if held.form not in NetworkMeeting.Form.values:
        raise Invalid("form", _("Say whether it was physical or virtual."))
    if not any(held.persons.values()):
        raise Invalid("municipality", _("Write how many took part from at least one sector."))
    for sector, persons in held.persons.items():
        if not 0 <= persons <= MOST:
            raise Invalid(sector, _("Write a number from 0 to %(most)s.") % {"most": MOST})


def register(actor: Actor, network: Network, held: Held) -> NetworkMeeting:
    """Enter a meeting. Raises Refused and Invalid."""
    return register_all(actor, network, [held])[0]


@transaction.atomic
def register_all(actor: Actor, network: Network, meetings: Iterable[Held]) -> list[NetworkMeeting]:
    """Enter several meetings: all of them, or none. Raises Refused, and Invalid for the first that cannot be."""
    by = writer(actor, network)
    given = list(meetings)
    for held in given:
        check(held)
    return [_entered(network, held, by) for held in given]


def _entered(network: Network, held: Held, by: Membership) -> NetworkMeeting:
    meeting = NetworkMeeting.objects.create(
        network=network,
        held_on=held.held_on,
        held_as_written=held.as_written,
        minutes=held.minutes,
        form=held.form,
        kind=held.kind.strip(),
        purpose=held.purpose.strip(),
        by=by,
        at=timezone.now(),
    )
    Participation.objects.bulk_create(
        Participation(meeting=meeting, sector=sector, persons=persons)
        for sector, persons in held.persons.items()
        if persons
    )
    return meeting


@transaction.atomic
def cancel(actor: Actor, meeting: NetworkMeeting, why: str) -> None:
    """Strike a meeting out with a reason: it was not held, or was entered by mistake. It stays, and is not counted.

    Raises Refused, Invalid without a reason, and Conflict when it was struck out already.
    """
    writer(actor, meeting.network)
    why = why.strip()
    if not why:
        raise Invalid("why", _("Write why."))
    struck = NetworkMeeting.objects.filter(pk=meeting.pk, cancelled="").update(
        cancelled=why, cancelled_at=timezone.now()
    )
    if not struck:
        raise Conflict(_("The meeting has been struck out already."))
    meeting.refresh_from_db()
