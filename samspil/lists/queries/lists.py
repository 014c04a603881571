"""What a practice sees of its lists. Every question goes through the policy, and every name shown is logged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Category, Membership, Role, User
from samspil.access.policy import Decision, Resource, may
from samspil.lists.actions.review import require_own
from samspil.lists.models import Capacity, Entry, Inclusion, Publication, Review, RiskList
from samspil.lists.names import Bulletin, Name, in_words, model_title

#: Names on one page of a list; more is more than a sitting.
PAGE = 50


def own_lists(actor: Actor) -> Resource:
    """The lists of the practice somebody works in."""
    return Resource("practice_list", practice_id=actor.organisation_id)


def may_decide(actor: Actor) -> bool:
    """Whether the actor may decide about names, for showing the buttons."""
    return bool(may(actor, "decide", own_lists(actor), "case_finding"))


def covered(actor: Actor) -> frozenset[str]:
    """The kinds of data that the basis of the lists covers for the actor."""
    kinds = [(each, Resource("practice_list", practice_id=actor.organisation_id, category=each)) for each in Category]
    return frozenset(each for each, resource in kinds if may(actor, "read", resource, "case_finding"))


@dataclass
class ModelLists:
    """A practice's names of one model: how many there are to do, the newest data, and the lists they came with."""

    model: str
    title: str
    newest: Bulletin
    lists: list[RiskList]
    to_review: int
    put_off: int
    asked: int
    decided: int
    left: int


def waiting(day: dt.date) -> Q:
    """Names to be reviewed now: open ones, and those put off until today."""
    return Q(state=Entry.State.OPEN) | Q(state=Entry.State.LATER, later_until__lte=day)


def _asked_of(actor: Actor) -> Q:
    """Names that a colleague asks the actor about."""
    return Q(state=Entry.State.ASKED, asked_id=actor.user_id)


def _to_review(actor: Actor) -> Q:
    """Names that wait for the actor: what anybody of the practice is to review, and what the actor is asked about."""
    return waiting(timezone.localdate()) | _asked_of(actor)


def overview(actor: Actor) -> list[ModelLists]:
    """Every model that the practice has lists of. Raises Refused outside one's own practice."""
    guard.require(actor, "read", own_lists(actor), "case_finding")
    lists: dict[str, list[RiskList]] = {}
    # A definition is long; only the newest of each model is shown.
    came = RiskList.objects.filter(practice_id=actor.organisation_id).select_related("publication")
    for risk_list in came.defer("publication__definition"):
        lists.setdefault(risk_list.publication.model, []).append(risk_list)
    newest = Publication.objects.filter(pk__in=[found[0].publication_id for found in lists.values()])
    counts = _counts(actor)
    return [
        ModelLists(
            model=publication.model,
            title=model_title(publication.model),
            newest=Bulletin(publication),
            lists=lists[publication.model],
            **counts.get(publication.model, _NOTHING),
        )
        for publication in newest.select_related("round").order_by("model")
    ]


def of_model(actor: Actor, newest: Publication) -> ModelLists:
    """One model by its newest publication, without its history of lists. Raises Refused."""
    guard.require(actor, "read", own_lists(actor), "case_finding")
    model = newest.model
    return ModelLists(model, model_title(model), Bulletin(newest), [], **_counts(actor).get(model, _NOTHING))


_NOTHING = {"to_review": 0, "put_off": 0, "asked": 0, "decided": 0, "left": 0}


