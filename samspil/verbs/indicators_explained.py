"""The sets of indicators there are, and how one of them is computed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from samspil.definitions import SamspilError
from samspil.population.indicator_binding import check_indicators, readings
from samspil.programmes.dated import change_days
from samspil.programmes.indicators import Channel, Indicator, IndicatorFile, IndicatorSet
from samspil.programmes.loader import find_set, set_files
from samspil.programmes.schema import Condition
from samspil.verbs.show import Shown

Language = Literal["da", "en"]

#: What stands before each part of how an indicator is computed.
_LABELS: dict[str, dict[Language, str]] = {
    "title": {"en": "Indicator", "da": "Indikator"},
    "why": {"en": "Why it matters", "da": "Hvorfor den betyder noget"},
    "version": {"en": "Definition", "da": "Definition"},
    "numerator": {"en": "Numerator", "da": "Tæller"},
    "denominator": {"en": "Denominator", "da": "Nævner"},
    "cases": {"en": "Who has the disease", "da": "Hvem der har sygdommen"},
    "measured": {"en": "Measured by", "da": "Måles på"},
    "excluded": {"en": "Not in the population", "da": "Ikke i populationen"},
    "exceptions": {"en": "Counted apart", "da": "Tælles for sig"},
    "missing": {"en": "Missing data", "da": "Manglende data"},
    "collected": {"en": "Collected in", "da": "Indsamlet i"},
    "standard": {"en": "Standard", "da": "Standard"},
    "assumptions": {"en": "Assumptions", "da": "Antagelser"},
    "source": {"en": "Source", "da": "Kilde"},
    "review": {"en": "To be reviewed", "da": "Skal gennemgås"},
}
_MISSING: dict[str, dict[Language, str]] = {
    "strict": {
        "en": "strict: a patient without data counts as not met (the observed share, without them, stands beside it)",
        "da": "streng: en patient uden data tæller som ikke opfyldt (andelen blandt dem med data står ved siden af)",
    },
    "observed": {
        "en": "observed: a patient without data is left out (the strict share, with them, stands beside it)",
        "da": "blandt dem med data: en patient uden data er ikke med (den strenge andel står ved siden af)",
    },
}
_CHANNELS: dict[Channel, dict[Language, str]] = {
    "care_plan_module": {"en": "the care plan module", "da": "forløbsplanmodulet"},
    "manual_journal_review": {"en": "review of the records by hand", "da": "manuel journalgennemgang"},
    "other_sector_feed": {"en": "data of another sector", "da": "data fra en anden sektor"},
    "delivery": {"en": "deliveries to the warehouse", "da": "leverancer til datalageret"},
}
_WORDS: dict[str, dict[Language, str]] = {
    "not_collected": {"en": "not collected", "da": "ikke indsamlet"},
    "none": {"en": "none", "da": "ingen"},
    "no_standard": {
        "en": "no standard: a share is neither good nor bad",
        "da": "ingen standard: en andel er hverken god eller dårlig",
    },
    "up": {"en": "at least", "da": "mindst"},
    "down": {"en": "at most", "da": "højst"},
}


@dataclass(frozen=True)
class IndicatorSets(Shown):
    """The sets of indicators, each valid in every version."""

    files: Sequence[IndicatorFile]

    def rows(self) -> list[dict[str, Any]]:
        found = []
        for file in self.files:
            latest = file.at(dt.date.max)
            versions = {each.version for version in file.versions() for each in version.indicators}
            found.append(
                {
                    "set": latest.set_,
                    "title": latest.title.en,
                    "programme": file.programme,
                    "versions": ", ".join(sorted(versions)),
                    "case definitions": ", ".join(each.case for each in latest.cases),
                    "indicators": ", ".join(each.indicator for each in latest.indicators if each.shown),
                }
            )
        return found


def indicator_sets(programmes: Path | str | None = None) -> IndicatorSets:
    """The sets of indicators there are. Every definition is checked: raises DefinitionError with all that is wrong."""
    files = list(set_files(Path(programmes) if programmes else None).values())
    for file in files:
        check_indicators(file)
    return IndicatorSets(files)


@dataclass(frozen=True)
class IndicatorExplained(Shown):
    """How an indicator is computed at D (report 003 L2646-2648), in one language."""

    set_: IndicatorSet
    indicator: Indicator
    as_of: dt.date
    in_force_since: dt.date | None
    language: Language

    def rows(self) -> list[dict[str, Any]]:
        texts = self._texts()
        return [{"": _LABELS[part][self.language], self.indicator.indicator: text} for part, text in texts.items()]

    def _texts(self) -> dict[str, str]:
        found, language = self.indicator, self.language
        since = "" if self.in_force_since is None else f", {self.in_force_since} –"
        nothing = _WORDS["none"][language]
        standard = _WORDS["no_standard"][language]
        if found.standard is not None:
            aim = _WORDS[found.direction][language]
            standard = f"{aim} {100 * found.standard.share:g} % ({found.standard.number}, {found.standard.source})"
        return {
            "title": getattr(found.title, language),
            "why": getattr(found.why, language),
            "version": f"{found.version}{since}",
            "numerator": getattr(found.numerator, language),
            "denominator": getattr(found.denominator, language),
            "cases": "; ".join(f"{each.case}: {getattr(each.title, language)}" for each in self.set_.cases),
            "measured": "; ".join(_measured(found)),
            "excluded": "; ".join(map(_condition, found.excluded)) or nothing,
            "exceptions": "; ".join(getattr(each.title, language) for each in found.exceptions) or nothing,
            "missing": _MISSING[found.missing][language],
            "collected": f"{self.as_of.year}: {self._collected()}",
            "standard": standard,
            "assumptions": " ".join(getattr(each, language) for each in found.assumptions) or nothing,
            "source": found.source,
            "review": found.review.isoformat(),
        }

    def _collected(self) -> str:
        """Each variable the indicator needs, and how it was collected in the year of D."""
        parts = []
        for name in self.indicator.needs:
            variable = self.set_.variable(name)
            channel = variable.channel(self.as_of.year)
            how = _WORDS["not_collected"] if channel is None else _CHANNELS[channel]
            parts.append(f"{getattr(variable.title, self.language)}: {how[self.language]}")
        return "; ".join(parts)


def _measured(indicator: Indicator) -> list[str]:
    """The measures with their parameters, and what is asked of them, as the definition writes them."""
    found = []
    for _, part, _ in readings(indicator):
        condition = part.value if indicator.categories is not None else part
        found.append(_condition(condition))
    if indicator.done is not None:
        found[-1] += f", within {indicator.done.within}"
    if indicator.value is not None:
        limits = indicator.value.model_dump(include={"below", "at_most", "at_least"}, exclude_none=True)
        found[0] += "".join(f", {name.replace('_', ' ')} {limit:g}" for name, limit in limits.items())
        if indicator.value.own_target is not None:
            found[0] += f", {indicator.value.own_target.compare.replace('_', ' ')} {found.pop()}"
    return found


def _condition(part: Any) -> str:
    given = ", ".join(f"{name} {_listed(value)}" for name, value in part.with_.items())
    least = f" at least {part.at_least:g}" if isinstance(part, Condition) and part.at_least is not None else ""
    return f"{part.measure}{f' ({given})' if given else ''}{least}"


def _listed(value: Any) -> str:
    return "/".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def explain_indicator(
    name: str,
    indicator: str,
    as_of: dt.date,
    *,
    language: Language = "en",
    programmes: Path | str | None = None,
) -> IndicatorExplained:
    """How one indicator of a set is computed at `as_of`. Raises SamspilError for an unknown set or indicator."""
    file = find_set(name, Path(programmes) if programmes else None)
    check_indicators(file)
    found = file.at(as_of)
    known = {each.indicator: each for each in found.indicators}
    if indicator not in known:
        raise SamspilError(f"`{name}` has no indicator `{indicator}`; its indicators are {', '.join(known)}")
    return IndicatorExplained(found, known[indicator], as_of, _in_force_since(file, known[indicator], as_of), language)


def _in_force_since(file: IndicatorFile, indicator: Indicator, as_of: dt.date) -> dt.date | None:
    """The day from which this version of an indicator is in force; None where it is the first."""
    for day in reversed(change_days(file.file)):
        if day <= as_of:
            before = {each.indicator: each.version for each in file.at(day - dt.timedelta(days=1)).indicators}
            if before.get(indicator.indicator) != indicator.version:
                return day
    return None
