"""Notes on a report: added, taken back by who wrote them, never rewritten."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Membership
from samspil.improvement.bulletins import Bulletin
from samspil.improvement.models import DiscussionNote, IndicatorPublication, Network, NetworkMeeting
from samspil.improvement.queries.networks import resource


def writer(actor: Actor, network: Network) -> Membership:
    """The membership somebody writes in, when the policy lets them discuss in the network. Raises Refused."""
    guard.require(actor, "write", resource(actor, network, "network_discussion"), "improvement")
    assert actor.membership is not None, "only members of an organisation are granted anything here"
    return actor.membership


def add_note(
    actor: Actor,
    network: Network,
    publication: IndicatorPublication,
    text: str,
    *,
    indicator: str = "",
    meeting: NetworkMeeting | None = None,
) -> DiscussionNote:
    """A note on a report, on one of its indicators, or at a meeting of the network.

    Raises Refused, and Invalid for no text, an indicator the report has not, or another network's meeting.
    """
    by = writer(actor, network)
    text = text.strip()
    if not text:
        raise Invalid("text", _("Write what was said."))
    if indicator and indicator not in {each.indicator for each in Bulletin(publication).shown}:
        raise Invalid("indicator", _("The report has no such indicator."))
    if meeting is not None and (meeting.network_id != network.pk or meeting.cancelled):
        raise Invalid("meeting", _("Choose a meeting that this network has held."))
    return DiscussionNote.objects.create(
        publication=publication,
        network=network,
        indicator=indicator,
        meeting=meeting,
        text=text,
        by=by,
        at=timezone.now(),
    )


@transaction.atomic
def withdraw_note(actor: Actor, note: DiscussionNote) -> None:
    """Take back one's own note: its place stays, its text is not shown any more.

    Raises Refused for another's note, and Conflict when it was taken back already.
    """
    writer(actor, note.network)
    if note.by.user_id != actor.user_id:
        guard.refuse(actor, "write", resource(actor, note.network, "network_discussion"), "improvement", "relation")
    taken = DiscussionNote.objects.filter(pk=note.pk, withdrawn_at__isnull=True).update(withdrawn_at=timezone.now())
    if not taken:
        raise Conflict(_("The note has been taken back already."))
    note.refresh_from_db()
