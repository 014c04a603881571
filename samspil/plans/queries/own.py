"""The citizen's own plan: what happens next, whom to call, goals, who does what, the team, the texts.

Read by the citizen, by a relative with a power of proxy to see the page, and by the practice that prints it. What is
shown is the same for all of them; what can be changed is the citizen's (report 000 L-28; report 002 PAT-1, PAT-3).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import F, QuerySet
from django.utils import timezone

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import CareTask, Citizen, Role, Sector, User
from samspil.access.policy import Resource, may
from samspil.plans.models import (
    Appointment,
    Contact,
    Goal,
    MedicineList,
    Note,
    Pathway,
    Plan,
    Referral,
    Section,
)
from samspil.plans.own_news import News, changes_by_others, news_since
from samspil.plans.programme import in_words, plan_format
from samspil.plans.queries.own_visits import PAGE, last_visit
from samspil.plans.steps import Doing, Step, doings_of, steps_of
from samspil.plans.team import team_of
from samspil.plans.whom import Call, first_to_call
from samspil.programmes.plan_format import Group

#: Steps that the first page shows; the plan has them all.
FIRST_STEPS = 3
#: Referrals that are over, and appointments, are told of for so many days; the plan's own activities always.
_RECENT = dt.timedelta(days=180)


@dataclass(frozen=True)
class OwnGoal:
    """A goal as the citizen reads it. `suggested` by a professional waits for a yes."""

    goal: Goal
    about: str
    written_by_citizen: bool
    suggested: bool
    #: A professional's latest change of it, when there is one.
    changed: News | None
    #: What the citizen does for it.
    own: list[Doing]


@dataclass(frozen=True)
class Counterpart:
    """The one to turn to in a sector, and the places that take part; without a name it is a gap, shown as one."""

    sector: str
    name: str
    place: str
    phone: str
    others: list[str]


@dataclass(frozen=True)
class Words:
    """A text of the plan under the citizen's heading for it. `section` is None while nobody has written it."""

    code: str
    title: str
    section: Section | None
    may_write: bool

    @property
    def text(self) -> str:
        return self.section.text if self.section is not None else ""


@dataclass(frozen=True)
class Short:
    """What the citizen's first page says: the next steps, and whom to call."""

    plan: Plan | None
    #: In a programme whose plan is not there yet.
    being_made: bool
    steps: list[Step]
    call: Call
    to_confirm: bool
    notes_waiting: int


@dataclass(frozen=True)
class OwnPlan(Short):
    """The whole page."""

    may_write: bool
    goals: list[OwnGoal] = field(default_factory=list)
    own: list[Doing] = field(default_factory=list)
    others: list[Doing] = field(default_factory=list)
    duties: list[Doing] = field(default_factory=list)
    team: list[Counterpart] = field(default_factory=list)
    relatives: list[Contact] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    domains: list[Words] = field(default_factory=list)
    part: list[Words] = field(default_factory=list)
    crisis: list[Words] = field(default_factory=list)
    medicine: MedicineList | None = None
    last_visit: dt.datetime | None = None
    news: list[News] = field(default_factory=list)

    @property
    def running(self) -> bool:
        return self.plan is not None and self.plan.state != Plan.State.CLOSED

    @property
    def open_goals(self) -> list[OwnGoal]:
        return [each for each in self.goals if each.goal.state == Goal.State.OPEN]

    @property
    def earlier_goals(self) -> list[OwnGoal]:
        return [each for each in self.goals if each.goal.state != Goal.State.OPEN]

    @property
    def has_crisis_plan(self) -> bool:
        return any(each.text for each in self.crisis)

    @property
    def other_contacts(self) -> list[Contact]:
        """Everybody else to call: not the one who is called first, and not relatives, who have a place of their own."""
        return [each for each in self.contacts if not each.first and not each.is_relative]