def _counts(actor: Actor) -> dict[str, dict[str, int]]:
    """By model, how many of the practice's names are in which state."""
    today = timezone.localdate()
    # Who has another practice now is counted among those who left, and not shown.
    active = Q(left_at__isnull=True, citizen__practice_id=actor.organisation_id)
    rows: Any = (
        Entry.objects.filter(practice_id=actor.organisation_id)
        .order_by()
        .values("model")
        .annotate(
            to_review=Count("id", filter=active & _to_review(actor)),
            put_off=Count("id", filter=active & Q(state=Entry.State.LATER, later_until__gt=today)),
            asked=Count("id", filter=active & Q(state=Entry.State.ASKED)),
            decided=Count("id", filter=active & Q(state__in=[Entry.State.INVITED, Entry.State.NOT_RELEVANT])),
            left=Count("id", filter=~active),
        )
    )
    return {row.pop("model"): row for row in rows}


#: What a list can be narrowed to, by the word in the address.
SHOW = ("waiting", "later", "asked", "decided", "left", "all")


@dataclass
class Page:
    """Names of one model, where the next page begins (score and key), and the model's newest publication."""

    names: list[Name]
    more: tuple[int, int] | None
    newest: Publication | None


def names(
    actor: Actor, model: str, *, show: str = "waiting", of_list: int | None = None, after: tuple[int, int] | None = None
) -> Page:
    """A page of names of one model, highest score first.

    Raises Refused outside one's own practice. Every name shown is written to the access log.
    """
    decision = guard.require(actor, "read", own_lists(actor), "case_finding")
    entries = _narrowed(actor, _own(actor, model), show)
    if of_list is not None:
        entries = entries.filter(risk_list_id=of_list)
    if after is not None:
        score, key = after
        entries = entries.filter(Q(score__lt=score) | Q(score=score, id__gt=key))
    found = list(entries.select_related("citizen", "asked").order_by("-score", "id")[: PAGE + 1])
    more = (found[PAGE - 1].score, found[PAGE - 1].pk) if len(found) > PAGE else None
    page = found[:PAGE]
    _log(actor, decision, page, model)
    newest = _add_publications(model, page)
    return Page(in_words(page, _on_other_lists(page), [], covered(actor)), more, newest)


def _add_publications(model: str, entries: Sequence[Entry]) -> Publication | None:
    """Give names their publications, each read once however many names it has. Returns the newest of the model."""
    newest = Publication.objects.filter(model=model).order_by("-as_of", "-id").values("pk")[:1]
    wanted = Q(pk__in={entry.publication_id for entry in entries}) | Q(pk__in=newest)
    found = list(Publication.objects.filter(wanted).select_related("round").order_by("-as_of", "-id"))
    by_key = {publication.pk: publication for publication in found}
    for entry in entries:
        entry.publication = by_key[entry.publication_id]
    return found[0] if found else None


def _own(actor: Actor, model: str) -> QuerySet[Entry]:
    """The names of the own practice: of those who are still its patients."""
    practice = actor.organisation_id
    return Entry.objects.filter(practice_id=practice, model=model, citizen__practice_id=practice)


def _narrowed(actor: Actor, entries: QuerySet[Entry], show: str) -> QuerySet[Entry]:
    today = timezone.localdate()
    if show == "left":
        return entries.filter(left_at__isnull=False)
    if show == "all":
        return entries
    entries = entries.filter(left_at__isnull=True)
    return {
        "later": entries.filter(state=Entry.State.LATER, later_until__gt=today),
        "asked": entries.filter(state=Entry.State.ASKED),
        "decided": entries.filter(state__in=[Entry.State.INVITED, Entry.State.NOT_RELEVANT]),
    }.get(show, entries.filter(_to_review(actor)))


def _log(actor: Actor, decision: Decision, entries: Sequence[Entry], detail: str) -> None:
    citizens = dict.fromkeys(entry.citizen_id for entry in entries)
    guard.seen(actor, "read", own_lists(actor), "case_finding", decision, citizens, detail=detail)


def _in_words(actor: Actor, entries: Sequence[Entry]) -> list[Name]:
    running = Inclusion.objects.filter(
        citizen__in=[entry.citizen_id for entry in entries],
        practice__in={entry.practice_id for entry in entries},
        ended_at__isnull=True,
    )
    return in_words(entries, _on_other_lists(entries), running, covered(actor))


