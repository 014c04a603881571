"""The one policy function: may this actor do this, with this, for this purpose — and on what basis, or why not.

What is allowed stands in `policy.yaml`. This module reads it and finds the facts: relations, consents, legal bases.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from django.utils import timezone
from pydantic import Field

from samspil.access.actor import Actor
from samspil.access.models import (
    BreakGlass,
    CareTask,
    Category,
    Citizen,
    Consent,
    ConsentPurpose,
    LegalBasis,
    Membership,
    Organisation,
    Proxy,
    ProxyScope,
    Role,
)
from samspil.definitions import Definition, DefinitionError, read_yaml, validate

Verb = Literal["read", "write", "decide", "give", "break_glass"]
Purpose = Literal[
    "care", "case_finding", "inclusion", "self", "improvement", "oversight", "administration", "emergency"
]
Kind = Literal[
    "practice_list",
    "capacity",
    "citizen_record",
    "task",
    "inclusion",
    "consent",
    "log_in",
    "nomination",
    "citizen_page",
    "citizen_log",
    "proxies",
    "list_counts",
    "model_review",
    "process",
    "access_log",
    "break_glass",
    "legal_basis",
    "people",
    "source",
    "citizen_search",
    "notices",
    "officer_notices",
    "acting_for",
    "plan",
    "note",
    "referral",
    "medicine_list",
    "stay",
    "catalogue",
    "deadlines",
    "quality_patients",
    "patient_flag",
    "costly_patients",
    "practice_figures",
    "network_report",
    "network_discussion",
    "population_figures",
    "released_figures",
    "new_function",
    "need_assessment",
    "course_events",
]
Relation = Literal[
    "own_practice", "runs_it", "task", "named", "addressed", "nominated", "self", "proxy", "broken_glass", "none"
]
#: Why something was refused; `words.py` puts each into words.
Reason = Literal["role", "relation", "no_basis", "basis_expired", "no_consent", "consent_withdrawn"]


class Need(Definition):
    """A basis that has to be there: a legal basis, or a consent, for a purpose."""

    legal_basis: str | None = None
    consent: ConsentPurpose | None = None


class Grant(Definition):
    """One line of the policy."""

    grant: str
    roles: frozenset[Role]
    resource: Kind
    verbs: frozenset[Verb]
    purpose: Purpose
    relation: Relation
    scope: ProxyScope | None = None
    needs: tuple[Need, ...] = ()


class BreakGlassRule(Definition):
    """How long emergency access lasts, and how many letters the reason for it has at least."""

    minutes: int = Field(gt=0)
    reason_letters: int = Field(gt=0)


class Policy(Definition):
    """The whole policy file."""

    break_glass: BreakGlassRule
    grants: tuple[Grant, ...]


@dataclass(frozen=True)
class Resource:
    """What is asked for. Data of one citizen name the citizen, a list names its practice.

    `category` narrows a record or a list to one kind of data. Both are made of several, and without a category a yes
    means that the page is open, not what it may show: who reads it asks again for each kind and shows those alone,
    `may(actor, "read", Resource("practice_list", practice_id=…, category=category), "case_finding")`. `nominated_by` is
    the organisation of a nomination, and `task` the one task that is meant, where any would do otherwise. `named` are
    the memberships that a plan names as accountable or as coordinator, and `addressed` the organisations that a note,
    a referral or a stay is between.
    """

    kind: Kind
    citizen: Citizen | None = None
    practice_id: int | None = None
    category: Category | None = None
    nominated_by: int | None = None
    task: CareTask | None = None
    named: frozenset[int] = frozenset()
    addressed: frozenset[int] = frozenset()

    @property
    def practices(self) -> set[int | None]:
        """The practices concerned: the citizen's, and the one a list or inclusion lies in. After a move they differ."""
        found: set[int | None] = set()
        if self.citizen is not None:
            found.add(self.citizen.practice_id)
        if self.practice_id is not None:
            found.add(self.practice_id)
        return found


@dataclass(frozen=True)
class Decision:
    """The answer: allowed on a basis, or refused for a reason. True when allowed."""

    allowed: bool
    basis: str = ""
    reason: Reason | Literal[""] = ""

    def __bool__(self) -> bool:
        return self.allowed