def short(actor: Actor, citizen: Citizen) -> Short:
    """The next steps and whom to call, for the first page. Logged as a look at the plan. Raises Refused."""
    guard.require(actor, "read", Resource("plan", citizen), "self", detail="next steps")
    plan = plan_of(citizen)
    return Short(
        plan=plan,
        being_made=_being_made(citizen, plan),
        steps=_steps(citizen, plan)[:FIRST_STEPS],
        call=first_to_call(citizen, plan),
        to_confirm=_to_confirm(plan) and actor.role == Role.CITIZEN,
        notes_waiting=_notes_waiting(actor, citizen),
    )


def own_plan(actor: Actor, citizen: Citizen) -> OwnPlan:
    """The plan as the citizen reads it, also where there is none yet. Logged as a visit. Raises Refused.

    A fixed number of statements, and those of the revisions since the last visit.
    """
    # Looked up first: this look is a visit too.
    visit = last_visit(actor, citizen)
    guard.require(actor, "read", Resource("plan", citizen), "self", detail=PAGE)
    return content_for_citizen(
        citizen,
        may_write=bool(may(actor, "write", Resource("plan", citizen), "self")),
        notes_waiting=_notes_waiting(actor, citizen),
        reader=actor.user,
        visit=visit,
    )


def content_for_citizen(
    citizen: Citizen,
    *,
    may_write: bool = False,
    notes_waiting: int = 0,
    reader: User | None = None,
    visit: dt.datetime | None = None,
) -> OwnPlan:
    """What the page shows. Whoever calls this has asked the policy, and logged it."""
    plan = plan_of(citizen)
    first = first_to_call(citizen, plan)
    if plan is None:
        return OwnPlan(
            None, _being_made(citizen, None), _steps(citizen, None), first, False, notes_waiting, may_write,
            team=_counterparts(citizen, None), others=doings_of([], _referrals(citizen), _tasks(citizen))[1],
            medicine=_medicine(citizen),
        )  # fmt: skip
    activities = list(plan.activities.all())
    own, others = doings_of(activities, _referrals(citizen), _tasks(citizen))
    sections = {each.section: each for each in plan.sections.all()}
    contacts = list(plan.contacts.all())
    running = plan.state != Plan.State.CLOSED
    writes = may_write and running
    return OwnPlan(
        plan=plan,
        being_made=False,
        steps=_steps(citizen, plan),
        call=first,
        to_confirm=_to_confirm(plan) and writes,
        notes_waiting=notes_waiting,
        may_write=writes,
        goals=_goals(plan, own),
        own=own,
        others=[each for each in others if not each.statutory],
        duties=[each for each in others if each.statutory],
        team=_counterparts(citizen, plan) if running else [],
        relatives=[each for each in contacts if each.is_relative],
        contacts=contacts,
        words=[*_words("citizen", sections, writes), *_words("duties", sections, False)],
        domains=_words("domain", sections, writes),
        part=_words("involvement", sections, writes),
        crisis=_words("crisis", sections, writes),
        medicine=_medicine(citizen),
        last_visit=visit,
        news=news_since(plan, visit, reader) if visit is not None else [],
    )


def plan_of(citizen: Citizen) -> Plan | None:
    """The current plan, else the one that was closed last. A closed one can be read, and is changed no more."""
    found = Plan.objects.filter(citizen=citizen).select_related(
        "citizen__practice", "accountable__user", "accountable__organisation", "practice"
    )
    found = found.prefetch_related(
        "sections__by",
        "goals__by",
        "contacts",
        "activities__party",
        "activities__holder",
        "activities__goal",
        "pathways",
    )
    return found.order_by(F("closed_at").desc(nulls_first=True), "-id").first()


def _being_made(citizen: Citizen, plan: Plan | None) -> bool:
    running = Pathway.objects.filter(citizen=citizen, plan__isnull=True, ended_at__isnull=True)
    return (plan is None or plan.state == Plan.State.CLOSED) and running.exists()