def _on_other_lists(entries: Sequence[Entry]) -> QuerySet[Entry]:
    """The same citizens' names on any list of the same practice now."""
    citizens = [entry.citizen_id for entry in entries]
    practices = {entry.practice_id for entry in entries}
    return Entry.objects.filter(citizen__in=citizens, practice__in=practices, left_at__isnull=True).defer("criteria")


@dataclass
class Pace:
    """How far a doctor is with this week's names."""

    done: int
    wanted: int | None

    @property
    def reached(self) -> bool:
        """Whether the week's names are done."""
        return self.wanted is not None and self.done >= self.wanted


def pace(actor: Actor) -> Pace | None:
    """Names decided since Monday by this doctor, and how many a week they have set; None for who does not decide."""
    if not may(actor, "read", Resource("capacity", practice_id=actor.organisation_id), "case_finding"):
        return None
    today = timezone.localdate()
    monday = timezone.make_aware(dt.datetime.combine(today - dt.timedelta(days=today.weekday()), dt.time()))
    done = Review.objects.filter(by=actor.membership, at__gte=monday, undone_at__isnull=True).count()
    capacity = Capacity.objects.filter(membership=actor.membership).first()
    return Pace(done, capacity.names_per_week if capacity else None)


def next_name(actor: Actor, model: str, *, of_list: int | None = None) -> Name | None:
    """The name to review next: first those a colleague asks about, then the highest score. None when done."""
    decision = guard.require(actor, "read", own_lists(actor), "case_finding")
    active = _own(actor, model).filter(left_at__isnull=True)
    if of_list is not None:
        active = active.filter(risk_list_id=of_list)
    chosen = active.select_related("citizen", "publication__round", "asked")
    entry = (
        chosen.filter(_asked_of(actor)).order_by("-score", "id").first()
        or chosen.filter(waiting(timezone.localdate())).order_by("-score", "id").first()
    )
    if entry is None:
        return None
    _log(actor, decision, [entry], model)
    return _in_words(actor, [entry])[0]


def left_to_review(actor: Actor, model: str, of_list: int | None = None) -> int:
    """How many names are still to be reviewed."""
    entries = _own(actor, model).filter(left_at__isnull=True)
    if of_list is not None:
        entries = entries.filter(risk_list_id=of_list)
    return entries.filter(_to_review(actor)).count()


def one_name(actor: Actor, key: int) -> Name:
    """One name of the own practice. Raises Entry.DoesNotExist, and Refused for who is not its patient, or no longer."""
    entry = Entry.objects.select_related("citizen", "publication__round", "asked").get(pk=key)
    require_own(actor, "read", entry, entry.model)
    return _in_words(actor, [entry])[0]


def question_about(entry: Entry) -> Review | None:
    """Who asked a colleague about a name, and what; None when nobody is asked."""
    return reviews_of([entry]).get(entry.pk) if entry.state == Entry.State.ASKED else None


def reviews_of(entries: Sequence[Entry]) -> dict[int, Review]:
    """The decision in force of each name that has one; open names have none."""
    if all(entry.state == Entry.State.OPEN for entry in entries):
        return {}
    known = {entry.pk: entry for entry in entries}
    found = Review.objects.filter(entry__in=known, undone_at__isnull=True).select_related("by__user", "colleague")
    latest: dict[int, Review] = {}
    for review in found.order_by("at", "id"):
        review.entry = known[review.entry_id]
        latest[review.entry_id] = review
    return latest


def colleagues(actor: Actor) -> list[User]:
    """The other doctors of the practice: whoever is asked decides, and staff cannot."""
    members = (
        Membership.objects.current(timezone.localdate())
        .filter(organisation=actor.organisation, role=Role.GP)
        .exclude(user=actor.user)
        .select_related("user")
        .order_by("user__name")
    )
    return list(dict.fromkeys(member.user for member in members))
