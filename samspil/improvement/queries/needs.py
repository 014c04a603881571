"""What is known of a citizen's needs: assessments beside each other, each as far as the reader may see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Citizen
from samspil.access.paging import page_of
from samspil.access.policy import Resource, may
from samspil.improvement.models import NeedAssessment
from samspil.improvement.needs import COMPLEXITY, HALVES, SELF_CARE, Reach, professions, resource, rules
from samspil.population.square import UNDETERMINED, position
from samspil.programmes.segment_rules import Half, Profession, SegmentRules

_Kind, _Method = NeedAssessment.Kind, NeedAssessment.Method
#: Assessments that one page lists, and from how many the newest are looked for and the course is drawn.
PAGE, DRAWN = 20, 100
PEOPLE = ("by__user", "by__organisation", "withdrawn_by__user")


@dataclass(frozen=True)
class Seen:
    """One assessment, as far as the reader may see it. `level` is None where it is not known, or not to be seen."""

    told: NeedAssessment
    expired: bool
    #: Axis and what was found; only axes the reader sees, None for not assessed.
    axes: dict[str, str | None]
    inputs: dict[str, dict[str, str]]
    rows: dict[str, str | None]
    degrees: dict[str, int | None]
    evidence: dict[str, str]
    #: Whether everything that the level follows from is open to the reader.
    whole: bool
    level: str | None
    #: Fields that the reader may not see, by their kinds of data.
    closed: frozenset[str] = frozenset()

    @property
    def subjective(self) -> bool:
        return self.told.method == _Method.SUBJECTIVE

    @property
    def shows_something(self) -> bool:
        """Whether anything of it is for the reader."""
        of_rows = any(value is not None for value in (*self.rows.values(), *self.degrees.values()))
        return (self.told.kind == _Kind.INTEGRATION and of_rows) or any(self.axes.values()) or bool(self.inputs)


@dataclass(frozen=True)
class Side:
    """One axis of the square now: the newest assessment in force by each method, and the value they agree on."""

    axis: str
    by_method: tuple[Seen, ...]
    #: The newest that no longer holds, where nothing does.
    last: Seen | None

    @property
    def value(self) -> Half | None:
        """What is known; None where nobody assessed, nothing holds any more, or two methods do not agree."""
        found = {each.axes[self.axis] for each in self.by_method}
        return next((half for half in HALVES if found == {half}), None)

    @property
    def disagree(self) -> bool:
        return len({each.axes[self.axis] for each in self.by_method}) > 1


@dataclass
class Needs:
    """Everything the page of a citizen's needs shows."""

    citizen: Citizen
    rules: SegmentRules
    sides: list[Side]
    #: The quadrant; empty for a reader who sees one side only.
    quadrant: str
    integration: list[Seen]
    #: The newest assessment of the need for integration that no longer holds, where none does.
    integration_last: Seen | None
    drawn: list[Seen]
    history: list[Seen] = field(default_factory=list)
    following: str = ""
    may_write: bool = False
    may_square: bool = False
    may_record: bool = False


def needs(actor: Actor, key: int, after: str = "") -> Needs:
    """What is known of a citizen's needs. Raises Citizen.DoesNotExist, and Refused without a relation and a basis."""
    citizen = Citizen.objects.select_related("practice").get(pk=key)
    asked = resource(actor, citizen)
    guard.require(actor, "read", asked, "care")
    found, see = rules(), reader(actor, citizen)
    told = NeedAssessment.objects.filter(citizen=citizen).select_related(*PEOPLE)
    newest = [see(each) for each in told.filter(withdrawn_at__isnull=True).order_by("-at", "-id")[:DRAWN]]
    page = page_of(told, after, PAGE)
    sides = [_side(axis, newest) for axis in Reach(actor, citizen).axes]
    values = {each.axis: each.value for each in sides}
    both = {COMPLEXITY, SELF_CARE} <= set(values)
    of_integration = [each for each in newest if each.told.kind == _Kind.INTEGRATION]
    current = _by_method(of_integration)
    write = bool(may(actor, "write", asked, "care")) and not citizen.inactive
    return Needs(
        citizen=citizen,
        rules=found,
        sides=sides,
        quadrant=position(values[COMPLEXITY], values[SELF_CARE], found.square).quadrant if both else "",
        integration=current,
        integration_last=of_integration[0] if of_integration and not current else None,
        drawn=newest,
        history=[each for each in map(see, page.rows) if each.shows_something],
        following=page.following,
        may_write=write,
        may_square=write and bool(Reach(actor, citizen, "write").axes),
        may_record=bool(may(actor, "read", Resource("citizen_record", citizen), "care")),
    )


