"""The messages about one citizen, as far as each reader is among those they concern (002 PLAN-5; 000 L-11, L-13)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from samspil.access import guard, log
from samspil.access.actor import Actor
from samspil.access.models import Category, Citizen, User
from samspil.access.paging import page_of
from samspil.access.policy import Decision, Resource, may
from samspil.plans.actions.notes import named_in
from samspil.plans.models import Addressee, Note
from samspil.plans.team import Team, current_plan, team_of

#: Notes on one page.
PAGE = 30


@dataclass(frozen=True)
class Told:
    """A note as somebody may read it."""

    note: Note
    addressees: list[Addressee]
    #: What it answers, when that may be read too.
    answers: Note | None
    mine: bool
    #: Was not read before by those of the reader's organisation.
    new: bool
    #: Whether the reader is asked and nobody there has answered.
    to_answer: bool
    overdue: bool
    #: Time from sharing a question to its first answer; None while there is none.
    answered_after: dt.timedelta | None

    @property
    def waits_for_citizen(self) -> bool:
        """Not yet seen by the citizen, and so not by anybody elsewhere."""
        return self.note.shown_at is None


@dataclass(frozen=True)
class Messages:
    """A page of the messages about a citizen, newest first, and the key of the next."""

    told: list[Told]
    following: str
    may_write: bool
    team: Team
    #: Whether the citizen has a log-in and can see notes on the own page.
    citizen_reads: bool


def messages_about(actor: Actor, citizen: Citizen, after: str = "") -> Messages:
    """The notes about a citizen that the actor wrote or is addressed by, marked as read by this look. Logged.

    Raises Refused for somebody who neither writes to the citizen's team nor is written to.
    """
    writing = may(actor, "write", Resource("note", citizen, named=named_in(current_plan(citizen))), "care")
    page = page_of(_open_to(actor, citizen), after, PAGE)
    answers = [(note, _readable(actor, note)) for note in page.rows]
    readable = [(note, answer) for note, answer in answers if answer]
    decision = readable[0][1] if readable else writing
    if not decision:
        nearest = answers[0][1] if answers else may(actor, "read", Resource("note", citizen), "care")
        guard.refuse(actor, "read", Resource("note", citizen), "care", nearest.reason or "relation")
    with transaction.atomic():
        now_read = _mark_read(actor, [note for note, _answer in readable])
        detail = f"{len(readable)} notes, {len(now_read)} new"
        log.append([log.entry(actor, "read", Resource("note", citizen), "care", decision, detail=detail)])
    return Messages(
        told=[_told(actor, note, now_read) for note, _answer in readable],
        following=page.following,
        may_write=bool(writing),
        team=team_of(citizen) if writing else Team([], []),
        citizen_reads=User.objects.filter(citizen=citizen, is_active=True).exists(),
    )


def unread(actor: Actor, citizen: Citizen) -> int:
    """How many notes about a citizen wait to be read by the actor; those that may not be read do not count."""
    open_kinds = [category for category in Category if may(actor, "read", _to_actor(actor, citizen, category), "care")]
    waiting = Addressee.objects.filter(
        Q(user__isnull=True) | Q(user_id=actor.user_id),
        organisation=actor.organisation,
        read_at__isnull=True,
        refused_at__isnull=True,
        note__citizen=citizen,
        note__shown_at__isnull=False,
        note__category__in=open_kinds,
    ).exclude(note__by__user=actor.user)
    return waiting.count()


def may_look(actor: Actor, citizen: Citizen) -> bool:
    """Whether the page of messages is open to the actor, for showing the way to it."""
    if may(actor, "write", Resource("note", citizen), "care"):
        return True
    # Whom the plan names is looked up only for those who need that.
    writing = may(actor, "write", Resource("note", citizen, named=named_in(current_plan(citizen))), "care")
    return bool(writing) or any(_readable(actor, note) for note in _open_to(actor, citizen)[:PAGE])


def _to_actor(actor: Actor, citizen: Citizen, category: Category) -> Resource:
    places = frozenset({actor.organisation_id}) if actor.organisation_id is not None else frozenset()
    return Resource("note", citizen, category=category, addressed=places)


def one_note(actor: Actor, key: int) -> Note:
    """A note that the actor may read, for answering it; not logged by itself. Raises Note.DoesNotExist and Refused."""
    note = _with_all(Note.objects.all()).get(pk=key)
    own = note.by.organisation_id == actor.organisation_id
    if not (own or note.shown_at is not None) or not _readable(actor, note):
        guard.refuse(actor, "read", Resource("note", note.citizen), "care", "relation")
    return note


def notes_of_citizen(actor: Actor, citizen: Citizen, after: str = "") -> Messages:
    """Everything written about a citizen, to whom, and who has read it, for the citizen. Logged. Raises Refused."""
    guard.require(actor, "read", Resource("note", citizen), "self")
    page = page_of(_with_all(Note.objects.filter(citizen=citizen)), after, PAGE)
    told = [_told(actor, note, set()) for note in page.rows]
    return Messages(told, page.following, may_write=False, team=Team([], []), citizen_reads=True)


def response_times(since: dt.datetime) -> tuple[int, int, dt.timedelta | None]:
    """Questions shared since a moment: how many, how many are answered, and the median time to the first answer.

    Counts only; who may see them is asked by the page (002 PLAN-10).
    """
    asked = Note.objects.filter(answer_by__isnull=False, shown_at__gte=since).prefetch_related("replies")
    times, number = [], 0
    for note in asked.iterator(chunk_size=1000):
        number += 1
        first = min((reply.at for reply in note.replies.all()), default=None)
        if first is not None and note.shown_at is not None:
            times.append((first - note.shown_at).total_seconds())
    return number, len(times), dt.timedelta(seconds=median(times)) if times else None


def _with_all(notes: QuerySet[Note]) -> QuerySet[Note]:
    return notes.select_related(
        "citizen", "by__user", "by__organisation", "answers__by__user", "answers__by__organisation", "plan"
    ).prefetch_related(
        Prefetch("addressees", Addressee.objects.select_related("organisation", "user", "read_by")),
        Prefetch("replies", Note.objects.select_related("by").order_by("at", "id")),
        "answers__addressees",
    )


def _open_to(actor: Actor, citizen: Citizen) -> QuerySet[Note]:
    """The notes that the actor's organisation wrote or was sent; kinds of data are asked for one by one afterwards."""
    sent = Addressee.objects.filter(
        Q(user__isnull=True) | Q(user_id=actor.user_id),
        note=OuterRef("pk"),
        organisation=actor.organisation,
        refused_at__isnull=True,
    )
    mine = Q(by__organisation=actor.organisation) | (Q(shown_at__isnull=False) & Exists(sent))
    return _with_all(Note.objects.filter(mine, citizen=citizen))