def _to_confirm(plan: Plan | None) -> bool:
    """Whether the citizen has to say yes to the goals, the first time or once more (report 000 L-28)."""
    if plan is None or plan.state == Plan.State.CLOSED or plan.confirmed_at is not None:
        return False
    return any(each.state == Goal.State.OPEN for each in plan.goals.all())


def _notes_waiting(actor: Actor, citizen: Citizen) -> int:
    if not may(actor, "write", Resource("note", citizen), "self"):
        return 0
    return Note.objects.filter(citizen=citizen, shown_at__isnull=True).count()


def _referrals(citizen: Citizen) -> list[Referral]:
    """Those under way, and those that ended lately."""
    since = timezone.now() - _RECENT
    found = Referral.objects.filter(citizen=citizen).select_related("to_organisation")
    return [each for each in found if each.closed_at is None or each.closed_at >= since]


def _tasks(citizen: Citizen) -> QuerySet[CareTask]:
    """What the practice asked somebody to do by hand; tasks of a plan are told of as what they belong to."""
    open_now = CareTask.objects.filter(citizen=citizen, closed_at__isnull=True, about__isnull=True)
    return open_now.select_related("organisation")


def _steps(citizen: Citizen, plan: Plan | None) -> list[Step]:
    coming = Appointment.objects.filter(
        citizen=citizen, state=Appointment.State.PLANNED, at__gte=timezone.now()
    ).select_related("organisation", "holder")
    running = plan if plan is not None and plan.state != Plan.State.CLOSED else None
    activities = list(running.activities.all()) if running is not None else []
    return steps_of(citizen, running, activities, _referrals(citizen), list(coming))


def _goals(plan: Plan, own: list[Doing]) -> list[OwnGoal]:
    goals = list(plan.goals.all())
    changed = changes_by_others(plan, {each.pk for each in goals if each.version})
    return [
        OwnGoal(
            goal=each,
            about=_about(each.domain),
            written_by_citizen=each.by.citizen_id == plan.citizen_id,
            suggested=each.stated_by == Goal.StatedBy.PROFESSIONAL,
            changed=changed.get(each.pk),
            own=[doing for doing in own if doing.goal is not None and doing.goal.pk == each.pk],
        )
        for each in goals
    ]


def _about(domain: str) -> str:
    """What a goal is about, in the words of the citizen's page."""
    known = plan_format().section(domain)
    return in_words(known.citizen_title) if known is not None else ""


def _words(group: Group, sections: dict[str, Section], may_write: bool) -> list[Words]:
    return [
        Words(each.section, in_words(each.citizen_title), sections.get(each.section), may_write and each.citizen_writes)
        for each in plan_format().of_group(group)
    ]


def _medicine(citizen: Citizen) -> MedicineList | None:
    found = MedicineList.objects.filter(citizen=citizen, agreed=True).select_related("organisation", "by__user")
    return found.order_by("-at", "-id").first()


def _counterparts(citizen: Citizen, plan: Plan | None) -> list[Counterpart]:
    """One named counterpart in each sector that takes part, or the gap (report 002 COORD-11)."""
    team = team_of(citizen)
    accountable = plan.accountable if plan is not None and plan.state != Plan.State.CLOSED else None
    found = []
    for sector in dict.fromkeys(each.sector for each in team.organisations):
        places = [each for each in team.organisations if each.sector == sector]
        keys = [each.pk for each in places]
        people = [each for each in team.people if each.organisation_id in keys]
        first = next(
            (each for each in people if accountable is not None and each.user.pk == accountable.user_id),
            people[0] if people else None,
        )
        place = places[keys.index(first.organisation_id)] if first is not None else places[0]
        found.append(
            Counterpart(
                sector=str(Sector(sector).label) if sector in Sector.values else sector,
                name=first.user.name if first is not None else "",
                place=place.name,
                phone=place.phone,
                others=[each.name for each in places if each.pk != place.pk],
            )
        )
    return found