@dataclass
class One:
    """One assessment with everything it says to the reader."""

    citizen: Citizen
    rules: SegmentRules
    seen: Seen
    may_withdraw: bool


def one(actor: Actor, key: int, number: int) -> One:
    """One assessment. Raises Citizen.DoesNotExist and NeedAssessment.DoesNotExist, and Refused."""
    citizen = Citizen.objects.select_related("practice").get(pk=key)
    guard.require(actor, "read", resource(actor, citizen), "care", detail=f"assessment/{number}")
    told = NeedAssessment.objects.select_related(*PEOPLE).get(pk=number, citizen=citizen)
    seen = reader(actor, citizen)(told)
    if not seen.shows_something:
        raise NeedAssessment.DoesNotExist
    own = told.by.organisation_id == actor.organisation_id and told.withdrawn_at is None
    return One(citizen, rules(), seen, own and bool(may(actor, "write", resource(actor, citizen), "care")))


@dataclass
class Asked:
    """What the form of an assessment needs to know."""

    citizen: Citizen
    rules: SegmentRules
    reach: Reach
    professions: tuple[Profession, ...]
    #: The profession in which the actor assessed last, or their only one.
    usual: str
    #: The newest assessment of the kind, for telling who was first.
    known: int


def asked(actor: Actor, key: int, kind: str) -> Asked:
    """What somebody is asked who wants to assess. Raises Citizen.DoesNotExist, and Refused."""
    citizen = Citizen.objects.select_related("practice").get(pk=key)
    guard.require(actor, "read", resource(actor, citizen), "care", detail=kind)
    guard.check(actor, "write", resource(actor, citizen), "care", detail=kind)
    own = professions(actor)
    last = NeedAssessment.objects.filter(by=actor.membership).order_by("-pk").values_list("profession", flat=True)
    names = [each.profession for each in own]
    usual = next((each for each in last[:1] if each in names), names[0] if len(names) == 1 else "")
    newest = NeedAssessment.objects.filter(citizen=citizen, kind=kind).order_by("-pk").values_list("pk", flat=True)
    return Asked(citizen, rules(), Reach(actor, citizen, "write"), own, usual, newest.first() or 0)


def reader(actor: Actor, citizen: Citizen) -> Callable[[NeedAssessment], Seen]:
    """How one reader sees the assessments of one citizen; what they may see is asked once."""
    reach, today = Reach(actor, citizen), timezone.localdate()
    axes, inputs = reach.axes, {each.input for each in reach.inputs}
    rows, dimensions = {each.row for each in reach.rows}, {each.dimension for each in reach.dimensions}

    def see(told: NeedAssessment) -> Seen:
        values, expired = told.values, told.valid_until < today
        if told.kind == _Kind.SQUARE:
            looked: Mapping[str, dict[str, str]] = values.get("inputs", {})
            shown = {name: look for name, look in looked.items() if name in inputs}
            closed = frozenset(looked) - inputs if SELF_CARE in axes else frozenset()
            found = {axis: values.get(axis) for axis in axes}
            return Seen(told, expired, found, shown, {}, {}, {}, whole=len(axes) == 2, level=None, closed=closed)
        given: dict[str, str] = values.get("rows", {})
        degrees = {name: value for name, value in values.get("complexity", {}).items() if name in dimensions}
        evidence = {name: words for name, words in values.get("evidence", {}).items() if name in dimensions}
        whole = set(given) <= rows
        level = (told.override or told.result.get("level")) if whole else None
        return Seen(
            told, expired, {}, {}, {name: value for name, value in given.items() if name in rows}, degrees, evidence,
            whole=whole, level=level, closed=frozenset(given) - rows,
        )  # fmt: skip

    return see


def quadrant_of(seen: Seen, found: SegmentRules) -> str:
    """The quadrant of one assessment by itself; undetermined with a missing axis."""
    axes: dict[str, Any] = seen.axes
    return position(axes.get(COMPLEXITY), axes.get(SELF_CARE), found.square).quadrant if seen.whole else UNDETERMINED


def _side(axis: str, newest: Sequence[Seen]) -> Side:
    told = [each for each in newest if each.axes.get(axis) is not None]
    current = _by_method(told)
    return Side(axis, tuple(current), told[0] if told and not current else None)


def _by_method(newest: Sequence[Seen]) -> list[Seen]:
    """The newest assessment in force by each method, with an instrument first: neither replaces the other."""
    found: dict[str, Seen] = {}
    for each in newest:
        if not each.expired:
            found.setdefault(each.told.method, each)
    return [found[method] for method in (_Method.STRUCTURED, _Method.SUBJECTIVE) if method in found]
