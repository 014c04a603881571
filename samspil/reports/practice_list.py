"""A practice's list as a page for its doctors: each name with the reasons in words, and how fresh the data are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from samspil.population.lists import Entry, Practice
from samspil.programmes import RiskModel
from samspil.reports.language import Code, Language
from samspil.reports.page import render


@dataclass(frozen=True)
class Leaver:
    """Somebody who was on the list and is not any more."""

    name: str
    reason: str
    detail: str | None


@dataclass(frozen=True)
class SourceAge:
    """How old the data of one source were at the list's day."""

    title: str
    data_date: dt.date | None
    stale: bool


def practice_list_page(
    model: RiskModel,
    as_of: dt.date,
    practice: Practice,
    entries: Sequence[Entry],
    *,
    kind: str,
    since: dt.date | None,
    left: Sequence[Leaver],
    sources: Sequence[SourceAge],
    unchecked: Sequence[str],
    run: str,
    other_titles: Mapping[str, str],
    language: Code = "da",
) -> str:
    """One list as an HTML page that stands alone. Names appear where the entries have them.

    `kind` is `initial` or `accrual`, and `since` the day of the earlier run of an accrual list. `unchecked` are the
    exclusions whose source was missing, and `other_titles` what the models of the run are called.
    """
    words = Language(language)
    exclusions = {rule.exclusion: words.text(rule.title) for rule in model.exclusions}
    items = {item.item: words.text(item.title) for item in model.items}
    bands = {band.band: words.text(band.title) for band in model.bands}
    return render(
        "practice_list.html",
        words,
        model=model,
        title=words.text(model.title),
        why=words.text(model.why),
        version=words.text(model.version_in_words),
        as_of=as_of,
        practice=practice,
        entries=entries,
        bands=bands,
        kind=kind,
        since=since,
        left=[(leaver, _leaving(words, leaver, exclusions, items)) for leaver in left],
        sources=sources,
        unchecked=[exclusions[code] for code in unchecked],
        run=run,
        other_titles=other_titles,
    )


def _leaving(words: Language, leaver: Leaver, exclusions: Mapping[str, str], items: Mapping[str, str]) -> str:
    """Why somebody left, in words."""
    named = [exclusions.get(code) or items.get(code) or code for code in (leaver.detail or "").split(";") if code]
    detail = ", ".join(named)
    return {
        "inactive": words("dead or emigrated"),
        "no_practice": words("no practice any more"),
        "age": words("outside the age of the target group"),
        "moved": words("moved to the practice {practice}", practice=detail),
        "excluded": words("excluded: {reasons}", reasons=detail),
        "lower_score": words("fewer points: {items}", items=detail),
        "band_left_out": words("the score's colour is not part of the target group"),
    }[leaver.reason]
