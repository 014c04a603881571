"""What was done with lists, counted by the database: a fixed number of questions, however many practices there are.

Names count by the day their list was published, inclusions and unmet needs by the day they began; what became of
them is counted until now. A decision that was undone never counts. A name belongs to the doctor of its latest
decision, an inclusion from a list to the doctor who wanted to invite, any other to who opened it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from statistics import median

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import Combinable
from django.utils import timezone

from samspil.access.models import Membership, Role
from samspil.lists.models import Entry, Inclusion, Review, RiskList, Stage, Step, UnmetNeed

DECIDED = (Review.Kind.INVITE, Review.Kind.NOT_RELEVANT)
UNDECIDED = (Entry.State.OPEN, Entry.State.LATER, Entry.State.ASKED)


@dataclass(frozen=True)
class _WayStep:
    """A step of the way with the stages, and the things done, that show it was reached."""

    name: str
    stages: tuple[Stage, ...]
    kinds: tuple[Step.Kind, ...]


#: In the order they are taken, as the fields of `Included`; who reached one has passed those before it.
_STEPS = (
    _WayStep("approached", (Stage.INVITED,), (Step.Kind.LETTER, Step.Kind.REMINDER, Step.Kind.PHONE)),
    _WayStep("informed", (Stage.INFORMED,), (Step.Kind.CONVERSATION,)),
    _WayStep("consented", (Stage.CONSENTED,), (Step.Kind.CONSENT,)),
    _WayStep("enrolled", (Stage.ENROLLED,), (Step.Kind.ENROLLED,)),
)


@dataclass(frozen=True)
class Scope:
    """What is counted: the models, the days, one eligibility round, one practice. None is no limit."""

    models: tuple[str, ...]
    since: dt.date | None = None
    until: dt.date | None = None
    round_id: int | None = None
    practice_id: int | None = None

    def names(self) -> QuerySet[Entry]:
        """The names that are counted."""
        return Entry.objects.filter(self._of("model", "publication__round_id"), self._names_days()).order_by()

    def reviews(self) -> QuerySet[Review]:
        """The decisions about them that were not undone."""
        wanted = self._of("entry__model", "entry__publication__round_id", "entry__practice_id")
        return Review.objects.filter(wanted, self._names_days("entry__"), undone_at__isnull=True).order_by()

    def standing(self) -> QuerySet[Review]:
        """The latest decision about each name."""
        return self.reviews().filter(latest())

    def inclusions(self) -> QuerySet[Inclusion]:
        """The inclusions that are counted."""
        return Inclusion.objects.filter(self._of("model", "round_id"), self._days("opened_at")).order_by()

    def unmet_needs(self) -> QuerySet[UnmetNeed]:
        """The unmet needs that are counted; they belong to no round."""
        return UnmetNeed.objects.filter(self._of("model", None), self._days("at")).order_by()

    def lists(self) -> QuerySet[RiskList]:
        """Every list of the models, of whatever day."""
        return RiskList.objects.filter(self._of("publication__model", None)).order_by()

    def _of(self, model: str, of_round: str | None, practice: str = "practice_id") -> Q:
        found = Q(**{f"{model}__in": self.models})
        if self.round_id is not None and of_round is not None:
            found &= Q(**{of_round: self.round_id})
        if self.practice_id is not None:
            found &= Q(**{practice: self.practice_id})
        return found

    def _names_days(self, to_entry: str = "") -> Q:
        return self._days(f"{to_entry}risk_list__publication__published_at")

    def _days(self, moment: str) -> Q:
        found = Q()
        if self.since is not None:
            found &= Q(**{f"{moment}__gte": _midnight(self.since)})
        if self.until is not None:
            found &= Q(**{f"{moment}__lt": _midnight(self.until + dt.timedelta(days=1))})
        return found


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def latest() -> Combinable:
    """Among decisions that were not undone, the latest about each name."""
    later = Review.objects.filter(entry_id=OuterRef("entry_id"), undone_at__isnull=True, id__gt=OuterRef("id"))
    return ~Exists(later)


@dataclass
class Names:
    """Names of one practice: on its lists, still to be reviewed, and with some criterion missing."""

    listed: int = 0
    waiting: int = 0
    incomplete: int = 0


def names(scope: Scope) -> dict[int, Names]:
    """By practice."""
    rows = (
        scope.names()
        .values("practice_id")
        .annotate(
            listed=Count("id"),
            waiting=Count("id", filter=Q(state__in=UNDECIDED, left_at__isnull=True)),
            incompletes=Count("id", filter=Q(incomplete=True)),
        )
    )
    return {row["practice_id"]: Names(row["listed"], row["waiting"], row["incompletes"]) for row in rows}


@dataclass
class Reviewed:
    """Names somebody decided about: to invite, not relevant, put off or asked about."""

    invited: int = 0
    not_relevant: int = 0
    undecided: int = 0

    @property
    def reviewed(self) -> int:
        return self.invited + self.not_relevant + self.undecided

    @property
    def decided(self) -> int:
        return self.invited + self.not_relevant


def reviewed(scope: Scope) -> dict[tuple[int, int], Reviewed]:
    """By practice and doctor (membership)."""
    found: dict[tuple[int, int], Reviewed] = {}
    rows = scope.standing().values_list("entry__practice_id", "by_id", "kind").annotate(n=Count("id"))
    for practice, doctor, kind, number in rows:
        line = found.setdefault((practice, doctor), Reviewed())
        if kind == Review.Kind.INVITE:
            line.invited += number
        elif kind == Review.Kind.NOT_RELEVANT:
            line.not_relevant += number
        else:
            line.undecided += number
    return found


@dataclass(frozen=True)
class Time:
    """Time used on names: on how many it is known, and the seconds in all and in the median."""

    names: int = 0
    seconds: int = 0
    median: float | None = None


def time_used(scope: Scope) -> dict[int | None, Time]:
    """By practice, and under None of all. Names whose time is not known are left out, not zero.

    Adds up per name in the database; the median is found here, because databases differ in how they find it.
    """
    timed = scope.reviews().filter(seconds__isnull=False)
    rows = timed.values_list("entry__practice_id", "entry_id").annotate(used=Sum("seconds"))
    of_practice: dict[int, list[int]] = {}
    for practice, _entry, used in rows:
        of_practice.setdefault(practice, []).append(used)
    found: dict[int | None, Time] = {practice: _time(used) for practice, used in of_practice.items()}
    found[None] = _time([used for each in of_practice.values() for used in each])
    return found


def _time(used: list[int]) -> Time:
    return Time(len(used), sum(used), median(used) if used else None)


@dataclass
class Included:
    """Inclusions and how far they came; each step counts those that went further too."""

    begun: int = 0
    approached: int = 0
    informed: int = 0
    consented: int = 0
    enrolled: int = 0


@dataclass(frozen=True)
class InclusionLine:
    """Inclusions that have the same practice, doctor, source and end. An empty reason is one still under way."""

    practice: int
    doctor: int | None
    source: str
    end_reason: str
    decline_reason: str
    included: Included


def inclusions(scope: Scope) -> list[InclusionLine]:
    """One line for each combination there is."""
    chosen = Step.objects.filter(inclusion_id=OuterRef("pk"), kind=Step.Kind.CHOSEN).order_by("-id")
    keys = ("practice_id", "doctor", "source", "end_reason", "decline_reason")
    rows = (
        scope.inclusions()
        .annotate(doctor=Subquery(chosen.values("by_id")[:1]))
        .values_list(*keys)
        .annotate(begun=Count("id", distinct=True), **_reached())
    )
    return [
        InclusionLine(practice, doctor, source, end_reason, decline_reason, Included(*counts))
        for practice, doctor, source, end_reason, decline_reason, *counts in rows
    ]


def _reached() -> dict[str, Count]:
    """How many came at least as far as each step: by their stage now, or by what was done on the way."""
    found: dict[str, Count] = {}
    for number, step in enumerate(_STEPS):
        stages = [stage for later in _STEPS[number:] for stage in later.stages]
        kinds = [kind for later in _STEPS[number:] for kind in later.kinds]
        there = Q(enrolled_at__isnull=False) | Q(stage__in=stages) | Q(steps__kind__in=kinds)
        found[step.name] = Count("id", filter=there, distinct=True)
    return found


def unmet_needs(scope: Scope) -> dict[tuple[int, str], int]:
    """Citizens with a need that the programme did not meet, by practice and where they were helped on to."""
    rows = scope.unmet_needs().values_list("practice_id", "route").annotate(n=Count("citizen_id", distinct=True))
    return {(practice, route): number for practice, route, number in rows}


def first_lists(scope: Scope) -> dict[tuple[int, str], dt.date]:
    """By practice and model, the day its first list came."""
    rows = scope.lists().values_list("practice_id", "publication__model")
    return {
        (practice, model): timezone.localdate(first)
        for practice, model, first in rows.annotate(first=Min("publication__published_at"))
    }


def last_decisions(scope: Scope) -> dict[int, dt.date]:
    """By practice, the day somebody last decided about a name."""
    rows = scope.reviews().values_list("entry__practice_id").annotate(last=Max("at"))
    return {practice: timezone.localdate(last) for practice, last in rows}


def doctors(scope: Scope) -> list[Membership]:
    """The doctors of the practices that have lists, and whoever else of them decided or included; by name."""
    practices = scope.lists().values("practice_id")
    found = Membership.objects.filter(organisation_id__in=practices).filter(
        Q(role=Role.GP)
        | Q(pk__in=scope.reviews().values("by_id"))
        | Q(pk__in=Step.objects.filter(inclusion__in=scope.inclusions(), kind=Step.Kind.CHOSEN).values("by_id"))
    )
    return list(found.select_related("user").order_by("user__name", "pk"))


@dataclass(frozen=True)
class ListYield:
    """A list, and what became of the names that were decided on."""

    practice: int
    model: str
    as_of: dt.date
    kind: str
    decided: int
    invited: int


def yields(scope: Scope, after: int) -> list[ListYield]:
    """Every list with at least `after` decided names, by day."""
    keys = ("practice_id", "publication__model", "publication__as_of", "kind")
    rows = (
        scope.standing()
        .filter(kind__in=DECIDED)
        .values_list("entry__risk_list_id", *(f"entry__risk_list__{key}" for key in keys))
        .annotate(decided=Count("id"), invited=Count("id", filter=Q(kind=Review.Kind.INVITE)))
        .filter(decided__gte=after)
        .order_by("entry__risk_list__publication__as_of", "entry__risk_list_id")
    )
    return [ListYield(*row[1:]) for row in rows]
