"""What a doctor can decide about a name: invite, not relevant, later, ask a colleague; and take it back.

Nothing here enrols anybody: inviting opens an inclusion, whose gate comes after (report 001 R-CASE-03).
"""

from __future__ import annotations

import datetime as dt
import time

from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Membership, Role
from samspil.access.policy import Resource, Verb
from samspil.lists.actions.ending import record_need
from samspil.lists.actions.opening import choose, running_in, unchoose
from samspil.lists.models import Capacity, Entry, Review
from samspil.lists.names import language
from samspil.lists.programme import of_model, rules

_STATES = {
    Review.Kind.INVITE: Entry.State.INVITED,
    Review.Kind.NOT_RELEVANT: Entry.State.NOT_RELEVANT,
    Review.Kind.LATER: Entry.State.LATER,
    Review.Kind.ASK: Entry.State.ASKED,
}
_SALT = "samspil.lists.shown"


def shown_now(entry: Entry) -> str:
    """A signed note of when a name was shown, for telling the time used on it."""
    return signing.dumps({"entry": entry.pk, "at": time.time()}, salt=_SALT)


def seconds_since(shown: str, entry: Entry, longest_minutes: int) -> int | None:
    """Seconds since `shown_now`; None when the note is no good or the pause was too long to be work."""
    try:
        note = signing.loads(shown, salt=_SALT)
    except signing.BadSignature:
        return None
    seconds = round(time.time() - note["at"])
    return seconds if note["entry"] == entry.pk and 0 <= seconds <= longest_minutes * 60 else None


def require_own(actor: Actor, verb: Verb, entry: Entry, detail: str) -> None:
    """That a name stands on the actor's list and is still their patient's, logged.

    Between two lists a citizen can change practice: the old practice sees the citizen no longer, and the new one was
    never given the old one's list. Raises Refused.
    """
    guard.require(actor, verb, _resource(entry), "case_finding", detail=detail)


def _resource(entry: Entry) -> Resource:
    return Resource("practice_list", citizen=entry.citizen, practice_id=entry.practice_id)


def decide(
    actor: Actor,
    entry: Entry,
    version: int,
    kind: Review.Kind,
    *,
    reason: str = "",
    note: str = "",
    until: dt.date | None = None,
    colleague: int | None = None,
    need: str = "",
    route: str = "",
    shown: str = "",
) -> Review:
    """Decide about a name as it was at `version`.

    `need` and `route` tell what a citizen who is not taken in needs, and where they are helped on to. Raises Refused
    for who may not, Invalid for a reason, date, colleague or route that cannot be, and Conflict, which says who did
    what, when somebody else was first or the citizen is to be invited already.
    """
    resource, detail = _resource(entry), f"{entry.model} {kind}"
    guard.check(actor, "decide", resource, "case_finding", detail=detail)
    assert actor.membership is not None, "only members of a practice are granted `decide`"
    review_rules = rules(of_model(entry.model).definition.programme).review
    today = timezone.localdate()
    if kind == Review.Kind.NOT_RELEVANT and reason not in {known.reason for known in review_rules.reasons}:
        raise Invalid("reason", _("Choose why the name is not relevant."))
    if kind == Review.Kind.LATER:
        until = until or today + dt.timedelta(days=review_rules.later_days)
        if until <= today:
            raise Invalid("until", _("Choose a day after today."))
    asked = _colleague(actor, colleague) if kind == Review.Kind.ASK else None
    with transaction.atomic():
        # Who is to be invited has a course of their own; it is ended, or the choice undone, and not decided away. After
        # its end the citizen may be invited again: no energy this spring is no answer for ever.
        changeable = Entry.objects.filter(pk=entry.pk, version=version, left_at__isnull=True)
        if kind != Review.Kind.INVITE or running_in(entry.practice_id, entry.citizen, entry.model) is not None:
            changeable = changeable.exclude(state=Entry.State.INVITED)
        changed = changeable.update(
            state=_STATES[kind],
            version=version + 1,
            later_until=until if kind == Review.Kind.LATER else None,
            asked=asked.user if asked else None,
        )
        if not changed:
            raise Conflict(what_happened(entry))
        review = Review.objects.create(
            entry=entry,
            kind=kind,
            reason=reason if kind == Review.Kind.NOT_RELEVANT else "",
            note=note.strip(),
            until=until if kind == Review.Kind.LATER else None,
            colleague=asked.user if asked else None,
            state_before=entry.state,
            publication=entry.publication,
            by=actor.membership,
            at=timezone.now(),
            seconds=seconds_since(shown, entry, review_rules.longest_minutes),
        )
        entry.refresh_from_db()
        if kind == Review.Kind.INVITE:
            choose(actor, entry)
        if kind == Review.Kind.NOT_RELEVANT:
            record_need(actor.membership, entry.citizen, entry.model, need, route, review)
        guard.require(actor, "decide", resource, "case_finding", detail=detail)
    return review