def _readable(actor: Actor, note: Note) -> Decision:
    """The policy's answer for one note: between the author's organisation and those it was let go to."""
    places = {note.by.organisation_id}
    if note.shown_at is not None:
        places |= {
            each.organisation_id
            for each in note.addressees.all()
            if each.refused_at is None and each.user_id in {None, actor.user_id}
        }
    resource = Resource("note", note.citizen, category=Category(note.category), addressed=frozenset(places))
    return may(actor, "read", resource, "care")


def _addressed(actor: Actor, note: Note) -> list[Addressee]:
    return [
        each
        for each in note.addressees.all()
        if each.organisation_id == actor.organisation_id
        and each.user_id in {None, actor.user_id}
        and each.refused_at is None
    ]


def _mark_read(actor: Actor, notes: Iterable[Note]) -> set[int]:
    """Mark what the reader was sent as read; the author and the citizen see who and when. Answers with what was new."""
    new = [
        each
        for note in notes
        for each in _addressed(actor, note)
        if each.read_at is None and note.shown_at is not None and note.by.user_id != actor.user_id
    ]
    if new:
        now = timezone.now()
        waiting = Addressee.objects.filter(pk__in=[each.pk for each in new], read_at__isnull=True)
        waiting.update(read_at=now, read_by=actor.user)
        for each in new:
            each.read_at, each.read_by = now, actor.user
    return {each.note_id for each in new}


def _told(actor: Actor, note: Note, new: set[int]) -> Told:
    asked = bool(_addressed(actor, note)) and note.answer_by is not None and note.shown_at is not None
    replies = list(note.replies.all())
    answered = [reply for reply in replies if reply.by.organisation_id != note.by.organisation_id]
    here = any(reply.by.organisation_id == actor.organisation_id for reply in answered)
    first = answered[0] if answered else None
    question = note.answers
    may_see_question = question is not None and (not actor.role.is_professional or bool(_readable(actor, question)))
    return Told(
        note=note,
        addressees=list(note.addressees.all()),
        answers=question if may_see_question else None,
        mine=note.by.organisation_id == actor.organisation_id,
        new=note.pk in new,
        to_answer=asked and not here and note.by.organisation_id != actor.organisation_id,
        overdue=note.answer_by is not None and first is None and note.answer_by < timezone.localdate(),
        answered_after=first.at - note.shown_at if first is not None and note.shown_at is not None else None,
    )
