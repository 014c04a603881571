"""A publication of indicators, explained: its set as in force, where its data come from and how old they are."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone
from django.utils.translation import get_language

from samspil.improvement.models import IndicatorPublication
from samspil.population.tables import source_title
from samspil.programmes.in_use import programme
from samspil.programmes.indicators import Indicator, IndicatorSet, Reviewed, Variable
from samspil.programmes.schema import Text


def said(text: Text) -> str:
    """A text of a definition in the language of who reads."""
    return text.en if (get_language() or "da").startswith("en") else text.da


@dataclass(frozen=True)
class SourceAge:
    """How old one source's data were."""

    title: str
    data_date: dt.date | None
    stale: bool


@dataclass(frozen=True)
class Answer:
    """One answer a journal-review question can have, in words."""

    code: str
    title: str


@dataclass
class Bulletin:
    """One publication of a set."""

    publication: IndicatorPublication

    @cached_property
    def set(self) -> IndicatorSet:
        return IndicatorSet.model_validate(self.publication.definition)

    @property
    def name(self) -> str:
        return self.publication.set

    @property
    def title(self) -> str:
        return said(self.set.title)

    @property
    def as_of(self) -> dt.date:
        return self.publication.as_of

    @property
    def shown(self) -> list[Indicator]:
        """The indicators that pages show; the others are for suggestions alone."""
        return [each for each in self.set.indicators if each.shown]

    @property
    def case(self) -> str:
        """How it is said who has the disease."""
        return next((said(each.title) for each in self.set.cases if each.case == self.publication.case), "")

    @cached_property
    def sources(self) -> list[SourceAge]:
        """Every source that was read, with the day of its newest data."""
        language = "en" if (get_language() or "da").startswith("en") else "da"
        stale = set(self.publication.stale)
        days = {source: dt.date.fromisoformat(day) for source, day in self.publication.data_dates.items()}
        names = dict.fromkeys([*days, *self.publication.stale])
        return [SourceAge(source_title(name, language), days.get(name), name in stale) for name in names]

    @property
    def stale(self) -> list[SourceAge]:
        """The sources that were too old on the day of the figures."""
        return [source for source in self.sources if source.stale]

    @property
    def old(self) -> bool:
        """Whether the figures are older by now than the programme allows; one that says no limit allows any age."""
        limit = programme(self.publication.programme).definition.stale_after_days
        return limit is not None and (timezone.localdate() - self.as_of).days > limit

    def not_collected(self, indicator: Indicator) -> list[Variable]:
        """The variables it needs that were not collected in the year of the figures."""
        return [self.set.variable(name) for name in self.set.not_collected(indicator, self.as_of.year)]

    def exception_title(self, indicator: Indicator, code: str) -> str:
        """What an exception that the data tell is called."""
        return next((said(each.title) for each in indicator.exceptions if each.exception == code), code)

    def category_title(self, indicator: Indicator, code: str) -> str:
        """What a category is called."""
        if indicator.categories is None or not code:
            return ""
        names = {each.category: each.title for each in indicator.categories.bins} | indicator.categories.values
        return said(names[code]) if code in names else code

    def question(self, variable: str) -> Reviewed | None:
        """What the worksheet asks of a variable; None when it does not."""
        return next((each for each in self.set.worksheet if each.variable == variable), None)

    def answers(self, question: Reviewed) -> list[Answer]:
        """The answers a question can have, in the file's order."""
        return [Answer(code, said(title)) for code, title in question.answers.items()]

    def answer_title(self, variable: str, code: str) -> str:
        """An answer in words; one that the set does not know any more goes by its code."""
        question = self.question(variable)
        return said(question.answers[code]) if question and code in question.answers else code

    def flag_title(self, code: str) -> str:
        """What a flag is called."""
        return next((said(each.title) for each in self.set.flags if each.flag == code), code)
