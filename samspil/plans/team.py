"""Who is around a citizen right now: the practice, whoever the plan names, who carries something out, who has a task.

A note goes to these and nobody else, and these are told when the citizen is admitted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from samspil.access.actor import Actor
from samspil.access.models import CareTask, Citizen, Membership, Organisation, Role, User
from samspil.access.policy import Decision, Resource, may
from samspil.plans.models import Activity, Coordination, Note, Plan, Referral, Stay


@dataclass(frozen=True)
class Person:
    """One person of an organisation in the team."""

    organisation_id: int
    user: User


@dataclass(frozen=True)
class Team:
    """The organisations around a citizen, the practice first, and those of their people who are known by name."""

    organisations: list[Organisation]
    people: list[Person]

    def has(self, organisation: Organisation) -> bool:
        return any(each.pk == organisation.pk for each in self.organisations)


def current_plan(citizen: Citizen) -> Plan | None:
    """The citizen's one current plan, when there is one."""
    found = Plan.objects.filter(citizen=citizen, closed_at__isnull=True)
    return found.select_related("accountable__user", "accountable__organisation", "citizen").first()


def team_of(citizen: Citizen) -> Team:
    """Everybody who has to do with the citizen now. A fixed number of statements; asks no policy."""
    today = timezone.localdate()
    plan = current_plan(citizen)
    people: set[tuple[int, int]] = set()
    places: list[int] = [citizen.practice_id] if citizen.practice_id is not None else []
    if plan is not None:
        named = [plan.accountable]
        coordinations = Coordination.objects.filter(plan=plan, ended_on__isnull=True).select_related("coordinator")
        named += [each.coordinator for each in coordinations]
        for member in named:
            places.append(member.organisation_id)
            people.add((member.organisation_id, member.user_id))
        under_way = Activity.objects.filter(
            plan=plan, state__in=(Activity.State.PLANNED, Activity.State.ACTIVE), party__isnull=False
        )
        _add(under_way.values_list("party_id", "holder_id"), places, people)
    tasks = CareTask.objects.filter(citizen=citizen, closed_at__isnull=True)
    _add(tasks.values_list("organisation_id", "holder_id"), places, people)
    referrals = Referral.objects.filter(citizen=citizen, closed_at__isnull=True)
    for sender, user, receiver in referrals.values_list("from_organisation_id", "by__user_id", "to_organisation_id"):
        places += [sender, receiver]
        people.add((sender, user))
    places += Stay.objects.filter(citizen=citizen, discharged_at__isnull=True).values_list("organisation_id", flat=True)
    authors = Note.objects.filter(citizen=citizen).order_by("-at")[:50]
    for place, user in authors.values_list("by__organisation_id", "by__user_id"):
        if place in places:
            people.add((place, user))
    found = {each.pk: each for each in Organisation.objects.filter(pk__in=places)}
    working = (
        Membership.objects.current(today)
        .filter(organisation__in=found, user__in={user for _place, user in people}, user__is_active=True)
        .select_related("user")
        .order_by("user__name", "pk")
    )
    known = {
        (each.organisation_id, each.user_id): Person(each.organisation_id, each.user)
        for each in working
        if (each.organisation_id, each.user_id) in people
    }
    return Team([found[key] for key in dict.fromkeys(places) if key in found], list(known.values()))


def _add(pairs: object, places: list[int], people: set[tuple[int, int]]) -> None:
    for place, user in pairs:  # type: ignore[attr-defined]
        places.append(place)
        if user is not None:
            people.add((place, user))


def would_see(organisation: Organisation, resource: Resource, user: User | None = None) -> Decision:
    """Whether somebody in an organisation, or this one person of it, would be let in: the first yes, else the last no.

    Asked as for somebody who holds a task, because that is what the people of a team hold or are about to be given.
    """
    working = Membership.objects.current(timezone.localdate()).filter(organisation=organisation)
    if user is not None:
        working = working.filter(user=user)
    return _answer(organisation, sorted(set(working.values_list("role", flat=True))), resource, {})


def those_who_would_see(organisations: Iterable[Organisation], resource: Resource) -> list[Organisation]:
    """Those of some organisations where somebody would be let in. A fixed number of statements."""
    places = list(organisations)
    roles: dict[int, set[str]] = {}
    working = Membership.objects.current(timezone.localdate()).filter(organisation__in=places)
    for place, role in working.values_list("organisation_id", "role").distinct():
        roles.setdefault(place, set()).add(role)
    known: dict[Any, Any] = {}
    return [each for each in places if _answer(each, sorted(roles.get(each.pk, ())), resource, known)]


def _answer(organisation: Organisation, roles: list[str], resource: Resource, known: dict[Any, Any]) -> Decision:
    """The policy's answer to anybody there; `known` holds what was looked up of the citizen."""
    if resource.citizen is not None:
        known |= {("task", resource.citizen.pk): 0, ("glass", resource.citizen.pk): None}
    answer = Decision(False, reason="relation")
    for role in roles:
        anybody = Actor(Role(role), membership=Membership(organisation=organisation, role=role), known=known)
        answer = may(anybody, "read", resource, "care")
        if answer:
            return answer
    return answer
