"""A name of a list as a doctor reads it: score and band, the criteria in words, what is going on, what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from samspil.access.models import Category, Citizen
from samspil.lists.models import Entry, Inclusion, Publication
from samspil.lists.programme import programme, rules, titles, versions
from samspil.population.tables import source_title
from samspil.population.words import Criterion, Language, criteria, item_sources
from samspil.programmes import RiskModel


def language() -> Language:
    """The interface's language, as definitions know it."""
    return "en" if (get_language() or "da").startswith("en") else "da"


@dataclass(frozen=True)
class SourceAge:
    """How old one source's data were."""

    title: str
    data_date: dt.date | None
    stale: bool


@dataclass
class Bulletin:
    """One publication, explained: the model as in force, and how fresh and whole its data are."""

    publication: Publication

    @cached_property
    def model(self) -> RiskModel:
        return RiskModel.model_validate(self.publication.definition)

    @property
    def title(self) -> str:
        return str(getattr(self.model.title, language()))

    @property
    def version(self) -> str:
        return version_title(self.model.model, self.model.version)

    @property
    def why(self) -> str:
        return str(getattr(self.model.why, language()))

    @cached_property
    def data_dates(self) -> dict[str, dt.date]:
        return {source: dt.date.fromisoformat(day) for source, day in self.publication.data_dates.items()}

    @cached_property
    def item_sources(self) -> dict[str, tuple[str, ...]]:
        """By item, the sources it reads."""
        return {item.item: item_sources(item) for item in self.model.items}

    @cached_property
    def sources(self) -> list[SourceAge]:
        """Every source the model reads, with its age; a source that was not loaded has no date."""
        used = (item.item for item in self.model.items if item.enabled)
        wanted = dict.fromkeys(source for item in used for source in self.item_sources[item])
        stale = set(self.publication.stale)
        return [
            SourceAge(source_title(source, language()), self.data_dates.get(source), source in stale)
            for source in ("civil", "general_practice", *(s for s in wanted if s not in ("civil", "general_practice")))
        ]

    @property
    def stale(self) -> bool:
        """Whether any source was too old at the lists' day, or the lists are older than that now (T-W1)."""
        limit = programme(self.publication.programme).definition.stale_limit
        return any(source.stale for source in self.sources) or self.age_days > limit

    @property
    def age_days(self) -> int:
        """Days since the day the lists are of."""
        return (timezone.localdate() - self.publication.as_of).days

    @property
    def missing(self) -> list[str]:
        """Criteria without data, by title."""
        missing = set(self.publication.missing)
        return [str(getattr(item.title, language())) for item in self.model.items if item.item in missing]

    @property
    def unchecked(self) -> list[str]:
        """Exclusions that could not be checked, by title."""
        return [self.exclusion(code) for code in self.publication.unchecked]

    def exclusion(self, code: str) -> str:
        """The title of an exclusion of the model."""
        for rule in self.model.exclusions:
            if rule.exclusion == code:
                return str(getattr(rule.title, language()))
        return code

    def item(self, code: str) -> str:
        """The title of an item of the model."""
        return next((str(getattr(i.title, language())) for i in self.model.items if i.item == code), code)

    def band(self, code: str) -> str:
        """The name of a band of the score."""
        return next((str(getattr(b.title, language())) for b in self.model.bands if b.band == code), code)


@dataclass
class Name:
    """One name with everything a doctor needs to decide."""

    entry: Entry
    bulletin: Bulletin
    #: Names on other models' lists, and running inclusions, of the same citizen.
    others: Sequence[Entry] = ()
    inclusions: Sequence[Inclusion] = ()
    #: The kinds of data that the basis of the look covers; criteria of others are left out.
    categories: frozenset[str] = frozenset(Category)

    @property
    def citizen(self) -> Citizen:
        return self.entry.citizen

    @property
    def age(self) -> int:
        return self.citizen.age(timezone.localdate())

    @property
    def band(self) -> str:
        return self.bulletin.band(self.entry.band) if self.entry.band else ""

    @cached_property
    def criteria(self) -> list[Criterion]:
        """Every criterion in the model's order."""
        person: dict[str, Any] = {}
        for item in self.bulletin.model.items:
            value, status, points = self.entry.criteria.get(item.item, [None, "missing", None])
            person |= {f"value_{item.item}": value, f"status_{item.item}": status, f"points_{item.item}": points}
        of = self.bulletin
        explained = criteria(of.model, person, of.data_dates, language(), of.item_sources)
        return [each for each in explained if self.kind(each.item) in self.categories]

    def kind(self, item: str) -> str:
        """What kind of data a criterion is about; health unless the programme says otherwise."""
        found = rules(self.bulletin.publication.programme).models.get(self.entry.model)
        return found.categories.get(item, Category.HEALTH) if found else Category.HEALTH

    @property
    def earned(self) -> list[Criterion]:
        """The criteria that gave points, the weightiest first."""
        return sorted((found for found in self.criteria if found.points), key=lambda found: -(found.points or 0))

    @property
    def silent(self) -> list[Criterion]:
        """The criteria that are used and known, and gave no points."""
        return [found for found in self.criteria if found.status == "scored" and not found.points]

    @property
    def missing(self) -> list[Criterion]:
        """The criteria that could not be judged."""
        return [found for found in self.criteria if found.status == "missing"]

    @property
    def reasons(self) -> str:
        """What gave points, in words on one line."""
        return ", ".join(found.words for found in self.earned)

    @cached_property
    def going_on(self) -> list[str]:
        """What is already going on for the citizen, in words: care the data know of (report 000 L-29)."""
        found = rules(self.bulletin.publication.programme).models.get(self.entry.model)
        tests = {test.item: test for test in found.going_on} if found else {}
        return [
            criterion.words
            for criterion in self.criteria
            if criterion.item in tests and tests[criterion.item].holds(criterion.value)
        ]

    @property
    def running(self) -> Inclusion | None:
        """The inclusion of the name's own target group that is under way."""
        return next((found for found in self.inclusions if found.model == self.entry.model), None)

    @property
    def also_on(self) -> list[str]:
        """Other lists the citizen stands on, by the model's title."""
        return [model_title(other.model) for other in self.others]


def model_title(model: str) -> str:
    """What a model is called, from the programmes there are now."""
    return str(getattr(titles()[model], language()))


def version_title(model: str, version: str) -> str:
    """What a version of a model is called; one that no programme has any more goes by what was written down."""
    found = versions().get((model, version))
    return str(getattr(found, language())) if found else version


def in_words(
    entries: Iterable[Entry],
    others: Iterable[Entry],
    inclusions: Iterable[Inclusion],
    categories: frozenset[str] = frozenset(Category),
) -> list[Name]:
    """Names for display. Entries come with citizen and publication; the rest is matched by citizen."""
    bulletins: dict[int, Bulletin] = {}
    by_citizen: dict[int, list[Entry]] = {}
    for other in others:
        by_citizen.setdefault(other.citizen_id, []).append(other)
    running: dict[int, list[Inclusion]] = {}
    for inclusion in inclusions:
        running.setdefault(inclusion.citizen_id, []).append(inclusion)
    return [
        Name(
            entry,
            bulletins.setdefault(entry.publication_id, Bulletin(entry.publication)),
            [other for other in by_citizen.get(entry.citizen_id, []) if other.pk != entry.pk],
            running.get(entry.citizen_id, []),
            categories,
        )
        for entry in entries
    ]
