"""One plan as its page shows it: the kinds of data that the policy opens to whoever reads, and what is withheld."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from django.db.models import Q
from django.utils import timezone

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Category, Role
from samspil.access.policy import Resource, may
from samspil.plans.actions.changing import purpose_of, resource_of
from samspil.plans.actions.drafts import own as own_drafts
from samspil.plans.kinds import category_of_domain, category_of_link, category_of_section
from samspil.plans.merging import Merged, merged, most_limiting_first
from samspil.plans.models import (
    Activity,
    Appointment,
    Contact,
    Coordination,
    Draft,
    FollowUp,
    Pathway,
    Plan,
    PlanLink,
    PlanTask,
    Referral,
    ServiceDecision,
)
from samspil.plans.overlaps import colliding
from samspil.plans.programme import plan_format, programme_title
from samspil.plans.queries.catalogue import named_decisions
from samspil.plans.queries.plan_parts import Shown, ShownGoal, condition_title
from samspil.plans.standard import Filled, Missing, filled, missing_of
from samspil.plans.templates_of import prompts, templates_of


@dataclass
class OpenedPlan:
    """A plan with everything its page shows to one reader."""

    plan: Plan
    kinds: frozenset[Category]
    sections: list[Shown]
    goals: list[ShownGoal]
    #: Activities that serve no goal, and duties by law, which never do.
    loose: list[Activity]
    duties: list[Activity]
    contacts: list[Contact]
    links: list[PlanLink]
    pathways: list[Pathway]
    #: How many parts are not shown, and the kinds of data that they tell of.
    withheld: int
    withheld_kinds: list[str]
    missing: list[Missing]
    #: What is double or does not go together; for those who write in all of the plan.
    merged: Merged | None
    may_write: bool
    may_decide: bool
    follow_ups: list[FollowUp] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    #: Whether the actor may refer from the plan, and whether the referrals are theirs to open.
    may_refer: bool = False
    #: Services that were not referred to, by title: not referred, declined, or not offered for health reasons.
    not_referred: list[tuple[str, ServiceDecision]] = field(default_factory=list)
    may_open_referrals: bool = False
    appointments: list[Appointment] = field(default_factory=list)
    #: Whether the actor agrees on the plan's own appointments, and marks them.
    may_book: bool = False
    tasks: list[PlanTask] = field(default_factory=list)
    coordination: Coordination | None = None
    drafts: dict[str, Draft] = field(default_factory=dict)
    #: Keys of activities whose state the reader may set.
    settable: frozenset[int] = frozenset()

    def group(self, name: str) -> list[Shown]:
        """The sections of a group."""
        return [each for each in self.sections if each.form.group == name]

    @property
    def groups(self) -> dict[str, list[Shown]]:
        """Every group that has something to show, in order."""
        names = dict.fromkeys(each.form.group for each in self.sections)
        return {name: self.group(name) for name in names}

    @property
    def programmes(self) -> list[str]:
        """What the plan's running programmes are called."""
        return list(dict.fromkeys(programme_title(each.programme) for each in self.pathways if each.ended_at is None))

    @property
    def colliding(self) -> set[int]:
        """Appointments that the citizen cannot keep both of."""
        return colliding(self.appointments)

    @property
    def to_mark(self) -> set[int]:
        """The plan's own appointments, which are marked here; those of a referral on its page."""
        own = [each for each in self.appointments if each.plan_id == self.plan.pk and each.referral_id is None]
        return {each.pk for each in own} if self.may_book else set()

    @property
    def over(self) -> set[int]:
        """Appointments that have begun."""
        return {each.pk for each in self.appointments if each.at <= timezone.now()}

    @property
    def overdue(self) -> bool:
        """Whether the follow-up is past its day."""
        day = self.plan.next_follow_up
        return day is not None and day < timezone.localdate() and self.plan.state == Plan.State.ACTIVE

    @property
    def days_old(self) -> int:
        """Days since the content was changed last."""
        return (timezone.localdate() - timezone.localdate(self.plan.changed_at)).days

    @property
    def most_limiting(self) -> str:
        """What limits the citizen most, in words."""
        return condition_title(self.plan.most_limiting)

    @property
    def wanted(self) -> list[Activity]:
        """What is agreed or under way, for a goal or not."""
        everything = [*(each for goal in self.goals for each in goal.activities), *self.loose]
        return [each for each in everything if each.state in {Activity.State.PLANNED, Activity.State.ACTIVE}]


def kinds_open_to(actor: Actor, resource: Resource) -> frozenset[Category]:
    """The kinds of data of a plan that somebody may read, each asked for by itself."""
    purpose = purpose_of(actor)
    return frozenset(kind for kind in Category if may(actor, "read", replace(resource, category=kind), purpose))


