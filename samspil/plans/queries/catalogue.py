"""Reading the service catalogue: found by need, not by acquaintance; one service whole; what was changed, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Citizen, Organisation, OrganisationKind
from samspil.access.policy import Purpose, Resource, may
from samspil.plans.actions.referral_course import CLOSED
from samspil.plans.catalogue import Offered, conditions_of, find, needs_of, offered, own_catalogue, with_services
from samspil.plans.models import CatalogueChange, Referral, ServiceDecision
from samspil.plans.programme import in_words, programme_title
from samspil.plans.suggestions import Suggestion, search, suggest
from samspil.programmes.services import Need, Service

_CATALOGUE = Resource("catalogue")


def purpose_of(actor: Actor) -> Purpose:
    """What somebody reads the catalogue for: to care, or to keep it in order."""
    return "care" if may(actor, "read", _CATALOGUE, "care") else "improvement"


def may_change(actor: Actor) -> bool:
    """Whether the actor may change services, for showing the buttons."""
    return bool(may(actor, "write", _CATALOGUE, "improvement"))


@dataclass(frozen=True)
class Asked:
    """What somebody looks for. Empty is everything."""

    words: str = ""
    need: str = ""
    programme: str = ""
    kind: str = ""
    level: str = ""
    arm: str = ""
    band: str = ""
    municipality: str = ""


@dataclass(frozen=True)
class Found:
    """The services that were found, each with why, and what one can ask for."""

    suggestions: list[Suggestion]
    needs: list[tuple[str, str]]
    programmes: list[tuple[str, str]]
    kinds: list[tuple[str, str]]
    titles: dict[str, str] = field(default_factory=dict)
    #: Whether anything was asked for; else the catalogue is told by programme.
    asked: bool = False

    @property
    def by_programme(self) -> list[tuple[str, list[Offered]]]:
        """All that was found, by programme, each by title."""
        found: dict[str, list[Offered]] = {}
        for each in self.suggestions:
            found.setdefault(each.offered.programme, []).append(each.offered)
        return [
            (title, sorted(found[name], key=lambda one: in_words(one.service.title).casefold()))
            for name, title in self.programmes
            if name in found
        ]


def look(actor: Actor, asked: Asked) -> Found:
    """The services that fit what is asked for, the best first. Raises Refused."""
    guard.require(actor, "read", _CATALOGUE, purpose_of(actor))
    programme = asked.programme if asked.programme in with_services() else None
    needs = needs_of(programme)
    services = [
        each
        for each in search(offered(programme), asked.words, needs)
        if (not asked.kind or each.service.provider_kind == asked.kind)
        and (not asked.level or each.service.level == asked.level)
    ]
    return Found(
        suggestions=suggest(
            services,
            needs=[asked.need] if asked.need else [],
            arms=[asked.arm] if asked.arm else [],
            band=asked.band,
            municipality=asked.municipality,
        ),
        needs=choices_of_needs(needs),
        programmes=[(name, programme_title(name)) for name in with_services()],
        kinds=kinds(),
        titles={need.need: in_words(need.title) for need in needs},
        asked=asked != Asked(),
    )


def choices_of_needs(needs: list[Need]) -> list[tuple[str, str]]:
    """Needs to choose from, in words, by their words."""
    return sorted(((need.need, in_words(need.title)) for need in needs), key=lambda each: each[1].casefold())


def kinds() -> list[tuple[str, str]]:
    """The kinds of provider that there are services of, in words."""
    present = {each.service.provider_kind for each in offered()}
    return [(kind.value, str(kind.label)) for kind in OrganisationKind if kind.value in present]


@dataclass(frozen=True)
class Page:
    """One service with everything that is said of it, and who provides it. What is not stated is said to be so."""

    offered: Offered
    programme_title: str
    needs: list[str]
    provider: str
    providers: list[Organisation]
    alternatives: dict[str, list[Service]]
    conditions: dict[str, str]
    history: list[CatalogueChange]
    may_change: bool


def service_page(actor: Actor, programme: str, name: str) -> Page:
    """One service. Raises Refused, and LookupError when it is not offered."""
    guard.require(actor, "read", _CATALOGUE, purpose_of(actor), detail=f"{programme}/{name}")
    offer = find(programme, name)
    if offer is None:
        raise LookupError(name)
    titles = {need.need: in_words(need.title) for need in own_catalogue(programme).needs}
    others = {each.service.service: each.service for each in offered(programme)}
    changes = may_change(actor)
    return Page(
        offered=offer,
        programme_title=programme_title(programme),
        needs=[titles.get(need, need) for need in offer.service.needs],
        provider=str(OrganisationKind(offer.service.provider_kind).label),
        providers=providers_of(offer.service),
        alternatives={
            rule.condition: [others[each] for each in rule.alternatives if each in others]
            for rule in offer.service.contraindications
        },
        conditions={each.condition: in_words(each.title) for each in conditions_of(programme)},
        history=history_of(programme, name) if changes else [],
        may_change=changes,
    )


def history_of(programme: str, name: str) -> list[CatalogueChange]:
    """Every change of a service, the newest first."""
    return list(CatalogueChange.objects.filter(programme=programme, service=name).select_related("by"))


def titles_of_services() -> dict[tuple[str, str], str]:
    """What every service is called, by programme and name; those that were taken out as their programme's file says."""
    found = {
        (name, service.service): in_words(service.title)
        for name in with_services()
        for service in own_catalogue(name).services
    }
    return found | {(each.programme, each.service.service): in_words(each.service.title) for each in offered()}


def named_decisions(decisions: Iterable[ServiceDecision]) -> list[tuple[str, ServiceDecision]]:
    """Decisions not to refer, with what their services are called. Part of a page that has asked the policy."""
    found = list(decisions)
    titles = titles_of_services() if found else {}
    return [(titles.get((each.programme, each.service), each.service), each) for each in found]


def removed(actor: Actor) -> list[CatalogueChange]:
    """Services that were taken out, so that they can be brought back. Raises Refused."""
    guard.require(actor, "write", _CATALOGUE, "improvement")
    newest: dict[tuple[str, str], CatalogueChange] = {}
    for change in CatalogueChange.objects.filter(programme__in=with_services()).select_related("by").order_by("number"):
        newest[change.programme, change.service] = change
    return [change for change in newest.values() if change.definition is None]


def providers_of(service: Service) -> list[Organisation]:
    """The organisations of the kind that provides a service, by name."""
    return list(Organisation.objects.filter(kind=service.provider_kind).order_by("name", "id"))


def existing_care(citizen: Citizen) -> list[Referral]:
    """Referrals of a citizen that are under way: so that nobody is sent where they already go (report 000 L-29).

    Part of a page that has asked the policy.
    """
    found = Referral.objects.filter(citizen=citizen).exclude(state__in=CLOSED)
    return list(found.select_related("to_organisation", "from_organisation"))
