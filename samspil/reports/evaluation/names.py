"""What things are called in a report: sources, sectors, payers and the parts of a programme.

Names come from the definitions that people review. What no definition names is called as it is written in the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property

from samspil.evaluation.study_result import StudyResult
from samspil.programmes.loader import Programme, load_programmes
from samspil.programmes.payers import load_payers
from samspil.programmes.prices import load_prices
from samspil.programmes.schema import Text
from samspil.reports.language import Language
from samspil.warehouse.contracts import contracts


class Names:
    """The names of one report in one language. Titles that the result brings go before those of the definitions."""

    def __init__(self, result: StudyResult, language: Language) -> None:
        self._result, self._language = result, language

    def source(self, name: str) -> str:
        """What a source of data is called."""
        return self._of(name, self.sources)

    def sector(self, name: str) -> str:
        """What a sector is called: one that uses are counted in, or one that provides services."""
        return self._of(name, self._sectors)

    def payer(self, name: str) -> str:
        """What a purse is called."""
        return self._of(name, self._payers)

    def payer_of(self, sector: str) -> str:
        """What the purse is called that a sector is paid from."""
        payer = self._pays.get(sector)
        return self.payer(payer) if payer is not None else self.sector(sector)

    def component(self, name: str) -> str:
        """What a part of the programme is called."""
        return self._of(name, self._components)

    def programme(self) -> str:
        """What the programme is called."""
        return self._of(self._result.study.programme, self._programmes)

    @cached_property
    def sources(self) -> Mapping[str, str]:
        """What sources are called, by their names; used where a reason mentions one."""
        found = {name: self._language.text(contract.title) for name, contract in contracts().items()}
        return {**found, **self._result.titles}

    def _of(self, name: str, titles: Mapping[str, str]) -> str:
        found = self._result.titles.get(name) or titles.get(name)
        return found if found is not None else name.replace("_", " ")

    def _titles(self, texts: Mapping[str, Text]) -> dict[str, str]:
        return {name: self._language.text(text) for name, text in texts.items()}

    @cached_property
    def _sectors(self) -> Mapping[str, str]:
        words = self._language
        providers = {
            "hospital": words("Hospital"),
            "municipality": words("The municipality"),
            "private": words("Private providers"),
            "ngo": words("Voluntary organisations"),
            "programme": words("The programme itself"),
            "team_meeting": words("Team meetings"),
        }
        return {**providers, **self._titles({each.sector: each.title for each in load_prices().prices.sectors})}

    @cached_property
    def _payers(self) -> Mapping[str, str]:
        return self._titles({each.payer: each.title for each in load_payers().payers.payers})

    @cached_property
    def _pays(self) -> Mapping[str, str]:
        return load_payers().payers.by_sector

    @cached_property
    def _components(self) -> Mapping[str, str]:
        found = next((each for each in _loaded() if each.name == self._result.study.programme), None)
        if found is None or found.services is None:
            return {}
        needs = {need.need: need.title for need in found.services.needs}
        return self._titles({**{each.service: each.title for each in found.services.services}, **needs})

    @cached_property
    def _programmes(self) -> Mapping[str, str]:
        return self._titles({each.name: each.title for each in _loaded()})


@cache
def _loaded() -> tuple[Programme, ...]:
    return tuple(load_programmes())
