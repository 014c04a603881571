"""The record of one citizen as a professional sees it, and the citizen's own page."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef
from django.utils import timezone

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import CareTask, Category, Citizen
from samspil.access.policy import Decision, Resource, may
from samspil.lists.actions.inclusion import CONTACTS
from samspil.lists.models import Entry, Inclusion, Stage, Step, UnmetNeed
from samspil.lists.names import Name, in_words, language, model_title
from samspil.lists.programme import rules
from samspil.plans.queries.ways import with_way_to_plan
from samspil.population.words import Criterion


@dataclass
class Section:
    """What is known of one kind of data, or why it is not shown."""

    category: Category
    decision: Decision
    #: The model's title and its criteria of this kind.
    known: list[tuple[str, list[Criterion]]] = field(default_factory=list)


@dataclass(frozen=True)
class Need:
    """A need that the programme does not meet, and where the citizen was helped on to, in words."""

    told: UnmetNeed
    route: str


@dataclass
class Record:
    """One citizen with what the actor may see."""

    citizen: Citizen
    age: int
    names: list[Name]
    sections: list[Section]
    inclusions: list[OwnInclusion]
    tasks: list[CareTask]
    needs: list[Need]
    own: bool
    may_ask_others: bool
    may_refer: bool
    may_flag: bool


def record(actor: Actor, key: int) -> Record:
    """A citizen's record, kind by kind of data as policy and consent allow.

    Raises Citizen.DoesNotExist, and Refused without a relation and a basis.
    """
    needs = UnmetNeed.objects.filter(citizen=OuterRef("pk"), practice_id=OuterRef("practice_id"))
    citizen = with_way_to_plan(Citizen.objects.select_related("practice")).annotate(has_needs=Exists(needs)).get(pk=key)
    decision = guard.require(actor, "read", Resource("citizen_record", citizen), "care")
    # A practice is given data linked across sectors for its lists, under their basis; others by consent, task or law.
    treating = decision.basis == "treating_practice"
    linked = may(actor, "read", Resource("practice_list", citizen), "case_finding") if treating else decision
    of_practice = {"citizen": citizen, "practice_id": citizen.practice_id}
    entries = Entry.objects.filter(**of_practice, left_at__isnull=True).select_related(
        "publication", "citizen", "asked"
    )
    inclusions = list(Inclusion.objects.filter(**of_practice).select_related("nominated_by"))
    names = in_words(list(entries) if linked else [], [], [])
    own = bool(may(actor, "read", Resource("inclusion", citizen), "inclusion"))
    tasks = CareTask.objects.filter(citizen=citizen, closed_at__isnull=True).select_related("organisation")
    return Record(
        citizen=citizen,
        age=citizen.age(timezone.localdate()),
        names=names if own else [],
        sections=[_section(actor, citizen, category, names, treating) for category in Category],
        inclusions=[
            OwnInclusion(each, model_title(each.model)) for each in inclusions if own or each.stage == Stage.ENROLLED
        ],
        # What others have been asked to do tells something of the citizen too.
        tasks=list(tasks if own else tasks.filter(organisation=actor.organisation)),
        needs=_needs(citizen) if own and citizen.has_needs else [],
        own=own,
        may_ask_others=bool(may(actor, "give", Resource("task", citizen), "care")),
        may_refer=bool(may(actor, "give", Resource("referral", citizen), "care")),
        may_flag=bool(may(actor, "read", Resource("patient_flag", citizen, category=Category.HEALTH), "care")),
    )


def _needs(citizen: Citizen) -> list[Need]:
    """What the citizen's practice wrote down, the newest first."""
    told = UnmetNeed.objects.filter(citizen=citizen, practice_id=citizen.practice_id)
    return [Need(each, _route(each)) for each in told]


def _route(need: UnmetNeed) -> str:
    known = rules(need.programme).gate.unmet_need_routes
    return next((str(getattr(each.title, language())) for each in known if each.route == need.route), need.route)


def _section(actor: Actor, citizen: Citizen, category: Category, names: list[Name], treating: bool) -> Section:
    """The criteria of one kind, of every list the citizen is on."""
    if treating:
        decision = may(actor, "read", Resource("practice_list", citizen, category=category), "case_finding")
    else:
        decision = may(actor, "read", Resource("citizen_record", citizen, category=category), "care")
    section = Section(category, decision)
    if decision:
        for name in names:
            known = [each for each in name.criteria if name.kind(each.item) == category and each.status == "scored"]
            if known:
                section.known.append((name.bulletin.title, known))
    return section


@dataclass
class OwnInclusion:
    """An inclusion and what its target group is called."""

    inclusion: Inclusion
    title: str


@dataclass
class OwnPage:
    """What a citizen, or a relative for them, sees first."""

    citizen: Citizen
    inclusions: list[OwnInclusion]
    tasks: list[CareTask]
    may_see_log: bool
    may_see_consents: bool


def own_page(actor: Actor, citizen: Citizen) -> OwnPage:
    """What is going on for a citizen, in their own words and nobody's scores. Raises Refused."""
    guard.require(actor, "read", Resource("citizen_page", citizen), "self")
    # What was thought of, and never came to the citizen, is not told as if it had been.
    reached = Step.objects.filter(inclusion=OuterRef("pk"), kind__in=[*CONTACTS, Step.Kind.CONVERSATION])
    found = Inclusion.objects.filter(Exists(reached), citizen=citizen).select_related("practice")
    return OwnPage(
        citizen=citizen,
        inclusions=[OwnInclusion(each, model_title(each.model)) for each in found],
        tasks=list(CareTask.objects.filter(citizen=citizen, closed_at__isnull=True).select_related("organisation")),
        may_see_log=bool(may(actor, "read", Resource("citizen_log", citizen), "self")),
        may_see_consents=bool(may(actor, "read", Resource("consent", citizen), "self")),
    )
