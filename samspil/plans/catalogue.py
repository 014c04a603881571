"""What can be referred to: the services of the programmes, with what the secretariat has changed laid over them.

The YAML of a programme is where a service begins; the newest `CatalogueChange` is in force. What the source does not
state stays unstated (`None`), on every page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from samspil.definitions import SamspilError
from samspil.plans.models import CatalogueChange, Referral
from samspil.programmes.in_use import programme, programmes
from samspil.programmes.services import Catalogue, KnownCondition, Need, Service


@dataclass(frozen=True)
class Offered:
    """A service as it is offered now. `number` is that of the change in force; 0 is the programme's own file."""

    programme: str
    service: Service
    number: int = 0

    @property
    def key(self) -> str:
        """What tells it from every other, in addresses and forms."""
        return f"{self.programme}/{self.service.service}"


def own_catalogue(name: str) -> Catalogue:
    """What the file of a programme says. Raises SamspilError when it has no services."""
    found = programme(name).services
    if found is None:
        raise SamspilError(f"the programme `{name}` has no services.yaml; nobody can be referred in it")
    return found


def with_services() -> list[str]:
    """The programmes that offer something."""
    return [name for name, found in programmes().items() if found.services is not None]


def offered(name: str | None = None) -> list[Offered]:
    """Every service in force, of one programme or of all; one statement, however many there are."""
    names = [name] if name is not None else with_services()
    newest: dict[tuple[str, str], CatalogueChange] = {}
    for change in CatalogueChange.objects.filter(programme__in=names).order_by("number"):
        newest[change.programme, change.service] = change
    found = []
    for each in names:
        own = own_catalogue(each)
        for service in own.services:
            change_of = newest.pop((each, service.service), None)
            if change_of is None:
                found.append(Offered(each, service))
            elif change_of.definition is not None:
                found.append(_changed(change_of))
        found += [_changed(made) for (of, _), made in newest.items() if of == each and made.definition is not None]
    return found


def _changed(change: CatalogueChange) -> Offered:
    return Offered(change.programme, Service.model_validate(change.definition), change.number)


def find(name: str, service: str) -> Offered | None:
    """A service in force; None for one that is not there, or was taken out."""
    if name not in with_services():
        return None
    return next((each for each in offered(name) if each.service.service == service), None)


def as_sent(referral: Referral) -> Service:
    """The service as it was when a referral was sent: what was promised then holds."""
    return Service.model_validate(referral.definition)


def needs_of(name: str | None = None) -> list[Need]:
    """The needs that services meet, each once."""
    found: dict[str, Need] = {}
    for each in [name] if name is not None else with_services():
        for need in own_catalogue(each).needs:
            found.setdefault(need.need, need)
    return list(found.values())


def conditions_of(name: str) -> tuple[KnownCondition, ...]:
    """The conditions that a programme's services can warn about."""
    return own_catalogue(name).conditions


def arms_of(name: str) -> set[str]:
    """The target groups that a programme's services and models name."""
    found = {arm for service in own_catalogue(name).services for arm in service.arms}
    return found | {model.name for model in programme(name).models}


def plain(service: Service) -> dict[str, Any]:
    """A service as plain values, in the form of `services.yaml`: what changes and referrals keep."""
    return service.model_dump(mode="json", exclude_none=True)


def read(name: str, content: Any) -> tuple[Service | None, list[tuple[str, str]]]:
    """A service from plain values, or what is wrong with it: the field, with dots inside it, and the cause.

    The same rules as for the file: the form of a service, and that it names needs, conditions, target groups and
    services of its programme only.
    """
    try:
        service = Service.model_validate(content)
    except ValidationError as error:
        return None, [(".".join(map(str, fault["loc"])), _cause(fault["msg"])) for fault in error.errors()]
    faults = list(_unknown(name, service))
    return (None, faults) if faults else (service, [])


def _cause(message: str) -> str:
    return message.removeprefix("Value error, ")


def _unknown(name: str, service: Service) -> Iterator[tuple[str, str]]:
    own = own_catalogue(name)
    names = {each.service.service for each in offered(name)} | {service.service}
    yield from _strangers("needs", service.needs, {need.need for need in own.needs})
    yield from _strangers("arms", service.arms, arms_of(name))
    if service.sessions is not None:
        yield from _strangers("sessions.with_plan_of", list(service.sessions.with_plan_of), arms_of(name))
    for rule in service.contraindications:
        yield from _strangers("contraindications", [rule.condition], {each.condition for each in own.conditions})
        yield from _strangers("contraindications", rule.alternatives, names)


def _strangers(field: str, named: Collection[str], known: Collection[str]) -> Iterator[tuple[str, str]]:
    for each in named:
        if each not in known:
            yield field, f"`{each}` is not known in this programme"