def opened(actor: Actor, key: int) -> OpenedPlan:
    """A plan as the actor may see it. Raises Plan.DoesNotExist and Refused."""
    plan = Plan.objects.select_related("citizen", "practice", "accountable__user", "accountable__organisation").get(
        pk=key
    )
    resource, purpose = resource_of(plan), purpose_of(actor)
    guard.require(actor, "read", resource, purpose, detail=f"plan {plan.pk}")
    kinds = kinds_open_to(actor, resource)
    may_write = bool(may(actor, "write", resource, purpose))
    found, hidden = _parts(actor, plan, kinds)
    held = frozenset(
        PlanTask.objects.filter(_held_by(actor), plan=plan, activity__isnull=False).values_list(
            "activity_id", flat=True
        )
    )
    activities, hidden = _activities(actor, found, kinds, hidden)
    goals = [each for each in found.goals if _open(category_of_domain(each.domain), kinds)]
    hidden += [str(category_of_domain(each.domain)) for each in found.goals if each not in goals]
    links = list(plan.links.all())
    hidden += [str(category_of_link(each.kind)) for each in links if not _open(category_of_link(each.kind), kinds)]
    is_citizen = actor.role == Role.CITIZEN
    return OpenedPlan(
        plan=plan,
        kinds=kinds,
        sections=_sections(actor, resource, found, kinds),
        goals=[
            ShownGoal(goal, [each for each in activities if each.goal_id == goal.pk and not each.statutory])
            for goal in goals
        ],
        loose=[each for each in activities if not each.statutory and each.goal_id not in {goal.pk for goal in goals}],
        duties=[each for each in activities if each.statutory],
        contacts=found.contacts,
        links=[each for each in links if _open(category_of_link(each.kind), kinds)],
        pathways=most_limiting_first(plan.pathways.all(), plan.most_limiting),
        withheld=len(hidden),
        withheld_kinds=[str(kind.label) for kind in Category if kind in hidden],
        missing=missing_of(found) if may_write and plan.state != Plan.State.CLOSED else [],
        merged=merged(plan) if may_write and len(kinds) == len(Category) else None,
        may_write=may_write and plan.state != Plan.State.CLOSED and actor.role != Role.RELATIVE,
        may_decide=bool(may(actor, "decide", resource, purpose)) and plan.state != Plan.State.CLOSED,
        # Written for those who work in the whole plan, and the citizen's own: it may tell of any kind of data.
        follow_ups=list(plan.follow_ups.select_related("by__user")[:5]) if may_write or purpose == "self" else [],
        referrals=[each for each in plan.referrals.select_related("to_organisation") if each.category in kinds],
        not_referred=named_decisions(
            each
            for each in ServiceDecision.objects.filter(citizen=plan.citizen).select_related("by__user")
            if each.category in kinds
        ),
        may_refer=plan.state != Plan.State.CLOSED
        and bool(may(actor, "give", Resource("referral", plan.citizen, named=resource.named), "care")),
        may_open_referrals=bool(may(actor, "read", Resource("referral", plan.citizen), "care")),
        appointments=_appointments(plan, kinds, own=may_write and purpose == "care"),
        may_book=may_write and purpose == "care" and plan.state != Plan.State.CLOSED,
        tasks=list(
            PlanTask.objects.filter(plan=plan, task__closed_at__isnull=True)
            .select_related("task__organisation", "task__holder", "goal")
            .order_by("task__due", "pk")[:50]
        )
        if may_write
        else [],
        coordination=plan.coordinations.filter(ended_on__isnull=True)
        .select_related("coordinator__user", "coordinator__organisation")
        .first(),
        drafts=own_drafts(actor, plan),
        settable=frozenset(
            each.pk
            for each in activities
            if plan.state != Plan.State.CLOSED
            and ((may_write and (not is_citizen or each.by_citizen)) or each.pk in held)
        ),
    )


def _open(category: str | None, kinds: Collection[str]) -> bool:
    return category is None or category in kinds


def _held_by(actor: Actor) -> Q:
    """Tasks that are open for somebody, or for anybody where they work."""
    return Q(task__closed_at__isnull=True, task__organisation_id=actor.organisation_id) & (
        Q(task__holder__isnull=True) | Q(task__holder_id=actor.user_id)
    )


def _parts(actor: Actor, plan: Plan, kinds: Collection[str]) -> tuple[Filled, list[str]]:
    """The parts of a plan, and the kinds of data of the sections that are not shown."""
    found = filled(plan)
    return found, [
        str(category)
        for name, each in found.sections.items()
        if (each.text or each.not_assessed) and not _open(category := category_of_section(name), kinds)
    ]


def _activities(
    actor: Actor, found: Filled, kinds: Collection[str], hidden: list[str]
) -> tuple[list[Activity], list[str]]:
    """What somebody may see of what was agreed, always with what they do themselves."""
    own = {
        each.pk
        for each in found.activities
        if actor.organisation_id is not None
        and each.party_id == actor.organisation_id
        and each.holder_id in {None, actor.user_id}
    }
    shown = [each for each in found.activities if each.category in kinds or each.pk in own]
    return shown, hidden + [each.category for each in found.activities if each not in shown]


def _sections(actor: Actor, resource: Resource, found: Filled, kinds: Collection[str]) -> list[Shown]:
    purpose, drafts = purpose_of(actor), own_drafts(actor, found.plan)
    asked = prompts(templates_of(found.plan))
    writable = {
        kind: bool(may(actor, "write", replace(resource, category=kind), purpose)) for kind in (None, *Category)
    }
    result = []
    for form in plan_format().sections:
        category = category_of_section(form.section)
        if not _open(category, kinds):
            continue
        writes = writable[category] and (actor.role != Role.CITIZEN or form.citizen_writes)
        result.append(
            Shown(
                form,
                found.sections.get(form.section),
                asked.get(form.section, []),
                writes and found.plan.state != Plan.State.CLOSED,
                drafts.get(form.section),
            )
        )
    return result


def _appointments(plan: Plan, kinds: Iterable[str], *, own: bool) -> list[Appointment]:
    """What the citizen has to come to from today on, whatever programme it is of.

    `own`: with those of the plan itself that nobody has marked as kept or missed yet.
    """
    since = Q(at__gte=timezone.now() - dt.timedelta(hours=12))
    wanted = since | Q(plan=plan, referral__isnull=True) if own else since
    planned = Appointment.objects.filter(wanted, citizen=plan.citizen, state=Appointment.State.PLANNED)
    return list(planned.filter(category__in=list(kinds)).select_related("organisation", "holder").order_by("at")[:20])