def _colleague(actor: Actor, user: int | None) -> Membership:
    """The asked colleague: another doctor of the same practice, who can decide."""
    found = (
        Membership.objects.current(timezone.localdate())
        .filter(organisation=actor.organisation, user=user, role=Role.GP)
        .exclude(user=actor.user)
        .select_related("user")
        .first()
    )
    if found is None:
        raise Invalid("colleague", _("Choose a colleague of your own practice."))
    return found


def what_happened(entry: Entry) -> str:
    """Who did what with a name last, for whoever came second."""
    entry.refresh_from_db()
    if entry.left_at is not None:
        return _("%(name)s left the list on %(day)s.") % {
            "name": entry.citizen.name,
            "day": date_format(entry.left_at, "SHORT_DATE_FORMAT"),
        }
    last = Review.objects.filter(entry=entry).select_related("by__user", "undone_by__user").first()
    if last is None:
        return _("The name was changed meanwhile.")
    if last.undone_by is not None and last.undone_at is not None:
        return _("%(who)s took a decision about %(name)s back at %(time)s.") % {
            "who": last.undone_by.user.name,
            "name": entry.citizen.name,
            "time": date_format(timezone.localtime(last.undone_at), "H:i"),
        }
    return _("%(who)s decided about %(name)s at %(time)s: %(what)s.") % {
        "who": last.by.user.name,
        "name": entry.citizen.name,
        "time": date_format(timezone.localtime(last.at), "H:i"),
        "what": in_words(last),
    }


def in_words(review: Review) -> str:
    """A decision in a few words: `not relevant (too complex)`."""
    said = str(Review.Kind(review.kind).label)
    if review.reason:
        known = rules(of_model(review.entry.model).definition.programme).review.reasons
        title = next((getattr(found.title, language()) for found in known if found.reason == review.reason), "")
        return f"{said} ({title[:1].lower()}{title[1:]})"
    if review.until:
        return f"{said} ({date_format(review.until, 'SHORT_DATE_FORMAT')})"
    if review.colleague:
        return f"{said} ({review.colleague.name})"
    return said


def undo(actor: Actor, review: Review) -> Entry:
    """Take a decision back; the name is as it was before.

    Raises Conflict when the name was decided anew since, or the citizen has been invited already.
    """
    entry = review.entry
    resource, detail = _resource(entry), f"{entry.model} undo"
    guard.check(actor, "decide", resource, "case_finding", detail=detail)
    with transaction.atomic():
        in_force = Review.objects.filter(entry=entry, undone_at__isnull=True)
        newest = in_force.first()
        if newest is None or newest.pk != review.pk:
            raise Conflict(what_happened(entry))
        before = in_force.exclude(pk=review.pk).first()
        changed = Entry.objects.filter(pk=entry.pk, version=entry.version).update(
            state=review.state_before,
            version=entry.version + 1,
            later_until=before.until if before else None,
            asked=before.colleague if before else None,
        )
        if not changed:
            raise Conflict(what_happened(entry))
        if review.kind == Review.Kind.INVITE:
            unchoose(entry)
        review.needs.all().delete()
        Review.objects.filter(pk=review.pk).update(undone_at=timezone.now(), undone_by=actor.membership)
        guard.require(actor, "decide", resource, "case_finding", detail=detail)
    entry.refresh_from_db()
    return entry


def set_pace(actor: Actor, names_per_week: int | None) -> None:
    """How many names a week somebody wants to be shown; None is no limit. Raises Refused and Invalid."""
    resource = Resource("capacity", practice_id=actor.organisation_id)
    guard.check(actor, "write", resource, "case_finding")
    if names_per_week is not None and not 1 <= names_per_week <= 1000:
        raise Invalid("names_per_week", _("Write a number from 1 to 1000, or leave the field empty."))
    Capacity.objects.update_or_create(membership=actor.membership, defaults={"names_per_week": names_per_week})