@cache
def policy() -> Policy:
    """The policy file, validated. Raises DefinitionError with file, line and cause."""
    file = read_yaml(Path(__file__).with_name("policy.yaml"))
    found = validate(file, Policy)
    twice = [
        file.fault(("grants", number, "grant"), f"`{grant.grant}` is there twice")
        for number, grant in enumerate(found.grants)
        if any(other.grant == grant.grant for other in found.grants[:number])
    ]
    if twice:
        raise DefinitionError(twice)
    return found


def may(actor: Actor, verb: Verb, resource: Resource, purpose: Purpose) -> Decision:
    """Whether `actor` may do `verb` with `resource` for `purpose`. Looks facts up, changes nothing, logs nothing.

    A legal basis or a consent limited to some categories answers for those; what is made of several is asked for
    category by category (see Resource).

    Of several refusals the one that came nearest to a grant is told: a missing consent rather than a missing
    relation, a missing relation rather than the wrong role.
    """
    nearest, without_basis = Decision(False, reason="role"), None
    for grant in policy().grants:
        if not (
            actor.role in grant.roles
            and resource.kind == grant.resource
            and verb in grant.verbs
            and purpose == grant.purpose
        ):
            continue
        relation = _relation(actor, resource, grant)
        if relation is None:
            nearest = _nearer(nearest, Decision(False, reason="relation"))
            continue
        if not grant.needs:
            return Decision(True, basis=relation)
        for need in grant.needs:
            found = _basis(actor, resource, need)
            if found:
                return found
            # Where no relation is asked for, a basis that is not there is no near miss: a relation would be nearer.
            if grant.relation == "none" and found.reason == "no_basis":
                without_basis = found
            else:
                nearest = _nearer(nearest, found)
    return without_basis if without_basis is not None and nearest.reason == "role" else nearest


def could(actor: Actor, verb: Verb, kind: Kind, purpose: Purpose) -> bool:
    """Whether the actor's role can do this at all, with the right relation and basis: what a menu needs to know."""
    return any(
        actor.role in grant.roles and kind == grant.resource and verb in grant.verbs and purpose == grant.purpose
        for grant in policy().grants
    )


def opened_by_task(organisation: Organisation, citizen: Citizen) -> dict[Category, Decision]:
    """Each kind of data that somebody in an organisation would see of a citizen while holding a task, and why."""
    working = Membership.objects.current(timezone.localdate()).filter(organisation=organisation)
    found: dict[Category, Decision] = {}
    for role in sorted(set(working.values_list("role", flat=True))):
        # Nobody in particular, who holds a task and has broken no glass.
        known = {("task", citizen.pk): 0, ("glass", citizen.pk): None}
        anybody = Actor(Role(role), membership=Membership(organisation=organisation, role=role), known=known)
        for category in Category:
            decision = may(anybody, "read", Resource("citizen_record", citizen, category=category), "care")
            if decision:
                found.setdefault(category, decision)
    return found


def basis_purposes() -> tuple[str, ...]:
    """Everything that a legal basis can be for: what some grant needs."""
    found = [need.legal_basis for grant in policy().grants for need in grant.needs if need.legal_basis is not None]
    return tuple(dict.fromkeys(found))


_NEARNESS: tuple[Reason, ...] = (
    "role",
    "relation",
    "no_basis",
    "no_consent",
    "basis_expired",
    "consent_withdrawn",
)


def _nearer(one: Decision, other: Decision) -> Decision:
    return max(one, other, key=lambda decision: _NEARNESS.index(decision.reason or "role"))


def _relation(actor: Actor, resource: Resource, grant: Grant) -> str | None:
    """The relation that the grant asks for, in a word for the log; None when it does not exist."""
    citizen = resource.citizen
    match grant.relation:
        case "none":
            return "role"
        case "own_practice":
            own = actor.organisation_id is not None and resource.practices == {actor.organisation_id}
            return "treating_practice" if own else None
        case "runs_it":
            runs = actor.organisation_id is not None and resource.practice_id == actor.organisation_id
            return "inclusion" if runs else None
        case "self":
            own = citizen is not None and actor.citizen_id == citizen.pk
            return "self" if own else None
        case "nominated":
            own = actor.organisation_id is not None and resource.nominated_by == actor.organisation_id
            return "nomination" if own else None
        case "task":
            task = _one_task(actor, resource.task) if resource.task is not None else _task(actor, citizen)
            return f"task:{task}" if task is not None else None
        case "named":
            return "named" if actor.membership is not None and actor.membership.pk in resource.named else None
        case "addressed":
            own = actor.organisation_id is not None and actor.organisation_id in resource.addressed
            return "addressed" if own else None
        case "proxy":
            proxy = _proxy(actor, citizen, grant.scope) if citizen is not None else None
            return f"proxy:{proxy}" if proxy else None
        case "broken_glass":
            glass = _broken_glass(actor, citizen) if citizen is not None else None
            return f"break_glass:{glass}" if glass else None


