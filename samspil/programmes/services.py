"""What a programme can offer: `services.yaml`, with the needs the services meet and the conditions they know of.

What the source does not say is null and never made up; `open` tells in words what the source leaves open.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from samspil.definitions import Definition, DefinitionError, Location, read_yaml, validate
from samspil.programmes.consent import Category
from samspil.programmes.schema import Identifier, Text

SERVICES = "services.yaml"
#: Where it is said: document and lines (`000 L325-327`), or the day the programme agreed it (`agreed 2026-11-27`).
Said = Annotated[str, StringConstraints(pattern=r"^(\d{3} L\d+(-\d+)?(, ?L\d+(-\d+)?)*|agreed \d{4}-\d{2}-\d{2})$")]
#: The kinds of organisation that provide something, as `samspil.access` names them.
ProviderKind = Literal["practice", "hospital_department", "municipal_unit", "psychologist", "ngo"]
Level = Literal["basic", "specialised"]
Domain = Literal["somatic", "mental", "social", "employment"]
Format = Literal["individual", "small_group", "group", "online", "home"]


def named_twice(names: Collection[str], what: str) -> None:
    """Raises ValueError that tells which names stand twice."""
    seen = list(names)
    twice = sorted({name for name in seen if seen.count(name) > 1})
    if twice:
        raise ValueError(f"{what} named twice: {', '.join(twice)}")


class Deadline(Definition):
    """A time limit with its unit. Working days are those of the Danish calendar."""

    number: int = Field(gt=0)
    unit: Literal["working_days", "days", "weeks", "months"]
    source: Said


class SessionLimit(Definition):
    """How many times, in the whole course or in each calendar year; `with_plan_of` an arm it may be more."""

    sessions: int = Field(gt=0)
    per: Literal["course", "calendar_year"]
    with_plan_of: dict[Identifier, int] = Field(default_factory=dict)
    source: Said

    def limit(self, arms: Collection[str] = ()) -> int:
        """The limit of somebody with a plan of these arms."""
        return max([self.sessions, *(more for arm, more in self.with_plan_of.items() if arm in arms)])


class Course(Definition):
    """How a course is planned: so many weeks, with sessions of so many hours."""

    weeks: int = Field(gt=0)
    sessions_per_week: int = Field(gt=0)
    hours: Decimal = Field(gt=0)
    source: Said

    @property
    def hours_planned(self) -> Decimal:
        """The hours of the whole course."""
        return self.weeks * self.sessions_per_week * self.hours


class Contraindication(Definition):
    """A condition that speaks against the service, why, and what to use instead."""

    condition: Identifier
    why: Text
    alternatives: tuple[Identifier, ...] = Field(min_length=1)
    source: Said


class Need(Definition):
    """Something a citizen can need help with. `words` are Danish words that a search finds it by."""

    need: Identifier
    title: Text
    domain: Domain
    words: tuple[str, ...] = Field(min_length=1)


class KnownCondition(Definition):
    """A condition that a contraindication can name."""

    condition: Identifier
    title: Text


class Service(Definition):
    """One service. `title` and `about` are written for the citizen.

    Without `arms` or `bands` it is for all of them, without `municipality` for citizens of any. `start` is when it
    must have begun, `course` how it is planned, `price_dkk` what it costs the citizen. The same name in two programmes
    says that it is the same kind of service, so that two of them in one plan are seen as one too many.
    """

    service: Identifier
    title: Text
    about: Text
    provider_kind: ProviderKind
    level: Level | None = None
    arms: tuple[Identifier, ...] = ()
    bands: tuple[Identifier, ...] = ()
    new: bool | None = None
    needs: tuple[Identifier, ...] = Field(min_length=1)
    target: Text | None = None
    category: Category
    start: Deadline | None = None
    sessions: SessionLimit | None = None
    course: Course | None = None
    price_dkk: Decimal | None = Field(default=None, ge=0)
    quality: Text | None = None
    contact: str | None = None
    formats: tuple[Format, ...] = ()
    information: tuple[Text, ...] = ()
    contraindications: tuple[Contraindication, ...] = ()
    municipality: str | None = None
    open: tuple[str, ...] = ()
    source: Said

    @model_validator(mode="after")
    def _consistent(self) -> Service:
        named_twice([rule.condition for rule in self.contraindications], "contraindications")
        if any(self.service in rule.alternatives for rule in self.contraindications):
            raise ValueError("a service is no alternative to itself")
        return self


class Catalogue(Definition):
    """The whole of `services.yaml`."""

    needs: tuple[Need, ...] = Field(min_length=1)
    conditions: tuple[KnownCondition, ...] = ()
    services: tuple[Service, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _distinct(self) -> Catalogue:
        named_twice([need.need for need in self.needs], "`needs`")
        named_twice([condition.condition for condition in self.conditions], "`conditions`")
        named_twice([service.service for service in self.services], "`services`")
        return self

    def service(self, name: str) -> Service | None:
        """The service called `name`, if there is one."""
        return next((service for service in self.services if service.service == name), None)


def load_services(path: Path, arms: Collection[str] | None = None) -> Catalogue:
    """One `services.yaml`, which may name its own needs, conditions and services and the programme's `arms` only.

    None leaves the arms unchecked. Raises DefinitionError with file, line and cause.
    """
    file = read_yaml(path)
    found = validate(file, Catalogue)
    faults = [
        file.fault(place, cause)
        for number, service in enumerate(found.services)
        for place, cause in _unknown(found, service, ("services", number), arms)
    ]
    if faults:
        raise DefinitionError(faults)
    return found


def _unknown(
    catalogue: Catalogue, service: Service, place: Location, arms: Collection[str] | None
) -> Iterator[tuple[Location, str]]:
    """What a service names that is not there, with its place."""
    needs = {need.need for need in catalogue.needs}
    conditions = {condition.condition for condition in catalogue.conditions}
    for number, need in enumerate(service.needs):
        if need not in needs:
            yield (*place, "needs", number), f"there is no need `{need}`"
    for number, rule in enumerate(service.contraindications):
        here = (*place, "contraindications", number)
        if rule.condition not in conditions:
            yield (*here, "condition"), f"there is no condition `{rule.condition}`"
        for position, alternative in enumerate(rule.alternatives):
            if catalogue.service(alternative) is None:
                yield (*here, "alternatives", position), f"there is no service `{alternative}`"
    if arms is not None:
        for number, arm in enumerate(service.arms):
            if arm not in arms:
                yield (*place, "arms", number), f"the programme has no arm `{arm}`"
        for arm in service.sessions.with_plan_of if service.sessions else ():
            if arm not in arms:
                yield (*place, "sessions", "with_plan_of", arm), f"the programme has no arm `{arm}`"
