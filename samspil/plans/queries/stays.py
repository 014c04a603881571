"""Stays in hospital: a department's own that are running, and what those around the citizen may know of one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Category, Citizen, Organisation, OrganisationKind
from samspil.access.policy import Resource, could, may
from samspil.plans.actions.stays import ASKED_AT_ADMISSION, resource_of
from samspil.plans.models import PlanTask, Stay
from samspil.plans.programme import plan_format
from samspil.plans.task_kinds import kind_title
from samspil.plans.team import those_who_would_see

#: Stays that ended are shown so long, so that a discharge can be looked at again.
_ENDED_DAYS = 14
_RELATED = ("citizen", "organisation", "handover_to", "handover_confirmed_by", "by__user")


@dataclass(frozen=True)
class Promise:
    """A task that followed from the stay, as everybody in it may see it: what, who, by when, and whether it is kept."""

    title: str
    place: str
    due: dt.date | None
    due_at: dt.datetime | None
    done_at: dt.datetime | None
    answer: str

    @property
    def late(self) -> bool:
        if self.done_at is not None:
            return False
        if self.due_at is not None:
            return self.due_at < timezone.now()
        return self.due is not None and self.due < timezone.localdate()


@dataclass(frozen=True)
class Told:
    """One stay, with what was promised around it."""

    stay: Stay
    promises: list[Promise]
    may_write: bool
    #: Home care that may take over: municipal units where somebody may know of the stay.
    units: list[Organisation]

    @property
    def hours_of_treatment(self) -> int:
        """How long after a discharge the department answers for the treatment."""
        return plan_format().rules.discharge_follow_up_hours.value

    @property
    def days_waited(self) -> int | None:
        return days_waited(self.stay)


def days_waited(stay: Stay) -> int | None:
    """Days from the end of treatment to the discharge, or until today; None when nobody has said that it has ended.

    Report 001 L2274 counts them: waiting days of citizens whose treatment is finished.
    """
    if stay.ready_at is None:
        return None
    end = stay.discharged_at or timezone.now()
    return (timezone.localdate(end) - timezone.localdate(stay.ready_at)).days


def may_tell(actor: Actor) -> None:
    """That the actor's role tells of stays at all, before anything is looked up. Raises Refused."""
    if not could(actor, "write", "stay", "care") or actor.organisation_id is None:
        guard.refuse(actor, "write", Resource("stay"), "care", "role")


def own_stays(actor: Actor) -> list[Stay]:
    """The stays that one's own department has told of: running ones, and those that ended lately. Logged per citizen.

    Raises Refused.
    """
    may_tell(actor)
    since = timezone.now() - dt.timedelta(days=_ENDED_DAYS)
    own = Stay.objects.filter(organisation=actor.organisation).select_related(*_RELATED)
    found = [*own.filter(discharged_at__isnull=True), *own.filter(discharged_at__gte=since)]
    guard.require_all(actor, "read", [resource_of(each) for each in found], "care")
    return found


def one_stay(actor: Actor, key: int) -> Told:
    """One stay. Logged. Raises Stay.DoesNotExist and Refused."""
    stay = Stay.objects.select_related(*_RELATED).get(pk=key)
    resource = resource_of(stay)
    guard.require(actor, "read", resource, "care", detail=f"stay {stay.pk}")
    own = stay.organisation_id == actor.organisation_id and bool(may(actor, "write", resource, "care"))
    running = own and stay.discharged_at is None
    return Told(stay, _promises(stay), running, _units(stay.citizen) if running else [])


def stays_of(actor: Actor, citizen: Citizen) -> list[Stay]:
    """The stays of a citizen, newest first, for those who may know of them. Logged. Raises Refused."""
    guard.require(actor, "read", Resource("stay", citizen, category=Category.HEALTH), "care")
    return list(Stay.objects.filter(citizen=citizen).select_related(*_RELATED)[:20])


def _promises(stay: Stay) -> list[Promise]:
    tasks = PlanTask.objects.filter(stay=stay).exclude(kind="overdue").select_related("task__organisation")
    if stay.discharged_at is not None:
        # What was asked for during the stay is over with it, done or not.
        tasks = tasks.exclude(kind__in=ASKED_AT_ADMISSION)
    return [
        Promise(
            kind_title(each.kind),
            each.task.organisation.name,
            each.task.due,
            each.due_at,
            each.task.closed_at,
            each.answer,
        )
        for each in tasks.order_by("task__due", "pk")
    ]


def _units(citizen: Citizen) -> list[Organisation]:
    """Municipal units where somebody works who may know of the stay."""
    units = Organisation.objects.filter(kind=OrganisationKind.MUNICIPAL_UNIT)
    return those_who_would_see(units, Resource("stay", citizen, category=Category.HEALTH))