def _basis(actor: Actor, resource: Resource, need: Need) -> Decision:
    if need.legal_basis is not None:
        return _legal_basis(actor, resource, need.legal_basis)
    return _consent(actor, resource, ConsentPurpose(need.consent or ""))


def _legal_basis(actor: Actor, resource: Resource, purpose: str) -> Decision:
    bases = actor.known.get("legal_bases")
    if bases is None:
        bases = actor.known["legal_bases"] = list(LegalBasis.objects.all())
    today = timezone.localdate()
    covering = [basis for basis in bases if basis.covers(purpose, actor.sector, resource.category)]
    for basis in covering:
        if basis.in_force(today):
            return Decision(True, basis=f"legal_basis:{basis.pk}")
    return Decision(False, reason="basis_expired" if covering else "no_basis")


def _consent(actor: Actor, resource: Resource, purpose: ConsentPurpose) -> Decision:
    if resource.citizen is None:
        return Decision(False, reason="no_consent")
    today, organisation, category = timezone.localdate(), actor.organisation, resource.category
    answers = [consent for consent in _consents(actor, resource.citizen) if consent.purpose == purpose]
    for programme in sorted({consent.programme for consent in answers}):
        own = [consent for consent in answers if consent.programme == programme]
        # Of answers that overlap the newest counts: no to one recipient stands beside an earlier yes to all.
        newest = next((consent for consent in own if consent.decides(organisation, category, today)), None)
        if newest is not None and newest.given:
            return Decision(True, basis=f"consent:{newest.pk}")
    withdrawn = any(
        consent.given and consent.withdrawn_at is not None and consent.reaches(organisation, category)
        for consent in answers
    )
    return Decision(False, reason="consent_withdrawn" if withdrawn else "no_consent")


def _consents(actor: Actor, citizen: Citizen) -> list[Consent]:
    key = ("consents", citizen.pk)
    if key not in actor.known:
        actor.known[key] = list(Consent.objects.filter(citizen=citizen))
    found: list[Consent] = actor.known[key]
    return found


def _one_task(actor: Actor, task: CareTask) -> int | None:
    """A task that the actor, or anybody in their organisation, has been asked to do."""
    held = task.organisation_id == actor.organisation_id and task.holder_id in {None, actor.user_id}
    return task.pk if held else None


def _task(actor: Actor, citizen: Citizen | None) -> int | None:
    if actor.organisation_id is None or citizen is None:
        return None
    key = ("task", citizen.pk)
    if key not in actor.known:
        tasks = CareTask.objects.filter(citizen=citizen, organisation_id=actor.organisation_id, closed_at__isnull=True)
        held = [task for task in tasks if task.holder_id in {None, actor.user_id}]
        actor.known[key] = held[0].pk if held else None
    found: int | None = actor.known[key]
    return found


def _proxy(actor: Actor, citizen: Citizen, scope: ProxyScope | None) -> int | None:
    key = ("proxies", citizen.pk)
    if key not in actor.known:
        current = Proxy.objects.current(timezone.localdate())
        actor.known[key] = list(current.filter(citizen=citizen, relative_id=actor.user_id))
    return next((proxy.pk for proxy in actor.known[key] if scope is None or scope in proxy.scopes), None)


def _broken_glass(actor: Actor, citizen: Citizen) -> int | None:
    if actor.membership is None:
        return None
    key = ("glass", citizen.pk)
    if key not in actor.known:
        open_now = BreakGlass.objects.filter(
            membership=actor.membership, citizen=citizen, expires_at__gt=timezone.now()
        )
        actor.known[key] = open_now.values_list("pk", flat=True).first()
    found: int | None = actor.known[key]
    return found
